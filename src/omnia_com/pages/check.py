"""The check page: everything on one screen, the warnings, the two declarations, "Invia la comunicazione"."""

from collections.abc import Sequence

from litestar import get, post
from litestar.response import Redirect

from omnia_com import metrics
from omnia_com.communications import drafts
from omnia_com.communications.attachments import kept as attachments
from omnia_com.communications.attachments.kept import Attachment
from omnia_com.communications.drafts import Draft, Incomplete, Stale
from omnia_com.communications.sent import Superseded, periods
from omnia_com.form.answers import Answers, missing_declarations, read
from omnia_com.form.cautions import CAUTIONS, cautions
from omnia_com.form.declaration_texts import CURRENT, TEXTS
from omnia_com.form.problems import Problem
from omnia_com.form.rows import Change
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from .amendments import changed_by
from .controls import first_id, mistakes
from .http.answer import Page, chooses_language, html, see_other
from .http.asked import CHECKED, Asked, Id, MyServices, MySession, Services
from .http.forms import Form, MyForm, number

TICKED = "spunta"  # in the query: a declaration that was ticked


@get("/bozze/{id:uuid}/riepilogo", name="check")
async def check(request: Asked, session: MySession, services: MyServices, id: Id) -> Page:
    """After a refused "Invia" it shows all errors, and what had been ticked is ticked."""
    draft = await drafts.find_draft(session.owner, id)
    if not request.shows_errors:
        return await _page(request, session, services, draft)
    ticked = Form(dict.fromkeys(request.query_params.getall(TICKED, []), "si"))
    return await _page(request, session, services, draft, missing_declarations(ticked), posted=ticked)


@get("/bozze/{id:uuid}/invio", name="sending")
async def come_back(session: MySession, id: Id) -> Redirect:
    """What a refused sending leaves in the address bar, asked for again."""
    await drafts.find_draft(session.owner, id)
    return see_other(f"/bozze/{id}/riepilogo")


@post("/bozze/{id:uuid}/invio", name="send", status_code=303)
async def send(request: Asked, session: MySession, services: MyServices, id: Id, form: MyForm) -> Page | Redirect:
    """Sends once: a second click, a reload or a retry after a lost answer lead to the same communication."""
    version = form.get("versione", "")
    if chooses_language(request, form):
        draft = await drafts.find_draft(session.owner, id)
        changed = version != str(draft.version)
        return await _page(request, session, services, draft, posted=form, changed=changed)
    try:
        await drafts.send(
            session.person,
            id,
            number(version),
            form,
            services.clock,
            services.settings.limite_invii,
            services.settings.letterhead,
        )
    except Stale as stale:
        return await _page(request, session, services, stale.draft, status=409, posted=form, changed=True)
    except Superseded:
        draft = await drafts.find_draft(session.owner, id)
        return await _page(request, session, services, draft, status=409, posted=form)
    except Incomplete as e:
        for code in {p.code for p in e.problems}:
            metrics.refusals.labels(code).inc()
        ticks = "".join(f"&{TICKED}={name}" for name in TEXTS[CURRENT] if form.get(name) == "si")
        return see_other(f"/bozze/{id}/riepilogo?{CHECKED}{ticks}")
    await services.queue.hint(str(id))
    return see_other(f"/comunicazioni/{id}")


async def _page(
    request: Asked,
    session: Session,
    services: Services,
    draft: Draft,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    posted: Form | None = None,
    changed: bool = False,
) -> Page:
    """The summary of *draft*, with all that is wrong, or else with *problems*; *posted* and *changed* as in `page`."""
    answers = read(draft.typed, services.clock.today())
    attached = await attachments.of_draft(draft.id)
    problems = answers.problems + attachments.problems(attached) or problems
    codes = cautions(
        answers,
        today=services.clock.today(),
        reachable=session.person.reachable,
        communicated=await periods(session.owner, besides=draft.amends),
    )
    return page(
        request,
        session,
        draft,
        answers,
        problems,
        codes,
        attached=attached,
        status=status,
        posted=posted,
        changed=changed,
        changes=await changed_by(session, draft, answers, attached),
    )


def page(
    request: Asked,
    session: Session,
    draft: Draft,
    answers: Answers,
    problems: tuple[Problem, ...],
    codes: tuple[str, ...],
    *,
    attached: Sequence[Attachment] = (),
    status: int = 200,
    posted: Form | None = None,
    changed: bool = False,
    changes: tuple[Change, ...] | None = None,
) -> Page:
    """The summary of *draft* with the warnings *codes*; what was ticked in *posted* stays ticked; *changed* says that
    another tab saved, *changes* what an amendment says otherwise."""
    here = all(p.field in TEXTS[CURRENT] for p in problems)
    return html(
        request,
        "riepilogo.html",
        status=status,
        session=session,
        draft=draft,
        fields=[(row, first_id(f, f.name)) for f, row in zip(answers.told(), answers.rows(), strict=True)],
        attachments=attached,
        cautions=[(code, gettext(CAUTIONS[code])) for code in codes],
        declarations=TEXTS[CURRENT],
        ticked={name for name, text in (posted or {}).items() if text == "si"},
        changed=changed,
        changes=changes,
        errors=mistakes(answers.group, problems, page="" if here else f"/bozze/{draft.id}"),
    )
