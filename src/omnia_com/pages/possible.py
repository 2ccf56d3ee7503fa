"""May I work? What it would mean, for whoever has not signed in: nothing of it is kept."""

from collections.abc import Mapping
from datetime import date

from litestar import get

from omnia_com.form.consequences import consequences
from omnia_com.form.messages import error
from omnia_com.form.possible import ALLE_DIPENDENZE, CHOICES, LAVORO, QUESTIONS, read
from omnia_com.form.problems import Problem
from omnia_com.languages import gettext
from omnia_com.people.sessions import Session

from .consequences import told
from .controls import Mistake
from .http.answer import Page, html
from .http.asked import Asked, MaybeSession, MyServices

NO_JOB = "Scegli che lavoro è."


@get("/posso", name="possible")
async def show(request: Asked, maybe_session: MaybeSession, services: MyServices) -> Page:
    """The answers stand in the address: they say nothing of who asks, and Back and Reload find them again."""
    typed = {name: request.query_params[name] for name in QUESTIONS if name in request.query_params}
    return page(request, maybe_session, typed, services.clock.today())


def page(request: Asked, session: Session | None, typed: Mapping[str, str], today: date) -> Page:
    """The four questions, and above them what the answers mean; without any it only asks."""
    trial = read(typed, today)
    errors = [_mistake(problem) for problem in trial.problems] if typed else []
    rules = consequences(trial.values, viewed=today, sent=today) if typed and not errors else ()
    return html(
        request,
        "posso.html",
        session=session,
        typed={name: typed.get(name, "") for name in QUESTIONS},
        choices=CHOICES,
        employed=typed.get(LAVORO) in ALLE_DIPENDENZE,
        errors=errors,
        wrong={mistake.field: mistake.text for mistake in errors},
        **told(rules),
    )


def _mistake(problem: Problem) -> Mistake:
    first = f"-{CHOICES[problem.field][0].value}" if problem.field in CHOICES else ""
    text = gettext(NO_JOB) if problem.field == LAVORO else error(problem)
    return Mistake(problem.field, problem.code, text, f"#{problem.field}{first}")
