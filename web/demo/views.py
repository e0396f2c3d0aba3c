"""The demo's clock: what day it pretends to be, and two buttons to go on."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint

from web.auth import DEMO, Of, allow
from web.demo import travel
from web.demo.travel import Journey, MovableClock
from web.pages import back_to, current, page
from workflows.calendar import bogota_day
from workflows.spanish import enumeration, month_name, week_day

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.get("/reloj")
@allow(DEMO, of=Of.NONE)
def clock() -> str:
    """The simulated day, and what comes next."""
    application = current()
    now = application.clock.now()
    return page("demo/clock.html", now=now, working=application.calendar.is_working(bogota_day(now)))


@blueprint.post("/reloj/dia")
@allow(DEMO, of=Of.NONE)
def next_day() -> Any:
    """Go to the next working day."""
    application = current()
    return _arrived(travel.to_next_working_day(application, _movable()))


@blueprint.post("/reloj/mes")
@allow(DEMO, of=Of.NONE)
def next_month() -> Any:
    """Go on until the next month opens."""
    application = current()
    return _arrived(travel.to_next_month(application, _movable()))


def _movable() -> MovableClock:
    return cast(MovableClock, current().clock)  # the gate lets nobody in here but in the demo


def _arrived(journey: Journey) -> Any:
    return back_to("demo.clock", told(journey, week_day(current().clock.now())))


def told(journey: Journey, day: str) -> str:
    """A journey in words: «Pasaron 3 días: hoy es lunes 9 de noviembre. Llegaron 6 tareas nuevas.» and the like."""
    passed = "Pasó 1 día" if journey.days == 1 else f"Pasaron {journey.days} días"
    sentences = [f"{passed}: hoy es {day}."]
    if journey.months:
        months = enumeration([month_name(code) for code in journey.months])
        sentences.append(f"Se abrió el seguimiento de {months}.")
    if journey.new_tasks:
        tasks = "Llegó 1 tarea nueva" if journey.new_tasks == 1 else f"Llegaron {journey.new_tasks} tareas nuevas"
        sentences.append(f"{tasks}.")
    return " ".join(sentences)
