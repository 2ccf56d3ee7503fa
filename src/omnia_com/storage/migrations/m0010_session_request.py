"""Which exchange of the register opened a session, so that its end is kept with it."""

from omnia_com.storage.step import step

ID = "2026-11-24T07:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "session request"

FORWARDS = ("ALTER TABLE sessione ADD richiesta text NOT NULL DEFAULT ''",)
BACKWARDS = ("ALTER TABLE sessione DROP richiesta",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
