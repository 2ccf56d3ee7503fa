"""Under which name and notice a communication was sent: its receipt goes on showing them, whatever the settings become."""

from omnia_com.storage.step import step

ID = "2026-11-24T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "heading"

FORWARDS = ("ALTER TABLE comunicazione ADD ente text, ADD avviso text",)
BACKWARDS = ("ALTER TABLE comunicazione DROP ente, DROP avviso",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
