"""What the API keeps, on each of the two databases: keys that come at once, and lists that grow while they are read."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from engine.database import Database
from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.integration.api.test_operations import _asked, _row
from tests.integration.web.test_starting import FORM, publish, with_form
from tests.support.programs import Program, program
from tests.support.web import Site, open_site_on
from web.auth.models import KeptAnswer
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.forms.models import Submission
from workflows.indicators.models import Indicator
from workflows.people.models import Person

JUNE, PLAN = "2018-06", "PES-GOB"
REPORT = f"/plans/{PLAN}/periods/{JUNE}/measurements"


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Site]:
    """A site in which June is being reported."""
    site = open_site_on(database, tmp_path)
    yield site
    site.application.database.dispose()


def _copy(session: Session, row: Any, **changed: object) -> Any:
    """Another row like one that is there."""
    columns = [one.key for one in sa.inspect(type(row)).column_attrs if one.key != "id"]
    made = type(row)(**({name: getattr(row, name) for name in columns} | changed))
    session.add(made)
    session.flush()
    return made


def _case(session: Session, site: Site) -> None:
    like = session.scalars(sa.select(Instance).order_by(Instance.id)).first()
    _copy(session, like, business_key=f"{PLAN}/{uuid.uuid4().hex}")


def _task(session: Session, site: Site) -> None:
    like = session.scalars(sa.select(UserTask).where(UserTask.assignee == "sruiz").order_by(UserTask.id)).first()
    for days in (-30, 30):  # one that comes before all, one after all
        due = site.clock.now() + dt.timedelta(days=days)
        _copy(session, like, node_id=uuid.uuid4().hex, due_at=due)


def _event(session: Session, site: Site) -> None:
    like = session.scalars(sa.select(HistoryEntry).order_by(HistoryEntry.id)).first()
    _copy(session, like, at=site.clock.now())


def _indicator(session: Session, site: Site) -> None:
    like = session.scalars(sa.select(Indicator).where(Indicator.active).order_by(Indicator.id)).first()
    for code in ("A-0", "Z-9"):
        _copy(session, like, code=f"{code}{uuid.uuid4().hex[:12]}")


def _person(session: Session, site: Site) -> None:
    for username in ("a0", "zz"):
        made = f"{username}{uuid.uuid4().hex[:12]}"
        session.add(Person(username=made, name=made, email=f"{made}@demo.example", entity_code="SDG"))
    session.flush()


def _document(session: Session, site: Site) -> None:
    stored = files.keep(
        session, site.clock, "amartinez", f"{uuid.uuid4().hex}.pdf", uuid.uuid4().bytes, "application/pdf", sector="GOB"
    )
    session.flush()
    session.add(
        Document(
            plan_code=PLAN, kind="informe_mensual", key=uuid.uuid4().hex[:7], format="pdf", version=1, title="Informe",
            dated_at=site.clock.now(), made_at=site.clock.now(), file_id=stored.id,
        )
    )  # fmt: skip
    session.flush()


GROWING: dict[str, tuple[str, Callable[[Session, Site], None]]] = {
    "/cases": ("amartinez", _case),
    "/tasks": ("sruiz", _task),
    f"/events?plan={PLAN}": ("amartinez", _event),
    f"/plans/{PLAN}/indicators": ("sruiz", _indicator),
    "/people": ("admin", _person),
    f"/plans/{PLAN}/documents": ("amartinez", _document),
}


def test_a_list_that_grows_while_it_is_read_repeats_nothing_and_hides_nothing_that_was_there(office: Site) -> None:
    database, wrong = office.application.database, {}

    def grow(make: Callable[[Session, Site], None]) -> None:
        with database.unit_of_work() as session:
            make(session, office)

    for path, (username, make) in GROWING.items():
        reader = program(office, username)
        grow(make)
        grow(make)
        office.clock.advance(dt.timedelta(minutes=1))  # of events PostgreSQL gives those that are settled
        before = [_known(one) for one in reader.all(path, limit=200)]
        read = []
        for one in _pages(reader, path):
            read += [_known(item) for item in one]
            if len(read) < len(before) + 6:
                grow(make)
        if len(set(read)) < len(read) or not set(before) <= set(read) or len(before) < 2:
            wrong[path] = (before, read)

    assert wrong == {}


def _known(item: dict[str, Any]) -> object:
    return item.get("id") or item.get("code") or item["username"]


def _pages(reader: Program, path: str) -> Iterator[list[dict[str, Any]]]:
    cursor: str | None = ""
    mark = "&" if "?" in path else "?"
    while cursor is not None:
        page = reader.get(f"{path}{mark}limit=2&cursor={cursor}")
        if not page["items"]:
            return
        yield page["items"]
        cursor = page["next"]


def test_one_key_at_the_same_moment_does_it_once_and_answers_both(office: Site) -> None:
    reporter = program(office, "sruiz")
    asked = {"rows": [_row(code, 1) for code in _asked(reporter)]}
    others = [Program(office.app.test_client(use_cookies=False), reporter.token) for _ in range(3)]

    def send(one: Program) -> Any:
        return one.ask("POST", REPORT, 201, json=asked, headers={"Idempotency-Key": "a-la-vez"})

    with ThreadPoolExecutor(len(others)) as threads:
        answers = list(threads.map(send, others))
    refused = reporter.post(REPORT, {"rows": asked["rows"][:0] or [_row("OTRO", 1)]}, 422, key="a-la-vez")

    assert sorted(one.headers.get("Idempotent-Replayed", "") for one in answers) == ["", "true", "true"]
    assert all(one.json == answers[0].json for one in answers) and refused["type"] == "urn:cauce:problem:key-reused"
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
        kept = sa.select(sa.func.count()).select_from(StoredFile).where(StoredFile.stored_by == "sruiz")
        assert session.scalar(kept) == len(asked["rows"])
        assert session.scalar(sa.select(sa.func.count()).select_from(KeptAnswer)) == 1


def test_without_a_key_the_second_of_two_is_told_that_it_was_done(office: Site) -> None:
    reporter = program(office, "sruiz")
    asked = {"rows": [_row(code, 1) for code in _asked(reporter)]}
    others = [Program(office.app.test_client(use_cookies=False), reporter.token) for _ in range(2)]

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda one: one.ask("POST", REPORT, json=asked), others))

    assert sorted(one.status_code for one in answers) == [201, 409]
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


def test_a_task_of_ones_group_is_taken_and_given_back(office: Site) -> None:
    liaison = program(office, "rmora")
    task = liaison.get("/tasks?box=groups")["items"][0]

    taken = liaison.post(f"/tasks/{task['id']}/claim", status=200)
    mine = [one["id"] for one in liaison.get("/tasks")["items"]]
    back = liaison.post(f"/tasks/{task['id']}/release", status=200)

    assert taken["assignee"] == "rmora" and task["id"] in mine
    assert back["assignee"] is None and task["id"] not in [one["id"] for one in liaison.get("/tasks")["items"]]


def test_a_case_is_begun_once_shown_and_its_events_follow_those_that_were_read(office: Site) -> None:
    publish(office, with_form(), forms={"pedir_apoyo": FORM})
    coordinator = program(office, "amartinez")
    office.clock.advance(dt.timedelta(minutes=1))
    read = coordinator.get(f"/events?plan={PLAN}&limit=200")
    (offered,) = [one for one in coordinator.get("/processes")["items"] if one["process"] == "apoyo"]
    values = {"plan": PLAN, "entidad": "IDPAC", "asunto": "Sin luz", "personas_afectadas": 1200}

    wrong = coordinator.post("/cases", {"process": "apoyo", "values": {**values, "asunto": ""}}, 422)
    begun = coordinator.post("/cases", {"process": "apoyo", "values": values}, key="apoyo")
    again = coordinator.post("/cases", {"process": "apoyo", "values": values}, key="apoyo")

    assert {"entidad", "asunto"} <= {one.get("key") for one in offered["components"]} and "entidad" in offered[
        "options"
    ]
    assert [one["path"] for one in wrong["errors"]] == ["asunto"]
    assert begun == again == coordinator.get(f"/cases/{begun['id']}") and begun["key"] == f"{PLAN}/apoyo/001"
    (wait,) = coordinator.get(f"/cases/{begun['id']}/waits")["items"]
    assert (wait["kind"], wait["element"], wait["hopeless"]) == ("task", "atender", False)
    assert coordinator.get("/cases?process=apoyo&state=active")["items"] == [begun]
    office.clock.advance(dt.timedelta(minutes=1))
    events = coordinator.get(f"/events?plan={PLAN}&limit=200&cursor={read['next']}")["items"]
    assert {one["case_id"] for one in events} == {begun["id"]}
    assert events[0]["kind"] == "instance_started"


def test_a_file_that_was_attached_is_read_back_by_who_may(office: Site) -> None:
    reporter = program(office, "sruiz")
    task = reporter.get("/tasks")["items"][0]["id"]
    data = {"campo": "avances-0-evidencias", "archivo": (io.BytesIO(b"indicador;valor\nx;1\n"), "soporte.csv")}
    kept = reporter.ask("POST", f"/tasks/{task}/files", 201, data=data).json
    with office.app.test_request_context():
        address = url_for("api.get_file", file_id=kept["id"]).removeprefix("/api/v1")

    with office.application.database.unit_of_work() as session:
        _document(session, office)
    (document,) = reporter.get(f"/plans/{PLAN}/documents")["items"]

    assert len(reporter.ask("GET", document["file"].removeprefix("/api/v1"), 200).data) == 16
    assert reporter.ask("GET", address, 200).data == b"indicador;valor\nx;1\n"
    assert program(office, "rmora").get(address, 403)["status"] == 403  # of a draft, and of another entity
