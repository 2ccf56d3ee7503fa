"""A trust anchor and an OpenID provider below it, out of `spid_cie_oidc`: a process of the judges' own environment.

Told on standard input, as JSON: port, profile (spid or cie), rp (the service's address), rp_keys (for its statements).
Tells on standard output, as one line of JSON: anchor_keys and trust_marks; then it serves until it is ended.
"""

import json
import logging
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import aiohttp
import django
from django.conf import settings
from django.core.management import call_command

TOLD = json.load(sys.stdin)
ANCHOR = f"http://127.0.0.1:{TOLD['port']}"
PROVIDER = f"{ANCHOR}/oidc/op"
MARK = "https://www.spid.gov.it/openid-federation/agreement/"
EID = "https://attributes.eid.gov.it/"
FOLDER = Path(tempfile.mkdtemp())
PUBLIC = ("kty", "n", "e", "kid", "use", "alg")

ADA = {
    "given_name": "Ada",
    "family_name": "Lovelace",
    f"{EID}fiscal_number": "TINIT-LVLDAA85T50G702B",
    "birthdate": "1985-12-10",
    "place_of_birth": {"region": "PI", "locality": "G702"},
    "email": "ada@example.org",
    "phone_number": "+393331234567",
}
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": ADA,
    "ada con poco": {**ADA, "_acr": "https://www.spid.gov.it/SpidL1"},  # signs in lower than was asked
    "ada di ieri": {**ADA, "_nonce": "n" * 43},  # answers another request
    "ada in breve": {name: ADA[name] for name in ("given_name", "family_name", f"{EID}fiscal_number")},
    "ada senza codice": {name: ADA[name] for name in ("given_name", "family_name")},
}


INSTALLED = [
    "spid_cie_oidc.accounts",  # before Django's own: it has the user
    *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")),
    "bootstrap_italia_template",
    *(f"spid_cie_oidc.{name}" for name in ("entity", "authority", "provider")),
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]


def configure() -> None:
    settings.configure(
        DEBUG=True,
        SECRET_KEY="prova" * 10,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="addresses",
        USE_TZ=True,
        TIME_ZONE="UTC",  # it writes local times as if they were UTC
        APPEND_SLASH=False,
        LANGUAGE_CODE="it",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}},
        AUTH_USER_MODEL="spid_cie_oidc_accounts.User",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        STATIC_URL="/static/",
        INSTALLED_APPS=INSTALLED,
        MIDDLEWARE=MIDDLEWARE,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": PROCESSORS},
            }
        ],
        OIDCFED_DEFAULT_TRUST_ANCHOR=ANCHOR,
        OIDCFED_TRUST_ANCHORS=[ANCHOR],
        OIDCFED_PROVIDER_PROFILE=TOLD["profile"],
        OIDCFED_DEFAULT_PROVIDER_PROFILE=TOLD["profile"],
        OIDCFED_REQUIRED_TRUST_MARKS=[f"{MARK}sp-public"],
        FEDERATION_DEFAULT_POLICY={
            "openid_relying_party": {
                "grant_types": {"subset_of": ["authorization_code", "refresh_token"]},
                "token_endpoint_auth_method": {"one_of": ["private_key_jwt"]},
            },
            "openid_provider": {
                "subject_types_supported": {"value": ["pairwise"]},
                "id_token_signing_alg_values_supported": {"subset_of": ["RS256", "RS512", "ES256"]},
                "organization_name": {"essential": True},
            },
            "federation_entity": {},
        },
        HTTPC_PARAMS={"connection": {"ssl": True}, "session": {"timeout": aiohttp.ClientTimeout(total=4)}},
    )
    sys.modules["addresses"] = types.ModuleType("addresses")
    django.setup()
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)


def open_addresses() -> None:
    from django.urls import path
    from spid_cie_oidc.authority.urls import urlpatterns as authority
    from spid_cie_oidc.entity.urls import urlpatterns as entity
    from spid_cie_oidc.entity.views import entity_configuration
    from spid_cie_oidc.provider.urls import urlpatterns as provider

    own = path("oidc/op/.well-known/openid-federation", entity_configuration)
    sys.modules["addresses"].urlpatterns = [*entity, *authority, *provider, own]  # type: ignore[attr-defined]


def public(key: dict[str, Any]) -> dict[str, Any]:
    return {name: key[name] for name in PUBLIC if name in key}


