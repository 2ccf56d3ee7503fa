"""What the new job means for the benefit: general information, as dated rules with their sources; INPS decides.

Rules are rows of tables. A row says of which jobs it speaks (a named situation), for those that begin on which days, and
for the notice to the employer also from which day on it is shown. Of each table the first row that fits is told.
A reform closes the days of the rows that it replaces and adds its own; its first day stands in `laws.py`.
"""

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .laws import DAYS_WORKED, NOTICE_TO_THE_EMPLOYER, SIX_MONTHS

STATUTE, SECOND_HAND, INFERENCE = "A", "B", "C"
CERTAINTY = {
    STATUTE: "Lo dice la legge",
    SECOND_HAND: "Lo dicono INPS o i giudici, per quanto ne sappiamo",
    INFERENCE: "È una nostra deduzione",
}
KEPT, DAYS_LOST, REDUCED, SUSPENDED, MAY_END, UNCLEAR = "resta", "giorni", "ridotta", "sospesa", "finisce", "incerta"
OUTCOMES = {
    KEPT: "Di regola la cassa integrazione ti resta.",
    DAYS_LOST: "Perdi la cassa integrazione per i giorni in cui lavori.",
    REDUCED: "La cassa integrazione si riduce.",
    SUSPENDED: "La cassa integrazione si ferma finché dura il contratto.",
    MAY_END: "La cassa integrazione può finire.",
    UNCLEAR: "Non è chiaro che cosa succede alla cassa integrazione.",
}
"""What it comes to, in one line."""
REVIEWED = date(2026, 11, 23)
FULL_TIME = Decimal(36)  # hours a week


class Case(NamedTuple):
    """A job by its answers *v* (field name -> value), looked at on the day *viewed*; *sent*: on that day, or today."""

    v: Mapping[str, Any]
    viewed: date
    sent: date


class Days(NamedTuple):
    """From the `first` day to the `last`, both included; None: without a beginning, without an end."""

    first: date | None = None
    last: date | None = None

    def include(self, day: date) -> bool:
        return (self.first or day) <= day <= (self.last or day)


ALWAYS = Days()


class Source(NamedTuple):
    """Where a statement, or a part of it, comes from, and how certain that makes it: a key of `CERTAINTY`."""

    where: str
    certainty: str
    begun: Days = ALWAYS
    """For jobs that begin on which days it is cited."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement, of which jobs it is true, and its sources. They were looked at on `reviewed`."""

    code: str
    situation: Callable[[Case], bool]
    begun: Days
    """On which days a job of which it speaks begins."""
    text: str
    sources: tuple[Source, ...]
    goes_on: date | None = None
    """It speaks only of jobs that have not ended before this day."""
    viewed: Days = ALWAYS
    """On which days it is shown."""
    reviewed: date = REVIEWED
    outcome: str = ""
    """What it comes to, a key of `OUTCOMES`; '' where it says something else."""
    to_be_shown: bool = False
    """Something must be shown to INPS later on."""

    def of(self, start: date) -> "Rule":
        """It with those sources only that are cited for a job that begins on *start*."""
        return replace(self, sources=tuple(source for source in self.sources if source.begun.include(start)))

    def fits(self, case: Case) -> bool:
        end = case.v.get("data_fine")
        still = self.goes_on is None or end is None or end >= self.goes_on
        on_its_days = self.begun.include(case.v["data_inizio"]) and self.viewed.include(case.viewed)
        return on_its_days and still and self.situation(case)


# The situations: of which jobs a row speaks.


def ogni_lavoro(_: Case) -> bool:
    return True


def dipendente(case: Case) -> bool:
    return bool(case.v["tipologia_rioccupazione"] == "subordinato")


def entro_sei_mesi(case: Case) -> bool:
    """An employee's contract that ends within six calendar months of its start."""
    end = case.v.get("data_fine")
    return dipendente(case) and end is not None and end < six_months_after(case.v["data_inizio"])


