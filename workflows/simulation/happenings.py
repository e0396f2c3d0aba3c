"""What happens to a plan in real life: people leave, money is cut, diagrams change, entities fall silent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database
from engine.definitions import catalogue, editing, publishing
from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from workflows.calendar import WorkingCalendar
from workflows.lifecycle import leaving
from workflows.people.assigning import ensure_may_be_given
from workflows.people.holdings import of_sectors
from workflows.people.models import Person, PersonRole
from workflows.people.naming import INVENTED
from workflows.plan.models import Project
from workflows.simulation import citizens
from workflows.simulation.robots import GOOD, LATE, MISSING, RETURNED, Robots
from workflows.simulation.values import Reality

IRREPLACEABLE = ("coordinador_pes", "administrador", "lider_proceso")
"""Roles that stay: somebody has to sign what the others do."""

NEWCOMERS = (
    "Adriana Peña", "Bernardo Rincón", "Camila Ortiz", "Darío Lozano", "Esperanza Gil",
    "Fabián Cruz", "Gloria Arias", "Hernán Silva", "Inés Patiño", "Julián Mejía",
)  # fmt: skip

DEADLINES = ("cierre+13dh", "cierre+12dh", "cierre+14dh", "cierre+15dh")
"""What `aprobar_informe` gets from one year to the next."""
REPUBLISHED = ("f5_informe_mensual", "aprobar_informe")

_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Years:
    """The years of a plan."""

    first: int
    count: int

    def number(self, year: int) -> int:
        """1 for the first; 0 and below before it."""
        return year - self.first + 1

    def holds(self, year: int) -> bool:
        """Whether it is one of them."""
        return 1 <= self.number(year) <= self.count

    def nth(self, number: int) -> int:
        """The year with this number, or the last if there are fewer."""
        return self.first + min(number, self.count) - 1


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How entities report: one month in five late, one in ten returned, and one entity silent for three months."""

    reality: Reality
    years: Years
    entities: Sequence[str]

    def __call__(self, period: str, entity: str) -> str:
        """The profile of an entity in a month; what is not a month of an entity goes well."""
        if not _MONTH.fullmatch(period) or entity not in self.entities:
            return GOOD
        if (period, entity) in self.silence():
            return MISSING
        return str(self.reality.choose((LATE, LATE, RETURNED, *[GOOD] * 7), "report", period, entity))

    def silence(self) -> set[tuple[str, str]]:
        """The three months in which an entity says nothing."""
        entity = self.reality.choose(tuple(self.entities), "silent")
        first = self.reality.choose((2, 3, 4, 7, 8, 9), "silent since")
        return {(f"{self.years.nth(2)}-{first + after:02}", entity) for after in range(3)}


@dataclass
class Happenings:
    """What befalls a plan, each thing once on the first working day from its date."""

    database: Database
    engine: ProcessEngine
    reality: Reality
    plan_code: str
    years: Years
    robots: Robots
    sector: str
    successors: dict[str, str] = field(default_factory=dict, init=False)
    done: set[tuple[str, int]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Everybody knows who came for whom."""
        self.robots.successors = self.successors

    def morning(self, day: dt.date) -> None:
        """Let happen what is due on this day, before people work."""
        if isinstance(self.engine.calendar, WorkingCalendar) and not self.engine.calendar.is_working(day):
            return
        with self.database.unit_of_work() as session:
            citizens.answer_open_surveys(session, self.plan_code, self.engine.now(), self.reality)
        if not self.years.holds(day.year):
            return
        for what, since, act in self._of_the_year(day.year):
            if day >= since and (what, day.year) not in self.done:
                self.done.add((what, day.year))
                with self.database.unit_of_work() as session:
                    act(session, day.year)
        self._hand_over()

    def _of_the_year(self, year: int) -> list[tuple[str, dt.date, Callable[[Session, int], None]]]:
        due: list[tuple[str, dt.date, Callable[[Session, int], None]]] = [
            ("somebody leaves", dt.date(year, 1, 16), self._somebody_leaves),
            ("a diagram changes", dt.date(year, 2, 10), self._a_diagram_changes),
        ]
        if year == self.years.nth(2):
            due.append(("money is cut", dt.date(year, 5, 15), self._money_is_cut))
        if year == self.years.nth(3):
            due.append(("the plan is modified", dt.date(year, 3, 15), self._the_plan_is_modified))
        return due

    def _somebody_leaves(self, session: Session, year: int) -> None:
        staying = sa.select(PersonRole.username).where(PersonRole.role_id.in_(IRREPLACEABLE))
        people = session.scalars(
            sa.select(Person)
            .where(Person.active, Person.username.not_in(staying), of_sectors([self.sector]))
            .order_by(Person.username)
        ).all()
        leaver: Person = self.reality.choose(tuple(people), "leaves", year)
        newcomer = self._newcomer(session, leaver, self.years.number(year))
        self.successors[leaver.username] = newcomer.username
        leaving.leave(session, self.engine, leaver.username, actor=SYSTEM, successor=newcomer.username)

    def _newcomer(self, session: Session, leaver: Person, number: int) -> Person:
        name = NEWCOMERS[(number - 1) % len(NEWCOMERS)]
        username = f"relevo{number}.{self.sector.lower()}"
        newcomer = Person(
            username=username,
            name=f"{name}{INVENTED}",
            email=f"{username}@demo.example",
            entity_code=leaver.entity_code,
            roles=[
                PersonRole(role_id=role.role_id, sector_code=role.sector_code, entity_code=role.entity_code)
                for role in leaver.roles
            ],
        )
        session.add(newcomer)
        session.flush()
        return newcomer

    def _hand_over(self) -> None:
        """What still falls to somebody who left goes to whoever came in their place."""
        if not self.successors:
            return
        with self.database.unit_of_work() as session:
            query = sa.select(UserTask).where(
                UserTask.state == UserTaskState.OPEN, UserTask.assignee.in_(self.successors)
            )
            for task in session.scalars(query.order_by(UserTask.id)).all():
                to = str(self.robots.who_now(task.assignee))
                ensure_may_be_given(session, to, session.get_one(Instance, task.instance_id).tenant)
                commands.reassign(session, self.engine, task.id, actor=SYSTEM, to=to, reason="Ya no trabaja aquí.")

    def _a_diagram_changes(self, session: Session, year: int) -> None:
        process, element = REPUBLISHED
        deadline = DEADLINES[(self.years.number(year) - 1) % len(DEADLINES)]
        xml = editing.set_property(catalogue.current(session, process).xml(process), element, "plazo", deadline)
        publishing.publish(session, self.engine, [xml], {}, actor=SYSTEM, reason=f"Plazo acordado para {year}.")

    def _money_is_cut(self, session: Session, year: int) -> None:
        projects = session.scalars(
            sa.select(Project).where(Project.plan_code == self.plan_code).order_by(Project.code)
        ).all()
        if projects:
            project: Project = self.reality.choose(tuple(projects), "cut")
            about = {"proyecto": project.code, "entidad": project.entity_code, "vigencia": year}
            self._send(session, "modificacion_presupuestal", f"{self.plan_code}/{project.code}", about)

    def _the_plan_is_modified(self, session: Session, year: int) -> None:
        self._send(session, "solicitud_modificacion", self.plan_code, {"asunto": f"Ajustes de {year}"})

    def _send(self, session: Session, name: str, key: str, about: dict[str, object]) -> None:
        messages.send(session, self.engine, name, key, {"plan": self.plan_code, **about}, actor=SYSTEM)
