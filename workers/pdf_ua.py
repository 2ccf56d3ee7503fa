"""From Chromium's print to a document for the archive and for every reader: PDF/UA-1 and PDF/A-3a."""

import io
from datetime import datetime

import pikepdf

from .pdf_artifacts import mark_artifacts
from .pdf_metadata import attach, describe
from .pdf_structure import mend_structure


def finish(
    pdf: bytes, *, title: str, when: datetime, attachment: tuple[str, bytes] | None = None, lang: str = "it"
) -> bytes:
    """*pdf* as PDF/UA-1 and PDF/A-3a, dated *when* (aware), with *attachment* (name, JSON bytes) inside.

    The same input gives the same bytes.
    """
    finished = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        mark_artifacts(document, mend_structure(document))
        describe(document, title=title, when=when, lang=lang)
        if attachment:
            attach(document, *attachment, when=when)
        document.save(
            finished,
            min_version="1.7",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return finished.getvalue()