def fisso_a_tempo_pieno_negli_stessi_orari(case: Case) -> bool:
    permanent = case.v.get("tipo_contratto") == "indeterminato"
    return negli_stessi_orari(case) and permanent and case.v.get("orario_settimanale", 0) >= FULL_TIME


def a_chiamata(case: Case) -> bool:
    return dipendente(case) and case.v.get("lavoro_agricolo_intermittente") == "intermittente"


def agricolo(case: Case) -> bool:
    return dipendente(case) and case.v.get("lavoro_agricolo_intermittente") == "agricolo"


def in_altri_orari(case: Case) -> bool:
    return dipendente(case) and not negli_stessi_orari(case)


def negli_stessi_orari(case: Case) -> bool:
    return dipendente(case) and case.v.get("collocazione_oraria") == "coincide"


def occasionale(case: Case) -> bool:
    one_off = case.v.get("tipologia_autonomo") in ("occasionale", "prestazione_occasionale")
    return not dipendente(case) and one_off


def autonomo(case: Case) -> bool:
    return not dipendente(case) and not occasionale(case)


def comunica_anche_il_datore(case: Case) -> bool:
    """A hiring notice (UNILAV) goes to the public employment services."""
    if dipendente(case):
        return bool(case.v.get("sede_stato") == "IT")
    return case.v.get("tipologia_autonomo") == "cococo"


def non_comunica_nessun_altro(case: Case) -> bool:
    return not comunica_anche_il_datore(case)


def cominciato_prima_dell_invio(case: Case) -> bool:
    return bool(case.v["data_inizio"] < case.sent)


def cominciato_il_giorno_dell_invio(case: Case) -> bool:
    return bool(case.v["data_inizio"] == case.sent)


