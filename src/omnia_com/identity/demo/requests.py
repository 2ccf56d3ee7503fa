"""Reading what the demonstration provider is asked, and sending the browser back."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from litestar import Request, Response

from .. import Scheme
from ..remote import with_query
from .grants import Demo, Refusal
from .page import SCHEMES

AnyRequest = Request[Any, Any, Any]


def demo_of(request: AnyRequest) -> Demo:
    return cast(Demo, request.app.state.demo)


def asked(request: AnyRequest) -> dict[str, str]:
    """The authorization request in the query, if it comes from our client and is complete."""
    query, demo = query_of(request), demo_of(request)
    if query.get("client_id") not in demo.clients or not demo.may_return_to(query.get("redirect_uri", "")):
        raise Refusal(400, "invalid_request", "La richiesta non viene dal servizio: torna lì e scegli come entrare.")
    if query.get("response_type") != "code":
        raise told(query, demo, "unsupported_response_type", "si accetta solo code")
    if "openid" not in query.get("scope", "").split() or not query.get("nonce"):
        raise told(query, demo, "invalid_request", "mancano lo scope openid o il nonce")
    if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
        raise told(query, demo, "invalid_request", "serve PKCE con S256")
    if query.get("prompt") == "none":
        raise told(query, demo, "login_required", "bisogna scegliere una persona")
    return query


def scheme_of(query: Mapping[str, str]) -> Scheme:
    return next((scheme for scheme in SCHEMES if scheme == query.get("schema")), "spid")


def told(query: Mapping[str, str], demo: Demo, code: str, text: str) -> Refusal:
    return Refusal(303, code, text, way_back(query, demo, error=code, error_description=text))


def way_back(query: Mapping[str, str], demo: Demo, **result: str) -> str:
    state = {"state": query["state"]} if "state" in query else {}
    return with_query(query["redirect_uri"], {**result, **state, "iss": demo.issuer})


def go(location: str) -> Response[str]:
    return Response("", status_code=303, headers={"Location": location}, media_type="text/plain")


def query_of(request: AnyRequest) -> dict[str, str]:
    return _once(request.scope["query_string"])


async def form_of(request: AnyRequest) -> dict[str, str]:
    return _once(await request.body())


def _once(encoded: bytes) -> dict[str, str]:
    """The parameters of a query or form; none may come twice (RFC 6749, 3.1)."""
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Refusal(400, "invalid_request", "La richiesta non si può leggere.") from None
    if len(dict(pairs)) < len(pairs):
        raise Refusal(400, "invalid_request", "La richiesta ripete un parametro.")
    return dict(pairs)
