"""The tables of places, made anew from the two packages: needs npm and the network."""

from importlib.resources import files
from pathlib import Path

from docs.places import HEADS, refresh


def test_the_tables_that_are_shipped_are_those_that_the_command_makes(tmp_path: Path) -> None:
    refresh(tmp_path)
    for name in HEADS:
        assert (tmp_path / f"{name}.csv").read_bytes() == (
            files("omnia_com.italy.data") / f"{name}.csv"
        ).read_bytes(), name
