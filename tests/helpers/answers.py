"""Every code of every field, with an answer that earns it and one that does not."""

from collections.abc import Mapping
from datetime import date

from omnia_com.form.answers import Answers, read
from tests.helpers.people import AUTONOMO, SUBORDINATO

TODAY = date(2026, 11, 23)
INDETERMINATO = SUBORDINATO | {"tipo_contratto": "indeterminato", "data_fine": ""}
UN_MESE = SUBORDINATO | {"data_inizio": "01/12/2026", "data_fine": "31/12/2026"}
AGRICOLO = UN_MESE | {
    "lavoro_agricolo_intermittente": "agricolo",
    "orario_settimanale": "",
    "giornate_lavorate": "20",
    "ore_giornaliere": "6,5",
}
SVIZZERA = SUBORDINATO | {
    "sede_stato": "Z133",
    "sede_provincia": "",
    "sede_citta": "Lugano",
    "sede_via": "",
    "sede_cap": "",
}
ESTERO = SVIZZERA | {"sede_stato": "estero", "sede_stato_nome": "Schweiz"}
ALTRO = AUTONOMO | {"tipologia_autonomo": "altro", "tipologia_autonomo_altro": "Guida turistica", "partita_iva": ""}

# DOMAIN.md §5: which code for which field, with `obbligatorio` where §3 and §4 require the field.
CODES = {
    "tipologia_rioccupazione": "obbligatorio non_valido",
    "tipo_contratto": "obbligatorio non_valido",
    "data_inizio": "obbligatorio data_illeggibile data_inesistente troppo_indietro troppo_avanti",
    "data_fine": "obbligatorio data_illeggibile data_inesistente prima_dell_inizio indeterminato_senza_fine",
    "datore_lavoro": "obbligatorio non_valido troppo_lungo",
    "datore_codice_fiscale": "non_valido",
    "sede_stato": "obbligatorio non_valido",
    "sede_provincia": "obbligatorio non_valido",
    "sede_citta": "obbligatorio non_valido troppo_lungo comune_sconosciuto",
    "sede_via": "obbligatorio non_valido troppo_lungo",
    "sede_cap": "obbligatorio non_valido troppo_lungo",
    "reddito_presunto_annuale": "obbligatorio non_valido negativo troppo_grande",
    "lavoro_agricolo_intermittente": "obbligatorio non_valido",
    "orario_settimanale": "obbligatorio non_valido fuori_limite",
    "giornate_lavorate": "obbligatorio non_valido non_intero fuori_limite oltre_il_periodo",
    "ore_giornaliere": "obbligatorio non_valido fuori_limite",
    "collocazione_oraria": "obbligatorio non_valido",
    "datore_integrazione_salariale": "non_valido troppo_lungo",
    "annotazioni": "troppo_lungo",
    "tipologia_autonomo": "obbligatorio non_valido",
    "tipologia_autonomo_altro": "obbligatorio non_valido troppo_lungo",
    "partita_iva": "obbligatorio non_valido",
}
# What refuses nothing by itself: ticks, and the name that completes the state.
TICKS_AND_NAMES = ("comune_non_in_elenco", "partita_iva_in_attesa", "sede_stato_nome", "stato_non_in_elenco")
LISTED = frozenset((*CODES, *TICKS_AND_NAMES))
"""The fields of the specification. One added since then is tried as its kind is, and stands in none of these lists."""

