"""Pages for what goes wrong: words that say what happened and what to do, and a number that is in the log."""

import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import asyncpg
import structlog
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from omnia_com import metrics
from omnia_com.communications.attachments.uploads import TooManyUploads
from omnia_com.communications.drafts import AlreadySent, TooMany
from omnia_com.communications.sent import NotFound, Superseded
from omnia_com.documents.exports import TooManyExports
from omnia_com.identity import AccessRefused
from omnia_com.languages import gettext

from .http.answer import LANGUAGE_ROUTES, Page, html, see_other
from .http.asked import Asked, NotSignedIn
from .http.forms import CsrfRefused, UnreadableRequest
from .sign_in.spid_errors import SPID_ERRORS

log = structlog.get_logger()
CUT = "client disconnected prematurely"  # Litestar's words, of a kind that it has for other things too
LONGEST = 200  # characters of a detail in the log: some name what came

WORDS = {
    400: (
        "Richiesta non leggibile",
        "Il browser ha mandato qualcosa che non riusciamo a leggere. Torna indietro e riprova.",
    ),
    401: ("Devi entrare di nuovo", "Il tempo per questa pagina è finito. Entra di nuovo con la tua identità digitale."),
    404: ("Pagina non trovata", "Questa pagina non c’è, oppure non è tua. Controlla l’indirizzo o torna all’inizio."),
    405: ("Azione non possibile", "Su questa pagina questa azione non esiste. Torna all’inizio."),
    413: (
        "Troppo grande",
        "Quello che hai mandato è troppo grande. Torna indietro, accorcia il testo o scegli un file "
        "di al massimo 4 MB, e riprova.",
    ),
    429: ("Troppe richieste", "Sono arrivate troppe richieste in poco tempo. Aspetta un minuto e riprova."),
    500: (
        "Qualcosa non ha funzionato",
        "È colpa nostra, non tua. Torna indietro: quello che hai scritto è ancora lì. Riprova.",
    ),
    503: (
        "Servizio non disponibile",
        "In questo momento non riusciamo a leggere i dati. Torna indietro: quello che hai scritto è ancora lì. "
        "Riprova fra qualche minuto.",
    ),
}
TOO_MANY = (
    "Hai raggiunto il limite",
    "Hai troppe bozze aperte o troppi invii in un giorno. Elimina le bozze che non ti servono, o riprova domani.",
)
TOO_MANY_UPLOADS = (
    "Hai raggiunto il limite",
    "Oggi hai già caricato troppi file. Quello che hai scritto è salvato. Puoi inviare così, o riprovare domani.",
)
TOO_MANY_EXPORTS = (
    "Hai raggiunto il limite",
    "Oggi hai già chiesto troppi PDF delle tue bozze. Quello che hai scritto è salvato. Apri la bozza come pagina da "
    "stampare, o riprova domani.",
)
SUPERSEDED = (
    "Già corretta o annullata",
    "Questa comunicazione è già stata corretta o annullata, forse in un’altra finestra. Niente è cambiato.",
)
STALE_PAGE = (
    "Richiesta non accettata",
    "La pagina era aperta da troppo tempo, oppure la richiesta viene da un altro sito. Niente è stato salvato.",
)
SIGNED_IN_ANEW = (
    "Non ancora salvato",
    "Dopo che hai aperto quella pagina sei uscito o sei entrato di nuovo. Niente è perso.",
)
NOT_ENTERED = "Accesso non riuscito"
ANY_REFUSAL = "L’accesso non è riuscito. Nessun dato è stato cambiato. Riprova."
REFUSED = {
    "annullato": "Hai annullato l’accesso. Se vuoi, puoi entrare di nuovo.",
    "livello_troppo_basso": "Hai usato un livello troppo basso. Entra con SPID di livello 2 o 3, CIE o CNS.",
    "dati_insufficienti": "Il fornitore di identità non ci ha dato il tuo codice fiscale. Prova con un altro.",
    "richiesta_scaduta": "È passato troppo tempo. Entra di nuovo.",
    "fornitore_rifiuta": "Il fornitore di identità ha rifiutato l’accesso. Riprova, oppure usa un’altra identità.",
    "accesso_scaduto": "Questo accesso è scaduto o era già stato usato. Entra di nuovo. Se succede ancora, il browser "
    "non accetta i cookie: permettili per questo sito.",
    "non_configurato": "L’accesso non è ancora configurato. Riprova più tardi.",
    "fornitore_non_raggiungibile": "Il fornitore di identità non risponde. Riprova fra qualche minuto.",
    "registro_assente": "La legge vuole che ogni accesso sia registrato, e ora non ci riusciamo. Nessuno può entrare. "
    "È colpa nostra, non tua: riprova fra qualche minuto.",
    "non_dal_proxy": "Questa pagina si apre solo con una CNS. Torna all’inizio e premi «Entra con CNS».",
    "carta_assente": "Il browser non ha mostrato una CNS valida. Inserisci la carta nel lettore, chiudi tutte le "
    "finestre del browser, poi riprova e scegli il certificato della carta.",
    "carta_scaduta": "La tua CNS è scaduta o non è ancora valida. Entra con SPID o CIE.",
    "carta_illeggibile": "Non riusciamo a leggere la tua CNS. Riprova, oppure entra con SPID o CIE.",
    "carta_non_cns": "Il certificato che hai scelto non è di una CNS. Scegli quello di autenticazione della carta, "
    "non quello di firma, oppure entra con SPID o CIE.",
    "carta_non_riconosciuta": "Non riconosciamo chi ha rilasciato questa carta. Entra con SPID o CIE.",
    **SPID_ERRORS,
}
DOORS = ("oidc", "saml", "cie", "cns")
REFUSED_STATUS = {
    "accesso_scaduto": 400,
    "richiesta_scaduta": 400,
    "fornitore_sconosciuto": 400,
    "non_configurato": 503,
    "fornitore_non_raggiungibile": 503,
    "registro_assente": 503,
}


