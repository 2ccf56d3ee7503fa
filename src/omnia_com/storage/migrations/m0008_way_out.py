"""Where signing out leads a session's browser, for the policy of its pages."""

from omnia_com.storage.step import step

ID = "2026-11-24T06:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "way out"

FORWARDS = ("ALTER TABLE sessione ADD uscita text NOT NULL DEFAULT ''",)
BACKWARDS = ("ALTER TABLE sessione DROP uscita",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
