"""The server is killed again and again while people report: nothing answered is lost, nothing happens twice."""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.incidents import Incident
from engine.tasks.models import UserTask
from tests.support.plan import demo_data, furnish
from tests.support.remote import BROKEN, Browser, Fields, Server
from web import migrating, torn
from web.clock import DemoClock
from workflows import assembly
from workflows.cycles import opening as cycles
from workflows.forms.models import FormDraft, Submission
from workflows.monitoring.models import MeasurementChange

JULY_6 = dt.datetime(2018, 7, 6, 15, 0, tzinfo=dt.UTC)
PEOPLE = ("sruiz", "rmora", "ocardenas", "bdiaz", "dsuarez", "cvega")
"""Of each entity the one who reports and the one who validates; these return a row again and again."""

LONGEST_WAIT_S = 20

MARK = re.compile(r"anotación (\d+)")
REPORTING = re.compile(r"(avances|presupuesto|validacion)-0")
WHOLE = {i.code for i in demo_data().indicators if i.annualization == "constante"}


@dataclass
class Ledger:
    """What the server promised, by answering."""

    sent: dict[str, tuple[int, str]] = field(default_factory=dict)
    drafts: dict[tuple[int, str], int] = field(default_factory=dict)
    repeated: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Client:
    """A person who works on, whatever happens to the server: presses the button again until it is answered."""

    username: str
    browser: Browser
    ledger: Ledger
    random: random.Random
    over: threading.Event
    count: int = 0
    signed_in: bool = False
    seen: set[str] = field(default_factory=set)

    def work(self) -> None:
        while not self.over.is_set():
            try:
                if not self.signed_in:
                    self.browser.become(self.username)
                    self.signed_in = True
                self._look()
            except BROKEN:
                time.sleep(0.05)

    def _look(self) -> None:
        page = self.browser.get("/bandeja").page()
        tasks = {link for link in page.xpath("//a/@href") if re.fullmatch(r"/tareas/\d+", link)}
        for path in sorted(tasks):
            self._do(path)
        if not tasks:
            time.sleep(0.05)

    def _do(self, path: str) -> None:
        answer = self.browser.get(path)
        if answer.status != 200:  # somebody of the group did it meanwhile
            return
        form = answer.page().get_element_by_id("formulario")
        if not REPORTING.search(" ".join(form.fields)):
            return  # a task of the year, not of the month
        token = form.fields["_envio"]
        fields = self._fill(form)
        for _ in range(self.random.randrange(4)):
            self._draft(path, form)
        fields = [(name, value) for name, value in fields if name != "_accion"] + [("_accion", "enviar")]
        self._send(path, fields, token)

    def _draft(self, path: str, form) -> None:  # type: ignore[no-untyped-def]
        self.count += 1
        texts = [area.name for area in form.iter("textarea")]
        if not texts:
            return
        fields: Fields = [("csrf_token", form.fields["csrf_token"]), (texts[0], f"anotación {self.count}")]
        if self.browser.post(f"{path}/borrador", fields).status == 200:
            with self.ledger.lock:
                self.ledger.drafts[(int(path.rsplit("/", 1)[1]), self.username)] = self.count

    def _send(self, path: str, fields: Fields, token: str) -> None:
        """Send, and send the very same again while nobody answers: what a person does who sees an error page."""
        tries = 0
        while not self.over.is_set():
            tries += 1
            try:
                answer = self.browser.post(path, fields)
            except BROKEN:
                time.sleep(0.05)
                continue
            with self.ledger.lock:
                if answer.status == 303 and answer.location.endswith("?recien=1"):
                    self.ledger.sent[token] = (int(path.rsplit("/", 1)[1]), self.username)
                    self.ledger.repeated += tries > 1
                elif answer.status not in (403, 409):
                    said = " ".join(answer.page().text_content().split())
                    self.ledger.refused.append(f"{self.username} {path} {answer.status}: {said[:600]}")
            if answer.status == 303 and self.random.random() < 0.2:
                again = self.browser.post(path, fields)  # an impatient second press
                assert again.status == 303, again.status
            return

    def _fill(self, form) -> Fields:  # type: ignore[no-untyped-def]
        """Every field that is asked, filled in; a liaison returns one row of each report again and again."""
        fields: Fields = []
        kept = dict(form.fields)
        for one in form.inputs:
            if one.name is None:
                continue
            kind = one.get("type") or one.tag
            if kind == "hidden":
                fields.append((one.name, one.get("value") or ""))
            elif kind == "file":
                fields.append((one.name, (f"soporte {self.random.random()}.csv", b"a;b\n1;2\n")))
            elif kind == "date":
                fields.append((one.name, "2018-07-05"))
            elif kind == "textarea":
                fields.append((one.name, "Se explica en el soporte adjunto."))
            elif kind in ("input", "text"):
                fields.append((one.name, self._number(one.name, kept)))
            elif kind in ("radio", "select") and one.name not in {name for name, _ in fields}:
                fields.append((one.name, self._choice(one.name, form)))
        return fields

    def _number(self, name: str, kept: dict[str, str]) -> str:
        if name.startswith("avances"):
            code = kept.get(name.rsplit("-", 1)[0] + "-_fila", "")
            return "90" if code in WHOLE else str(self.random.randrange(1, 9))
        if name.endswith("apropiacion_vigente"):
            return kept.get(name) or "9000000"  # it changes by a modification only
        return "2000000" if name.endswith("compromisos") else "1000000"

    def _choice(self, name: str, form) -> str:  # type: ignore[no-untyped-def]
        offered = form.xpath(f".//*[@name='{name}']/@value | .//select[@name='{name}']/option/@value")
        if "devuelta" in offered:
            return "devuelta" if name == "validacion-0-decision" else "valida"
        return next(value for value in offered if value)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A home in which June 2018 is being reported."""
    database = Database(f"sqlite:///{tmp_path / 'cauce.sqlite'}")
    migrating.migrate(database)
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    engine = assembly.process_engine(clock)
    furnish(database, engine, measured_before=(2018, 6))
    with database.unit_of_work() as session:
        cycles.open_due(session, engine)
    database.dispose()
    DemoClock(tmp_path / "reloj.json").move_to(JULY_6)
    return Server(tmp_path)


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_what_was_answered_survives_and_nothing_happens_twice(server: Server, kills: int) -> None:
    chance = random.Random(kills)
    ledger, over = Ledger(), threading.Event()
    server.start()
    clients = [Client(name, Browser(server.address), ledger, random.Random(name), over) for name in PEOPLE]
    threads = [threading.Thread(target=client.work, daemon=True) for client in clients]
    for thread in threads:
        thread.start()

    for _ in range(kills):
        wait_for_work(ledger)
        time.sleep(chance.uniform(0, 1.5))
        server.kill()
        server.start()
    time.sleep(1.5)
    over.set()
    for thread in threads:
        thread.join(timeout=60)
    server.stop()

    assert ledger.refused == []
    database = Database(f"sqlite:///{server.home / 'cauce.sqlite'}")
    with torn.watched(database), database.reading() as session:
        _nothing_lost(session, ledger)
        _nothing_doubled(session)
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0
        count = session.scalar(sa.select(sa.func.count()).select_from(Submission))
    database.dispose()
    code, said = server.doctor()
    assert code == 0, said
    print(f"{kills} kills: {len(ledger.sent)} answered, {count} on record, {ledger.repeated} sent again")
    assert len(ledger.sent) >= kills


def wait_for_work(ledger: Ledger) -> None:
    """Until somebody got a report through since the last kill, so that a slow machine kills no idle server."""
    before, limit = len(ledger.sent), time.monotonic() + LONGEST_WAIT_S
    while len(ledger.sent) == before and time.monotonic() < limit:
        time.sleep(0.02)


def _nothing_lost(session, ledger: Ledger) -> None:  # type: ignore[no-untyped-def]
    on_record = {one.token: one for one in session.scalars(sa.select(Submission))}
    for token, (task_id, username) in ledger.sent.items():
        assert token in on_record, f"task {task_id} of {username} was answered and is gone"
        assert (on_record[token].task_id, on_record[token].username) == (task_id, username)
        assert session.get_one(UserTask, task_id).state == "completed"
    drafts = {(one.task_id, one.username): str(one.values) for one in session.scalars(sa.select(FormDraft))}
    for (task_id, username), count in ledger.drafts.items():
        if session.get_one(UserTask, task_id).state == "open":
            found = drafts.get((task_id, username), "")
            mark = MARK.search(found)
            # a press of the button that was never answered keeps a draft too, with other words
            assert found and (mark is None or int(mark[1]) >= count), (task_id, username, count, found)


def _nothing_doubled(session) -> None:  # type: ignore[no-untyped-def]
    completed = session.scalars(sa.select(UserTask.id).where(UserTask.state == "completed")).all()
    sent = session.scalars(sa.select(Submission)).all()
    assert sorted(completed) == sorted(one.task_id for one in sent)

    kinds = dict(session.execute(sa.select(UserTask.id, UserTask.element_id)).all())
    whole = sum(len(one.values["avances"]) for one in sent if kinds[one.task_id] == "reportar_avance")
    corrected = sum(kinds[one.task_id] == "corregir_avance" for one in sent)  # one row each: the returned one
    on_record = Counter(session.scalars(sa.select(MeasurementChange.action)))
    assert on_record["enviar"] == whole + corrected
    decisions = [row for one in sent for row in one.values.get("validacion") or []]
    returned = sum(row["decision"] == "devuelta" for row in decisions)
    assert on_record["devolver"] == returned
    assert on_record["validar"] == len(decisions) - returned

    open_tasks = session.execute(
        sa.select(UserTask.instance_id, UserTask.element_id, UserTask.assignee, UserTask.context).where(
            UserTask.state == "open"
        )
    ).all()
    assert len({str(one) for one in open_tasks}) == len(open_tasks)
