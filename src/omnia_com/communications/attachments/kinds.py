"""What a file is, by its content alone: one of the three kinds that are taken, or another that a person would name.

Readers find the beginning of a PDF anywhere in its first 1,024 bytes; of pictures, only at the first.
"""

import io
import re
import zipfile

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
PDF_HEAD = 1024  # bytes
TEXT_HEAD = 4096  # bytes
FAULT, TOO_MUCH = "guasto", "enorme"  # keys of `messages.REFUSALS`: we failed; it takes more than one file may

_PDF_BEGINS = b"%PDF-"
_PICTURES = {JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
_PHOTOGRAPHS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1", b"avif", b"avis"}
_SIGNED = re.compile(rb"\A\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", re.DOTALL)
_SIGNED_AS_TEXT = re.compile(rb"\A\s*(?:-----BEGIN (?:PKCS7|CMS)|MI[A-Za-z0-9+/]{2,6}YJKoZIhvcNAQcC)")
_BEGINNINGS = (  # the first that fits; the reason is a key of `messages.REFUSALS`
    ("immagine", (b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"8BPS", b"\0\0\x01\0", b"\xff\x0a")),
    ("documento", (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"%!PS")),
    ("archivio", (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")),
    ("programma", (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")),
    ("multimedia", (b"\x1aE\xdf\xa3", b"ID3", b"OggS", b"\0\0\x01\xba", b"\xff\xfb", b"\xff\xf1")),
)
_DOCUMENTS = re.compile(  # what a zip holds that is a document
    r"(?:\[Content_Types\]\.xml|word/.*|xl/.*|ppt/.*|content\.xml|mimetype|Index/.*\.iwa|Index\.zip|META-INF/container\.xml)"
)


class NotTaken(Exception):
    """The reason is a key of `messages.REFUSALS`."""


def recognise(data: bytes) -> str:
    """The media type of *data*. Raises `NotTaken` for any other kind, and for what could be taken for two."""
    if _SIGNED.match(data) or _SIGNED_AS_TEXT.match(data):
        raise NotTaken("firmato")
    kind = next((kind for kind, begins in _PICTURES.items() if data.startswith(begins)), "")
    at = data[: PDF_HEAD + len(_PDF_BEGINS)].find(_PDF_BEGINS)
    if not kind and at < 0:
        raise NotTaken(_other(data))
    before = data[: max(at, 0)]
    pdf_too = at >= 0 and (kind or _PAGE.search(before) or _by_beginning(before))
    if pdf_too or zipfile.is_zipfile(io.BytesIO(data)):
        raise NotTaken("doppio")
    return kind or PDF


def _other(data: bytes) -> str:
    """A key of `REFUSALS` for what is none of the three."""
    if data[4:8] == b"ftyp":
        return "heic" if _PHOTOGRAPHS & _brands(data) else "multimedia"
    if data[:4] == b"RIFF" or data[4:8] in (b"JXL ", b"jP  "):
        return "immagine" if data[8:12] in (b"WEBP", b"\r\n\x87\n") else "multimedia"
    found = _by_beginning(data)
    if found == "archivio" and _holds_a_document(data):
        return "documento"
    return found or _as_text(data[:TEXT_HEAD])


def _by_beginning(data: bytes) -> str:
    return next((kind for kind, beginnings in _BEGINNINGS if data.startswith(beginnings)), "")


def _brands(data: bytes) -> set[bytes]:
    """The brands of an ISO media file, the major one and the compatible ones (ISO/IEC 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    return {data[at : at + 4] for at in (8, *range(16, end, 4))}


def _holds_a_document(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(map(_DOCUMENTS.fullmatch, archive.namelist()))
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        return False


def _as_text(head: bytes) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = head.decode(encoding, "ignore").lstrip("\ufeff")
    if found := _PAGE.search(text.encode()[:PDF_HEAD]):
        return "immagine" if found[0] == b"<svg" else "pagina"
    foreign = head if encoding == "utf-8" and text.isascii() else b""  # of the encodings before Unicode
    words = sum(c.isalnum() for c in text) + len(foreign.translate(None, bytes(range(0xC0))))
    clean = all(c.isprintable() or c.isspace() for c in text)
    return "testo" if clean and words > len(text) / 2 and len(text) > len(head) / 3 else "tipo"
