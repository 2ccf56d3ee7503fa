"""Who may do what in the database (docs/decisions/0009): whoever migrates owns everything; the service and the archive
may do what their statements need, and own nothing.

Roles belong to the whole server, not to one database: a backup of the database does not have them. So each `migrate`
makes what is missing, and gives every right anew.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

from omnia_com.settings import Settings, SettingsError

from .database import AWAY
from .verifier import verifier

SERVICE, ARCHIVE = "omnia_servizio", "omnia_archivio"
SERVICE_MAY = {
    "dichiarante": "SELECT, INSERT, UPDATE (nome, cognome, data_nascita, luogo_nascita, luogo_nascita_provincia, "
    "email, cellulare, telefono, pec, aggiornato, contatti)",
    "accesso_in_corso": "SELECT, INSERT, DELETE",
    "sessione": "SELECT, INSERT, UPDATE (vista), DELETE",
    "modulo_tenuto": "SELECT, INSERT, DELETE",
    "bozza": "SELECT, INSERT, UPDATE (digitato, versione, aggiornata, rettifica, pagina, passo), DELETE",
    "protocollo": "SELECT, INSERT, UPDATE (ultimo)",
    "comunicazione": "SELECT, INSERT",
    "contenuto": "SELECT, INSERT (id, dichiarante), UPDATE (tipo, dimensione, sha256, stato, inviato), DELETE",
    "allegato": "SELECT, INSERT, DELETE",
    "documento": "SELECT, INSERT, UPDATE (stato, pdf, gettone, presa_fino, tentativi, pronto_il, "
    "da_solo, chieste), DELETE",
    "battito": "SELECT, INSERT, UPDATE (visto, browser), DELETE",
    "scambio": "SELECT, INSERT",
    "scambio_letto": "SELECT (id), INSERT",
    "registro_accessi": "SELECT, INSERT",
    "registro_giorno": "SELECT, INSERT (giorno, foglie, radice, marca)",
    "registro_foglia": "SELECT, INSERT",
    "regola": "SELECT",
    "migration": "SELECT",
    "eliminata": "SELECT (protocollo, inviata_il, sha256)",
    "saltata": "",
}
ARCHIVE_MAY = {
    "comunicazione": "SELECT, DELETE",
    "documento": "SELECT, DELETE",
    "bozza": "SELECT (id, rettifica)",
    "contenuto": "SELECT (id), UPDATE (inviato)",
    "eliminata": "SELECT, INSERT",
}
_TABLES = ", ".join(SERVICE_MAY)
_GRANTS = f"""
    REVOKE ALL ON {_TABLES} FROM PUBLIC, {SERVICE}, {ARCHIVE};
    {"".join(f"GRANT {may} ON {table} TO {SERVICE};" for table, may in SERVICE_MAY.items() if may)}
    {"".join(f"GRANT {may} ON {table} TO {ARCHIVE};" for table, may in ARCHIVE_MAY.items())}
    GRANT USAGE ON SEQUENCE allegato_id_seq, scambio_letto_id_seq TO {SERVICE};
    GRANT EXECUTE ON FUNCTION dimentica_accessi, dimentica_scambi TO {SERVICE};
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {SERVICE}, {ARCHIVE};
    GRANT USAGE ON SCHEMA public TO {SERVICE}, {ARCHIVE};
    DO $$ BEGIN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, {SERVICE}, {ARCHIVE}', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO {SERVICE}, {ARCHIVE}', current_database());
    END $$;
"""
_RULES = """
    UPDATE regola SET accessi_giorni = $1, scambi_mesi = $2, orologio_di_prova = $3,
        passi = ARRAY(SELECT name FROM migration WHERE app_name = 'omnia_com')
"""
# Two databases of one server may be migrated at once.
_MAKE = """
    DO $$ BEGIN
        CREATE ROLE {} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