def six_months_after(day: date) -> date:
    """The same day of the month, or the last if that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# The tables. Between 2022 and 2025 jobs on call and agricultural ones had no rule of their own: their hours decide.

UP_TO_2021 = Days(None, SIX_MONTHS.eve)
FROM_2022_TO_2025 = Days(SIX_MONTHS.first, DAYS_WORKED.eve)
FROM_2025 = Days(DAYS_WORKED.first)
BEFORE_2025 = Days(None, DAYS_WORKED.eve)
CONCLUSION = "Quello che ne ricaviamo per casi come il tuo"
_CUMULO_2010 = Source("Circolare INPS n. 130/2010; art. 8 D.Lgs. 148/2015, testo in vigore fino al 2021", SECOND_HAND)
_CIRCULAR_130 = Source("Circolare INPS n. 130/2010", SECOND_HAND)
_LAW_OF_2021 = Source(SIX_MONTHS.where, STATUTE)
_LAW_OF_2024 = Source(DAYS_WORKED.where, STATUTE)
_CIRCULAR_3 = "Circolare INPS n. 3/2025"
_CONCLUDED = Source(CONCLUSION, INFERENCE)


def _duty(certainty: str) -> tuple[Source, ...]:
    """The duty to tell INPS, and the loss for whoever does not: law 203/2024 moved both to another comma."""
    return (
        Source("Art. 8, comma 3, D.Lgs. 148/2015, nel testo di allora", certainty, BEFORE_2025),
        Source("Art. 8, comma 2, D.Lgs. 148/2015", certainty, FROM_2025),
    )


BENEFIT = (
    Rule("R1-SUB-SHORT", entro_sei_mesi, FROM_2022_TO_2025, "Il contratto dura al massimo sei mesi: la cassa integrazione è sospesa per tutto il contratto.", (_LAW_OF_2021,), outcome=SUSPENDED),
    Rule("ALL-FT-PERM", fisso_a_tempo_pieno_negli_stessi_orari, ALWAYS, "Il nuovo lavoro è fisso, a tempo pieno e negli stessi orari. Il lavoro sospeso si può considerare finito, e la cassa con lui.", (_CIRCULAR_130, _CONCLUDED), outcome=MAY_END),
    Rule("R0-SUB-INTERM", a_chiamata, UP_TO_2021, "Lavori a chiamata: perdi la cassa integrazione solo per i giorni in cui lavori.", (_CUMULO_2010,), outcome=DAYS_LOST),
    Rule("R2-SUB-INTERM", a_chiamata, FROM_2025, "Lavori a chiamata: perdi la cassa integrazione solo per i giorni in cui lavori.", (_LAW_OF_2024,), outcome=DAYS_LOST),
    Rule("R0-SUB-AGRI", agricolo, UP_TO_2021, "Fai un lavoro agricolo: perdi la cassa integrazione solo per i giorni in cui lavori.", (_CUMULO_2010,), outcome=DAYS_LOST),
    Rule("R2-SUB-AGRI", agricolo, FROM_2025, "Fai un lavoro agricolo: perdi la cassa integrazione solo per i giorni in cui lavori.", (Source(DAYS_WORKED.where, INFERENCE),), outcome=DAYS_LOST),
    Rule("R0-SUB-COMPAT", in_altri_orari, UP_TO_2021, "Giorni e ore sono diversi: paga e cassa integrazione si possono sommare, entro certi limiti.", (_CUMULO_2010,), outcome=KEPT),
    Rule("R1-SUB-COMPAT", in_altri_orari, FROM_2022_TO_2025, "Il contratto dura più di sei mesi e gli orari sono diversi. Gli uffici hanno deciso in modi diversi: chiedi alla tua sede INPS.", (Source("Art. 8 D.Lgs. 148/2015, testo del 2022", INFERENCE),), outcome=UNCLEAR),
    Rule("R2-SUB-COMPAT", in_altri_orari, FROM_2025, "Giorni e ore sono diversi: di regola paga e cassa integrazione si possono sommare, entro l’orario massimo della settimana.", (_CIRCULAR_130,), outcome=KEPT),
    Rule("R0-SUB-OVERLAP", negli_stessi_orari, UP_TO_2021, "Perdi la cassa integrazione per i giorni in cui lavori. Il resto ti può spettare.", (_CUMULO_2010,), outcome=DAYS_LOST),
    Rule("R1-SUB-LONG", negli_stessi_orari, FROM_2022_TO_2025, "La cassa integrazione non ti spetta per i giorni in cui lavori.", (_LAW_OF_2021,), outcome=DAYS_LOST),
    Rule("R2-SUB-OVERLAP", negli_stessi_orari, FROM_2025, "La cassa integrazione non ti spetta per i giorni in cui lavori. Se guadagni meno della cassa, ti può spettare la differenza.", (_LAW_OF_2024, Source(_CIRCULAR_3, SECOND_HAND)), outcome=DAYS_LOST),
    Rule("R0-OCC", occasionale, UP_TO_2021, "Per il lavoro occasionale la cassa integrazione può calare in base a quanto guadagni.", (_CUMULO_2010,), outcome=REDUCED),
    Rule("R1-OCC", occasionale, FROM_2022_TO_2025, "La cassa integrazione non ti spetta per i giorni in cui lavori.", (_LAW_OF_2021,), outcome=DAYS_LOST),
    Rule("R2-OCC", occasionale, FROM_2025, "INPS parla del lavoro autonomo in generale. Per il lavoro occasionale non abbiamo trovato una regola a parte. Comunicalo lo stesso.", (Source(_CIRCULAR_3, INFERENCE),), outcome=UNCLEAR),
    Rule("R0-AUT", autonomo, UP_TO_2021, "La cassa integrazione cala in base a quanto guadagni. Devi dimostrare il guadagno.", (_CUMULO_2010,), outcome=REDUCED, to_be_shown=True),
    Rule("R1-AUT", autonomo, FROM_2022_TO_2025, "La cassa integrazione non ti spetta per i giorni in cui lavori.", (_LAW_OF_2021,), outcome=DAYS_LOST),
    Rule("R2-AUT", autonomo, FROM_2025, "La cassa integrazione cala in proporzione a quanto guadagni. Devi dimostrare il guadagno a INPS.", (Source(_CIRCULAR_3, SECOND_HAND), Source("Circolare INPS n. 107/2010", SECOND_HAND)), outcome=REDUCED, to_be_shown=True),
)  # fmt: skip
HIRING_NOTICE = (
    Rule("ALL-UNILAV", comunica_anche_il_datore, ALWAYS, "Anche il nuovo datore comunica l’assunzione, e questo vale. INPS consiglia di fare lo stesso la tua comunicazione: dice il reddito.", _duty(STATUTE)),
    Rule("ALL-NO-UNILAV", non_comunica_nessun_altro, ALWAYS, "Nessuno comunica al posto tuo: questa comunicazione è la sola.", (*_duty(STATUTE), _CONCLUDED)),
)  # fmt: skip
ACROSS_A_REFORM = (
    Rule("ALL-STRADDLE", ogni_lavoro, BEFORE_2025, f"Il lavoro è cominciato prima del {DAYS_WORKED.day}. Da quel giorno contano solo i giorni in cui lavori.", (Source(DAYS_WORKED.where, INFERENCE),), goes_on=DAYS_WORKED.first),
)  # fmt: skip
OLD_EMPLOYER = (
    Rule("ALL-EMPLOYER", ogni_lavoro, ALWAYS, "Avvisa subito anche il datore che ha chiesto la cassa integrazione per te. INPS ha annunciato una circolare su che cosa ne segue.", (Source("Art. 8, comma 2-bis, D.Lgs. 148/2015 (legge 182/2025, art. 22)", STATUTE), Source("Circolare INPS n. 1/2026", SECOND_HAND)), goes_on=NOTICE_TO_THE_EMPLOYER.first, viewed=Days(NOTICE_TO_THE_EMPLOYER.first)),
)  # fmt: skip
IN_TIME = (
    Rule("ALL-LATE", cominciato_prima_dell_invio, ALWAYS, "Il lavoro è cominciato prima dell’invio. Se non hai ancora inviato, fallo subito: puoi perdere la cassa integrazione.", (*_duty(STATUTE), Source("Cassazione n. 24644/2023 e n. 10379/2015; n. 16720/2024 per il lavoro autonomo", SECOND_HAND))),
    Rule("ALL-SAME-DAY", cominciato_il_giorno_dell_invio, ALWAYS, "Cominci il giorno stesso dell’invio. La comunicazione vale se arriva prima che tu cominci.", _duty(INFERENCE)),
)  # fmt: skip
TABLES = (BENEFIT, HIRING_NOTICE, ACROSS_A_REFORM, OLD_EMPLOYER, IN_TIME)
RULES = {rule.code: rule for table in TABLES for rule in table}


def consequences(v: Mapping[str, Any], *, viewed: date, sent: date) -> tuple[Rule, ...]:
    """The rules that apply to answers *v* (field name -> value), in the order in which they are told.

    *viewed*: the day on which the page is looked at; *sent*: the day of the sending, or today before it.
    Without a start or a tipologia nothing can be said.
    """
    if "data_inizio" not in v or "tipologia_rioccupazione" not in v:
        return ()
    case = Case(v, viewed, sent)
    first_that_fits = (next((rule for rule in table if rule.fits(case)), None) for table in TABLES)
    return tuple(rule.of(v["data_inizio"]) for rule in first_that_fits if rule)


def outcome(rules: Iterable[Rule]) -> str:
    """What *rules* come to, a key of `OUTCOMES`; '' if they say nothing of the benefit."""
    return next((rule.outcome for rule in rules if rule.outcome), "")


def nothing_more(rules: Iterable[Rule]) -> bool:
    """Whether it is true of a case that INPS, once told, needs nothing more; where the rule is not clear nobody knows."""
    return not any(rule.to_be_shown or rule.outcome == UNCLEAR for rule in rules)
