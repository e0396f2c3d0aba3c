"""The sectors of the demo: their plans, and how their people behave until the day on which a newcomer arrives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.clock import Clock
from workflows.calendar import WorkingCalendar, add_months, bogota_day
from workflows.forms.opening import OpenForm
from workflows.loading import seeding
from workflows.records.data import PlanData
from workflows.simulation.mindset import Raw, Upload, words_of
from workflows.simulation.robots import GOOD, LATE, MISSING, RETURNED, Robots, form_name
from workflows.simulation.values import Reality

FORMULATION_BEGINS = (5, 1)
"""Day and month of the year before the plan: eight months to formulate it."""
WEEKS_OF_FORMULATION = 18
"""Since when the second sector formulates its plan."""
NEVER = dt.date.max
ARTICULATION = "articulacion"
ASKS = "kmendoza"
"""Who finds that the minutes of that meeting lack something."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A sector of the demo: its code, the plan its people have in mind, the day they begin it, and who they are."""

    sector: str
    data: PlanData
    begins: dt.date
    robots: Robots
    acts: tuple[str, str]
    """Where it gives its acts, and by which norms."""


def scenes(present: dt.datetime, calendar: WorkingCalendar, clock: Clock) -> tuple[Scene, Scene]:
    """Gobierno in the second year of its plan, and Hábitat in the middle of formulating its own.

    Their plans are not moved by as many years in every month; the one government that both name has its years once.
    """
    governing = _governing(present, clock)
    return governing, _formulating(bogota_day(present), calendar, clock, governing.data)


def _governing(present: dt.datetime, clock: Clock) -> Scene:
    reporting = add_months(bogota_day(present).replace(day=1), -1)
    data = seeding.demo_plan(reporting.year - 1)
    robots = Robots(
        today=lambda: bogota_day(clock.now()),
        reality=Reality(seed=2018, series=data.measurements),
        profile=Behaviour(reporting),
        plan=data,
    )
    return Scene("GOB", data, dt.date(data.plan.first_year - 1, *FORMULATION_BEGINS), robots, seeding.acts_of())


def _formulating(present: dt.date, calendar: WorkingCalendar, clock: Clock, beside: PlanData) -> Scene:
    begins = present - dt.timedelta(weeks=WEEKS_OF_FORMULATION)
    data = seeding.demo_plan(begins.year + 1, seeding.FORMULATED_FILE)
    framed = replace(data.plan, development_plans=beside.plan.development_plans)
    data = replace(data, plan=framed, development_plans=beside.development_plans)
    robots = Formulating(
        today=lambda: bogota_day(clock.now()),
        reality=Reality(seed=2019),
        plan=data,
        words=words_of(seeding.FORMULATED_FILE),
        not_before=Pace(present, calendar),
    )
    return Scene("HAB", data, begins, robots, seeding.acts_of(seeding.FORMULATED_FILE))


class Behaviour:
    """How the entities of the demo behave: mostly well; some months late, returned or missing.

    In the month being reported only SDG has begun, so that the demo opens on work to do.
    """

    def __init__(self, reporting: dt.date) -> None:
        """`reporting` is the first day of the month being reported."""
        self._now = f"{reporting:%Y-%m}"
        before = (f"{add_months(reporting, -n):%Y-%m}" for n in range(1, 25))
        # The further back, the less it matters: what a newcomer sees first are the last months.
        self._known = {
            (code, entity): profile
            for n, code in enumerate(before, start=1)
            for entity, months, profile in (
                ("IDPAC", {4, 11}, LATE),
                ("DADEP", {2, 8, 15}, RETURNED),
                ("SDG", {6, 13}, RETURNED),
                ("IDPAC", {9}, MISSING),
            )
            if n in months
        }

    def __call__(self, period: str, entity: str) -> str:
        """The profile of an entity in a month."""
        if period == self._now:
            return GOOD if entity == "SDG" else LATE
        return self._known.get((period, entity), GOOD)


class Formulating(Robots):
    """People among whom the minutes of one meeting are not right."""

    def fill(self, form: OpenForm, upload: Upload) -> Raw | None:
        """As anybody would; one of those who read those minutes asks for a change."""
        read = form.task.variables
        if form_name(form) == "revisar_acta" and (read.get("tipo"), read.get("asistente")) == (ARTICULATION, ASKS):
            return {"resultado": "pido_ajuste", "ajuste": "Falta el compromiso de la Caja de la Vivienda Popular."}
        return super().fill(form, upload)


Condition = Callable[[Mapping[str, Any]], bool]


class Pace:
    """When the people of the second sector take up each task, so that the demo stands among its meetings.

    The work of phase 2 is handed out three weeks before; the survey is open, a meeting is convened, minutes are
    to be adjusted, a matrix is half filled. What else they do, they do in its time.
    """

    def __init__(self, present: dt.date, calendar: WorkingCalendar) -> None:
        """`present` is the day on which the demo stands."""

        def before(days: int) -> dt.date:
            return calendar.add_working_days(present, -days)

        self._days: tuple[tuple[str, Condition, dt.date], ...] = (
            ("asignar_tareas", _always, before(14)),
            ("analizar_informes", _of("CVP"), NEVER),
            ("disenar_encuesta", _always, before(8)),
            ("acompanar_encuesta", _always, NEVER),
            ("validar_en_campo", _always, NEVER),
            ("convocar", _of("IDPAC"), before(2)),
            ("convocar", _about("directivos", "equipo_tecnico", ARTICULATION), before(10)),
            ("validar_apuesta", _of("CVP"), NEVER),
            ("registrar_estado_proyectos", _of("CVP"), NEVER),
            ("registrar_estado_proyectos", _of("IDPAC"), NEVER),
        )
        self._minutes = 0

    def __call__(self, form_handler: str, variables: Mapping[str, Any]) -> dt.date:
        """The day before which nobody takes up a task."""
        if form_handler == "elaborar_acta" and variables.get("tipo") == ARTICULATION:
            self._minutes += 1  # those that came back stay on the table
            return dt.date.min if self._minutes == 1 else NEVER
        for name, condition, day in self._days:
            if name == form_handler and condition(variables):
                return day
        return dt.date.min


def _always(_variables: Mapping[str, Any]) -> bool:
    return True


def _about(*kinds: str) -> Condition:
    return lambda variables: variables.get("tipo") in kinds


def _of(entity: str) -> Condition:
    return lambda variables: variables.get("entidad") == entity
