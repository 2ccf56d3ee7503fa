"""Sent communications may go after ten years, by the hand of one role of the database that nobody signs in as."""

import asyncpg

from omnia_com.settings import SettingsError
from omnia_com.storage.step import step
from omnia_com.storage.tables import Eliminata

ID = "2026-11-24T12:13:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "archive"

NO_ROLE = (
    "Manca il ruolo omnia_archivio e questo utente di PostgreSQL non può crearlo. Chi amministra la base dati esegua "
    "una volta: CREATE ROLE omnia_archivio NOLOGIN; poi di nuovo omnia-com migrate"
)
ROLE = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'omnia_archivio') THEN
            CREATE ROLE omnia_archivio NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$
"""
REFUSAL = "RAISE EXCEPTION 'una comunicazione inviata non si modifica e non si cancella' USING ERRCODE = 'restrict_violation';"


async def _make_role() -> None:
    """Raises `SettingsError` where the role is missing and may not be made. The role itself outlives BACKWARDS."""
    try:
        await Eliminata.raw(ROLE)
    except asyncpg.InsufficientPrivilegeError as e:
        raise SettingsError(NO_ROLE) from e


FORWARDS = (
    _make_role,
    """
    CREATE TABLE eliminata (
        protocollo varchar(24) PRIMARY KEY,
        inviata_il timestamptz NOT NULL,
        sha256 varchar(64) NOT NULL,
        eliminata_il timestamptz NOT NULL DEFAULT now(),
        operatore text NOT NULL
    )
    """,
    f"""
    CREATE OR REPLACE FUNCTION comunicazione_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_user = 'omnia_archivio' AND OLD.inviata_il < now() - interval '10 years' THEN
            RETURN OLD;
        END IF;
        {REFUSAL}
    END $$
    """,
    "GRANT SELECT, DELETE ON comunicazione, documento TO omnia_archivio",
    "GRANT SELECT (id, rettifica) ON bozza TO omnia_archivio",
    "GRANT SELECT, INSERT ON eliminata TO omnia_archivio",
)
BACKWARDS = (
    f"""
    CREATE OR REPLACE FUNCTION comunicazione_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {REFUSAL} END $$
    """,
    "DROP TABLE eliminata",
    "DROP OWNED BY omnia_archivio",
)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
