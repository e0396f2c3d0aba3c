"""A second program runs a month through the API alone, and the pages show its figures."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from tests.support.programs import Program, program
from tests.support.web import Site
from web import worker
from web.api.values import plain
from workflows.calendar import BOGOTA
from workflows.errors import FieldError
from workflows.simulation.robots import ROBOTS, Robots
from workflows.spanish import percentage

PLAN, JUNE = "PES-GOB", "2018-06"
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
    """Everybody's programs, and the robots that know what each form is answered with."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._robots = Robots(today=lambda: site.clock.now().astimezone(BOGOTA).date())
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
            return int(who.ask("POST", f"/tasks/{task['id']}/files", 201, data=data).json["id"])

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


def _row_of(page: Any, code: str) -> str:
    """What the table of the plan says of an indicator."""
    rows = page.xpath(f"//tr[.//a[contains(@href, '/indicadores/{code}?') or contains(@href, '/indicadores/{code}&')]]")
    return " ".join(" ".join(row.text_content().split()) for row in rows)
