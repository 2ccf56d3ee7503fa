"""One document from its sheet to its finished PDF."""

import asyncio

from omnia_com.communications.sent import RECEIPT
from omnia_com.documents.pdf.finish import finish
from omnia_com.documents.pdf.text import contains_text
from omnia_com.documents.printing import print_html
from omnia_com.documents.receipts import Work
from omnia_com.documents.sealing import Seal

from .browser import Browser

DATA_NAME = "comunicazione.json"


class WrongContent(Exception):
    """The printed page is not the one that was asked for."""


async def print_pdf(browser: Browser, work: Work, seal: Seal | None = None) -> bytes:
    """PDF/UA-1 and PDF/A-3a, with the data of record embedded; the same work gives the same bytes.

    A receipt has the *seal* on those bytes, if there is one. Raises `StampAway`.
    """
    printed = await browser.pdf(print_html(work.sheet))
    return await asyncio.to_thread(_finished, printed, work, seal if work.kind == RECEIPT else None)


def _finished(printed: bytes, work: Work, seal: Seal | None) -> bytes:
    if not contains_text(printed, work.sheet.footer):
        raise WrongContent(str(work.id))
    data, head = (DATA_NAME, work.data), work.sheet.title
    finished = finish(printed, title=head, when=work.dated, attachment=data, field=seal is not None)
    return seal.put_on(finished) if seal else finished
