"""May I work? The four questions mean what the same answers of a communication do."""

from datetime import date
from itertools import product

import pytest

from omnia_com.form import answers, possible
from omnia_com.form.consequences import BENEFIT, consequences
from tests.helpers.people import AUTONOMO, SUBORDINATO

TODAY = date(2026, 11, 23)


def tried(**typed: str) -> list[str]:
    trial = possible.read(typed, TODAY)
    assert not trial.problems
    return [rule.code for rule in consequences(trial.values, viewed=TODAY, sent=TODAY)]


def communicated(typed: dict[str, str]) -> list[str]:
    return [rule.code for rule in consequences(answers.read(typed, TODAY).values, viewed=TODAY, sent=TODAY)]


def problems(**typed: str) -> list[str]:
    return [f"{p.field}:{p.code}" for p in possible.read(typed, TODAY).problems]


@pytest.mark.parametrize("start", ["01/06/2021", "01/06/2023", "11/01/2025", "12/01/2025", "23/11/2026", "01/12/2026"])
@pytest.mark.parametrize("end", ["", "31/12/2027"])
def test_the_same_job_is_told_the_same(start: str, end: str) -> None:
    days = {"data_inizio": start, "data_fine": end}
    by_day = {"giornate_lavorate": "10", "ore_giornaliere": "8"}
    contract = {"tipo_contratto": "determinato" if end else "altro"}
    for hours in ("giorni_diversi", "ore_diverse", "coincide"):
        employed = SUBORDINATO | days | contract | {"collocazione_oraria": hours}
        asked = days | {"collocazione_oraria": hours}
        assert tried(lavoro="dipendente", **asked) == communicated(employed)
        for kind in ("agricolo", "intermittente"):
            own = employed | by_day | {"lavoro_agricolo_intermittente": kind}
            assert tried(lavoro=kind, **asked) == communicated(own)
        permanent = employed | {"data_fine": "", "tipo_contratto": "indeterminato", "orario_settimanale": "40"}
        assert tried(lavoro="fisso", **asked) == communicated(permanent)
    for chosen, tipologia in (
        ("cococo", "cococo"),
        ("occasionale", "prestazione_occasionale"),
        ("autonomo", "artigiano"),
    ):
        assert tried(lavoro=chosen, **days) == communicated(AUTONOMO | days | {"tipologia_autonomo": tipologia})


def test_four_questions_reach_every_rule_of_the_benefit() -> None:
    """Nothing that the dated rules say is out of reach of whoever only asks."""
    reached = set[str]()
    days = [(f"01/06/{year}", end) for year in (2021, 2023, 2026) for end in ("", f"01/07/{year}")]
    for option, hours, (start, end) in product(possible.LAVORI, ("ore_diverse", "coincide"), days):
        typed = {"data_inizio": start, "data_fine": end, "collocazione_oraria": hours}
        reached |= set(tried(lavoro=option.value, **typed))
    assert {rule.code for rule in BENEFIT} <= reached


def test_what_is_not_asked_is_neither_read_nor_missed() -> None:
    start = {"data_inizio": "01/12/2026"}
    assert problems(lavoro="autonomo", collocazione_oraria="boh", **start) == []
    assert problems(lavoro="fisso", collocazione_oraria="coincide", data_fine="boh", **start) == []


def test_what_is_missing_or_wrong_is_said() -> None:
    assert problems() == ["lavoro:obbligatorio", "data_inizio:obbligatorio"]
    assert problems(lavoro="dipendente") == ["collocazione_oraria:obbligatorio", "data_inizio:obbligatorio"]
    assert problems(lavoro="boh", data_inizio="01/12/2026") == ["lavoro:non_valido"]
    days = {"data_inizio": "01/12/2026", "data_fine": "30/11/2026"}
    assert problems(lavoro="autonomo", **days) == ["data_fine:prima_dell_inizio"]
    assert problems(lavoro="autonomo", data_inizio="01/12/2028") == ["data_inizio:troppo_avanti"]
    assert problems(lavoro="autonomo", data_inizio="30/02/2027") == ["data_inizio:data_inesistente"]
