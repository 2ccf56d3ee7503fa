"""Rules between fields, each a named function: which field is asked, which is required, what cannot be together."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from omnia_com.italy import comuni, states
from omnia_com.languages.signs import shows

from . import unknown
from .fields import ABROAD
from .laws import DUTY
from .problems import Problem

Values = Mapping[str, Any]  # field name -> what was read; a field left empty or unreadable is not there

A_TERMINE = ("determinato", "somministrazione")
FORSE_A_TERMINE = (*A_TERMINE, "apprendistato", "domestico", "altro")
A_GIORNATE = ("agricolo", "intermittente")
SENZA_PARTITA_IVA = ("cococo", "occasionale", "prestazione_occasionale", "diritto_autore")
CON_PARTITA_IVA = (
    "professionista_cassa",
    "professionista_gestione_separata",
    "artigiano",
    "commerciante",
    "agricolo",
    "impresa_individuale",
)
ULTIMO_INIZIO = timedelta(days=366)
LUNGO_NOME = 100  # characters of a town or a state


def sempre(_v: Values) -> bool:
    return True


def in_italia(v: Values) -> bool:
    return v.get("sede_stato") == states.ITALY


def fuori_dall_italia(v: Values) -> bool:
    return not in_italia(v)


def forse_in_italia(v: Values) -> bool:
    return in_italia(v) or "sede_stato" not in v


def contratto_a_termine(v: Values) -> bool:
    return v.get("tipo_contratto") in A_TERMINE


def fine_possibile(v: Values) -> bool:
    return v.get("tipologia_rioccupazione") == "autonomo" or v.get("tipo_contratto") in FORSE_A_TERMINE


def lavoro_a_giornate(v: Values) -> bool:
    return v.get("lavoro_agricolo_intermittente") in A_GIORNATE


def lavoro_a_orario(v: Values) -> bool:
    return v.get("lavoro_agricolo_intermittente") == "no"


def forse_a_giornate(v: Values) -> bool:
    return not lavoro_a_orario(v)


def forse_a_orario(v: Values) -> bool:
    return not lavoro_a_giornate(v)


def altra_tipologia(v: Values) -> bool:
    return v.get("tipologia_autonomo") == "altro"


def partita_iva_possibile(v: Values) -> bool:
    return "tipologia_autonomo" in v and forse_con_partita_iva(v)


def forse_con_partita_iva(v: Values) -> bool:
    return v.get("tipologia_autonomo") not in SENZA_PARTITA_IVA


def partita_iva_dovuta(v: Values) -> bool:
    return "partita_iva_in_attesa" not in v and v.get("tipologia_autonomo") in CON_PARTITA_IVA


# Asked only if the rule holds; what is not asked is neither checked nor shown nor sent.
ASKED_IF: dict[str, Callable[[Values], bool]] = {
    "data_fine": fine_possibile,
    "sede_stato_nome": fuori_dall_italia,
    "stato_non_in_elenco": fuori_dall_italia,
    "sede_provincia": in_italia,
    "comune_non_in_elenco": in_italia,
    "orario_settimanale": lavoro_a_orario,
    "giornate_lavorate": lavoro_a_giornate,
    "ore_giornaliere": lavoro_a_giornate,
    "tipologia_autonomo_altro": altra_tipologia,
    "partita_iva": partita_iva_possibile,
    "partita_iva_in_attesa": partita_iva_possibile,
}
# Checked and told also where it is not asked (yet), once something stands in it and the rule holds: what was typed
# before the answer that decides is not passed over, nor is an end that the contract cannot have.
CHECKED_IF_FILLED: dict[str, Callable[[Values], bool]] = {
    "data_fine": sempre,
    "sede_provincia": forse_in_italia,
    "comune_non_in_elenco": forse_in_italia,
    "orario_settimanale": forse_a_orario,
    "giornate_lavorate": forse_a_giornate,
    "ore_giornaliere": forse_a_giornate,
    "partita_iva": forse_con_partita_iva,
    "partita_iva_in_attesa": forse_con_partita_iva,
}
# A required field that is required only if the rule holds too.
REQUIRED_IF: dict[str, Callable[[Values], bool]] = {
    "data_fine": contratto_a_termine,
    "sede_provincia": in_italia,
    "sede_via": in_italia,
    "sede_cap": in_italia,
    "orario_settimanale": lavoro_a_orario,
    "giornate_lavorate": lavoro_a_giornate,
    "ore_giornaliere": lavoro_a_giornate,
    "partita_iva": partita_iva_dovuta,
}

Found = Iterator[Problem]


def inizio_entro_i_termini(v: Values, today: date) -> Found:
    if "data_inizio" in v:
        if v["data_inizio"] < DUTY.first:
            yield Problem("data_inizio", "troppo_indietro")
        if v["data_inizio"] > today + ULTIMO_INIZIO:
            yield Problem("data_inizio", "troppo_avanti")


def tempo_indeterminato_senza_fine(v: Values, _today: date) -> Found:
    if v.get("tipo_contratto") == "indeterminato" and "data_fine" in v:
        yield Problem("data_fine", "indeterminato_senza_fine")


def fine_non_prima_dell_inizio(v: Values, _today: date) -> Found:
    if "data_inizio" in v and "data_fine" in v and v["data_fine"] < v["data_inizio"]:
        yield Problem("data_fine", "prima_dell_inizio")


def stato_conosciuto(v: Values, _today: date) -> Found:
    """A state that exists, unless the person says that it is not listed."""
    state = v.get("sede_stato", states.ITALY)
    if state == ABROAD:
        yield Problem("sede_stato", "obbligatorio")
    elif len(state) > LUNGO_NOME:
        yield Problem("sede_stato", "non_valido", "lungo")
    elif state not in states.names() and "stato_non_in_elenco" not in v:
        yield unknown.state(state)


def citta_del_paese(v: Values, _today: date) -> Found:
    """In Italy a comune of the province, unless the person says that it is not listed; abroad any name."""
    if "sede_citta" not in v:
        return
    city = v["sede_citta"]
    if "comune_non_in_elenco" in v or not in_italia(v):
        if len(city) > LUNGO_NOME:
            yield Problem("sede_citta", "troppo_lungo")
        elif not shows(city):
            yield Problem("sede_citta", "non_valido", "niente")
    elif "sede_provincia" in v and not comuni.find(city, v["sede_provincia"]):
        yield unknown.comune(city, v["sede_provincia"])


def cap_del_paese(v: Values, _today: date) -> Found:
    cap = v.get("sede_cap", "")
    if in_italia(v):
        if cap and not (len(cap) == 5 and cap.isascii() and cap.isdigit()):
            yield Problem("sede_cap", "non_valido")
    elif len(cap) > 12:
        yield Problem("sede_cap", "troppo_lungo")


def giornate_entro_il_periodo(v: Values, _today: date) -> Found:
    if not {"giornate_lavorate", "data_inizio", "data_fine"} <= v.keys():
        return
    period = (v["data_fine"] - v["data_inizio"]).days + 1
    if 0 < period < v["giornate_lavorate"]:
        yield Problem("giornate_lavorate", "oltre_il_periodo")


RULES: tuple[Callable[[Values, date], Found], ...] = (
    inizio_entro_i_termini,
    tempo_indeterminato_senza_fine,
    fine_non_prima_dell_inizio,
    stato_conosciuto,
    citta_del_paese,
    cap_del_paese,
    giornate_entro_il_periodo,
)
