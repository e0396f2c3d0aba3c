"""A second program runs a month through the API alone, and the pages show its figures."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from engine.instances.models import Instance
from tests.support.programs import Program, program
from tests.support.web import Site
from web import worker
from web.api.values import plain
from workflows.calendar import BOGOTA
from workflows.documents import files as stored
from workflows.errors import FieldError
from workflows.implementation.models import ActionPlan, PlannedActivity, PlannedMonth
from workflows.implementation.states import ActionPlanState
from workflows.indicators.models import Indicator
from workflows.monitoring.models import ActivityReport
from workflows.plan.models import Project, ProjectGoal
from workflows.simulation.robots import GOOD, RETURNED, ROBOTS, Robots
from workflows.spanish import number, percentage

PLAN, JUNE = "PES-GOB", "2018-06"
RETURNING, DOING = "DADEP", "IDPAC"
"""The entity whose liaison returns a row, and the one that has an action plan."""
MOST_DAYS = 60
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _typed(value: Any) -> Any:
    """What JSON says, as people at a page see it: numbers and days."""
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Decimal(str(value))
    return dt.date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value


def _form(task: dict[str, Any], case: dict[str, Any], asked: dict[str, Any]) -> Any:
    """What the program was told, by the names that robots know a page's form by."""
    told = SimpleNamespace(
        id=task["id"], name=task["name"], element_id=task["element"], process_key=task["process"], properties={},
        variables=asked["data"], context=task["about"], form_key=task["form"],
        created_at=dt.datetime.fromisoformat(task["created_at"]),
    )  # fmt: skip
    return SimpleNamespace(
        task=told,
        instance=SimpleNamespace(
            business_key=case["key"], process_key=case["process"], tenant=case["sector"], scope=case["plan"]
        ),
        shown=_typed(asked["values"]),
        prefill=SimpleNamespace(locked=frozenset(asked["locked"]), notes=asked["notes"]),
        options={path: [(one["value"], one["label"]) for one in found] for path, found in asked["options"].items()},
        hidden=frozenset(asked["hidden"]),
    )


class Office:
    """Everybody's programs, and the robots that know what each form is answered with; one liaison returns a row.

    `sent` is all that was sent, by the element of its task.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._robots = Robots(
            today=lambda: site.clock.now().astimezone(BOGOTA).date(),
            profile=lambda _period, entity: RETURNED if entity == RETURNING else GOOD,
        )
        self.sent: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.files: dict[int, bytes] = {}
        people = program(site, "admin").all("/people")
        self._programs = [program(site, one["username"]) for one in people if one["active"] and one["roles"]]
        self.coordinator = program(site, "amartinez")

    def work(self, case_id: int) -> int:
        """Do every open task of the case that is somebody's; how many were sent."""
        case = self.coordinator.get(f"/cases/{case_id}")
        sent = 0
        for one in self._programs:
            for task in [*one.all("/tasks"), *one.all("/tasks?box=groups")]:
                if task["case_id"] == case_id:
                    sent += self._do(one, task, case)
        return sent

    def _do(self, who: Program, task: dict[str, Any], case: dict[str, Any]) -> bool:
        answer = who.ask("GET", f"/tasks/{task['id']}/form")
        if answer.status_code != 200:  # another did it in this round, or who did what it checks must not
            return False
        form = _form(task, case, answer.json)

        def upload(name: str, content: bytes) -> int:
            data = {"campo": "avances-0-evidencias", "archivo": (io.BytesIO(content), name)}
            kept = int(who.ask("POST", f"/tasks/{task['id']}/files", 201, data=data).json["id"])
            self.files[kept] = content
            return kept

        raw = ROBOTS[task["element"]](self._robots, form, upload)
        if raw is None:
            return False
        body = {"values": plain(raw)}
        answer = who.ask("POST", f"/tasks/{task['id']}/submission", json=body)
        if answer.status_code == 422:
            errors = [FieldError(one["path"], one["message"]) for one in answer.json["errors"]]
            again = plain(self._robots.correct(form, raw, errors))
            answer = who.ask("POST", f"/tasks/{task['id']}/submission", json={"values": again})
        assert answer.status_code == 201, (task["element"], answer.text)
        self.sent[task["element"]].append(answer.json["values"])
        return True

    def days(self) -> Iterator[dt.date]:
        """Each working day from today on, once the worker has done what is due in it."""
        for _ in range(MOST_DAYS):
            worker.live(self._site.application)
            today = self._site.clock.now().astimezone(BOGOTA).date()
            if self._site.application.calendar.is_working(today):
                yield today
            self._site.clock.move_to(self._site.clock.now() + dt.timedelta(days=1))
        raise AssertionError("the month does not end")