TO_ASK = (
    "Mancano ruoli che questo utente di PostgreSQL non può fare. Chi amministra la base dati esegue una volta:\n"
    "{}\npoi di nuovo omnia-com migrate"
)
_REFUSED = (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)


async def make_roles(owner: asyncpg.Connection, settings: Settings) -> None:
    """Both roles, and the user of `OMNIA_DATABASE_URL` as one that has the service's.

    Raises `SettingsError` with the lines to be run by somebody who may, where *owner* may not.
    """
    try:
        for role in (SERVICE, ARCHIVE):
            if not await _there(owner, role):
                await owner.execute(_MAKE.format(role))
        await _let_in(owner, settings)
    except asyncpg.InsufficientPrivilegeError as e:
        raise SettingsError(TO_ASK.format("\n".join(await _to_ask(owner, service_user(settings))))) from e


def service_user(settings: Settings) -> str:
    """The user who is to have the service's role: none, where the owner's address is the only one."""
    return unquote(urlsplit(settings.database_url).username or "") if settings.database_owner_url else ""


async def _let_in(owner: asyncpg.Connection, settings: Settings) -> None:
    if not (user := service_user(settings)):
        return
    if not await _there(owner, user):
        await _run(owner, "CREATE ROLE %I LOGIN", user)
    if not await owner.fetchval("SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", user):
        await _run(owner, "ALTER ROLE %I LOGIN", user)
    if not await owner.fetchval("SELECT pg_has_role($1::text, $2::text, 'USAGE')", user, SERVICE):
        await _run(owner, f"GRANT {SERVICE} TO %I", user)
    password = unquote(urlsplit(settings.database_url).password or "")
    if password and not await _enters(settings.database_url):
        await _run(owner, "ALTER ROLE %I PASSWORD %L", user, verifier(password))


async def _enters(url: str) -> bool:
    """False only for a password that is refused: what does not answer from here may answer the service."""
    try:
        await (await asyncpg.connect(url, timeout=5)).close()
    except _REFUSED:
        return False
    except (*AWAY, ValueError):
        pass
    return True


async def _there(owner: asyncpg.Connection, role: str) -> bool:
    return bool(await owner.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role))


async def _run(owner: asyncpg.Connection, statement: str, *names: str) -> None:
    places = ", ".join(f"${n}::text" for n in range(2, len(names) + 2))
    await owner.execute(await owner.fetchval(f"SELECT format($1, {places})", statement, *names))


async def _to_ask(owner: asyncpg.Connection, user: str) -> list[str]:
    lines = [f"  CREATE ROLE {role} NOLOGIN;" for role in (SERVICE, ARCHIVE) if not await _there(owner, role)]
    if user == SERVICE:
        return [*lines, f"  ALTER ROLE {SERVICE} LOGIN PASSWORD '…';"]
    if user and not await _there(owner, user):
        lines.append(f"  CREATE ROLE \"{user}\" LOGIN PASSWORD '…';")
    return [*lines, f'  GRANT {SERVICE} TO "{user}";'] if user else lines


async def grant(owner: asyncpg.Connection, settings: Settings) -> None:
    """Every right of both roles anew, and what the database holds the service to; all or nothing."""
    async with owner.transaction():
        await owner.execute(_GRANTS)
        held_to = (settings.conserva_accessi, settings.conserva_registro, settings.adesso is not None)
        await owner.execute(_RULES, *held_to)


async def too_much(service: Any) -> str:
    """What the user of the connection *service* can do that a service should not; '' for nothing."""
    return str(await service.fetchval(_TOO_MUCH))


_TOO_MUCH = f"""
    SELECT CASE
        WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN 'è un superutente'
        WHEN pg_has_role((SELECT relowner FROM pg_class WHERE oid = 'comunicazione'::regclass), 'MEMBER')
            THEN 'possiede le tabelle'
        WHEN pg_has_role('{ARCHIVE}', 'MEMBER') THEN 'ha il ruolo {ARCHIVE}'
        ELSE '' END
"""  # noqa: S608 – a name of ours
