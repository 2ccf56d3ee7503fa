"""What these tests do again and again."""

import re
from collections.abc import Awaitable
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from omnia_com.identity import AccessRefused


async def chosen(browser: httpx.AsyncClient, url: str, **form: str) -> dict[str, str]:
    """What the provider's page sends back after a choice on it."""
    page = await browser.get(url)
    assert page.status_code == 200
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    answer = await browser.post(unescape(action[1]), data={"livello": "2", **form})
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def refusal(attempt: Awaitable[Any]) -> str:
    with pytest.raises(AccessRefused) as refused:
        await attempt
    assert not re.search("prvnna|anna|prova", str(refused.value), re.IGNORECASE), "no personal data in the log"
    return refused.value.reason
