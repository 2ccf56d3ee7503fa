"""What these tests do again and again, with the three providers of the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnia_com.identity.saml import providers as saml_providers
from omnia_com.pages.http.front import Front
from omnia_com.settings import Settings
from tests.helpers.browsing import Visitor
from tests.helpers.saml_provider import (
    Provider,
    Request,
)

SPID = Provider("https://spid.prova.example")


CIE = Provider("https://cie.prova.example", "cie")


ONLY_POST = Provider("https://modulo.prova.example", bindings=("POST",))


ENTER, ACS, SLO = "/accesso/saml/entra", "/accesso/saml/acs", "/accesso/saml/slo"


@pytest.fixture(autouse=True)
def providers(app: Front, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of metadata, with three providers in it; changes are seen at once."""
    monkeypatch.setattr(saml_providers, "LOOK_AGAIN", -1.0)
    folder = Path(settings.saml_idp_metadata)
    folder.mkdir(exist_ok=True)
    for name, provider in {"spid.xml": SPID, "cie.xml": CIE, "modulo.xml": ONLY_POST}.items():
        (folder / name).write_bytes(provider.metadata())
    yield folder
    for file in folder.iterdir():
        file.unlink()
    app.litestar.state.services.saml.doors()  # sees that they are gone: other tests have the demonstration's alone


async def leave(person: Visitor, provider: Provider = SPID, next: str = "") -> Request:
    """To the provider, as far as its address."""
    answer = await person.client.get(ENTER, params={"idp": provider.entity_id, "next": next})
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{provider.entity_id}/SingleSignOnService/Redirect?")
    return Request.in_address(answer.headers["location"])
