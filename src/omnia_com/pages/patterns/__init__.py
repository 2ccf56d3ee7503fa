"""Every page in every state by plain URL, for whoever tests accessibility: in the demonstration only, of invented data.

The pages are the service's own templates, drawn by the same functions; their buttons lead to the service itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from litestar import get
from litestar.params import FromPath

from omnia_com.communications.sent import NotFound

from ..failures import REFUSED, WORDS
from ..http.answer import Page, html
from ..http.asked import Asked, MyServices, Services
from .invented import DOORS, EMPLOYED, EMPLOYED_WRONG, EMPLOYEE, SELF_EMPLOYED, SELF_EMPLOYED_WRONG, WRONG_CONTACTS
from .stage import Stage


@dataclass(frozen=True, slots=True)
class Pattern:
    """One page in one state: its address is `/modelli/{name}`."""

    name: str
    title: str
    show: Callable[[Stage], Page]


@get("/modelli", name="patterns")
async def index(request: Asked, services: MyServices) -> Page:
    _only_in_the_demonstration(services)
    return html(request, "modelli.html", patterns=PATTERNS)


@get("/modelli/come-provare", name="how_to_test")
async def how_to_test(request: Asked, services: MyServices) -> Page:
    _only_in_the_demonstration(services)
    return html(request, "come_provare.html")


@get("/modelli/{name:str}", name="pattern")
async def pattern(request: Asked, services: MyServices, name: FromPath[str]) -> Page:
    """Always 200, for many checkers take no other answer for a page."""
    _only_in_the_demonstration(services)
    found = next((p for p in PATTERNS if p.name == name), None)
    if found is None:
        raise NotFound
    page = found.show(Stage(request, services))
    page.status_code = 200
    return page


def _only_in_the_demonstration(services: Services) -> None:
    if not services.settings.demo:
        raise NotFound


def _slug(reason: str) -> str:
    return reason.replace("_", "-")


PATTERNS = (
    Pattern("inizio", "La prima pagina", Stage.start),
    Pattern("posso", "Posso lavorare? Le quattro domande", Stage.possible),
    Pattern("posso-errori", "Posso lavorare? Risposte che mancano", lambda s: s.possible(lavoro="", data_fine="ieri")),
    Pattern(
        "posso-risposta",
        "Posso lavorare? Che cosa succede",
        lambda s: s.possible(lavoro="dipendente", collocazione_oraria="coincide", data_inizio="01/12/2026"),
    ),
    Pattern("verifica", "Verifica di una ricevuta", lambda s: s.verify()),
    Pattern(
        "verifica-errori", "Verifica: da completare", lambda s: s.verify(missing=["protocollo", "codice", "allegato"])
    ),
    Pattern("verifica-autentica", "Verifica: autentica, e vale", lambda s: s.verified("inviata")),
    Pattern("verifica-sostituita", "Verifica: autentica, sostituita", lambda s: s.verified("sostituita")),
    Pattern("verifica-annullata", "Verifica: autentica, annullata", lambda s: s.verified("annullata")),
    Pattern("verifica-non-autentica", "Verifica: non autentica", lambda s: s.verify(asked=True)),
    Pattern("registro", "Registro delle comunicazioni", Stage.registry),
    Pattern("registro-vuoto", "Registro delle comunicazioni: ancora nessun giorno", Stage.empty_registry),
    Pattern("entra", "Entra per continuare: molti fornitori", lambda s: s.enter(*DOORS)),
    Pattern("entra-tenuto", "La sessione è finita mentre si scriveva", lambda s: s.enter(*DOORS, kept="si")),
    Pattern("entra-perso", "La sessione è finita mentre si caricava un file", lambda s: s.enter(*DOORS, kept="no")),
    Pattern("entra-nessuno", "Entra per continuare: nessun fornitore", Stage.enter),
    Pattern("fornitore", "Vai al fornitore di identità", Stage.leave_for_provider),
    Pattern("comunicazioni-vuote", "Le tue comunicazioni: ancora nessuna", Stage.empty_home),
    Pattern("comunicazioni", "Le tue comunicazioni: bozze e comunicazioni in ogni stato", Stage.home),
    Pattern("accessi", "Accessi ai tuoi dati", Stage.accesses),
    Pattern("sessione", "La tua sessione", Stage.session),
    Pattern("contatti", "Contatti", lambda s: s.contacts({})),
    Pattern("contatti-errori", "Contatti: da correggere", lambda s: s.contacts(WRONG_CONTACTS)),
    Pattern("bozza-vuota", "Bozza: la tipologia è da scegliere", lambda s: s.draft({})),
    Pattern("bozza-senza-tipologia", "Bozza: manca la tipologia", lambda s: s.draft({}, all_errors=True)),
    Pattern("bozza-subordinato", "Bozza: lavoro subordinato", lambda s: s.draft(EMPLOYED)),
    Pattern("bozza-subordinato-vuota", "Bozza: lavoro subordinato, niente di scritto", lambda s: s.draft(EMPLOYEE)),
    Pattern(
        "bozza-subordinato-errori",
        "Bozza: lavoro subordinato, tutto da correggere",
        lambda s: s.draft(EMPLOYED_WRONG, all_errors=True),
    ),
    Pattern("bozza-salvata", "Bozza: salvata con dati che non possono andare", lambda s: s.draft(EMPLOYED_WRONG)),
    Pattern("bozza-autonomo", "Bozza: lavoro autonomo/parasubordinato", lambda s: s.draft(SELF_EMPLOYED)),
    Pattern(
        "bozza-autonomo-errori",
        "Bozza: lavoro autonomo/parasubordinato, tutto da correggere",
        lambda s: s.draft(SELF_EMPLOYED_WRONG, all_errors=True),
    ),
    Pattern("bozza-rettifica", "Bozza: rettifica", lambda s: s.draft(EMPLOYED, amends=True)),
    Pattern("bozza-rettifica-tardi", "Bozza: rettifica che non si può più inviare", Stage.late_amendment),
    Pattern("bozza-troppo-lunga", "Bozza: non salvata, c’è scritto troppo", Stage.too_long),
    Pattern("bozza-sparita", "La bozza non c’è più, e quello che è scritto sì", Stage.draft_gone),
    Pattern("bozza-allegati", "Bozza: con cinque allegati", lambda s: s.draft(EMPLOYED, attached=5)),
    Pattern("stato-salvato", "Bozza: si è salvata da sé", Stage.saved),
    Pattern(
        "stato-non-salvato",
        "Bozza: non si è salvata, manca la connessione",
        lambda s: s.warned("Non salvato: connessione", "Riprova"),
    ),
    Pattern(
        "stato-non-salvato-servizio",
        "Bozza: non si è salvata, il servizio non risponde",
        lambda s: s.warned("Non salvato: il servizio", "Riprova"),
    ),
    Pattern(
        "stato-sessione",
        "Bozza: la sessione sta per finire",
        lambda s: s.warned("Fra due minuti", "Resta"),
    ),
    Pattern("stato-conflitto", "Bozza: cambiata in un’altra finestra, mentre si scrive", Stage.conflict_told),
    Pattern("stato-troppo-lungo", "Bozza: non si è salvata, c’è scritto troppo", Stage.too_long_told),
    Pattern("stato-gia-inviata", "Bozza: già inviata altrove, mentre si scrive", Stage.already_sent_told),
    Pattern("stato-campi-sessione", "Bozza: la sessione è finita cambiando tipologia", Stage.session_over),
    Pattern(
        "stato-campi-connessione",
        "Bozza: i campi non cambiano, manca la connessione",
        lambda s: s.not_changed("Connessione assente"),
    ),
    Pattern(
        "stato-campi-servizio",
        "Bozza: i campi non cambiano, il servizio non risponde",
        lambda s: s.not_changed("Il servizio non"),
    ),
    Pattern("allegati", "Allegati: ancora nessuno", lambda s: s.attachments(0)),
    Pattern("allegati-tre", "Allegati: uno in attesa dell’antivirus, uno rifiutato", lambda s: s.attachments(3)),
    Pattern("allegati-cinque", "Allegati: il massimo", lambda s: s.attachments(5)),
    Pattern("allegati-rifiutato", "Allegati: un file che non va", lambda s: s.attachments(1, "tipo")),
    Pattern("allegato-attesa", "Un file in attesa dell’antivirus", lambda s: s.held_back("attesa")),
    Pattern("allegato-infetto", "Un file rifiutato dall’antivirus", lambda s: s.held_back("infetto")),
    Pattern("comune", "Scelta del comune", lambda s: s.comune(EMPLOYED)),
    Pattern("comune-all-estero", "Scelta del comune: la sede è all’estero", lambda s: s.comune({"sede_stato": "Z112"})),
    Pattern("comune-senza-provincia", "Scelta del comune: manca la provincia", lambda s: s.comune(EMPLOYEE)),
    Pattern("conflitto", "La bozza è cambiata in un’altra finestra", Stage.conflict),
    Pattern("elimina", "Conferma: eliminare la bozza", lambda s: s.of_the_draft("elimina.html")),
    Pattern("pdf-attesa", "PDF della bozza: in preparazione", lambda s: s.export("attesa")),
    Pattern("pdf-fallito", "PDF della bozza: non riuscito", lambda s: s.export("fallita")),
    Pattern("bozza-stampa", "Bozza come pagina da stampare", Stage.draft_page),
    Pattern("riepilogo", "Riepilogo", lambda s: s.check(EMPLOYED)),
    Pattern("riepilogo-autonomo", "Riepilogo: lavoro autonomo/parasubordinato", lambda s: s.check(SELF_EMPLOYED)),
    Pattern("riepilogo-avvisi", "Riepilogo: con ogni avviso", Stage.every_caution),
    Pattern("riepilogo-errori", "Riepilogo: dati da correggere", lambda s: s.check(EMPLOYED_WRONG)),
    Pattern("riepilogo-dichiarazioni", "Riepilogo: dichiarazioni da segnare", lambda s: s.check(EMPLOYED, ticks=False)),
    Pattern("riepilogo-cambiato", "Riepilogo: cambiato altrove", lambda s: s.check(EMPLOYED, changed=True)),
    Pattern(
        "riepilogo-rettifica",
        "Riepilogo: rettifica, prima e dopo",
        lambda s: s.amending_check(EMPLOYED | {"data_fine": "30/06/2027", "tipo_contratto": "apprendistato"}),
    ),
    Pattern("riepilogo-rettifica-uguale", "Riepilogo: rettifica uguale", lambda s: s.amending_check(EMPLOYED)),
    Pattern("riepilogo-rettifica-tardi", "Riepilogo: rettifica che non si può più inviare", Stage.late_check),
    Pattern("gia-inviata", "La bozza è già stata inviata", Stage.already_sent),
    Pattern("comunicazione", "Comunicazione inviata: ricevuta pronta", lambda s: s.communication("pronta")),
    Pattern("comunicazione-attesa", "Comunicazione inviata: ricevuta in attesa", lambda s: s.communication("attesa")),
    Pattern("comunicazione-fallita", "Comunicazione inviata: PDF non riuscito", lambda s: s.communication("fallita")),
    Pattern("comunicazione-sostituita", "Comunicazione sostituita", lambda s: s.followed("comunicazione")),
    Pattern("comunicazione-annullata", "Comunicazione annullata", lambda s: s.followed("annullamento")),
    Pattern("annullamento", "Annullamento inviato", Stage.annulment),
    Pattern("ricevuta", "Ricevuta come pagina da stampare", Stage.receipt_page),
    Pattern("ricevuta-attesa", "Ricevuta non ancora pronta", Stage.receipt_late),
    Pattern("annulla", "Conferma: annullare la comunicazione", lambda s: s.annul()),
    Pattern("annulla-rettifica", "Conferma: annullare una rettifica", Stage.annul_amendment),
    Pattern("annulla-errori", "Conferma: annullare, manca il motivo", lambda s: s.annul(wrong=True)),
    Pattern("conseguenze", "Cosa significa per la cassa integrazione: ogni regola", Stage.consequences),
    Pattern("conseguenze-resta", "Cosa significa: la cassa resta", lambda s: s.consequence(EMPLOYED)),
    Pattern("conseguenze-ridotta", "Cosa significa: la cassa si riduce", lambda s: s.consequence(SELF_EMPLOYED)),
    Pattern("conseguenze-tardi", "Cosa significa: in ritardo", lambda s: s.consequence(EMPLOYED, date(2026, 12, 2))),
    Pattern("conseguenze-bozza", "Cosa significa: dati da completare", Stage.consequences_unknown),
    Pattern("lettera", "Lettera per il datore di lavoro", lambda s: s.letter("")),
    Pattern("lettera-attesa", "Lettera: in preparazione", lambda s: s.letter("attesa")),
    Pattern("lettera-stampa", "Lettera come pagina da stampare", Stage.letter_page),
    *(Pattern(f"guasto-{n}", f"{title} ({n})", partial(Stage.mishap, status=n)) for n, (title, _) in WORDS.items()),
    Pattern("guasto-403", "Pagina aperta da troppo tempo (403)", Stage.stale_page),
    *(Pattern(f"accesso-{_slug(r)}", f"Accesso non riuscito: {r}", partial(Stage.refused, reason=r)) for r in REFUSED),
)
