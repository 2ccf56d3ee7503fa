"""The demonstration identity provider: a separate process, a real OpenID provider, people who do not exist.

So that the first run takes the real path, there is no by-pass in the program. It refuses to start in production.
"""

import argparse
import logging
import secrets
import sys
import time
from functools import partial
from typing import Any
from urllib.parse import urlencode

import uvicorn
from litestar import HttpMethod, Litestar, Response, get, post, route
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_200_OK

from omnia_com.settings import Settings, SettingsError

from ..remote import with_query
from .grants import Demo, Grant, Refusal
from .page import AUTHORIZE, CHOICES, SCHEMES, add_headers, page
from .requests import AnyRequest, asked, demo_of, form_of, go, query_of, scheme_of, told, way_back

log = logging.getLogger(__name__)

LARGEST_FORM = 64 * 1024


@get("/", sync_to_thread=False)
def explanation() -> Response[str]:
    return page(
        "Fornitore di identità dimostrativo",
        "Questo programma imita SPID, CIE e CNS per provare il servizio OMNIA IS – COM con persone inventate.",
        "Non identifica nessuno: per usarlo parti dal servizio e scegli come entrare.",
    )


@route("/.well-known/openid-configuration", http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=False)
def discovery(request: AnyRequest) -> dict[str, Any]:
    issuer = demo_of(request).issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/end_session",
        "revocation_endpoint": f"{issuer}/revoke",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid"],
        "acr_values_supported": [f"https://www.spid.gov.it/SpidL{level}" for level in CHOICES],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


@get("/jwks", sync_to_thread=False)
def jwks(request: AnyRequest) -> dict[str, Any]:
    return demo_of(request).jwks()


@get(AUTHORIZE, sync_to_thread=False)
def ask(request: AnyRequest) -> Response[str]:
    query = asked(request)
    scheme = SCHEMES[scheme_of(query)]
    return page(
        f"Accesso dimostrativo con {scheme}",
        f"Qui si imita un accesso con {scheme}. È solo una dimostrazione: le persone qui sotto sono inventate.",
        people=demo_of(request).people,
        levels=CHOICES,
        action=f"{AUTHORIZE}?{urlencode(query)}",
    )


@post(AUTHORIZE)
async def answer(request: AnyRequest) -> Response[str]:
    query, form, demo = asked(request), await form_of(request), demo_of(request)
    if "annulla" in form:
        raise told(query, demo, "access_denied", "accesso annullato")
    if form.get("persona") not in demo.people or form.get("livello") not in CHOICES:
        raise Refusal(400, "invalid_request", "Scegli una delle persone e uno dei tre livelli.")
    grant = Grant(
        client_id=query["client_id"],
        redirect_uri=query["redirect_uri"],
        challenge=query["code_challenge"],
        nonce=query["nonce"],
        scheme=scheme_of(query),
        person_id=form["persona"],
        level=int(form["livello"]),
        at=int(time.time()),
    )
    return go(way_back(query, demo, code=demo.new_code(grant)))


@post("/token", status_code=HTTP_200_OK)
async def token(request: AnyRequest) -> dict[str, Any]:
    form, demo = await form_of(request), demo_of(request)
    client_id = await demo.authenticate(form)
    if form.get("grant_type") != "authorization_code":
        raise Refusal(400, "unsupported_grant_type", "si accetta solo authorization_code")
    return demo.redeem(form.get("code", ""), client_id, form.get("redirect_uri", ""), form.get("code_verifier", ""))


@route("/userinfo", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=HTTP_200_OK, sync_to_thread=False)
def userinfo(request: AnyRequest) -> dict[str, Any]:
    scheme, _, access_token = request.headers.get("authorization", "").partition(" ")
    facts = demo_of(request).userinfo(access_token.strip()) if scheme.lower() == "bearer" else None
    if facts is None:
        raise Refusal(401, "invalid_token", "il token manca, e' scaduto o revocato")
    return facts


@post("/revoke", status_code=HTTP_200_OK)
async def revoke(request: AnyRequest) -> dict[str, Any]:
    form, demo = await form_of(request), demo_of(request)
    await demo.authenticate(form)
    demo.revoke(form.get("token", ""))
    return {}


@route("/end_session", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=HTTP_200_OK)
async def end_session(request: AnyRequest) -> Response[str]:
    query, demo = await form_of(request) if request.method == "POST" else query_of(request), demo_of(request)
    back_to = query.get("post_logout_redirect_uri", "")
    if not back_to:
        return page("Uscita eseguita", "Hai chiuso l’accesso dimostrativo. Puoi chiudere questa pagina.")
    if not demo.may_sign_out_to(back_to) or not await demo.signed_by_us(query.get("id_token_hint", "")):
        raise Refusal(
            400, "invalid_request", "La richiesta di uscita non viene dal servizio: torna lì ed esci di nuovo."
        )
    return go(with_query(back_to, {"state": query["state"]}) if "state" in query else back_to)


def _refused(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    if refusal.location:
        return go(refusal.location)
    if request.url.path in ("/token", "/revoke", "/userinfo"):
        headers = {"WWW-Authenticate": f'Bearer error="{refusal.code}"'} if refusal.code == "invalid_token" else {}
        body = {"error": refusal.code, "error_description": refusal.text}
        return Response(body, status_code=refusal.status, headers=headers)
    return page("Richiesta non riuscita", refusal.text, status=refusal.status)


def _not_served(_: AnyRequest, error: HTTPException) -> Response[Any]:
    text = {404: "Questa pagina non c’è.", 413: "La richiesta è troppo grande."}.get(error.status_code, "")
    return page("Richiesta non riuscita", text or "La richiesta non si può eseguire.", status=error.status_code)


def _failed(_: AnyRequest, error: Exception) -> Response[Any]:
    number = secrets.token_hex(4)
    log.error("fornitore dimostrativo, errore %s: %s", number, type(error).__name__)
    return page(
        "Qualcosa non ha funzionato", f"L’errore ha il numero {number}. Torna al servizio e riprova.", status=500
    )


def create_app(settings: Settings) -> Litestar:
    """Raises `SettingsError` in production."""
    if not settings.demo:
        raise SettingsError("Il fornitore di identità dimostrativo non parte con OMNIA_ENV=production.")
    demo = Demo(settings)
    app = Litestar(
        [explanation, discovery, jwks, ask, answer, token, userinfo, revoke, end_session],
        exception_handlers={Refusal: _refused, HTTPException: _not_served, Exception: _failed},
        before_send=[partial(add_headers, origins=" ".join(demo.origins))],
        on_shutdown=[demo.http.aclose],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_FORM,
    )
    app.state.demo = demo
    return app


def run(settings: Settings, _given: argparse.Namespace | None = None) -> None:
    """Answers on `settings.idp_host`:`settings.idp_port` until it is told to stop; exits 2 where it must not start."""
    try:
        app = create_app(settings)
    except SettingsError as e:
        sys.stderr.write(f"{e}\n")
        raise SystemExit(2) from None
    quiet: dict[str, Any] = {"access_log": False, "log_level": "warning", "server_header": False}
    uvicorn.run(app, host=settings.idp_host, port=settings.idp_port, timeout_graceful_shutdown=3, **quiet)
