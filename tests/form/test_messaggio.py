"""The form asks what the Messaggio 4672/2023 lists, in its words; what is more than that has its reason."""

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import omnia_com
from omnia_com.form import field_groups
from omnia_com.form.field_groups import AUTONOMO, DICHIARAZIONI, GROUPS, SUBORDINATO, TIPOLOGIA, Group
from omnia_com.form.fields import Country, Field, LongChoice, Tick
from omnia_com.people.declarants import LABELS

# §2 of the Messaggio. Its list for employees is torn at a page break, between the working hours and the notes.
DICHIARANTE = """
nome; cognome; codice fiscale; data di nascita; luogo di nascita (provincia); luogo di nascita (città);
indirizzo e-mail; cellulare; telefono; indirizzo PEC"""
LAVORO_SUBORDINATO = """
tipologia di rioccupazione; sede di lavoro (stato); sede di lavoro (provincia); sede di lavoro (città);
sede di lavoro (via/piazza); CAP; reddito presunto annuale (lordo fiscale); orario di lavoro settimanale;
lavoro agricolo/intermittente; giornate lavorate; ore di lavoro giornaliero; ulteriori annotazioni"""
LAVORO_AUTONOMO = """
tipologia di rioccupazione; data inizio rioccupazione; data fine rioccupazione; partita IVA;
tipologia di lavoratore autonomo/parasubordinato; reddito presunto annuale (lordo fiscale); ulteriori annotazioni"""
NOT_FIELDS = {"allegati", "dichiarazioni"}  # files, and two ticks beside "Invia": the list above leaves them out

# The order of the form, and what is asked beyond the Messaggio because the service cannot work without it.
SUBORDINATO_NAMES = """
data_inizio tipo_contratto data_fine datore_lavoro datore_codice_fiscale sede_stato sede_stato_nome
stato_non_in_elenco sede_provincia sede_citta comune_non_in_elenco
sede_via sede_cap reddito_presunto_annuale lavoro_agricolo_intermittente orario_settimanale
giornate_lavorate ore_giornaliere collocazione_oraria datore_integrazione_salariale annotazioni"""
AUTONOMO_NAMES = """
data_inizio data_fine tipologia_autonomo tipologia_autonomo_altro partita_iva partita_iva_in_attesa
reddito_presunto_annuale annotazioni"""
ADDED = {
    "Tipo di contratto": "whether there must be an end, and what it means for the benefit",
    "Data inizio rioccupazione": "the communication must come before it",
    "Data fine rioccupazione": "what it means for the benefit",
    "Datore di lavoro": "who hires",
    "Codice fiscale del datore di lavoro": "who hires, without mistakes",
    "Quale stato?": "the name of the state, where it is not Italy",
    "Il mio stato non c’è": "the way out of a list that grows old",
    "Il mio comune non c’è": "the way out of a list that grows old",
    "Il nuovo lavoro si svolge in giorni o ore diversi da quelli del lavoro sospeso?": "§2 of the Messaggio, in prose",
    "Datore di lavoro che ha chiesto la cassa integrazione": "addressee of the letter to the employer",
    "Quale?": "what «Altro» means",
    "Non ho ancora la partita IVA": "who communicates in advance may not have it yet",
}


def words(listed: str) -> list[str]:
    return [" ".join(entry.split()).casefold() for entry in listed.split(";")]


@pytest.mark.parametrize(("group", "listed"), [(SUBORDINATO, LAVORO_SUBORDINATO), (AUTONOMO, LAVORO_AUTONOMO)])
def test_the_form_asks_what_the_messaggio_lists_and_nothing_without_a_reason(group: Group, listed: str) -> None:
    labels = [f.label for f in (TIPOLOGIA, *group.fields)]
    asked = {label.casefold() for label in labels}
    assert asked >= set(words(listed))
    without = asked - set(words(listed)) - {label.casefold() for label in ADDED}
    assert not without, "what the Messaggio does not list needs its reason: a line of ADDED"
    assert len(asked) == len(labels), "no label twice"


@pytest.mark.parametrize(("group", "names"), [(SUBORDINATO, SUBORDINATO_NAMES), (AUTONOMO, AUTONOMO_NAMES)])
def test_the_order_of_the_form(group: Group, names: str) -> None:
    """That of the specification, but for the end, which stands right after the contract that may need one."""
    assert [f.name for f in group.fields if f.name in names.split()] == names.split()


def test_no_reason_is_left_over() -> None:
    assert ADDED.keys() <= {f.label for group in GROUPS.values() for f in group.fields}


def test_the_ten_data_of_the_summary_are_those_of_the_messaggio() -> None:
    assert [label.casefold() for label in LABELS.values()] == words(DICHIARANTE)


def test_the_two_tipologie_have_the_titles_of_the_messaggio() -> None:
    assert [g.title for g in GROUPS.values()] == ["Lavoro subordinato", "Lavoro autonomo/parasubordinato"]
    assert TIPOLOGIA.required
    assert not isinstance(TIPOLOGIA.kind, LongChoice), "both stand on the page, and none is chosen beforehand"


def test_the_declarations_are_two_ticks() -> None:
    assert [f.name for f in DICHIARAZIONI] == ["dichiarazione_veridicita", "dichiarazione_privacy"]
    assert all(isinstance(f.kind, Tick) and f.required for f in DICHIARAZIONI)


def test_only_the_state_has_a_default() -> None:
    kinds = {f.name: f.kind for group in GROUPS.values() for f in group.fields}
    assert {n: k.default for n, k in kinds.items() if isinstance(k, Country)} == {"sede_stato": "IT"}
    assert not [n for n, k in kinds.items() if hasattr(k, "default") and not isinstance(k, Country)]


# The stop rules, so that this never becomes a form engine.


def test_a_field_has_five_attributes() -> None:
    assert [f.name for f in fields(Field)] == ["name", "label", "kind", "required", "hint"]


@pytest.mark.parametrize("thing", [TIPOLOGIA, SUBORDINATO, AUTONOMO, *SUBORDINATO.fields, *AUTONOMO.fields])
def test_fields_and_groups_are_frozen_and_none_holds_a_function(thing: Field | Group) -> None:
    for attribute in fields(thing):
        assert not callable(getattr(thing, attribute.name))
        with pytest.raises(FrozenInstanceError):
            setattr(thing, attribute.name, None)


def test_nowhere_is_a_field_treated_by_its_name() -> None:
    source = Path(omnia_com.__file__).parent
    by_name = re.compile(r"""\b(field|f|c|control)\.name\s*([!=]=|in\s*[\[({"'])|match .*\.name:""")
    guilty = [
        f"{path.name}: {line.strip()}"
        for path in (*source.rglob("*.py"), *(source.parent.parent / "templates").rglob("*.html"))
        for line in path.read_text().splitlines()
        if by_name.search(line)
    ]
    assert not guilty


def test_the_data_have_no_html_and_no_conditions() -> None:
    text = Path(field_groups.__file__).read_text()
    assert not re.search(r"</?[a-z]+>|&[a-z]+;|\blambda\b|\bif\b", re.sub(r'"[^"]*"', "", text))
    assert not re.search(r"<[a-z/]|&[a-z]+;", text)
