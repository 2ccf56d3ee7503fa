"""States by every name that people give them, and never by a guess."""

from collections import defaultdict
from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from docs.state_names import ISO, ITALY, rows
from omnia_com.form.answers import read
from omnia_com.form.messages import error
from omnia_com.italy import places, states
from omnia_com.languages import catalogues
from omnia_com.languages.signs import letters
from tests.helpers.browsing import Visitor
from tests.helpers.kinds import quick
from tests.helpers.people import SUBORDINATO
from tests.helpers.steps import new_draft, posted_draft, send

TODAY = date(2026, 11, 23)
NAMES = [(row["belfiore"], row["nome"]) for row in places.table("stati_nomi")]
ABROAD = {"sede_citta": "Città", "sede_provincia": "", "sede_cap": ""}


def problems(**typed: str) -> list[str]:
    return [f"{p.field}:{p.code}" for p in read(SUBORDINATO | ABROAD | typed, TODAY).problems]


def words(**typed: str) -> str:
    (problem,) = read(SUBORDINATO | ABROAD | typed, TODAY).problems
    return error(problem)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Olanda", "Z126"), ("Gran Bretagna", "Z114"), ("Inghilterra", "Z114"), ("Scozia", "Z114"), ("Galles", "Z114"),
        ("U.K.", "Z114"), ("USA", "Z404"), ("U.S.A.", "Z404"), ("stati uniti", "Z404"), ("Vaticano", "Z106"),
        ("Cechia", "Z156"), ("Palestina", "Z161"), ("Moldavia", "Z140"), ("Birmania", "Z206"), ("Schweiz", "Z133"),
        ("Switzerland", "Z133"), ("Suisse", "Z133"), ("Deutschland", "Z112"), ("Österreich", "Z102"),
        ("Oesterreich", "Z102"), ("Aegypten", "Z336"), ("España", "Z131"), ("România", "Z129"), ("Ελλάδα", "Z115"),
        ("Україна", "Z138"), ("中国", "Z210"), ("日本", "Z219"), ("المغرب", "Z330"),
        ("Maroc", "Z330"), ("Shqipëri", "Z100"),
        ("Türkiye", "Z243"), ("Macedonia", "Z148"), ("Bosnia", "Z153"), ("Swaziland", "Z349"), ("Sud Africa", "Z347"),
        ("Costa d'Avorio", "Z313"), ("costa d’avorio", "Z313"), ("COSTA D`AVORIO", "Z313"), ("Ivory Coast", "Z313"),
        ("guinea–bissau", "Z320"), ("isole faer oer", "Z108"), ("Isole Faroe", "Z108"), ("PERU\u0300", "Z611"),
        ("Congo", "Z311"), ("Congo Kinshasa", "Z312"), ("Guinea", "Z319"), ("Niger", "Z334"), ("Sudan", "Z348"),
        ("Repubblica Dominicana", "Z505"), ("Dominican Republic", "Z505"), ("Dominica", "Z526"), ("Irlanda", "Z116"),
        ("Irlanda del Nord", "Z114"), ("Corea del Sud", "Z213"), ("South Korea", "Z213"), ("Nordkorea", "Z214"),
        ("la Svizzera", "Z133"), ("l’Olanda", "Z126"), ("gli Stati Uniti", "Z404"), ("The Netherlands", "Z126"),
        ("die Schweiz", "Z133"), ("Repubblica di Croazia", "Z149"), ("Regno di Spagna", "Z131"),
        ("Kingdom of Norway", "Z125"), ("Königreich Dänemark", "Z107"), ("Republic of Ireland", "Z116"),
        ("Repubblica di Cina", "Z217"), ("Repubblica Popolare Cinese", "Z210"), ("Repubblica di Corea", "Z213"),
        ("Stati Uniti Messicani", "Z514"), ("Italy", "IT"), ("Italien", "IT"), ("italia", "IT"), ("it", "IT"),
        ("z133", "Z133"), ("Vene", "Z614"), ("Emirati Ar", "Z215"),
    ],
)  # fmt: skip
def test_state_by_the_names_that_people_use(typed: str, code: str) -> None:
    assert states.code_of(typed) == code
    others = {"sede_stato": "estero", "sede_stato_nome": typed}
    assert read(SUBORDINATO | ABROAD | others, TODAY).values["sede_stato"] == code


@pytest.mark.parametrize(
    "typed",
    [
        "Domi", "Stati", "Repubblica", "Repubblica Democratica", "Corea", "Korea", "costa", "Guin", "Austr", "Ira",
        "Irla", "Nord", "Slov", "Isole", "Saint", "Sant", "San", "Arabi", "Nuova",
        "Ven", "Nige", "Stati Unit0", "Z999", "Z1", "altro",
        "Atlantide", "Jugoslavia", "Hong Kong", "-", "'", "Svizzera¹", "Svizzera Italia", "Francia o Belgio",
    ],
)  # fmt: skip
def test_state_that_is_none_or_could_be_two_is_not_guessed(typed: str) -> None:
    assert states.code_of(typed) == ""
    assert problems(sede_stato=typed) == ["sede_stato:non_valido"]
    assert problems(sede_stato="estero", sede_stato_nome=typed) == ["sede_stato:non_valido"]


def test_every_state_by_every_listed_name() -> None:
    for code, name in [*states.names().items(), *NAMES]:
        for typed in (name, name.upper(), f" {name.lower()} ", name.replace("'", "’").replace("-", " ")):
            assert states.code_of(typed) == code, typed


