"""Each person's own contacts, beside those that the identity provider gives."""

from omnia_com.storage.step import step

ID = "2026-11-23T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "contacts"

FORWARDS = ("ALTER TABLE dichiarante ADD contatti jsonb CHECK (jsonb_typeof(contatti) = 'object')",)
BACKWARDS = ("ALTER TABLE dichiarante DROP contatti",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
