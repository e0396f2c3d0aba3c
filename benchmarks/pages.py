"""What each main page costs on the plan of a whole sector: processor time, statements, bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from benchmarks import sector
from benchmarks.harness import Figures, Place, Sizes, milliseconds
from benchmarks.sector import COORDINATOR, PLAN, REPORTING, Sector, coordinator, sector_code
from engine.instances.models import Instance
from engine.tasks.assignment import groups_of
from engine.tasks.models import UserTask
from tests.support.web import Site, Visitor
from web.app import create_app
from workflows.documents import files
from workflows.people.directory import members
from workflows.people.holdings import hold
from workflows.people.models import Person

EVIDENCE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TOLD = "Se atendieron las personas que pedía el programa, en sus tres sedes."
READINGS, SENDINGS = 7, 5
BOARDS = (
    ("board", "/seguimiento"),
    ("executive", "/seguimiento/ejecutivo"),
    ("durations", "/seguimiento/procesos/sub_reporte_entidad"),
    ("calendar", "/seguimiento/calendario"),
    ("plan", "/plan/"),
    ("lifecycle", "/ciclo"),
)
"""What who coordinates looks at."""
STATEMENTS = 30
"""How many a page may need, however large the plan is."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What answering once took: seconds of the processor, statements, bytes of the body."""

    seconds: float
    statements: int
    size: int

    def figures(self) -> Figures:
        """As they are printed."""
        kilobytes = round(self.size / 1024, 1)
        return {"ms": milliseconds(self.seconds), "statements": self.statements, "kb": kilobytes}


def measure(place: Place, sizes: Sizes) -> Figures:
    """`pages`: each main page, the least of several readings; `send` completes a report of four rows."""
    with place.home() as (folder, url), sector.built(url, folder, sizes.sector) as built:
        desk = Desk(built)
        return {name: cost.figures() for name, cost in desk.costs()}


def measure_sectors(place: Place, sizes: Sizes) -> Figures:
    """`sectors`: the boards among those of every sector, for who coordinates one, and for who coordinates all."""
    with place.home() as (folder, url), sector.built(url, folder, sizes.all_sectors, sizes.sectors) as built:
        _coordinate_all(built, sizes.sectors)
        desk = Desk(built)
        return {
            f"{name}_{how}": least(desk.visit(username, path) for _ in range(READINGS)).figures()
            for how, username in (("one", coordinator(1)), ("all", COORDINATOR))
            for name, path in BOARDS
        }


def _coordinate_all(built: Sector, sectors: int) -> None:
    with built.database.unit_of_work() as session:
        person = session.get_one(Person, COORDINATOR)
        for number in range(sectors):
            hold(person, sector_code(number), ("coordinador_pes",))


@dataclass
class Desk:
    """The people who read the pages, and the pages they read."""

    built: Sector

    def __post_init__(self) -> None:
        application = self.built.application
        self.app = create_app(application)
        self._site = Site(application, self.app, self.built.clock)
        self._visitors: dict[str, Visitor] = {}

    def costs(self) -> Iterator[tuple[str, Cost]]:
        """What each page costs. Those that only read come first: sending changes what they show."""
        first, *others = self.reports(SENDINGS + 1)
        for name, username, path in self._pages(first):
            yield name, least(self.visit(username, path) for _ in range(READINGS))
        sent = [(self.send(task), task) for task in others]
        yield "send", least(cost for cost, _task in sent)
        reporter, path = str(others[0].assignee), f"/tareas/{others[0].id}/enviada"
        yield "sent", least(self.visit(reporter, path) for _ in range(READINGS))

    def visit(self, username: str, path: str) -> Cost:
        """Open a page as somebody who signed in, or as a stranger."""
        client = self._visitor(username).client
        cost, answer = self._cost(lambda: client.get(path))
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code} to {username}: {answer.text[:500]}")
        return cost

    def holder(self, session: Session, task: UserTask) -> str:
        """Somebody who may do a task."""
        if task.assignee:
            return task.assignee
        return next(one.username for group in sorted(groups_of(session, task.id)) for one in members(session, group))

    def send(self, task: UserTask) -> Cost:
        """Fill in a report and send it; its evidence was uploaded before, as the page does."""
        visitor, path = self._visitor(str(task.assignee)), f"/tareas/{task.id}"
        visitor.open(path)
        data: dict[str, str] = dict(visitor.fields(path))
        with self.built.database.unit_of_work() as session:
            clock, who = self.built.clock, str(task.assignee)
            stored = files.store(session, clock, who, f"{task.id}.pdf", EVIDENCE, task_id=task.id)
        day = f"{self.built.clock.now():%Y-%m-%d}"
        filled = {
            "valor_periodo": "100", "avance_cualitativo": TOLD, "justificacion_rezago": TOLD,
            "justificacion_sobreejecucion": TOLD, "evidencias": str(stored.id), "fecha_evidencia": day,
        }  # fmt: skip
        rows = [name.removesuffix("-_fila") for name in data if name.endswith("-_fila")]
        data |= {f"{row}-{column}": value for row in rows for column, value in filled.items()}
        data["_accion"] = "enviar"
        headers = {"Origin": "http://localhost"}
        cost, answer = self._cost(lambda: visitor.client.post(path, data=data, headers=headers))
        if answer.status_code != 303:
            raise RuntimeError(f"{path} answers {answer.status_code}: {answer.text[:2000]}")
        return cost

    def _pages(self, task: UserTask) -> list[tuple[str, str, str]]:
        reporter, closed = str(task.assignee), self.built.newest_closed
        return [
            ("inbox", reporter, "/bandeja"),
            ("task", reporter, f"/tareas/{task.id}"),
            ("board", COORDINATOR, "/seguimiento"),
            ("plan", COORDINATOR, f"/plan/?plan={PLAN}"),
            ("plan_open", COORDINATOR, f"/plan/?plan={PLAN}&mes={self.built.reported}"),
            ("lifecycle", COORDINATOR, "/ciclo"),
            ("case", COORDINATOR, f"/casos/{task.instance_id}"),
            ("indicator", COORDINATOR, f"/plan/{PLAN}/indicadores/IR-001?mes={closed}"),
            ("portal", "", f"/portal/{PLAN}/{closed}"),
        ]

    def reports(self, count: int) -> list[UserTask]:
        """So many open reports of the month, in the first sector."""
        query = sa.select(UserTask).join(Instance, Instance.id == UserTask.instance_id)
        query = query.where(Instance.tenant == sector_code(0))
        query = query.where(UserTask.element_id == REPORTING, UserTask.state == "open")
        with self.built.database.reading() as session:
            return list(session.scalars(query.order_by(UserTask.id).limit(count)))

    def _visitor(self, username: str) -> Visitor:
        if username not in self._visitors:
            if username:
                self._site.give_password(username)
            self._visitors[username] = self._site.visitor(username)
        return self._visitors[username]

    def _cost(self, ask: Callable[[], TestResponse]) -> tuple[Cost, TestResponse]:
        with counted(self.built) as count:
            began = time.process_time()
            answer = ask()
            size = len(answer.get_data())
            taken = time.process_time() - began
        return Cost(taken, len(count), size), answer


def least(costs: Iterator[Cost]) -> Cost:
    """The cheapest of several: what the page costs where nothing else is in the way. Statements are the most."""
    found = list(costs)
    return Cost(min(one.seconds for one in found), max(one.statements for one in found[1:]), found[-1].size)


@contextmanager
def counted(built: Sector) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile, without the words that begin and end a transaction."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    sa.event.listen(built.database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(built.database.engine, "before_cursor_execute", note)