Typed = dict[str, str]
# Whole, right answers; the field; its code; what is refused with that code; the nearest that is accepted.
CASES: list[tuple[Typed, str, str, str, str]] = [
    (SUBORDINATO, "tipologia_rioccupazione", "obbligatorio", "", "subordinato"),
    (AUTONOMO, "tipologia_rioccupazione", "non_valido", "parasubordinato", "autonomo"),
    (SUBORDINATO, "tipo_contratto", "obbligatorio", "", "determinato"),
    (SUBORDINATO, "tipo_contratto", "non_valido", "Determinato", "determinato"),
    (SUBORDINATO, "data_inizio", "obbligatorio", " ", "01/12/2026"),
    (SUBORDINATO, "data_inizio", "data_illeggibile", "01/12", "1/12/26"),
    (SUBORDINATO, "data_inizio", "data_illeggibile", "domani", "1 dicembre 2026"),
    (SUBORDINATO, "data_inizio", "data_inesistente", "30/02/2027", "28/02/2027"),
    (SUBORDINATO, "data_inizio", "troppo_indietro", "23/09/2015", "24/09/2015"),
    (INDETERMINATO, "data_inizio", "troppo_avanti", "25/11/2027", "24/11/2027"),
    (SUBORDINATO, "data_fine", "obbligatorio", "", "31/05/2027"),
    (SUBORDINATO, "data_fine", "data_illeggibile", "giugno 2027", "30 giugno 2027"),
    (SUBORDINATO, "data_fine", "data_inesistente", "31/06/2027", "30/06/2027"),
    (SUBORDINATO, "data_fine", "prima_dell_inizio", "30/11/2026", "01/12/2026"),
    (INDETERMINATO, "data_fine", "indeterminato_senza_fine", "31/05/2027", ""),
    (AUTONOMO, "data_fine", "data_inesistente", "29/02/2027", ""),
    (AUTONOMO, "data_fine", "prima_dell_inizio", "30/11/2026", "01/12/2026"),
    (SUBORDINATO, "datore_lavoro", "obbligatorio", "", "Al"),
    (SUBORDINATO, "datore_lavoro", "non_valido", "A", "Al"),
    (SUBORDINATO, "datore_lavoro", "troppo_lungo", "a" * 201, "a" * 200),
    (SUBORDINATO, "datore_codice_fiscale", "non_valido", "99990011218", "99990011217"),
    (SUBORDINATO, "datore_codice_fiscale", "non_valido", "PRVNNA85E49H501A", ""),
    (SVIZZERA, "sede_stato", "obbligatorio", "estero", "Schweiz"),
    (SVIZZERA, "sede_stato", "non_valido", "Domi", "Repubblica Dominicana"),
    (SUBORDINATO, "sede_stato", "non_valido", "XX", "IT"),
    (SVIZZERA, "sede_stato", "non_valido", "Svitzera", "svizzera"),
    (SUBORDINATO, "sede_provincia", "obbligatorio", "", "TO"),
    (SUBORDINATO, "sede_provincia", "non_valido", "XX", "TO"),
    (SUBORDINATO, "sede_citta", "obbligatorio", "", "Torino"),
    (SUBORDINATO, "sede_citta", "comune_sconosciuto", "Milano", "TORINO"),
    (SUBORDINATO, "sede_citta", "comune_sconosciuto", "T", "Sant’Ambrogio di Torino"),
    (SVIZZERA, "sede_citta", "obbligatorio", "", "Lugano"),
    (SVIZZERA, "sede_citta", "non_valido", "\u2800\u200b", "Å"),
    (SVIZZERA, "sede_citta", "troppo_lungo", "a" * 101, "a" * 100),
    (SUBORDINATO, "sede_via", "obbligatorio", "", "Via"),
    (SUBORDINATO, "sede_via", "non_valido", "Vi", "Via"),
    (SUBORDINATO, "sede_via", "troppo_lungo", "a" * 201, "a" * 200),
    (SUBORDINATO, "sede_cap", "obbligatorio", "", "10121"),
    (SUBORDINATO, "sede_cap", "non_valido", "1012", "10121"),
    (SUBORDINATO, "sede_cap", "non_valido", "1012A", "10129"),
    (SVIZZERA, "sede_cap", "troppo_lungo", "a" * 13, "a" * 12),
    (SUBORDINATO, "reddito_presunto_annuale", "obbligatorio", "", "0"),
    (SUBORDINATO, "reddito_presunto_annuale", "non_valido", "12,345", "12,34"),
    (SUBORDINATO, "reddito_presunto_annuale", "negativo", "-0,01", "0"),
    (SUBORDINATO, "reddito_presunto_annuale", "troppo_grande", "10.000.000", "9.999.999,99"),
    (AUTONOMO, "reddito_presunto_annuale", "obbligatorio", "", "0"),
    (SUBORDINATO, "lavoro_agricolo_intermittente", "obbligatorio", "", "no"),
    (SUBORDINATO, "lavoro_agricolo_intermittente", "non_valido", "forse", "no"),
    (SUBORDINATO, "orario_settimanale", "obbligatorio", "", "20"),
    (SUBORDINATO, "orario_settimanale", "non_valido", "20,1", "20,25"),
    (SUBORDINATO, "orario_settimanale", "fuori_limite", "0", "0,25"),
    (SUBORDINATO, "orario_settimanale", "fuori_limite", "78,25", "78"),
    (AGRICOLO, "giornate_lavorate", "obbligatorio", "", "20"),
    (AGRICOLO, "giornate_lavorate", "non_valido", "venti", "20"),
    (AGRICOLO, "giornate_lavorate", "non_intero", "20,5", "20,0"),
    (AGRICOLO, "giornate_lavorate", "fuori_limite", "0", "1"),
    (
        AGRICOLO | {"data_inizio": "01/01/2027", "data_fine": "31/12/2028"},
        "giornate_lavorate",
        "fuori_limite",
        "367",
        "366",
    ),
    (AGRICOLO, "giornate_lavorate", "oltre_il_periodo", "32", "31"),
    (AGRICOLO, "ore_giornaliere", "obbligatorio", "", "6,5"),
    (AGRICOLO, "ore_giornaliere", "non_valido", "6,6", "6,5"),
    (AGRICOLO, "ore_giornaliere", "fuori_limite", "24,25", "24"),
    (AGRICOLO, "ore_giornaliere", "fuori_limite", "0", "0,25"),
    (SUBORDINATO, "collocazione_oraria", "obbligatorio", "", "coincide"),
    (SUBORDINATO, "collocazione_oraria", "non_valido", "boh", "giorni_diversi"),
    (SUBORDINATO, "datore_integrazione_salariale", "non_valido", "A", "Al"),
    (SUBORDINATO, "datore_integrazione_salariale", "troppo_lungo", "a" * 201, "a" * 200),
    (SUBORDINATO, "annotazioni", "troppo_lungo", "a" * 2001, "a" * 2000),
    (AUTONOMO, "annotazioni", "troppo_lungo", "a\r\n" * 1000 + "ab", "a\r\n" * 999 + "ab"),
    (AUTONOMO, "tipologia_autonomo", "obbligatorio", "", "artigiano"),
    (AUTONOMO, "tipologia_autonomo", "non_valido", "pirata", "artigiano"),
    (ALTRO, "tipologia_autonomo_altro", "obbligatorio", "", "Guida"),
    (ALTRO, "tipologia_autonomo_altro", "non_valido", "G", "Gu"),
    (ALTRO, "tipologia_autonomo_altro", "troppo_lungo", "a" * 201, "a" * 200),
    (AUTONOMO, "partita_iva", "obbligatorio", "", "IT 12345670017"),
    (AUTONOMO, "partita_iva", "non_valido", "12345670018", "12345670017"),
    (ALTRO, "partita_iva", "non_valido", "11111111111", ""),
]


def answers(typed: Mapping[str, str]) -> Answers:
    return read(typed, TODAY)
