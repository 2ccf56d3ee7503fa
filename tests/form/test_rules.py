"""The rules between fields, each under its own name, on both sides of its limit."""

from collections.abc import Iterator
from datetime import date, timedelta
from inspect import getmembers, isfunction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnia_com.form import rules
from omnia_com.form.field_groups import CONTRATTI, GROUPS, TIPOLOGIE_AUTONOMO
from omnia_com.form.problems import Problem

TODAY = date(2026, 11, 23)
START, END = date(2026, 12, 1), date(2026, 12, 31)


def found(by: Iterator[Problem]) -> list[str]:
    return [f"{problem.field}:{problem.code}" for problem in by]


# Where is it?


def test_sempre() -> None:
    assert rules.sempre({})


def test_in_italia() -> None:
    assert rules.in_italia({"sede_stato": "IT"})
    assert not rules.in_italia({"sede_stato": "Z133"})
    assert not rules.in_italia({}), "a state that cannot be read is no reason to want an Italian address"


def test_fuori_dall_italia() -> None:
    assert rules.fuori_dall_italia({"sede_stato": "Z133"})
    assert rules.fuori_dall_italia({"sede_stato": "estero"}), "also while it has no name"
    assert not rules.fuori_dall_italia({"sede_stato": "IT"})


def test_forse_in_italia() -> None:
    assert rules.forse_in_italia({"sede_stato": "IT"})
    assert rules.forse_in_italia({})
    assert not rules.forse_in_italia({"sede_stato": "Z133"})


# For how long, and how much?


def test_contratto_a_termine() -> None:
    ends = [o.value for o in CONTRATTI if rules.contratto_a_termine({"tipo_contratto": o.value})]
    assert ends == ["determinato", "somministrazione"]
    assert not rules.contratto_a_termine({})


def test_fine_possibile() -> None:
    for contratto in ("determinato", "somministrazione", "apprendistato", "domestico", "altro"):
        assert rules.fine_possibile({"tipo_contratto": contratto})
    assert rules.fine_possibile({"tipologia_rioccupazione": "autonomo"})
    assert not rules.fine_possibile({"tipologia_rioccupazione": "subordinato", "tipo_contratto": "indeterminato"})
    assert not rules.fine_possibile({"tipologia_rioccupazione": "subordinato"})


def test_lavoro_a_giornate() -> None:
    assert rules.lavoro_a_giornate({"lavoro_agricolo_intermittente": "agricolo"})
    assert rules.lavoro_a_giornate({"lavoro_agricolo_intermittente": "intermittente"})
    assert not rules.lavoro_a_giornate({"lavoro_agricolo_intermittente": "no"})
    assert not rules.lavoro_a_giornate({})


def test_lavoro_a_orario() -> None:
    assert rules.lavoro_a_orario({"lavoro_agricolo_intermittente": "no"})
    assert not rules.lavoro_a_orario({"lavoro_agricolo_intermittente": "agricolo"})
    assert not rules.lavoro_a_orario({})


def test_forse_a_giornate() -> None:
    assert rules.forse_a_giornate({})
    assert rules.forse_a_giornate({"lavoro_agricolo_intermittente": "agricolo"})
    assert not rules.forse_a_giornate({"lavoro_agricolo_intermittente": "no"})


def test_forse_a_orario() -> None:
    assert rules.forse_a_orario({})
    assert rules.forse_a_orario({"lavoro_agricolo_intermittente": "no"})
    assert not rules.forse_a_orario({"lavoro_agricolo_intermittente": "intermittente"})


# Who works on their own?


def test_altra_tipologia() -> None:
    assert rules.altra_tipologia({"tipologia_autonomo": "altro"})
    assert not rules.altra_tipologia({"tipologia_autonomo": "artigiano"})
    assert not rules.altra_tipologia({})


def test_partita_iva_possibile() -> None:
    never = [o.value for o in TIPOLOGIE_AUTONOMO if not rules.partita_iva_possibile({"tipologia_autonomo": o.value})]
    assert never == ["cococo", "occasionale", "prestazione_occasionale", "diritto_autore"]
    assert not rules.partita_iva_possibile({}), "nobody is asked before the tipologia is chosen"


def test_forse_con_partita_iva() -> None:
    assert rules.forse_con_partita_iva({})
    assert rules.forse_con_partita_iva({"tipologia_autonomo": "socio"})
    assert not rules.forse_con_partita_iva({"tipologia_autonomo": "cococo"})


