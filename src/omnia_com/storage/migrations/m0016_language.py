"""In which language a communication was sent: its receipt has the translation of that language beside the labels."""

from omnia_com.storage.step import step

ID = "2026-11-24T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "language"

FORWARDS = ("ALTER TABLE comunicazione ADD lingua varchar(8) NOT NULL DEFAULT 'it'",)
BACKWARDS = ("ALTER TABLE comunicazione DROP lingua",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
