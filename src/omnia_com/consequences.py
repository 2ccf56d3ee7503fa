"""What the new job means for the benefit: general information, as dated rules with their sources; INPS decides.

Rules are rows; which one applies is worked out from `data_inizio`, and the notice to the employer from the day on
which the page is viewed. Reviewed rules get a new row or date here, never a condition in a template.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

STATUTE, SECOND_HAND, INFERENCE = "A", "B", "C"
CERTAINTY = {
    STATUTE: "Lo dice la legge",
    SECOND_HAND: "Lo dicono INPS o i giudici, per quanto ne sappiamo",
    INFERENCE: "È una nostra deduzione",
}
REVIEWED = date(2026, 11, 23)
REFORM_2022, REFORM_2025, EMPLOYER_NOTICE = date(2022, 1, 1), date(2025, 1, 12), date(2025, 12, 18)
FULL_TIME = Decimal(36)  # hours a week


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement, where it comes from and how certain it is. It was looked at on `reviewed`."""

    code: str
    text: str
    source: str
    certainty: str
    reviewed: date = REVIEWED


NO_RULE = "Nessuna regola scritta trovata"
_CUMULO_2010 = "Circolare INPS n. 130/2010; art. 8 D.Lgs. 148/2015, testo in vigore fino al 2021"
_ROWS = (
    Rule("R0-SUB-OVERLAP", "Perdi la cassa integrazione per i giorni in cui lavori. Il resto ti può spettare.", _CUMULO_2010, SECOND_HAND),
    Rule("R0-SUB-COMPAT", "Giorni e ore sono diversi: paga e cassa integrazione si possono sommare, entro certi limiti.", _CUMULO_2010, SECOND_HAND),
    Rule("R0-SUB-INTERM", "Lavori a chiamata: perdi la cassa integrazione solo per i giorni in cui lavori.", _CUMULO_2010, SECOND_HAND),
    Rule("R0-SUB-AGRI", "Fai un lavoro agricolo: perdi la cassa integrazione solo per i giorni in cui lavori.", _CUMULO_2010, SECOND_HAND),
    Rule("R0-AUT", "La cassa integrazione cala in base a quanto guadagni. Devi dimostrare il guadagno.", _CUMULO_2010, SECOND_HAND),
    Rule("R0-OCC", "Per il lavoro occasionale la cassa integrazione può calare in base a quanto guadagni.", _CUMULO_2010, SECOND_HAND),
    Rule("R1-SUB-SHORT", "Il contratto dura al massimo sei mesi: la cassa integrazione è sospesa per tutto il contratto.", "Legge 234/2021, art. 1, comma 197", STATUTE),
    Rule("R1-SUB-COMPAT", "Il contratto dura più di sei mesi e gli orari sono diversi. Gli uffici hanno deciso in modi diversi: chiedi alla tua sede INPS.", "Art. 8 D.Lgs. 148/2015, testo del 2022", INFERENCE),
    Rule("R1-SUB-LONG", "La cassa integrazione non ti spetta per i giorni in cui lavori.", "Legge 234/2021, art. 1, comma 197", STATUTE),
    Rule("R1-AUT", "La cassa integrazione non ti spetta per i giorni in cui lavori.", "Legge 234/2021, art. 1, comma 197", STATUTE),
    Rule("R1-OCC", "La cassa integrazione non ti spetta per i giorni in cui lavori.", "Legge 234/2021, art. 1, comma 197", STATUTE),
    Rule("R2-SUB-COMPAT", "Giorni e ore sono diversi: di regola paga e cassa integrazione si possono sommare, entro l’orario massimo della settimana.", "Circolare INPS n. 130/2010", SECOND_HAND),
    Rule("R2-SUB-OVERLAP", "La cassa integrazione non ti spetta per i giorni in cui lavori. Se guadagni meno della cassa, ti può spettare la differenza.", "Legge 203/2024, art. 6; circolare INPS n. 3/2025", STATUTE),
    Rule("R2-SUB-INTERM", "Lavori a chiamata: perdi la cassa integrazione solo per i giorni in cui lavori.", "Legge 203/2024, art. 6", STATUTE),
    Rule("R2-SUB-AGRI", "Fai un lavoro agricolo: perdi la cassa integrazione solo per i giorni in cui lavori.", "Legge 203/2024, art. 6", INFERENCE),
    Rule("R2-AUT", "La cassa integrazione cala di quanto guadagni. Devi dimostrare il guadagno a INPS.", "Circolare INPS n. 107/2010", SECOND_HAND),
    Rule("R2-OCC", "Per il lavoro occasionale non c’è una regola chiara di INPS. Comunicalo lo stesso.", NO_RULE, INFERENCE),
    Rule("ALL-FT-PERM", "Il nuovo lavoro è fisso, a tempo pieno e negli stessi orari. Il lavoro sospeso si può considerare finito, e la cassa con lui.", "Circolare INPS n. 130/2010", SECOND_HAND),
    Rule("ALL-UNILAV", "Anche il nuovo datore comunica l’assunzione, e questo vale. INPS consiglia di fare lo stesso la tua comunicazione: dice il reddito.", "Art. 8, comma 2, D.Lgs. 148/2015", STATUTE),
    Rule("ALL-NO-UNILAV", "Nessuno comunica al posto tuo: questa comunicazione è la sola.", "Art. 8, comma 2, D.Lgs. 148/2015", STATUTE),
    Rule("ALL-STRADDLE", "Il lavoro è cominciato prima del 12 gennaio 2025. Da quel giorno contano solo i giorni in cui lavori.", "Legge 203/2024, art. 6", INFERENCE),
    Rule("ALL-EMPLOYER", "Avvisa subito anche il datore che ha chiesto la cassa integrazione per te.", "Art. 8, comma 2-bis, D.Lgs. 148/2015 (legge 182/2025, art. 22)", STATUTE),
    Rule("ALL-LATE", "Il lavoro è cominciato prima dell’invio. Se non hai ancora inviato, fallo subito: puoi perdere la cassa integrazione.", "Cassazione n. 24644/2023", SECOND_HAND),
    Rule("ALL-SAME-DAY", "Cominci il giorno stesso dell’invio. La comunicazione vale se arriva prima che tu cominci.", "Art. 8, comma 3, D.Lgs. 148/2015", INFERENCE),
)  # fmt: skip
RULES = {rule.code: rule for rule in _ROWS}