def test_partita_iva_dovuta() -> None:
    due = [o.value for o in TIPOLOGIE_AUTONOMO if rules.partita_iva_dovuta({"tipologia_autonomo": o.value})]
    assert due == [
        "professionista_cassa", "professionista_gestione_separata", "artigiano", "commerciante", "agricolo",
        "impresa_individuale",
    ]  # fmt: skip
    assert not rules.partita_iva_dovuta({"tipologia_autonomo": "artigiano", "partita_iva_in_attesa": True})
    assert not rules.partita_iva_dovuta({})


# What cannot be right together.


def test_inizio_entro_i_termini() -> None:
    def of(start: date, today: date = TODAY) -> list[str]:
        return found(rules.inizio_entro_i_termini({"data_inizio": start}, today))

    assert of(date(2015, 9, 23)) == ["data_inizio:troppo_indietro"]
    assert of(date(2015, 9, 24)) == of(TODAY) == of(date(2027, 11, 24)) == []
    assert of(date(2027, 11, 25)) == ["data_inizio:troppo_avanti"]
    assert of(date(1, 1, 1)) == ["data_inizio:troppo_indietro"]
    assert of(date(9999, 12, 31)) == ["data_inizio:troppo_avanti"]
    assert of(date(2028, 3, 1), date(2027, 3, 1)) == [], "one year, over a 29 February"
    assert found(rules.inizio_entro_i_termini({}, TODAY)) == []


def test_tempo_indeterminato_senza_fine() -> None:
    def of(contract: str) -> list[str]:
        return found(rules.tempo_indeterminato_senza_fine({"tipo_contratto": contract, "data_fine": END}, TODAY))

    assert of("indeterminato") == ["data_fine:indeterminato_senza_fine"]
    assert not any(of(o.value) for o in CONTRATTI if o.value != "indeterminato")
    assert found(rules.tempo_indeterminato_senza_fine({"tipo_contratto": "indeterminato"}, TODAY)) == []


def test_fine_non_prima_dell_inizio() -> None:
    def of(end: date) -> list[str]:
        return found(rules.fine_non_prima_dell_inizio({"data_inizio": START, "data_fine": end}, TODAY))

    assert of(date(2026, 11, 30)) == ["data_fine:prima_dell_inizio"]
    assert of(START) == of(END) == [], "one day is a period"
    assert found(rules.fine_non_prima_dell_inizio({"data_fine": END}, TODAY)) == []
    assert found(rules.fine_non_prima_dell_inizio({"data_inizio": START}, TODAY)) == []


@pytest.mark.parametrize("wrong", ["1012", "101211", "1012A", "10 121", "I-10121", "10121-10156", "١٠١٢١"])
def test_cap_del_paese(wrong: str) -> None:
    def of(**values: str) -> list[str]:
        return found(rules.cap_del_paese(values, TODAY))

    assert of(sede_stato="IT", sede_cap=wrong) == ["sede_cap:non_valido"]
    assert of(sede_stato="IT", sede_cap="10121") == of(sede_stato="IT") == of() == []
    assert of(sede_stato="Z133", sede_cap=wrong) == of(sede_stato="Z133", sede_cap="SW1A 1AA XXX") == []
    assert of(sede_stato="Z133", sede_cap="SW1A 1AA XXXX") == ["sede_cap:troppo_lungo"]
    assert of(sede_cap=wrong) == [], "nobody knows of which state"


def test_giornate_entro_il_periodo() -> None:
    def of(days: int, start: date = START, end: date = END) -> list[str]:
        values = {"giornate_lavorate": days, "data_inizio": start, "data_fine": end}
        return found(rules.giornate_entro_il_periodo(values, TODAY))

    assert of(31) == of(1, START, START) == []
    assert of(32) == of(2, START, START) == ["giornate_lavorate:oltre_il_periodo"]
    assert of(1, START, START - timedelta(days=1)) == of(366, START, START - timedelta(days=1)) == []
    assert of(32, END, START) == [], "a period the wrong way round is said of its end, not of the days"
    assert found(rules.giornate_entro_il_periodo({"giornate_lavorate": 366, "data_inizio": START}, TODAY)) == []