def page(request: Asked, status: int, title: str, text: str, **context: Any) -> Page:
    return html(
        request,
        "_guasto.html" if request.is_fragment else "guasto.html",
        status=status,
        title=gettext(title),
        text=gettext(text),
        number=request.visit.number,
        **dict[str, Any](again=None, here="", language_in_form=False, session=request.visit.session) | context,
    )


def of_status(request: Asked, status: int) -> Page:
    metrics.refusals.labels(str(status)).inc()
    title, text = WORDS.get(status, WORDS[400 if status < 500 else 500])
    return page(request, status, title, text)


def http(request: Asked, e: HTTPException) -> Page:
    if e.detail == CUT:
        log.info("richiesta_interrotta", numero=request.visit.number)
        return of_status(request, 400)  # to nobody
    if e.status_code >= 500:
        return unexpected(request, e)
    answer = of_status(request, e.status_code if e.status_code in WORDS else 400)
    if allowed := (e.headers or {}).get("allow", ""):
        answer.headers["Allow"] = allowed.replace("GET", "GET, HEAD")  # RFC 9110, 15.5.6
    return answer


def not_signed_in(request: Asked, e: NotSignedIn) -> Page | Redirect:
    """A fragment says so where the page is, with all that was typed in it; a page goes to sign in and back."""
    if request.is_fragment:
        return of_status(request, 401)
    if request.url.path == "/esci":  # signed out already: the first answer got lost
        return see_other("/")
    there = request.url.path if request.method == "GET" else "/comunicazioni"
    told = "" if e.kept is None else "&tenuto=si" if e.kept else "&tenuto=no"
    return see_other(f"/entra?next={quote(there)}{told}", cookies=e.cookies)


def not_found(request: Asked, _e: NotFound) -> Page:
    return of_status(request, 404)


def already_sent(_request: Asked, e: AlreadySent) -> Redirect:
    """A page of a draft leads to what became of it."""
    return see_other(f"/comunicazioni/{e.sent.id}")


def superseded(request: Asked, _e: Superseded) -> Page:
    metrics.refusals.labels("superata").inc()
    return page(request, 409, *SUPERSEDED)


def unreadable(request: Asked, _e: UnreadableRequest) -> Page:
    return of_status(request, 400)


def too_many(request: Asked, _e: TooMany) -> Page:
    metrics.refusals.labels("troppi").inc()
    return page(request, 429, *TOO_MANY)


def too_many_uploads(request: Asked, _e: TooManyUploads) -> Page:
    metrics.refusals.labels("troppi_allegati").inc()
    return page(request, 429, *TOO_MANY_UPLOADS)


def too_many_exports(request: Asked, _e: TooManyExports) -> Page:
    metrics.refusals.labels("troppe_esportazioni").inc()
    return page(request, 429, *TOO_MANY_EXPORTS)


def csrf(request: Asked, e: CsrfRefused) -> Page:
    metrics.refusals.labels("csrf").inc()
    log.warning("csrf", numero=request.visit.number)
    in_form = e.again is not None and request.scope["route_handler"].name in LANGUAGE_ROUTES
    words = STALE_PAGE if e.again is None else SIGNED_IN_ANEW
    return page(request, 403, *words, session=e.session, again=e.again, here=request.url.path, language_in_form=in_form)


def access_refused(request: Asked, e: AccessRefused) -> Page:
    door = next((d for d in DOORS if f"/{d}/" in request.url.path), "altro")
    metrics.sign_ins.labels(door, e.reason if e.reason in REFUSED else "altro").inc()
    log.warning("accesso_rifiutato", numero=request.visit.number, motivo=e.reason, dettaglio=str(e)[:LONGEST])
    return page(request, REFUSED_STATUS.get(e.reason, 403), NOT_ENTERED, REFUSED.get(e.reason, ANY_REFUSAL))


def database_away(request: Asked, e: Exception) -> Page:
    log.error("database_assente", numero=request.visit.number, errore=type(e).__name__)
    return of_status(request, 503)


def unexpected(request: Asked, e: Exception) -> Page:
    """500. The log has where and what kind, never the values: they may be somebody's data."""
    where = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(e.__traceback__)]
    log.error("errore", numero=request.visit.number, errore=type(e).__name__, dove=where)
    return of_status(request, 500)


HANDLERS: dict[type[Exception] | int, Callable[..., Any]] = {
    HTTPException: http,
    NotSignedIn: not_signed_in,
    NotFound: not_found,
    Superseded: superseded,
    AlreadySent: already_sent,
    UnreadableRequest: unreadable,
    TooMany: too_many,
    TooManyUploads: too_many_uploads,
    TooManyExports: too_many_exports,
    CsrfRefused: csrf,
    AccessRefused: access_refused,
    OSError: database_away,
    TimeoutError: database_away,
    asyncpg.PostgresConnectionError: database_away,
    asyncpg.InterfaceError: database_away,
    asyncpg.InternalClientError: database_away,
    asyncpg.InternalServerError: database_away,
    asyncpg.PostgresSystemError: database_away,
    asyncpg.OperatorInterventionError: database_away,
    asyncpg.InsufficientResourcesError: database_away,
    asyncpg.TransactionRollbackError: database_away,
    asyncpg.ReadOnlySQLTransactionError: database_away,
    Exception: unexpected,
}
