"""Under which name a SAML provider knows a session, for its single logout."""

from omnia_com.storage.step import step

ID = "2026-11-24T12:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "name of a session at its SAML provider"

FORWARDS = ("ALTER TABLE sessione ADD name_id text NOT NULL DEFAULT ''",)
BACKWARDS = ("ALTER TABLE sessione DROP name_id",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
