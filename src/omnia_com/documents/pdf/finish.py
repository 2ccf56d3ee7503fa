"""From Chromium's print to a document for the archive and for every reader: PDF/UA-1 and PDF/A-3a."""

import io
import re
import zlib
from datetime import datetime

import pikepdf

from .artifacts import mark_artifacts
from .field import add_field
from .metadata import attach, describe
from .structure import mend_structure

CR = 0x0D
ENDS_IN_CR = re.compile(rb"\r\n?endstream")


def finish(
    pdf: bytes,
    *,
    title: str,
    when: datetime,
    attachment: tuple[str, bytes] | None = None,
    lang: str = "it",
    field: bool = False,
) -> bytes:
    """*pdf* as PDF/UA-1 and PDF/A-3a, dated *when* (aware), with *attachment* (name, JSON bytes) inside, and with a
    *field* for a seal.

    The same input gives the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        mark_artifacts(document, mend_structure(document))
        describe(document, title=title, when=when, lang=lang)
        if attachment:
            attach(document, *attachment, when=when)
        if field:
            add_field(document)
        return saved(document)


def saved(document: pikepdf.Pdf) -> bytes:
    """The document's bytes, with no stream whose length a reader could take for another.

    One compressed stream in 256 ends in a carriage return: the last byte of the checksum of its data. With the line
    feed that follows it looks like a line end, and PDF/A judges count one byte less. Such data is changed harmlessly.
    """
    compress = True
    for stream in [o for o in document.objects if isinstance(o, pikepdf.Stream)]:
        if zlib.adler32(stream.read_bytes()) & 0xFF == CR and stream.get("/Type") != pikepdf.Name.Metadata:
            compress &= _nudged(stream)
    for attempt in range(20):  # the streams that the writer itself makes have other data with each attempt
        body = _bytes(document, compress)
        if not ENDS_IN_CR.search(body):
            break
        document.Root.OmniaAttempt = attempt
    return body


def _nudged(stream: pikepdf.Stream) -> bool:
    """False for an embedded file: not a byte of it may change, so that document is written without compression."""
    if stream.get("/Type") == pikepdf.Name.EmbeddedFile:
        return False
    data = stream.read_bytes()
    if "/Length1" in stream:  # a typeface: padding after its last table
        stream.write(data + b"\0")
        stream.Length1 = len(data) + 1
    else:
        stream.write(data + b"\n")
    return True


def _bytes(document: pikepdf.Pdf, compress: bool) -> bytes:
    out = io.BytesIO()
    document.save(
        out,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=compress,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return out.getvalue()
