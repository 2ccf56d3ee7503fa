"""How templates are written, and what of that reaches a page."""

import re
from pathlib import Path

import pytest

from omnia_com import templates

FOLDER = Path(str(templates.__file__)).parent
ALL = {str(f.relative_to(FOLDER)): f.read_text("utf-8") for f in sorted(FOLDER.rglob("*.html"))}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<ul>\n  <li>uno</li>\n  <li>due</li>\n</ul>\n", "<ul><li>uno</li><li>due</li></ul>"),
        ("<p>\n  due\n  parole\n</p>", "<p>due parole</p>"),
        ("<p>\n  {{ text }}\n</p>", "<p>Testo</p>"),
        ("{{ text }}\n{{ text }}", "TestoTesto"),
        ('{{ text }}\n{{ " " }}\n{{ text }}', "Testo Testo"),
        ("uno {{ text }} due", "uno Testo due"),
        ("<b>uno</b> <b>due</b>", "<b>uno</b> <b>due</b>"),
        ('<input id="a"\n  name="b"\n  {% if text %} checked{% endif %}>', '<input id="a" name="b" checked>'),
        ('<textarea>\n  {{ "\\n" }}{{ two_lines }}\n</textarea>', "<textarea>\nuno\n due</textarea>"),
    ],
)
def test_lines_are_for_whoever_reads_the_template(written: str, shown: str) -> None:
    template = templates.environment().from_string(written)
    assert template.render(text="Testo", two_lines="uno\n due") == shown


def test_a_fault_is_told_with_the_line_of_the_file() -> None:
    template = templates.environment().from_string("<ul>\n  <li>\n    {{ 1 // 0 }}\n  </li>\n</ul>")
    with pytest.raises(ZeroDivisionError) as fault:
        template.render()
    assert fault.traceback[-1].lineno == 2  # from 0


@pytest.mark.parametrize("name", ALL)
def test_no_line_is_too_long_to_read(name: str) -> None:
    assert [line for line in ALL[name].split("\n") if len(line) > 120] == []


def test_the_token_stands_in_one_place() -> None:
    assert [name for name, text in ALL.items() if 'name="csrf"' in text] == ["_csrf.html"]


@pytest.mark.parametrize("name", ALL)
def test_whatever_posts_to_us_has_the_token(name: str) -> None:
    """But for the page that leads to a SAML provider, and those for whoever has no session: the check of a receipt,
    which changes nothing, and the provider of the demonstration."""
    forms = re.findall(r'<form[^>]* method="post".*?</form>', ALL[name], re.DOTALL)
    elsewhere = name in ("vai_al_fornitore.html", "fornitore_dimostrativo.html", "verifica.html")
    assert all(('{% include "_csrf.html" %}' in form) != elsewhere for form in forms)