def found() -> dict[str, Any]:
    """Makes the federation; what the service is to know of it."""
    from spid_cie_oidc.entity.jwks import create_jwk
    from spid_cie_oidc.entity.models import FederationEntityConfiguration

    anchor_key, own_key, token_key = create_jwk(), create_jwk(), {**create_jwk(), "use": "sig"}
    common = {"is_active": True, "trust_marks": [], "trust_mark_issuers": {}}
    anchor = FederationEntityConfiguration.objects.create(
        sub=ANCHOR,
        entity_type="federation_entity",
        jwks_fed=[anchor_key],
        jwks_core=[],
        authority_hints=[],
        constraints={"max_path_length": 1},
        metadata={"federation_entity": about("Ancora di prova", anchor=True)},
        **common,
    )
    FederationEntityConfiguration.objects.create(
        sub=PROVIDER,
        entity_type="openid_provider",
        jwks_fed=[own_key],
        jwks_core=[token_key],
        authority_hints=[ANCHOR],
        constraints={},
        metadata={"federation_entity": about("Fornitore di prova"), "openid_provider": provider_metadata(token_key)},
        **common,
    )
    onboard(anchor, PROVIDER, "openid_provider", [public(own_key)], "op-public")
    mark = onboard(anchor, TOLD["rp"], "openid_relying_party", TOLD["rp_keys"], "sp-public")
    return {"anchor_keys": {"keys": [public(anchor_key)]}, "trust_marks": [mark]}


def about(name: str, *, anchor: bool = False) -> dict[str, Any]:
    endpoints = {f"federation_{n}_endpoint": f"{ANCHOR}/{n}" for n in ("fetch", "resolve", "list", "trust_mark_status")}
    pages = {"homepage_uri": ANCHOR, "policy_uri": f"{ANCHOR}/privacy", "logo_uri": f"{ANCHOR}/logo.svg"}
    return {"organization_name": name, "contacts": ["prova@example.org"], **pages, **(endpoints if anchor else {})}


def provider_metadata(token_key: dict[str, Any]) -> dict[str, Any]:
    names = ("authorization", "token", "userinfo", "introspection", "revocation")
    return {
        "issuer": PROVIDER,
        **{f"{name}_endpoint": f"{PROVIDER}/{name}" for name in names},
        "jwks": {"keys": [public(token_key)]},
        "scopes_supported": ["openid", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "subject_types_supported": ["pairwise"],
        "acr_values_supported": [f"https://www.spid.gov.it/SpidL{level}" for level in (1, 2, 3)],
        "code_challenge_methods_supported": ["S256"],
        "client_registration_types_supported": ["automatic"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "request_parameter_supported": True,
        "claims_parameter_supported": True,
        "id_token_signing_alg_values_supported": ["RS256"],
        "organization_name": "Fornitore di prova",
        "logo_uri": f"{ANCHOR}/logo.svg",
    }


def onboard(anchor: Any, sub: str, kind: str, keys: list[dict[str, Any]], profile: str) -> Any:
    """Takes an entity in; its trust mark."""
    from spid_cie_oidc.authority import models

    entity = models.FederationDescendant.objects.create(
        sub=sub, name=kind, type=kind, jwks=keys, status="valid", is_active=True
    )
    assigned = models.FederationEntityProfile.objects.create(
        name=profile, profile_category=kind, profile_id=f"{MARK}{profile}", trust_mark_template={}
    )
    given = models.FederationEntityAssignedProfile.objects.create(descendant=entity, profile=assigned, issuer=anchor)
    return given.trust_mark


def let_people_in() -> None:
    from django.contrib.auth import get_user_model
    from django.db.models.signals import pre_save
    from spid_cie_oidc.provider.models import OidcSession

    for name, attributes in PEOPLE.items():
        person = get_user_model()(username=name, attributes=attributes, email="ada@example.org")
        person.set_password("prova")
        person.save()
    pre_save.connect(lie, sender=OidcSession, weak=False)


def lie(instance: Any, **_: Any) -> None:
    """Some people's sessions are not what was asked for: this provider itself always gives that."""
    attributes = instance.user.attributes
    instance.acr = attributes.get("_acr", instance.acr)
    instance.authz_request["nonce"] = attributes.get("_nonce", instance.authz_request["nonce"])


if __name__ == "__main__":
    configure()
    open_addresses()
    told = found()
    let_people_in()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    call_command("runserver", f"127.0.0.1:{TOLD['port']}", use_reloader=False, verbosity=0)
