"""Every route, and who may see what it leads to."""

import re
from collections.abc import Iterator

from litestar.routes import HTTPRoute

from omnia_com.pages.http.front import Front

EVERYBODY, PERSON, MACHINES = "everybody", "a signed-in person", "machines"


ROUTES = {
    "start": EVERYBODY,
    "enter": EVERYBODY,
    "possible": EVERYBODY,
    "verify": EVERYBODY,
    "ask_verify": EVERYBODY,
    "registry": EVERYBODY,
    "accessibility": EVERYBODY,
    "privacy": EVERYBODY,
    "legal_notes": EVERYBODY,
    "patterns": EVERYBODY,
    "how_to_test": EVERYBODY,
    "pattern": EVERYBODY,
    "choose_language": EVERYBODY,
    "home": PERSON,
    "start_draft": PERSON,
    "draft": PERSON,
    "save_draft": PERSON,
    "draft_pdf": PERSON,
    "draft_page": PERSON,
    "confirm_deletion": PERSON,
    "delete_draft": PERSON,
    "check": PERSON,
    "sending": PERSON,
    "send": PERSON,
    "communication": PERSON,
    "receipt": PERSON,
    "retry_receipt": PERSON,
    "receipt_page": PERSON,
    "proof": PERSON,
    "attachments": PERSON,
    "attach": PERSON,
    "draft_attachment": PERSON,
    "attachment": PERSON,
    "choose_comune": PERSON,
    "take_comune": PERSON,
    "consequences": PERSON,
    "draft_consequences": PERSON,
    "letter": PERSON,
    "letter_page": PERSON,
    "ask_letter": PERSON,
    "own_data": PERSON,
    "accesses": PERSON,
    "contacts": PERSON,
    "save_contacts": PERSON,
    "amend": PERSON,
    "confirm_annulment": PERSON,
    "annul": PERSON,
    "sign_out": PERSON,
    "session": PERSON,
    "stay_signed_in": PERSON,
    "resume": PERSON,
    "sign_in": MACHINES,
    "sign_in_answer": MACHINES,
    "jwks": MACHINES,
    "cns": MACHINES,
    "cns_card": MACHINES,
    "cns_return": MACHINES,
    "federation": MACHINES,
    "saml_metadata": MACHINES,
    "cie_metadata": MACHINES,
    "saml_sign_in": MACHINES,
    "saml_answer": MACHINES,
    "saml_return": MACHINES,
    "saml_logout": MACHINES,
    "saml_logout_posted": MACHINES,
    "health": MACHINES,
    "alive": MACHINES,
}


def routes(app: Front) -> Iterator[tuple[str, str, str]]:
    """(name, method, path) of every route."""
    for route in app.litestar.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(handler.name), str(method), route.path


def private(app: Front, method: str, id: object = "00000000-0000-4000-8000-000000000000") -> list[str]:
    return [
        re.sub(r"{\w+:uuid}", str(id), path) for name, m, path in routes(app) if ROUTES[name] == PERSON and m == method
    ]
