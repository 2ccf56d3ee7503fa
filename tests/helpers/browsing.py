"""A browser without JavaScript that reviews every page it is shown, so that no test needs to."""

import dataclasses
import re
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import httpx

from omnia_com import languages
from omnia_com.app import create_app
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.helpers.people import PERSONE
from tests.helpers.waiting import PATIENCE

Pairs = list[tuple[str, str | int | float | bool | None]]
PAGE_LIMIT = 13_000  # bytes on the wire, stylesheet and headers included (PAGES.md)
PUBLIC = ("/", "/entra", "/accessibilita", "/privacy", "/note-legali")
NOTHING_CHOSEN = ("", b"")
SKIPPED = ("hidden", "submit", "button")
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a client that reads the world's authorities takes 20 ms to make


def client_of(address: str) -> httpx.AsyncClient:
    """A client of plain http, on this machine."""
    return httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False, verify=NO_TLS)


class Visitor:
    """One person's browser. `page` is what it shows now."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page: Page
        self.filled: dict[str, Any] = {}
        self.chosen = NOTHING_CHOSEN

    async def close(self) -> None:
        await self.client.aclose()

    async def get(self, path: str, expect: int = 200) -> "Page":
        return await self._show(await self.client.get(path), expect)

    async def post(self, path: str, data: dict[str, Any], expect: int = 200, **headers: str) -> "Page":
        """A form sent by hand, with the token that the shown page has."""
        token = {"csrf": self.page.token} if "csrf" not in data else {}
        return await self._show(await self.client.post(path, data={**token, **data}, headers=headers), expect)

    async def sign_in(
        self, person: str, level: int = 2, button: str = "Entra con SPID", expect: int = 200
    ) -> "Visitor":
        """Through the demonstration provider, page by page."""

        p = PERSONE[person]
        await self.get("/")
        if "Vai alle tue comunicazioni" in self.page.text:  # signed in already, and now as somebody else
            await self.get(f"/accesso/oidc/entra?con={button.split()[-1].lower()}")
        else:
            await self.press(button)
        self.fill(livello=str(level))
        await self.press(f"{p['nome']} {p['cognome']} ({p['codice_fiscale']})", expect=expect)
        return self

    def fill(self, **fields: str) -> "Visitor":
        """Types or chooses; '' clears a text or unticks a box."""
        for name in fields:
            assert any(c.get("name") == name for c in self.page.controls), f"{name} is not on the page"
        self.filled |= fields
        return self

    async def press(self, button: str, expect: int = 200) -> "Page":
        """The button with these words, in the form that it belongs to."""
        form, control = self.page.button(button)
        data = self.page.successful(form, self.filled)
        if control.get("name"):
            data.append((control.get("name", ""), control.get("value", "")))
        action = urljoin(str(self.page.url), control.get("formaction") or form.get("action", ""))
        if "multipart/form-data" in (control.get("formenctype"), form.get("enctype")):
            response = await self._send_file(action, data)
        elif form.get("method", "get") == "post":
            body = httpx.QueryParams(data)
            headers = {"content-type": "application/x-www-form-urlencoded", "origin": _origin(str(self.page.url))}
            response = await self.client.post(action, content=str(body), headers=headers)
        else:
            response = await self.client.get(action, params=data)
        return await self._show(response, expect)

    def choose_file(self, name: str, content: bytes) -> "Visitor":
        """In the file control of the page."""
        self.chosen = (name, content)
        return self

    async def _send_file(self, action: str, data: Pairs) -> httpx.Response:
        """A form as multipart, texts first, in the page's order; the control of a file that was not chosen is empty."""
        name, content = self.chosen
        self.chosen = NOTHING_CHOSEN
        texts = {name: str(text) for name, text in data if name != "allegato"}
        headers = {"origin": _origin(str(self.page.url))}
        return await self.client.post(action, data=texts, files={"allegato": (name, content)}, headers=headers)

    async def follow(self, words: str, expect: int = 200) -> "Page":
        """The first link whose words begin with these."""
        return await self.get(self.page.link(words), expect)

    async def _show(self, response: httpx.Response, expect: int) -> "Page":
        for _ in range(8):
            if response.status_code not in (302, 303, 307, 308):
                break
            response = await self.client.get(urljoin(str(response.url), response.headers["location"]))
        assert response.status_code == expect, f"{response.status_code} at {response.url}: {words(response)}"
        self.filled = {}
        self.page = Page(response)
        if response.url.port == self.client.base_url.port:
            review(self.page)
        return self.page