def test_a_month_is_run_through_the_api_and_its_figures_are_those_of_the_pages(make_site: Any) -> None:
    site = make_site(api_per_minute=10**6)
    activities = action_plan(site, DOING)
    office = Office(site)
    june = office.coordinator.get(f"/plans/{PLAN}/periods")["items"][0]
    assert june["code"] == JUNE and june["state"] == "abierto"

    for _day in office.days():
        while office.work(june["case_id"]):
            pass
        if office.coordinator.get(f"/cases/{june['case_id']}")["state"] == "completed":
            break

    figures = office.coordinator.get(f"/plans/{PLAN}/periods/{JUNE}")
    assert figures["frozen"] and figures["overall"]["coverage"] == "100"
    reported = [one for one in figures["indicators"] if one["status"] == "reportado"]
    assert len(reported) > 20
    site.give_password("amartinez")
    visitor = site.visitor("amartinez")
    visitor.open(f"/plan/?plan={PLAN}&mes={JUNE}")
    shown = {one["code"]: _row_of(visitor.page(), one["code"]) for one in reported}
    wrong = {
        one["code"]: (one["compliance"], shown[one["code"]])
        for one in reported
        if one["compliance"] is not None and percentage(Decimal(one["compliance"])) not in shown[one["code"]]
    }
    assert wrong == {}
    assert percentage(Decimal(figures["overall"]["compliance"])) in visitor.text()

    # What was returned came back and was reported again.
    returned = [
        row for sent in office.sent["validar_reporte"] for row in sent["validacion"] if row["decision"] != "valida"
    ]
    assert len(returned) == 1 and len(office.sent["corregir_avance"]) == 1

    # The money that the page shows is what was typed.
    visitor.open(f"/plan/{PLAN}/presupuesto?vigencia=2018")
    money = {row["_fila"]: row for sent in office.sent["reportar_ejecucion"] for row in sent["presupuesto"]}
    told = {
        str(row.xpath("normalize-space(th)")).split()[0]: row.text_content()
        for row in visitor.page().xpath("//tbody/tr")
    }
    assert len(money) > 5
    for project, row in money.items():
        assert number(Decimal(row["compromisos"])) in told[project] and number(Decimal(row["giros"])) in told[project]

    # Activities and files are kept as they were sent.
    with site.application.database.reading() as session:
        done = session.scalars(sa.select(ActivityReport)).all()
        assert {one.activity_id for one in done} == set(activities)
        assert {(one.executed, one.reported_by) for one in done} == {(Decimal(1), "sruiz")}
        assert len(office.files) > 20
        for file_id, content in office.files.items():
            assert stored.read(session, file_id) == content


def action_plan(site: Site, entity: str) -> list[int]:
    """Two activities of an approved action plan of an entity; their ids."""
    with site.application.database.unit_of_work() as session:
        project = session.scalars(sa.select(Project).where(Project.entity_code == entity)).first()
        indicator = session.scalars(sa.select(Indicator).where(Indicator.entity_code == entity)).first()
        case = session.scalars(sa.select(Instance.id)).first()
        assert project is not None and indicator is not None and case is not None
        goal = ProjectGoal(plan_code=PLAN, project_id=project.id, statement="Meta", contribution=Decimal(0))
        session.add(goal)
        session.flush()
        plan = ActionPlan(
            plan_code=PLAN, entity_code=entity, year=2018, instance_id=case, state=ActionPlanState.APPROVED,
            activities=[
                PlannedActivity(
                    position=place, project_id=goal.project_id, project_goal_id=goal.id, indicator_id=indicator.id,
                    name=f"Actividad {place}", product="Un informe", weight=Decimal(50), starts_on=dt.date(2018, 1, 1),
                    ends_on=dt.date(2018, 12, 31), responsible="rmora",
                    months=[PlannedMonth(month=6, programmed=Decimal(1))],
                )
                for place in (1, 2)
            ],
        )  # fmt: skip
        session.add(plan)
        session.flush()
        return [one.id for one in plan.activities]


def _row_of(page: Any, code: str) -> str:
    """What the table of the plan says of an indicator."""
    rows = page.xpath(f"//tr[.//a[contains(@href, '/indicadores/{code}?') or contains(@href, '/indicadores/{code}&')]]")
    return " ".join(" ".join(row.text_content().split()) for row in rows)
