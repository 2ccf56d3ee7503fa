"""What can truly be said of a state or a comune that is not understood: each reason has its sentence in messages.py."""

from omnia_com.italy import comuni, places, states

from .problems import Problem

MOST = 3  # places of one name that a sentence tells


def state(name: str) -> Problem:
    if len(states.fitting(name)) > 1:
        return Problem("sede_stato", "non_valido", "piu_di_uno")
    return Problem("sede_stato", "non_valido", "cessato" if places.ceased(name, states.FOREIGN) else "")


def comune(name: str, sigla: str) -> Problem:
    if comuni.ambiguous(name, sigla):
        return Problem("sede_citta", "comune_sconosciuto", "piu_di_uno")
    if others := comuni.elsewhere(name, sigla)[:MOST]:
        known = dict(places.provinces())
        siglas = dict.fromkeys(each for other in others for each in other.sigle)
        words = (("comune", others[0].nome), ("province", ", ".join(f"{known[s]} ({s})" for s in siglas)))
        return Problem("sede_citta", "comune_sconosciuto", "altrove", words)
    return Problem("sede_citta", "comune_sconosciuto", "cessato" if places.ceased(name, sigla) else "")
