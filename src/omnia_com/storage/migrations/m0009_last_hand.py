"""Which page saved a draft last, so that a page whose answer got lost is not taken for another tab."""

from omnia_com.storage.step import step

ID = "2026-11-24T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "last hand"

FORWARDS = ("ALTER TABLE bozza ADD pagina varchar(24) NOT NULL DEFAULT '', ADD passo integer NOT NULL DEFAULT 0",)
BACKWARDS = ("ALTER TABLE bozza DROP pagina, DROP passo",)

forwards = step(ID, DESCRIPTION, FORWARDS, BACKWARDS)