@pytest.mark.parametrize("language", catalogues())
def test_every_state_by_its_name_in_each_language_of_the_service(language: str) -> None:
    """CLDR is the oracle: its names for the states of the table, told by their names in Italian and English."""
    italian, english, names = (Locale(code).territories for code in ("it", "en", language))
    tried = 0
    for iso, name in names.items():
        code = {states.code_of(italian.get(iso, "")), states.code_of(english.get(iso, ""))} - {""}
        if len(iso) == 2 and len(code) == 1 and iso in {*ISO.values()} | set(italian):
            tried += letters(name) in states._by_name()
    assert tried > 205


def test_of_two_states_no_name_is_the_same() -> None:
    owners = defaultdict(set)
    for code, name in [*states.names().items(), *NAMES]:
        owners[letters(name)].add(code)
    assert not {name: codes for name, codes in owners.items() if len(codes) > 1}


def test_names_that_two_states_share_stop_the_command() -> None:
    with pytest.raises(ValueError, match="Olanda"):
        rows([("Z110", "Francia"), ("Z126", "Paesi Bassi")], {"Z110": ["Olanda"]})
    assert ITALY[0] == states.ITALY


@quick
@given(st.sampled_from([name for _, name in NAMES] + list(states.names().values())), st.integers(1, 20))
def test_a_beginning_means_a_state_only_if_it_fits_no_other(name: str, length: int) -> None:
    start = name[:length].strip()
    code = states.code_of(start)
    fits = {c for c, n in [*states.names().items(), *NAMES] if letters(n).startswith(letters(start))}
    whole = {c for c, n in [*states.names().items(), *NAMES] if letters(start) == letters(n)}
    assert not code or whole == {code} or fits == {code} or not letters(start).isascii()


# What is said of a state that is not understood.


def test_each_refusal_says_what_is_true_of_this_name() -> None:
    assert words(sede_stato="Corea").startswith("Più stati hanno un nome che comincia così")
    assert words(sede_stato="Jugoslavia").startswith("Oggi non c’è più uno stato con questo nome")
    assert words(sede_stato="Atlantide").startswith("Non riconosciamo questo stato")
    assert words(sede_stato="estero").startswith("Scrivi il nome dello stato")
    assert words(sede_stato="x" * 101, stato_non_in_elenco="si").startswith("Il nome dello stato è troppo lungo")


def test_a_state_that_is_not_listed_has_a_way_out() -> None:
    unlisted = {"sede_stato": "estero", "sede_stato_nome": "Atlantide", "stato_non_in_elenco": "si"}
    assert problems(**unlisted) == []
    answers = read(SUBORDINATO | ABROAD | unlisted, TODAY)
    rows = {row.label: row for row in answers.rows()}
    assert rows["Sede di lavoro (stato)"].value == "Atlantide"
    assert not rows["Sede di lavoro (stato)"].fixed, "these are the person's words"
    assert rows["Il mio stato non c’è"].value == "Sì"


def test_in_italy_nothing_of_another_state_is_asked() -> None:
    left_over = {"sede_stato": "IT", "sede_stato_nome": "Atlantide", "stato_non_in_elenco": "si"}
    answers = read(SUBORDINATO | left_over, TODAY)
    assert answers.problems == ()
    assert not {"sede_stato_nome", "stato_non_in_elenco"} & {f.name for f in answers.asked}
    assert "sede_stato_nome" not in answers.verbatim(SUBORDINATO | left_over)


# On the page.


async def test_two_radios_and_a_name(anna: Visitor) -> None:
    draft = await new_draft(anna, SUBORDINATO)
    assert anna.page.value("sede_stato") == "IT"
    await anna.fill(sede_stato="estero", sede_stato_nome="Olanda", sede_citta="Utrecht").press("Salva")
    assert anna.page.errors == []
    assert (anna.page.value("sede_stato"), anna.page.value("sede_stato_nome")) == ("estero", "Olanda")
    await send(anna, draft)
    assert "Paesi Bassi" in anna.page.text
    assert "Olanda" not in anna.page.text


@pytest.mark.parametrize(("posted", "shown"), [("Z133", "Svizzera"), ("Olanda", "Olanda"), ("Domi", "Domi")])
async def test_what_was_posted_as_the_state_stands_where_its_name_is_typed(
    posted: str, shown: str, anna: Visitor
) -> None:
    await anna.get(await posted_draft(anna, SUBORDINATO | ABROAD | {"sede_stato": posted}))
    assert (anna.page.value("sede_stato"), anna.page.value("sede_stato_nome")) == ("estero", shown)
    await anna.press("Salva")
    assert (anna.page.value("sede_stato"), anna.page.value("sede_stato_nome")) == ("estero", shown)


async def test_italy_typed_as_another_state_is_the_first_radio(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO)
    await anna.fill(sede_stato="estero", sede_stato_nome="Italien").press("Salva")
    assert anna.page.value("sede_stato") == "IT"


async def test_the_error_of_a_state_stands_where_its_name_is_typed(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO)
    await anna.fill(sede_stato="estero", sede_stato_nome="Domi").press("Salva")
    assert anna.page.errors == ["sede_stato:non_valido"]
    (link,) = anna.page.tree.iterfind(".//*[@data-errore='sede_stato:non_valido']/a")
    assert link.get("href") == "#sede_stato_nome"
    assert "errore-sede_stato" in anna.page.by_id("sede_stato_nome").get("aria-describedby", "").split()
    assert anna.page.by_id("errore-sede_stato") is not None
    await anna.fill(sede_stato_nome="Repubblica Dominicana").press("Salva")
    assert anna.page.errors == []


async def test_what_is_typed_stays_while_italy_is_chosen(anna: Visitor) -> None:
    await new_draft(anna, SUBORDINATO)
    await anna.fill(sede_stato="estero", sede_stato_nome="Olanda").press("Salva")
    await anna.fill(sede_stato="IT").press("Salva")
    assert anna.page.errors == []
    assert anna.page.value("sede_stato_nome") == "Olanda"
