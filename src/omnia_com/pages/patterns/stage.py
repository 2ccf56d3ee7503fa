"""The pages as the patterns show them: each drawn by the function that the service itself uses, of invented data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from omnia_com.communications.drafts import Draft
from omnia_com.communications.register import PER_PAGE, Day
from omnia_com.communications.sent import Genere, State
from omnia_com.documents.genuine import Genuine
from omnia_com.documents.receipts import Document
from omnia_com.form.answers import missing_declarations, read
from omnia_com.form.cautions import CAUTIONS
from omnia_com.form.consequences import RULES
from omnia_com.form.consequences import consequences as rules_of
from omnia_com.form.field_groups import CONTATTI
from omnia_com.form.problems import Problem
from omnia_com.identity import AccessRefused, Door
from omnia_com.languages import gettext
from omnia_com.people.access_log import AZIONI, Access
from omnia_com.people.declarants import Contacts
from omnia_com.people.sessions import OpenSession, Session

from .. import (
    accesses,
    amendments,
    attachments,
    check,
    communication,
    comune,
    conflicts,
    consequences,
    contacts,
    draft,
    export,
    failures,
    home,
    letter,
    possible,
    registry,
    verify,
)
from ..http import assets
from ..http.answer import Page, html
from ..http.asked import Asked, Services
from ..http.forms import CsrfRefused, Form
from ..http.rendering import render
from ..sign_in import session
from ..sign_in.doors import offered
from .invented import (
    ANNA,
    EMPLOYED,
    OTHER,
    SELF_EMPLOYED,
    SENT_AT,
    THIS,
    TODAY,
    a_communication,
    a_draft,
    files,
    protocol,
)

Typed = Mapping[str, str]
SESSION = Session(
    token="modelli",  # noqa: S106 – nobody's
    person=ANNA,
    id_token="",
    access_token="",
    ends=SENT_AT + timedelta(minutes=30),
    ends_anyway=SENT_AT + timedelta(hours=8),
    seconds_left=30 * 60,
)


@dataclass(frozen=True, slots=True)
class Stage:
    request: Asked
    services: Services

    def template(self, name: str, *, signed_in: bool = True, **context: Any) -> Page:
        return html(self.request, name, session=SESSION if signed_in else None, **context)

    def start(self) -> Page:
        return self.template("inizio.html", signed_in=False, **offered(self.services.doors(), ""))

    def enter(self, *doors: Door, kept: str = "") -> Page:
        return self.template("entra.html", signed_in=False, kept=kept, **offered(doors, ""))

    def leave_for_provider(self) -> Page:
        fields = {"SAMLRequest": "modelli", "RelayState": "modelli"}
        return self.template("vai_al_fornitore.html", signed_in=False, url="/modelli", fields=fields)

    def home(self) -> Page:
        """Drafts and communications in every state."""
        drafts = [a_draft(EMPLOYED), a_draft({}), a_draft(SELF_EMPLOYED, amends=True)]
        old = Draft(THIS, dict(SELF_EMPLOYED), 1, SENT_AT - timedelta(days=self.services.settings.conserva_bozze - 5))
        sent = [
            a_communication(4, "annullamento", sostituisce=OTHER, prima_protocollo=protocol(3)),
            a_communication(3, dopo_id=OTHER, dopo_protocollo=protocol(4), dopo_genere="annullamento"),
            a_communication(2, sostituisce=OTHER, prima_protocollo=protocol(1)),
            a_communication(1, dopo_id=OTHER, dopo_protocollo=protocol(2), dopo_genere="comunicazione"),
        ]
        return home.page(self.request, SESSION, self.services, [*drafts, old], sent)

    def empty_home(self) -> Page:
        return home.page(self.request, SESSION, self.services, [], [])

    def accesses(self) -> Page:
        """One of each kind, the office's last."""
        own = [Access(SENT_AT, azione, "203.0.113.0/24", "", THIS, protocol(1)) for azione in AZIONI]
        by_office = Access(SENT_AT, "ufficio", "", "Controllo a campione", None, None)
        return accesses.page(self.request, SESSION, [*own[:-1], by_office])

    def session(self) -> Page:
        this, other = (OpenSession("spid", SENT_AT, SENT_AT, this) for this in (True, False))
        return session.page(self.request, self.services, SESSION, [this, other])

    def contacts(self, typed: Typed) -> Page:
        """Whatever is *typed* is wrong."""
        given = {f.name: getattr(ANNA, f.name) for f in CONTATTI}
        problems = tuple(Problem(name, "non_valido") for name in typed)
        return contacts.page(self.request, SESSION, Contacts(given, {}), typed, "/comunicazioni", problems)

    def draft(self, typed: Typed, *, all_errors: bool = False, amends: bool = False, attached: int = 0) -> Page:
        answers = read(typed, TODAY)
        shown = [p for p in answers.problems if all_errors or not p.missing]
        return draft.page(self.request, SESSION, a_draft(typed, amends=amends), answers, shown, files(attached))

    def too_long(self) -> Page:
        answers = read(EMPLOYED, TODAY)
        draft_ = a_draft(EMPLOYED)
        return draft.page(self.request, SESSION, draft_, answers, (), refused=draft.too_long(draft_, answers))

    def state(self, *, saved_line: str = "", status_line: str = "") -> Page:
        """The form page as its script leaves it, when the line of the savings or that of the fields says something."""
        answers = read(EMPLOYED, TODAY)
        said: Any = {"saved_line": Markup(saved_line), "status_line": Markup(status_line)}  # noqa: S704 – ours
        return draft.page(self.request, SESSION, a_draft(EMPLOYED), answers, (), template="bozza_stato.html", **said)

    def warned(self, words: str, button: str) -> Page:
        told = f'{_of_the_script(words)} <button type="button" class="btn">{_of_the_script(button)}</button>'
        return self.state(saved_line=told)

    def not_changed(self, words: str) -> Page:
        return self.state(status_line=_of_the_script(words))

    def saved(self) -> Page:
        return self.state(saved_line=render("_salvato.html", draft=a_draft(EMPLOYED)))

    def conflict_told(self) -> Page:
        return self.state(saved_line=render("_conflitto.html"))

    def too_long_told(self) -> Page:
        return self.state(saved_line=render("_troppo_lungo.html"))

    def already_sent_told(self) -> Page:
        return self.state(saved_line=render("_gia_inviata.html", sent=a_communication(1)))

    def session_over(self) -> Page:
        title, text = failures.WORDS[401]
        return self.state(status_line=render("_guasto.html", title=gettext(title), text=gettext(text), again=None))

    def attachments(self, number: int, refused: str = "") -> Page:
        return attachments.page(self.request, SESSION, a_draft(EMPLOYED), files(number), refused)

    def held_back(self, state: str) -> Page:
        return self.template("allegato_trattenuto.html", attachment=files(1)[0], state=state)

    def comune(self, typed: Typed) -> Page:
        return comune.page(self.request, SESSION, a_draft(typed))

    def conflict(self) -> Page:
        mine = EMPLOYED | {"datore_lavoro": "Beta Esempio S.p.A.", "annotazioni": ""}
        return conflicts.side_by_side(self.request, SESSION, a_draft(EMPLOYED), mine, "subordinato")

    def of_the_draft(self, template: str, **context: Any) -> Page:
        return self.template(template, draft=a_draft(EMPLOYED), **context)

    def export(self, state: str) -> Page:
        return self.of_the_draft("esportazione.html", state=state)

    def check(self, typed: Typed, codes: tuple[str, ...] = (), *, changed: bool = False, ticks: bool = True) -> Page:
        answers = read(typed, TODAY)
        problems = answers.problems if ticks else missing_declarations({})
        return check.page(self.request, SESSION, a_draft(typed), answers, problems, codes, changed=changed)

    def every_caution(self) -> Page:
        return self.check(EMPLOYED, tuple(CAUTIONS))

    def late_amendment(self) -> Page:
        """What it amends was annulled meanwhile."""
        late = a_draft(EMPLOYED, amends=True, superseded=True)
        return draft.page(self.request, SESSION, late, read(EMPLOYED, TODAY), ())

    def amending_check(self, typed: Typed) -> Page:
        """An amendment of `a_communication`, of which nothing, or much, is changed."""
        answers, attached = read(typed, TODAY), files(1 if typed == EMPLOYED else 2)
        changes = amendments.changed(a_communication(1), ANNA, answers, attached)
        amending = a_draft(typed, amends=True)
        return check.page(self.request, SESSION, amending, answers, (), (), attached=attached, changes=changes)

    def late_check(self) -> Page:
        late = a_draft(EMPLOYED, amends=True, superseded=True)
        return check.page(self.request, SESSION, late, read(EMPLOYED, TODAY), (), ())

    def draft_gone(self) -> Page:
        return conflicts.gone(self.request, SESSION, Form(SELF_EMPLOYED))

    def already_sent(self) -> Page:
        rows = [(gettext("Datore di lavoro"), "Beta Esempio S.p.A.")]
        return self.template("gia_inviata.html", sent=a_communication(1), rows=rows)

    def communication(self, receipt: str, genere: Genere = "comunicazione", **around: Any) -> Page:
        sent = a_communication(1, genere, **around)
        return communication.page(self.request, SESSION, sent, _document(receipt))

    def followed(self, by: Genere) -> Page:
        return self.communication("pronta", dopo_id=OTHER, dopo_protocollo=protocol(2), dopo_genere=by)

    def annulment(self) -> Page:
        return self.communication("pronta", "annullamento", sostituisce=OTHER, prima_protocollo=protocol(2))

    def draft_page(self) -> Page:
        draft_ = a_draft(EMPLOYED)
        return export.sheet_page(self.request, SESSION, self.services, draft_, files(2))

    def letter_page(self) -> Page:
        return letter.sheet_page(self.request, SESSION, self.services, a_communication(1))

    def receipt_page(self) -> Page:
        return communication.sheet_page(self.request, SESSION, a_communication(1))

    def of_the_communication(self, template: str, **context: Any) -> Page:
        return self.template(template, sent=a_communication(1), **context)

    def letter(self, state: str) -> Page:
        return self.of_the_communication("lettera.html", state=state)

    def receipt_late(self) -> Page:
        return self.of_the_communication("ricevuta_attesa.html", receipt=_document("attesa"))

    def annul(self, *, wrong: bool = False, **around: Any) -> Page:
        errors = (amendments.NO_REASON,) if wrong else ()
        return amendments.page(self.request, SESSION, a_communication(1, **around), OTHER, errors=errors)

    def annul_amendment(self) -> Page:
        return self.annul(sostituisce=OTHER, prima_protocollo=protocol(2))

    def consequences(self) -> Page:
        return consequences.page(self.request, SESSION, tuple(RULES.values()), "/modelli", sent=a_communication(1))

    def consequence(self, typed: Typed, day: date = TODAY) -> Page:
        """Of what is *typed*, looked at on *day*."""
        rules = rules_of(read(typed, TODAY).values, viewed=day, sent=day)
        return consequences.page(self.request, SESSION, rules, "/modelli")

    def consequences_unknown(self) -> Page:
        return consequences.page(self.request, SESSION, (), "/modelli", wrong=True)

    def possible(self, **typed: str) -> Page:
        return possible.page(self.request, None, typed, TODAY)

    def verify(self, **around: Any) -> Page:
        return verify.page(self.request, **around)

    def verified(self, state: State) -> Page:
        return self.verify(asked=True, found=Genuine(SENT_AT, state))

    def registry(self) -> Page:
        days = [Day(TODAY - timedelta(days=n), 9 - n, f"{n:064x}", marca=n % 2 == 0) for n in range(PER_PAGE + 1)]
        return registry.page(self.request, days, 2)

    def empty_registry(self) -> Page:
        return registry.page(self.request, [])

    def mishap(self, status: int) -> Page:
        return failures.of_status(self.request, status)

    def stale_page(self) -> Page:
        return failures.csrf(self.request, CsrfRefused(SESSION, dict(SELF_EMPLOYED)))

    def refused(self, reason: str) -> Page:
        return failures.access_refused(self.request, AccessRefused(reason))


def _document(state: str) -> Document:
    return Document(THIS, "ricevuta", state, SENT_AT)


def _of_the_script(beginning: str) -> str:
    """The one sentence of the form page's script that begins so, in the language of the page."""
    (found,) = (s for s in assets.sentences() if s.startswith(beginning))
    return gettext(found)
