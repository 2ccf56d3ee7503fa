"""The ways in: one button where there is one provider, all of them in no order where there are several."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from omnia_com.identity import Door
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.helpers.browsing import Page, Visitor, said

Offer = Callable[..., None]
PROVIDERS = [f"Fornitore {letter}" for letter in "ABCDEFGHIJKL"]
SPID = [
    Door("spid", p, "/accesso/saml/entra", (("idp", f"https://{p[-1]}.example"),), f"https://{p[-1]}.example")
    for p in PROVIDERS
]
CIE = Door("cie", "CIE", "/accesso/saml/entra", (("idp", "https://cie.example"),), "https://cie.example")


@pytest.fixture
def offer(app: Front) -> Iterator[Offer]:
    """Puts other doors in the place of those that are configured."""
    state = app.litestar.state
    before = state.services

    def put(*doors: Door) -> None:
        state.services = msgspec.structs.replace(before, doors=lambda: doors)

    yield put
    state.services = before


def names(page: Page) -> list[str]:
    return [said(b) for d in page.tree.iter("details") for b in d.iter("button")]


def form_action(page: Page) -> str:
    return str(page.response.headers["content-security-policy"]).partition("form-action ")[2]


@pytest.mark.parametrize("path", ["/", "/entra?next=/contatti"])
async def test_several_providers_are_a_list_in_an_order_of_chance(
    path: str, offer: Offer, visitor: Callable[[], Visitor]
) -> None:
    offer(*SPID, CIE)
    somebody, seen = visitor(), set()
    for _ in range(6):
        page = await somebody.get(path)
        assert sorted(names(page)) == PROVIDERS
        seen.add(tuple(names(page)))
    assert len(seen) > 1, "six times the same order: one chance in 10^43"
    (summary,) = (said(s) for s in page.tree.iter("summary"))
    assert summary == "Entra con SPID"
    for link in ("Maggiori informazioni", "Non hai SPID?", "Serve aiuto?"):
        assert page.link(link).startswith("https://www.spid.gov.it")
    page.button("Entra con CIE")
    assert "Entra con CNS" not in page.text, "nobody offers it"


async def test_a_providers_button_names_it_to_us_and_says_where_to_come_back(
    offer: Offer, visitor: Callable[[], Visitor]
) -> None:
    offer(*SPID)
    page = await visitor().get("/entra?next=/contatti")
    form, _ = page.button("Fornitore C")
    assert (form.get("method"), form.get("action")) == ("get", "/accesso/saml/entra")
    assert page.successful(form, {}) == [("idp", "https://C.example"), ("next", "/contatti")]


async def test_a_door_that_opens_later_is_seen(offer: Offer, visitor: Callable[[], Visitor]) -> None:
    offer()
    somebody = visitor()
    assert "In questo momento non si può entrare" in (await somebody.get("/")).text
    offer(CIE)
    (await somebody.get("/")).button("Entra con CIE")


async def test_only_the_pages_with_doors_may_lead_to_the_providers(
    offer: Offer, visitor: Callable[[], Visitor]
) -> None:
    offer(*SPID[:2], CIE)
    somebody = visitor()
    for path in ("/", "/entra"):
        assert form_action(await somebody.get(path)) == "'self' https://A.example https://B.example https://cie.example"
    for path in ("/privacy", "/accessibilita"):
        assert form_action(await somebody.get(path)) == "'self'"


async def test_a_signed_in_page_may_lead_to_its_own_provider_alone(
    offer: Offer, anna: Visitor, settings: Settings
) -> None:
    offer(*SPID)
    await anna.get("/comunicazioni")
    assert form_action(anna.page) == f"'self' {settings.oidc_issuer}"


async def test_the_first_page_says_what_this_is_and_what_it_is_not(visitor: Callable[[], Visitor]) -> None:
    page = await visitor().get("/")
    text = said(page.tree)
    assert "prima di cominciare" in text
    assert "30 giorni dopo" in text
    for scheme in ("SPID", "CIE", "CNS"):
        page.button(f"Entra con {scheme}")
    for threshold in ("8.500", "5.500", "8.174", "4.800"):
        assert threshold not in text, "NASpI's, not ours"
