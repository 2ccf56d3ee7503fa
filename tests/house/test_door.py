"""What somebody reads first: the READMEs and the files beside them say what is there, and what can be done."""

import re
import subprocess
import sys

import pytest
import yaml

import omnia_com
from omnia_com import languages
from omnia_com.commands.up.up import NEXT_STEPS
from tests import ROOT

READMES = ("README.md", "README.en.md")
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "deploy" / "README.md")
    if page.name != "CHANGELOG.md"
)
PUBLIC = yaml.safe_load((ROOT / "publiccode.yml").read_text())


def text(page: str) -> str:
    return (ROOT / page).read_text()


def commands(page: str) -> list[str]:
    """Each `make …` and `omnia-com …` that the page names, in its order."""
    return re.findall(r"(?:^ {4}|`)((?:make|omnia-com) [a-z][a-z-]*)\b", text(page), re.MULTILINE)


@pytest.fixture(scope="module")
def known() -> set[str]:
    """What `make help` and `omnia-com --help` know."""
    targets = re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE)
    told = subprocess.run([sys.executable, "-m", "omnia_com", "--help"], capture_output=True, text=True, check=True)
    ours = re.findall(r"^ {4}([a-z][a-z-]+)", told.stdout, re.MULTILINE)
    return {f"make {name}" for name in targets} | {f"omnia-com {name}" for name in ours}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_exists(page: str, known: set[str]) -> None:
    assert set(commands(page)) <= known


def test_the_two_commands_come_first_in_both_languages() -> None:
    assert [commands(page)[:2] for page in READMES] == [["make run", "make test"]] * 2
    assert set(commands("README.en.md")) <= set(commands("README.md"))


def test_the_door_is_short() -> None:
    assert len(text("README.md").splitlines()) <= 150
    assert len(text("README.en.md").splitlines()) <= len(text("README.md").splitlines())


def test_the_readme_says_what_to_do_now_as_make_run_does() -> None:
    assert f"```\n{NEXT_STEPS.format(address='http://127.0.0.1:8000')}\n```" in text("README.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_and_picture_that_is_linked_exists(page: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", text(page)) + re.findall(r'src="([^"]+)"', text(page))
    here = (ROOT / page).parent
    missing = [
        link for link in links if "://" not in link and not link.startswith("mailto:") and not (here / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    """Those with a folder before them: `deploy/nginx.conf`."""
    named = re.findall(
        r"`((?:src|tests|docs|deploy|static|templates|workers|bench|LICENSES|\.ci|\.github)/[^`\s…*]*)`", text(page)
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = " ".join(text(page) for page in (*READMES, "publiccode.yml"))
    assert [image.name for image in (ROOT / "docs" / "img").iterdir() if image.name not in shown] == []


def test_one_version_everywhere() -> None:
    version, date = re.findall(r"^## (\S+) – (\S+)$", text("CHANGELOG.md"), re.MULTILINE)[0]
    assert omnia_com.__version__ == version == PUBLIC["softwareVersion"]
    assert date == PUBLIC["releaseDate"]


def test_publiccode_keeps_its_standard() -> None:
    """What version 0.7 asks for, in so far as a machine without the net can tell."""
    assert PUBLIC["publiccodeYmlVersion"] == "0.7"
    asked = {"name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal", "maintenance"}
    assert asked | {"localisation"} <= PUBLIC.keys()
    assert not {"it", "IT"} & PUBLIC.keys(), "deprecated: `supports` says it"
    assert PUBLIC["intendedAudience"]["countries"] == ["IT"]
    assert sorted(PUBLIC["localisation"]["availableLanguages"]) == sorted(languages.catalogues())
    for told in PUBLIC["description"].values():
        assert len(told["shortDescription"]) <= 150 <= len(told["longDescription"]) <= 10_000
        assert told["features"]
        assert all((ROOT / image).exists() for image in told["screenshots"])


@pytest.mark.parametrize("file", [".github/workflows/ci.yml", ".gitlab-ci.yml"])
def test_a_build_machine_runs_what_everybody_runs(file: str) -> None:
    jobs = yaml.safe_load(text(file))
    assert "bash .ci/run" in str(jobs)
    assert all(re.fullmatch(r"\S+@[0-9a-f]{40}", action) for action in re.findall(r"uses: (\S+)", text(file)))
