"""The script of the form page made of its parts; `make script` writes its short form, static/modulo.min.js."""

from importlib.resources import files
from pathlib import Path

STATIC = Path(str(files("omnia_com.static")))
SHORT = STATIC / "modulo.min.js"
PARTS = ("page", "autosave", "submit", "swap", "htmx")  # each uses, as the page is read, only those before it


def whole() -> str:
    """The parts of `static/script` in one function, so that none of their names is the page's."""
    parts = ((STATIC / "script" / f"{name}.js").read_text("utf-8") for name in PARTS)
    return "(() => {\n" + "\n".join(parts) + "})();\n"


def short() -> str:
    import minify  # only to be had for Linux

    return str(minify.string("application/javascript", whole()))


if __name__ == "__main__":
    SHORT.write_text(short() + "\n", "utf-8")
