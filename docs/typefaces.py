"""`make typefaces`: makes the typefaces of the receipts anew that draw combining marks, arrows and other signs.

They are cut out of the whole Noto typefaces (SIL Open Font License, static/fonts/OFL.txt), which come through npm and
are only unpacked. `noto-marks` has letters and marks in one file, with the tables that place the one over the other:
the files by script do not, and a mark of another file lands beside its letter.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "static" / "fonts"
SOURCES = {  # name: package, file in it, code points, layout features
    "noto-marks": (
        "@expo-google-fonts/noto-sans@0.4.2",
        "400Regular/NotoSans_400Regular.ttf",
        "20-7E,A0-2AF,300-34E,350-52F,1E00-1FFF,2010-2012,2015-2017,2020-2027,2030-203D,2070-209C,20F0,2100-218F,FE20-FE2F",
        "mark,mkmk,ccmp",
    ),
    "noto-math": (
        "@fontsource/noto-sans-math@5.3.0",
        "files/noto-sans-math-latin-400-normal.woff2",
        "2190-22FF,27F0-27FF",
        "",
    ),
    "noto-symbols": (
        "@fontsource/noto-sans-symbols-2@5.3.0",
        "files/noto-sans-symbols-2-symbols-400-normal.woff2",
        "2300-23FF,25A0-27BF",
        "",
    ),
}
OWN = 0xE000  # the first code point for private use


def refresh(folder: Path) -> None:
    """Writes the typefaces into *folder*. Raises `CalledProcessError` when npm does."""
    for name, (package, path, points, features) in SOURCES.items():
        with tempfile.TemporaryDirectory() as unpacked:
            whole = fetched(package, Path(unpacked)) / path
            cut = ("--no-hinting", "--desubroutinize", f"--layout-features={features}", f"--unicodes={points}")
            output = folder / f"{name}-400.woff2"
            subset.main([str(whole), *cut, "--flavor=woff2", f"--output-file={output}"])
            named(output)


def fetched(package: str, folder: Path) -> Path:
    command = ("npm", "pack", "--silent", package)
    packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def named(path: Path) -> None:
    """Gives a code point for private use to each glyph that has none, such as an «į» without its dot.

    In PDF/A every glyph says which sign it stands for. What is read there is the text beside it, never that code.
    """
    font = TTFont(path, recalcTimestamp=False)
    known = set(font.getBestCmap().values()) | {".notdef"}
    nameless = [glyph for glyph in font.getGlyphOrder() if glyph not in known]
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap |= {OWN + number: glyph for number, glyph in enumerate(nameless)}
    font.save(path)


if __name__ == "__main__":
    refresh(Path(sys.argv[1]) if len(sys.argv) > 1 else FONTS)