class Page:
    """An answer, parsed strictly if it is HTML."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self.url, self.text = response, response.url, response.text
        self.html = response.headers["content-type"].startswith("text/html")
        parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
        whole = self.text.lstrip().lower().startswith("<!doctype")
        parse = parser.parse if whole else parser.parseFragment
        self.tree: Element = parse(self.text) if self.html else Element("none")
        self.whole = whole

    @property
    def path(self) -> str:
        return self.url.path

    @property
    def language(self) -> str:
        return next(self.tree.iter("html")).get("lang", "")

    @property
    def title(self) -> str:
        return said(next(self.tree.iter("title")))

    @property
    def errors(self) -> list[str]:
        return [e.get("data-errore", "") for e in self.tree.iter() if "data-errore" in e.attrib]

    @property
    def warnings(self) -> list[str]:
        return [e.get("data-avviso", "") for e in self.tree.iter() if "data-avviso" in e.attrib]

    def hook(self, name: str) -> str:
        """The first `data-<name>` of the page."""
        return next(e.get(f"data-{name}", "") for e in self.tree.iter() if f"data-{name}" in e.attrib)

    @property
    def token(self) -> str:
        return next(c.get("value", "") for c in self.controls if c.get("name") == "csrf")

    @property
    def controls(self) -> list[Element]:
        return [e for e in self.tree.iter() if e.tag in ("input", "select", "textarea", "button")]

    def value(self, name: str) -> str:
        """What the page shows as chosen or typed for a field."""
        return str(dict(self.successful(self.tree, {})).get(name, ""))

    def by_id(self, id: str) -> Element:
        return next(e for e in self.tree.iter() if e.get("id") == id)

    def button(self, label: str) -> tuple[Element, Element]:
        for form in self.tree.iter("form"):
            associated = [b for b in self.tree.iter("button") if b.get("form") and b.get("form") == form.get("id")]
            for button in [*form.iter("button"), *associated]:
                if said(button) == label and "aria-hidden" not in button.attrib:
                    return form, button
        raise AssertionError(f"no button «{label}» on {self.url}: {said(self.tree)[:400]}")

    def link(self, label: str) -> str:
        for a in self.tree.iter("a"):
            if said(a).startswith(label):
                return urldefrag(a.get("href", "")).url
        raise AssertionError(f"no link «{label}» on {self.url}")

    def successful(self, form: Element, filled: dict[str, str]) -> Pairs:
        """What a browser would post for *form* after a person *filled* some fields."""
        return [pair for control in form.iter() for pair in _pairs(control, filled)]


def _pairs(control: Element, filled: dict[str, str]) -> Iterator[tuple[str, str]]:
    name, kind = control.get("name", ""), control.get("type", "text")
    if not name or control.tag not in ("input", "select", "textarea"):
        return
    if control.tag == "input" and kind in ("radio", "checkbox"):
        value = control.get("value", "on")
        if filled[name] == value if name in filled else "checked" in control.attrib:
            yield name, value
    elif control.tag == "select":
        options = list(control.iter("option"))
        chosen = next((o for o in options if "selected" in o.attrib), options[0])
        yield name, filled.get(name, chosen.get("value", ""))
    elif control.tag == "textarea":
        yield name, filled.get(name, (control.text or "").removeprefix("\n"))
    else:
        yield name, filled.get(name, control.get("value", ""))


def said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def words(response: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"(?s)<style.*?</style>|<[^>]+>", " ", response.text))[:600]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def review(page: Page) -> None:
    """What is true of every answer that this service gives."""
    headers = page.response.headers
    part = page.response.request.headers.get("hx-request") == "true"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy")[: 2 if part else 3]:
        assert name in headers, f"{page.url}: no {name}"
    if not page.html:
        return
    if page.path not in PUBLIC:
        assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert on_the_wire(page.response) <= PAGE_LIMIT, f"{page.url} is {on_the_wire(page.response)} bytes"
    _review_controls(page)
    if page.whole:
        _review_whole(page)


def on_the_wire(response: httpx.Response) -> int:
    """Bytes of the answer as the server sent it, brotli and headers included."""
    assert response.headers.get("content-encoding") == "br"
    head = sum(len(k) + len(v) + 4 for k, v in response.headers.raw)
    return head + response.num_bytes_downloaded


def _review_whole(page: Page) -> None:
    language = page.language
    told = languages.catalogues()[language].gettext
    error = told("Errore:") + " "
    headings = [said(h) for h in page.tree.iter("h1")]
    assert len(headings) == 1, f"{page.url}: {headings}"
    assert page.title.startswith(error) == bool(page.errors), page.title
    assert page.title.removeprefix(error).startswith(headings[0]), page.title
    index = [said(e) for e in page.tree.iter() if "data-errore" in e.attrib]
    beside = [said(e) for e in page.tree.iter() if e.get("id", "").startswith("errore-")]
    assert not [text for text in beside if text not in index], f"{page.url}: {beside} in other words than {index}"
    states = [e for e in page.tree.iter() if "data-stato" in e.attrib]
    assert [said(e) for e in states] == [told(e.get("data-stato", "").capitalize()) for e in states], page.url
    assert not [s for s in page.tree.iter("script") if s.text], "inline script"
    styled = [e for e in page.tree.iter() if "style" in e.attrib or any(a.startswith("on") for a in e.attrib)]
    assert not styled, "inline style or handler"


def _review_controls(page: Page) -> None:
    ids = [e.get("id") for e in page.tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), f"{page.url}: an id twice"
    labelled = {e.get("for") for e in page.tree.iter("label")}
    for control in page.controls:
        if control.tag == "button":
            assert "aria-hidden" in control.attrib or said(control) or control.get("aria-label"), (
                f"{page.url}: a button without words"
            )
        elif control.get("type") not in SKIPPED:
            assert control.get("id") in labelled, f"{page.url}: {control.get('name')} has no label"
        for id in (control.get("aria-describedby") or "").split():
            assert id in ids, f"{page.url}: {control.get('name')} is described by {id}"
    for form in page.tree.iter("form"):
        assert {"action", "method"} <= set(form.keys()), f"{page.url}: a form without method or action"
    for a in page.tree.iter("a"):
        target = urldefrag(a.get("href", ""))
        if not target.url and target.fragment:
            assert target.fragment in ids, f"{page.url}: a link to nowhere, #{target.fragment}"


def unstarted(settings: Settings) -> Front:
    """An application that opens nothing: the pool is another's of this process, or none, and so is the schema."""
    app = create_app(settings)
    app.litestar.state.services.schema.complete = True
    return app


def bare(settings: Settings, **changes: Any) -> httpx.AsyncClient:
    """A client of an application with other settings; without a database, so only for what needs none."""
    changed = dataclasses.replace(settings, **changes)
    transport = httpx.ASGITransport(unstarted(changed))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=changed.base_url)
