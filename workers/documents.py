"""One document from its sheet to its finished PDF."""

import asyncio

from omnia_com.documents.pdf.finish import finish
from omnia_com.documents.pdf.text import contains_text
from omnia_com.documents.printing import print_html
from omnia_com.documents.receipts import Work

from .browser import Browser

DATA_NAME = "comunicazione.json"


class WrongContent(Exception):
    """The printed page is not the one that was asked for."""


async def print_pdf(browser: Browser, work: Work) -> bytes:
    """PDF/UA-1 and PDF/A-3a, with the data of record embedded; the same work gives the same bytes."""
    printed = await browser.pdf(print_html(work.sheet))
    return await asyncio.to_thread(_finished, printed, work)


def _finished(printed: bytes, work: Work) -> bytes:
    if not contains_text(printed, work.sheet.footer):
        raise WrongContent(str(work.id))
    return finish(printed, title=work.sheet.title, when=work.dated, attachment=(DATA_NAME, work.data))
