"""The map in the README is the house: the same rooms, in the order in which they may know each other."""

import re
import tomllib

import pytest

from tests import ROOT

PACKAGE = ROOT / "src" / "omnia_com"
READMES = ("README.md", "README.en.md")


def drawn(readme: str) -> list[str]:
    """What the map names, in its order, as paths from the root; a folder ends with `/`."""
    (lines,) = re.findall(r"^```\n(src/omnia_com/.*?)^```", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    found: list[str] = []
    above = [""]
    for line in lines.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r" {2,}", line.strip())[0].split()
        found += [above[depth] + name for name in names]
        above[depth + 1 :] = [above[depth] + names[-1]]
    return found


def rooms() -> set[str]:
    """Every folder of the package, but the three that are links to folders beside it."""
    folders = (path for path in PACKAGE.rglob("*/") if path.name != "__pycache__")
    return {f"{path.relative_to(ROOT)}/" for path in folders if not any(p.is_symlink() for p in (path, *path.parents))}


def files() -> set[str]:
    return {str(path.relative_to(ROOT)) for path in PACKAGE.glob("*.py") if path.name != "__init__.py"}


def beside() -> set[str]:
    """The folders at the root that are published."""
    ignored = set((ROOT / ".gitignore").read_text().split())
    names = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return names - ignored - {"src/"}


@pytest.mark.parametrize("readme", READMES)
def test_the_map_names_every_room_and_no_other(readme: str) -> None:
    assert sorted(drawn(readme)) == sorted({"src/omnia_com/"} | files() | rooms() | beside())


@pytest.mark.parametrize("readme", READMES)
def test_a_room_stands_above_those_that_it_may_know(readme: str) -> None:
    """As the contract of rooms has it, which `lint-imports` keeps."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    height = {name: n for n, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}
    inside = (path.removeprefix("src/omnia_com/").rstrip("/").removesuffix(".py") for path in drawn(readme))
    names = [name for name in inside if name in height and name not in ("workers", "templates", "static")]
    assert [height[name] for name in names] == sorted(height[name] for name in names)


def test_the_two_languages_draw_the_same_map() -> None:
    assert drawn("README.md") == drawn("README.en.md")