def consequences(v: Mapping[str, Any], *, viewed: date, sent: date) -> tuple[Rule, ...]:
    """The rules that apply to answers *v* (field name -> value), in the order in which they are told.

    *viewed*: the day on which the page is looked at; *sent*: the day of the sending, or today before it.
    Without a start or a tipologia nothing can be said.
    """
    if "data_inizio" not in v or "tipologia_rioccupazione" not in v:
        return ()
    return tuple(RULES[code] for code in _codes(v, viewed, sent))


def _codes(v: Mapping[str, Any], viewed: date, sent: date) -> Iterator[str]:
    start: date = v["data_inizio"]
    yield of_an_employee(v) if v["tipologia_rioccupazione"] == "subordinato" else of_the_self_employed(v)
    yield "ALL-UNILAV" if announced_by_the_employer(v) else "ALL-NO-UNILAV"
    if start < REFORM_2025 and goes_on(v, REFORM_2025):
        yield "ALL-STRADDLE"
    if viewed >= EMPLOYER_NOTICE and goes_on(v, EMPLOYER_NOTICE):
        yield "ALL-EMPLOYER"
    if start < sent:
        yield "ALL-LATE"
    elif start == sent:
        yield "ALL-SAME-DAY"


def regime(start: date) -> str:
    """Which law a job that begins on *start* falls under."""
    if start < REFORM_2022:
        return "R0"
    return "R1" if start < REFORM_2025 else "R2"


def of_an_employee(v: Mapping[str, Any]) -> str:
    """The first that fits."""
    law, coincides = regime(v["data_inizio"]), v.get("collocazione_oraria") == "coincide"
    if law == "R1" and short(v["data_inizio"], v.get("data_fine")):
        return "R1-SUB-SHORT"
    if coincides and v.get("tipo_contratto") == "indeterminato" and v.get("orario_settimanale", 0) >= FULL_TIME:
        return "ALL-FT-PERM"
    by_the_day = {"intermittente": "INTERM", "agricolo": "AGRI"}.get(v.get("lavoro_agricolo_intermittente", ""))
    if by_the_day and law != "R1":
        return f"{law}-SUB-{by_the_day}"
    if not coincides:
        return f"{law}-SUB-COMPAT"
    return "R1-SUB-LONG" if law == "R1" else f"{law}-SUB-OVERLAP"


def of_the_self_employed(v: Mapping[str, Any]) -> str:
    occasional = v.get("tipologia_autonomo") in ("occasionale", "prestazione_occasionale")
    return f"{regime(v['data_inizio'])}-{'OCC' if occasional else 'AUT'}"


def announced_by_the_employer(v: Mapping[str, Any]) -> bool:
    """Whether an employer's hiring notice (UNILAV) goes to the public employment services."""
    if v["tipologia_rioccupazione"] == "subordinato":
        return bool(v.get("sede_stato") == "IT")
    return v.get("tipologia_autonomo") == "cococo"


def goes_on(v: Mapping[str, Any], day: date) -> bool:
    return "data_fine" not in v or bool(v["data_fine"] >= day)


def short(start: date, end: date | None) -> bool:
    """Whether the contract ends within six calendar months of its start."""
    return end is not None and end < six_months_after(start)


def six_months_after(day: date) -> date:
    """The same day of the month, or the last if that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
