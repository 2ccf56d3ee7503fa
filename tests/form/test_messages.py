"""What the form says when something must be mended: one sentence for each field and code, in words that people use."""

import re
from inspect import getsource

import pytest

from omnia_com.form import days, fields, numbers
from omnia_com.form.cautions import CAUTIONS
from omnia_com.form.field_groups import CONTATTI, DICHIARAZIONI, GROUPS, TIPOLOGIA
from omnia_com.form.fields import Tick
from omnia_com.form.messages import ANY_FIELD, ERRORS, NIENTE, REASONS, REFUSALS, error
from omnia_com.form.problems import Problem
from tests.helpers.answers import CODES as CODES_OF_THE_FORM
from tests.helpers.answers import answers
from tests.helpers.plain_words import gulpease

ATTACHED = {"allegati": "tipo_non_ammesso troppo_grande troppi non_valido non_caricato"}
CODES = CODES_OF_THE_FORM | {f.name: "non_valido" for f in CONTATTI} | ATTACHED
FORM = {f.name: f for f in (TIPOLOGIA, *DICHIARAZIONI, *(f for group in GROUPS.values() for f in group.fields))}
FIELDS = FORM | {f.name: f for f in CONTATTI}
ALL = [(field, code, text) for field, said in ERRORS.items() for code, text in said.items()]
ALL += [("allegati", code, text) for code, text in REFUSALS.values()]
ALL += [(field, reason, text) for field, said in REASONS.items() for reason, text in said.items()]
ALL += [("datore_lavoro", "niente", NIENTE)]
SENTENCES = [text for _, _, text in ALL]
EVERY_CODE = {code for codes in CODES.values() for code in codes.split()}


# Nobody is left without words.


@pytest.mark.parametrize("field", CODES)
def test_every_code_of_every_field_has_words_of_its_own(field: str) -> None:
    wanted = set(CODES[field].split())
    assert ERRORS[field].keys() == wanted
    assert len(set(ERRORS[field].values())) == len(wanted), "another code, another advice"


def test_ticks_too_have_words() -> None:
    ticks = {name for name, field in FIELDS.items() if isinstance(field.kind, Tick)}
    assert ERRORS.keys() - CODES.keys() == ticks
    assert all(ERRORS[name].keys() <= {"non_valido", "obbligatorio"} for name in ticks)


def test_there_are_no_words_for_fields_that_do_not_exist() -> None:
    assert ERRORS.keys() <= FIELDS.keys() | ATTACHED.keys()


def test_a_field_that_has_no_words_yet_gets_those_of_the_code() -> None:
    assert error(Problem("comune_non_in_elenco", "obbligatorio")) == "Compila il campo «Il mio comune non c’è»."
    kinds = "".join(map(getsource, (days, fields, numbers)))
    raised = set(re.findall(r'Unreadable\("(\w+)"', kinds))
    assert raised
    assert ANY_FIELD.keys() >= raised | {"obbligatorio"}


def test_a_code_that_no_field_has_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        error(Problem("data_inizio", "inventato"))


# Each sentence chooses_language to a person and says what to do.

TO_DO = re.compile(
    r"\b(scriv|scegl|correggi|ricontroll|usa|segna|lascia|cancella|cambia|di’|compila|accorcia|controlla"
    r"|togli|salva|stampa|fai|dagli)",
    re.IGNORECASE,
)
TECHNICAL = re.compile(
    r"\b(input|formato|format|valid[oaie]|invalid[oaie]|non valido|campo obbligatorio|errore|error|codice errore|null"
    r"|stringa|caratteri non ammessi|valore|parametro|timeout|server|database|l’utente|il dichiarante)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("field", "code", "text"), ALL)
def test_a_message_says_what_to_do(field: str, code: str, text: str) -> None:
    assert TO_DO.search(text)
    assert text.endswith(".")
    assert text[0].isupper()
    assert text == " ".join(text.split())


@pytest.mark.parametrize("text", [*SENTENCES, *ANY_FIELD.values(), *CAUTIONS.values()])
def test_no_technical_words(text: str) -> None:
    assert not TECHNICAL.search(text)
    assert not re.search(r"\w_\w", text), "no code or field name"
    assert not [code for code in EVERY_CODE - {"obbligatorio", "negativo", "troppi"} if code in text]
    assert "'" not in text, "the apostrophe is ’"
    assert not re.search(r"\b(Lei|Vi preghiamo|si prega|inserire|compilare|è necessario|occorre)\b", text), "it says tu"


@pytest.mark.parametrize(
    ("field", "code"),
    [(f, c) for f, c, _ in ALL if c in ("data_inesistente", "non_intero") or (f, c) == ("partita_iva", "non_valido")],
)
def test_what_must_be_written_in_one_way_has_an_example(field: str, code: str) -> None:
    assert re.search(r"(così|Esempio): \d", ERRORS[field][code])


@pytest.mark.parametrize(("field", "text"), [(f, t) for f, _, t in ALL if "Esempio: " in t or "così: " in t])
def test_an_example_is_a_right_answer(field: str, text: str) -> None:
    example = re.split(r"Esempio: |così: ", text)[1].removesuffix(".")
    kind = FIELDS[field].kind
    assert kind.read(example) is not None
    if field in FORM:
        assert not [p for p in answers({TIPOLOGIA.name: group_of(field), field: example}).problems if p.field == field]


def group_of(field: str) -> str:
    return next(g.name for g in GROUPS.values() if any(f.name == field for f in g.fields))


@pytest.mark.parametrize("field", [f for f in FIELDS.values() if "Esempio: " in f.hint], ids=lambda f: f.name)
def test_the_example_of_a_hint_is_a_right_answer(field: fields.Field) -> None:
    for example in field.hint.split("Esempio: ")[1].split(" oppure "):
        assert field.kind.read(example) is not None


def test_messages_are_easy_to_read() -> None:
    assert gulpease(SENTENCES) >= 60
    assert gulpease([*ANY_FIELD.values()]) >= 60


def test_gulpease_knows_an_easy_text_from_a_hard_one() -> None:
    assert gulpease(["Scrivi la data. Poi premi Invia."]) == pytest.approx(89 + (300 * 2 - 10 * 25) / 6)
    assert gulpease(["Si comunica l’implementazione dell’interoperabilità amministrativa delle prestazioni."]) < 40