def test_citta_del_paese() -> None:
    def of(city: str, **others: object) -> list[str]:
        italian = {"sede_stato": "IT", "sede_provincia": "TO"}
        return found(rules.citta_del_paese({**italian, "sede_citta": city, **others}, TODAY))

    assert of("Torino") == of("TORINO") == of("sant ambrogio di torino") == []
    assert of("Milano") == of("T") == of("x" * 101) == ["sede_citta:comune_sconosciuto"]
    assert of("Olbia", sede_provincia="SS") == of("Olbia", sede_provincia="OT") == [], (
        "Sardinia's provinces have changed"
    )
    assert of("Olbia", sede_provincia="NU") == ["sede_citta:comune_sconosciuto"]
    assert of("Nuovocomune", comune_non_in_elenco=True) == of("T", comune_non_in_elenco=True) == []
    assert of("Lugano", sede_stato="Z133") == of("x" * 100, sede_stato="Z133") == []
    assert of("x" * 101, sede_stato="Z133") == ["sede_citta:troppo_lungo"]
    assert of("Y", sede_stato="Z110") == of("Å", sede_stato="Z125") == [], "towns of one letter"
    assert of("\u2800", sede_stato="Z133") == of("\u2800", comune_non_in_elenco=True) == ["sede_citta:non_valido"]
    assert of("") == ["sede_citta:comune_sconosciuto"], "what showed nothing is no name"
    assert found(rules.citta_del_paese({"sede_stato": "IT", "sede_citta": "Torino"}, TODAY)) == [], "no province yet"


def test_stato_conosciuto() -> None:
    def of(state: str, **others: object) -> list[str]:
        return found(rules.stato_conosciuto({"sede_stato": state, **others}, TODAY))

    assert of("IT") == of("Z133") == found(rules.stato_conosciuto({}, TODAY)) == []
    assert of("estero") == of("estero", stato_non_in_elenco=True) == ["sede_stato:obbligatorio"]
    assert of("Atlantide") == of("Z999") == ["sede_stato:non_valido"]
    assert of("Atlantide", stato_non_in_elenco=True) == of("x" * 100, stato_non_in_elenco=True) == []
    assert of("x" * 101, stato_non_in_elenco=True) == ["sede_stato:non_valido"]


# Whatever the days (ASVS 2.1.2, 2.2.3): the same as a person counts them on a calendar.

some_days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(some_days, some_days, st.integers(1, 366))
def test_period_and_days_of_work_agree(start: date, end: date, days: int) -> None:
    values = {"data_inizio": start, "data_fine": end, "giornate_lavorate": days}
    said = [each for rule in rules.RULES for each in found(rule(values, start))]
    calendar = [start + timedelta(days=n) for n in range(days)]
    assert ("data_fine:prima_dell_inizio" in said) == (end < start)
    assert ("giornate_lavorate:oltre_il_periodo" in said) == (start <= end < calendar[-1])


@given(some_days, st.integers(-5000, 800))
def test_a_start_is_within_its_terms(today: date, away: int) -> None:
    start = today + timedelta(days=away)
    said = found(rules.inizio_entro_i_termini({"data_inizio": start}, today))
    early, late = start < date(2015, 9, 24), (start - today).days > 366
    assert said == ["data_inizio:troppo_indietro"] * early + ["data_inizio:troppo_avanti"] * late


# What the tables of rules may name.


def test_every_rule_has_a_test_of_its_name() -> None:
    named = [name for name, f in getmembers(rules, isfunction) if f.__module__ == rules.__name__]
    assert named
    assert not [name for name in named if f"test_{name}" not in globals()]


def test_every_rule_is_in_use() -> None:
    decide = (rules.ASKED_IF, rules.CHECKED_IF_FILLED, rules.REQUIRED_IF)
    used = {*rules.RULES, *(rule for table in decide for rule in table.values())}
    own: set[object] = {f for _, f in getmembers(rules, isfunction) if f.__module__ == rules.__name__}
    assert own == used
    assert len(set(rules.RULES)) == len(rules.RULES)


def test_rules_name_fields_that_exist() -> None:
    fields = [f for group in GROUPS.values() for f in group.fields]
    assert rules.ASKED_IF.keys() <= {f.name for f in fields}
    assert rules.REQUIRED_IF.keys() <= {f.name for f in fields if f.required}


def test_rules_name_options_that_exist() -> None:
    contracts, kinds = ({o.value for o in options} for options in (CONTRATTI, TIPOLOGIE_AUTONOMO))
    assert contracts >= set(rules.A_TERMINE)
    assert kinds >= {*rules.CON_PARTITA_IVA, *rules.SENZA_PARTITA_IVA}
    assert not {*rules.CON_PARTITA_IVA} & {*rules.SENZA_PARTITA_IVA}


def test_what_decides_whether_a_field_is_asked_is_itself_always_asked() -> None:
    deciding = {"sede_stato", "lavoro_agricolo_intermittente", "tipologia_autonomo"}
    assert not deciding & rules.ASKED_IF.keys()
    required = {f.name for group in GROUPS.values() for f in group.fields if f.required}
    assert required >= deciding - rules.REQUIRED_IF.keys()
