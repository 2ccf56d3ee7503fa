"""Warnings of the check page: what the person should know before sending. They block nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from omnia_com.italy import comuni

from .answers import Answers

CAUTIONS = {
    "in_ritardo": "Hai già cominciato a lavorare: la comunicazione va fatta prima. Inviala subito.",
    "stesso_giorno": "Cominci oggi: invia la comunicazione prima di iniziare a lavorare.",
    "periodo_gia_comunicato": "Hai già inviato una comunicazione per gli stessi giorni. "
    "Se è un altro lavoro, continua. Se vuoi correggere la prima, guarda fra le comunicazioni presentate.",
    "coincidenza_dichiarata": "Hai detto che giorni e ore coincidono con il lavoro sospeso. "
    "Per quei giorni la cassa integrazione può non spettarti. Decide l’INPS.",
    "partita_iva_in_attesa": "Appena hai la partita IVA, comunica anche il numero.",
    "reddito_zero": "Hai scritto che non pensi di guadagnare niente. Se è giusto, continua.",
    "reddito_alto": "Il reddito è più di 100.000 euro l’anno. Controlla che non ci siano zeri di troppo.",
    "cap_di_altro_comune": "Il CAP non sembra quello del comune che hai scritto. Controllalo.",
    "oltre_48_ore": "Più di 48 ore alla settimana è oltre il limite medio di legge. Controlla il numero.",
    "oltre_13_ore": "Più di 13 ore al giorno non lasciano le 11 ore di riposo di legge. Controlla il numero.",
    "senza_contatti": "Non abbiamo né la tua e-mail né il tuo cellulare. Aggiungine uno con «Modifica i contatti». "
    "Puoi inviare lo stesso: per avere notizie torna su questo sito.",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Days of work already communicated; an end of None is open."""

    start: date
    end: date | None

    def meets(self, other: "Period") -> bool:
        return self.start <= (other.end or date.max) and other.start <= (self.end or date.max)


def cautions(answers: Answers, *, today: date, reachable: bool, communicated: Iterable[Period] = ()) -> tuple[str, ...]:
    """The codes that apply, in the order of `CAUTIONS`.

    *reachable*: there is an e-mail or a mobile number; *communicated*: periods of communications still standing.
    """
    v = answers.values
    start = v.get("data_inizio")
    period = Period(start, v.get("data_fine")) if start else None
    income, weekly, daily = (v.get(n) for n in ("reddito_presunto_annuale", "orario_settimanale", "ore_giornaliere"))
    applies = {
        "in_ritardo": start is not None and start < today,
        "stesso_giorno": start == today,
        "periodo_gia_comunicato": period is not None and any(period.meets(p) for p in communicated),
        "coincidenza_dichiarata": v.get("collocazione_oraria") == "coincide",
        "partita_iva_in_attesa": "partita_iva_in_attesa" in v and "partita_iva" not in v,
        "reddito_zero": income == 0,
        "reddito_alto": income is not None and income > 100_000_00,
        "cap_di_altro_comune": _elsewhere(v),
        "oltre_48_ore": weekly is not None and weekly > 48,
        "oltre_13_ore": daily is not None and daily > 13,
        "senza_contatti": not reachable,
    }
    return tuple(code for code in CAUTIONS if applies[code])


def _elsewhere(v: Mapping[str, Any]) -> bool:
    """Whether the CAP is none of the comune's; without a province, a known comune or a CAP nothing is said."""
    comune, cap = comuni.find(v.get("sede_citta", ""), v.get("sede_provincia", "")), v.get("sede_cap")
    if not (comune and comune.caps and cap):
        return False
    first, last = comune.caps
    return not first <= cap <= last
