"""One thing that always fails, of each kind in turn: three ticks later everything else is done, and it is told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import drafts
from engine.definitions.models import Bundle, Draft, ProcessDefinition, Release
from engine.incidents import Incident
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.states import InstanceState, ReleaseState
from engine.tasks.models import UserTask
from engine.timers import Timer
from notifications import failures
from notifications.models import OutboxMessage
from tests.support.papers import PAPERS, is_made
from tests.support.plan import MONTH, PLAN, build_house
from web import acts, worker
from web.approvals import links
from web.bootstrap import Application, assemble
from web.config import Config
from workflows.assembly import MAKERS
from workflows.lifecycle import phase_ends
from workflows.people import absences, extensions, standing_in
from workflows.people.models import Absence
from workflows.plan.models import Plan
from workflows.sectors.models import LocalHoliday

Tainted = Callable[["Office", pytest.MonkeyPatch], "tuple[str, Callable[[], None]]"]
"""Puts poison in; gives the key of the unit that fails, and how to take the poison away."""


@dataclass
class Office:
    """An installation on the morning on which June's follow-up opens, and short words for what tests ask."""

    application: Application
    clock: VirtualClock
    patch: pytest.MonkeyPatch
    """Lasts longer than the poison."""

    def write(self, change: Callable[[Session], object]) -> None:
        with self.application.database.unit_of_work() as session:
            change(session)

    def read(self, query: Any) -> list[Any]:
        with self.application.database.reading() as session:
            return list(session.scalars(query))

    def ticks(self, count: int = 3) -> None:
        for _ in range(count):
            worker.tick(self.application)
            self.clock.advance(dt.timedelta(seconds=worker.TICK_S))
        worker.tidy(self.application)

    def failing(self) -> set[tuple[str, str]]:
        with self.application.database.reading() as session:
            return {(one.kind, one.key) for one in units.open_incidents(session)}

    def case(self, key: str = f"{PLAN}/f5/2018-06") -> int | None:
        return next(iter(self.read(sa.select(Instance.id).where(Instance.business_key == key))), None)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    config = Config(home=tmp_path, database_url=database.url.render_as_string(hide_password=False), secret_key="x" * 40)
    return Office(assemble(config, clock=clock, database=database), clock, monkeypatch)


@contextmanager
def poisoned(office: Office, taint: Tainted) -> Iterator[str]:
    """With the poison in; afterwards without it, and the time of the next try come."""
    with pytest.MonkeyPatch.context() as patch:
        key, cleanse = taint(office, patch)
        yield key
    cleanse()
    office.clock.advance(dt.timedelta(minutes=2))
    office.ticks(1)


def _nothing() -> None:
    """Poison that was a patch is gone by itself."""


def a_plan_that_cannot_be_read(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    columns = {column.key: column for column in sa.inspect(Plan).column_attrs}

    def add(session: Session) -> None:
        known = session.get_one(Plan, PLAN)
        values = {key: getattr(known, key) for key in columns} | {"code": "A-MAL", "follow_up": "nunca"}
        session.add(Plan(**values))  # its code comes first

    office.write(add)

    def cleanse() -> None:
        office.write(lambda session: setattr(session.get_one(Plan, "A-MAL"), "state", "cerrado"))

    return "A-MAL/f5_ciclo_mensual", cleanse


def a_process_that_cannot_be_read(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    found = dict[str, str]()

    def break_it(session: Session) -> None:
        definition = session.get_one(ProcessDefinition, ("f5_preparacion", ""))
        found["was"] = str(definition.bundle_sha256)
        definition.bundle_sha256 = a_bundle_nobody_can_read(session, office.clock.now())

    def mend(session: Session) -> None:
        session.get_one(ProcessDefinition, ("f5_preparacion", "")).bundle_sha256 = found["was"]

    office.write(break_it)
    return f"{PLAN}/f5_preparacion", lambda: office.write(mend)


def an_opening_whose_key_is_taken(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """What a process called `f5` did to every plan before such names were refused."""
    known = office.read(sa.select(Bundle.sha256))[0]

    def take(session: Session) -> None:
        session.add(
            Instance(
                process_key="f5", bundle_sha256=known, business_key=f"{PLAN}/f5p/2018", name="Otro", scope=PLAN,
                state="completed", status=b"", lock_version=1, started_at=office.clock.now(), started_by="sistema",
            )
        )  # fmt: skip

    office.write(take)

    def free(session: Session) -> None:
        session.execute(sa.delete(Instance).where(Instance.process_key == "f5"))

    return f"{PLAN}/f5_preparacion/2018", lambda: office.write(free)


def a_wait_for(office: Office, name: str, key: str) -> tuple[str, Callable[[], None]]:
    """A case waits for a message of the calendar whose key says nothing."""
    office.ticks(1)

    def wait(session: Session) -> None:
        session.add(
            Subscription(instance_id=office.case(), node_id=uuid.uuid4().hex, element_id="x", name=name, key=key)
        )

    office.write(wait)

    def cleanse() -> None:
        office.write(lambda session: session.execute(sa.delete(Subscription).where(Subscription.key == key)))

    return key, cleanse


def a_year_nobody_can_count(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    return a_wait_for(office, "vigencia_cerrada", f"{PLAN}/99999")


def a_cutoff_nobody_can_find(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    return a_wait_for(office, "corte_cerrado", f"{PLAN}/2018-99")


def a_phase_nobody_can_end(office: Office, patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """Somebody waits for the end of a phase, and whether it is over can't be told."""
    _key, cleanse = a_wait_for(office, "fase_5_cerrada", PLAN)
    patch.setattr(phase_ends, "is_over", Mock(side_effect=ValueError("no se sabe")))
    return f"fase_5_cerrada/{PLAN}", cleanse


def damage(office: Office, case: int) -> Callable[[], None]:
    """Write into a case what no program of ours would; gives the way to mend it."""

    def put(state: str) -> None:
        change = sa.text("UPDATE instance SET state = :state WHERE id = :case")
        office.write(lambda session: session.execute(change, {"state": state, "case": case}))

    put("ninguno")
    return partial(put, "active")


def a_case_that_breaks_its_batch(office: Office, due: Callable[[int], object]) -> tuple[str, Callable[[], None]]:
    """Two cases with something due; the row of the first is damaged, and can't even be loaded."""
    office.ticks(1)
    cases = sorted(office.read(sa.select(Instance.id).where(Instance.state == "active")))[:2]
    office.write(lambda session: session.add_all([due(case) for case in cases]))
    return str(cases[0]), damage(office, cases[0])


def a_case_with_a_due_timer(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    def due(case: int) -> Timer:
        return Timer(instance_id=case, node_id=uuid.uuid4().hex, element_id="x", due_at=office.clock.now())

    return a_case_that_breaks_its_batch(office, due)


def a_case_with_a_due_retry(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    def due(case: int) -> Incident:
        now = office.clock.now()
        return Incident(
            instance_id=case,
            kind="step",
            message="",
            trace="",
            state="open",
            attempts=1,
            retry_at=now,
            opened_at=now,
        )

    return a_case_that_breaks_its_batch(office, due)


def a_bundle_nobody_can_read(session: Session, at: dt.datetime) -> str:
    """A published bundle whose content is damaged, by its digest."""
    sha256 = uuid.uuid4().hex * 2
    session.add(Bundle(sha256=sha256, process_key="f5_preparacion", content=b"{", created_at=at))
    session.flush()
    return sha256


def a_case_whose_deadlines_cannot_be_moved(
    office: Office, _patch: pytest.MonkeyPatch
) -> tuple[str, Callable[[], None]]:
    """Two cases wait, and a day is no longer worked; what the first runs on can't be read."""
    office.ticks(1)
    case = sorted(office.read(sa.select(Instance.id).where(Instance.state == "active")))[0]
    (was,) = office.read(sa.select(Instance.bundle_sha256).where(Instance.id == case))

    def break_it(session: Session) -> None:
        session.add(LocalHoliday(day=dt.date(2018, 7, 4), name="Día cívico"))
        session.get_one(Instance, case).bundle_sha256 = a_bundle_nobody_can_read(session, office.clock.now())

    office.write(break_it)
    return str(case), lambda: office.write(
        lambda session: setattr(session.get_one(Instance, case), "bundle_sha256", was)
    )


def a_case_nobody_can_look_at(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """A case that has nothing to wait for is looked at, and what it runs on can't be read."""
    office.ticks(1)

    def begin(session: Session) -> None:
        sha256 = a_bundle_nobody_can_read(session, office.clock.now())
        session.add(_silent_case(office, "muda", sha256))

    def end(session: Session) -> None:
        session.execute(sa.delete(Instance).where(Instance.business_key == "muda"))

    office.write(begin)
    return str(office.case("muda")), lambda: office.write(end)


def a_drawing_that_nobody_can_read_on_its_day(office: Office, _p: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    now, kept = office.clock.now(), dict[str, int]()

    def schedule(session: Session) -> None:
        draft = Draft(kind=drafts.PROCESS, key="roto", revision=1, content=b"<", saved_at=now, saved_by="sistema")
        release = Release(
            process_key="roto", revision=1, content=b"<", forms={}, sha256="", authors=[], reason="x",
            effective_on=now.date(), state=ReleaseState.SCHEDULED, asked_at=now, asked_by="sistema",
        )  # fmt: skip
        session.add_all([draft, release])
        session.flush()
        kept["id"] = release.id

    def forget(session: Session) -> None:
        session.execute(sa.delete(Draft).where(Draft.key == "roto"))
        session.execute(sa.delete(Release).where(Release.process_key == "roto"))

    office.write(schedule)
    return str(kept["id"]), lambda: office.write(forget)


def _silent_case(office: Office, key: str, sha256: str) -> Instance:
    return Instance(
        process_key="otro", bundle_sha256=sha256, business_key=key, name="Otro", scope=PLAN, state="active", status=b"",
        lock_version=1, started_at=office.clock.now(), started_by="sistema",
    )  # fmt: skip


def a_person_whose_digest_raises(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """One of their tasks was due in the first hour there is: no other zone has a date for it."""
    known = office.read(sa.select(Bundle.sha256))[0]

    def add(session: Session) -> None:
        case = _silent_case(office, "sin fecha", known)
        case.state = InstanceState.COMPLETED
        session.add(case)
        session.flush()
        session.add(
            UserTask(
                instance_id=case.id, node_id=uuid.uuid4().hex, process_key="otro", element_id="x", name="Tarea",
                properties={}, variables={}, state="open", assignee="amartinez", created_at=office.clock.now(),
                due_at=dt.datetime(1, 1, 1, tzinfo=dt.UTC),
            )
        )  # fmt: skip

    office.write(add)
    mended = sa.update(UserTask).where(UserTask.element_id == "x").values(due_at=office.clock.now())
    return "amartinez", lambda: office.write(lambda session: session.execute(mended))


def a_document(maker: str) -> Tainted:
    """Two of a kind are missing; the record of the one that the tick takes first can't be laid out."""

    def taint(office: Office, _patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
        papers = PAPERS[maker]()
        office.write(papers.add)
        return str(papers.bad), lambda: office.write(papers.mend)

    return taint


def somebody_is_away(office: Office, replacement: str | None) -> UserTask:
    """Who has a report to write is away from today on; gives that task."""
    office.ticks(1)
    now = office.clock.now()
    task = office.read(sa.select(UserTask).where(UserTask.element_id == "reportar_avance").order_by(UserTask.id))[0]
    away = Absence(
        username=task.assignee, replacement=replacement, since=now.date(), until=dt.date(2018, 12, 31),
        registered_at=now, registered_by="sistema",
    )  # fmt: skip
    office.write(lambda session: session.add(away))
    return task


def a_task_that_cannot_be_handed_on(office: Office, patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    task, usual = somebody_is_away(office, "rmora"), standing_in.move

    def move(session: Session, engine: Any, one: standing_in.Move, on: dt.date) -> None:
        if one.task_id == task.id:
            raise ValueError
        usual(session, engine, one, on)

    patch.setattr(standing_in, "move", move)
    return str(task.id), _nothing


def somebody_of_whom_nobody_can_be_told(office: Office, patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    task = somebody_is_away(office, None)
    patch.setattr(absences, "supervisors_of", lambda *_: 1 / 0)
    return str(task.assignee), _nothing


def a_granted_day_that_cannot_be_carried(office: Office, patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """A wish that was granted, of a task that goes on in another case; there its deadline cannot be moved."""
    patch.setattr(extensions, "uncarried", lambda _session: [(1, 1)])
    patch.setattr(extensions, "carry", lambda *_: 1 / 0)
    return "1", _nothing


def a_link_that_cannot_be_sent(office: Office, patch: pytest.MonkeyPatch) -> tuple[str, Callable[[], None]]:
    """An endorsement that waits for somebody of a role that approves at a link."""
    patch.setattr(links, "due", lambda *_: [links.Due(1, "jrojas")])
    patch.setattr(links, "send", lambda *_: 1 / 0)
    return "1/jrojas", _nothing


POISONS: dict[str, list[Tainted]] = {
    "deadline": [a_case_whose_deadlines_cannot_be_moved],
    "opening": [a_plan_that_cannot_be_read, a_process_that_cannot_be_read, an_opening_whose_key_is_taken],
    "closed_year": [a_year_nobody_can_count],
    "closed_cutoff": [a_cutoff_nobody_can_find],
    "closed_phase": [a_phase_nobody_can_end],
    "timer": [a_case_with_a_due_timer],
    "retry": [a_case_with_a_due_retry],
    "release": [a_drawing_that_nobody_can_read_on_its_day],
    "stall": [a_case_nobody_can_look_at],
    "stand_in": [a_task_that_cannot_be_handed_on],
    "extension": [a_granted_day_that_cannot_be_carried],
    "approval_link": [a_link_that_cannot_be_sent],
    "uncovered": [somebody_of_whom_nobody_can_be_told],
    "digest": [a_person_whose_digest_raises],
    **{maker.name: [a_document(maker.name)] for maker in MAKERS},
}
"""By kind of unit."""
WHOLE = {"local_days", "sign_of_life", "unused_files", "kept_answers", "audit_chain", "search"}
"""Acts that are one unit."""


def test_every_act_has_its_poison_and_its_words() -> None:
    kinds = {act.kind for act in (*acts.ACTS, *acts.DAILY)}

    assert POISONS.keys() | WHOLE == kinds
    assert kinds | {worker.WHOLE} <= failures.KINDS.keys()


@pytest.mark.parametrize(
    ("kind", "taint"), [pytest.param(k, t, id=f"{k}-{n}") for k, ts in POISONS.items() for n, t in enumerate(ts)]
)
def test_three_ticks_with_one_poisoned_unit_leave_nothing_else_undone(
    office: Office, kind: str, taint: Tainted
) -> None:
    # Given one unit of a kind that always fails
    with poisoned(office, taint) as key:
        # When the worker ticks three times
        office.ticks()

        # Then it alone fails, and it is told
        told = office.failing()
        assert (kind, key) in told
        assert all(found == kind for found, _key in told)
        # And June is open, its people have their digests, the other cases moved, the other document is there
        assert office.case() is not None
        mailed = {one.recipient for one in office.read(sa.select(OutboxMessage))}
        assert mailed - {"amartinez"}
        if kind in ("timer", "retry"):
            assert office.read(sa.select(Incident).where(Incident.instance_id != int(key)))
        if kind in PAPERS:
            papers = PAPERS[kind]()
            assert is_made(office, papers.good) and not is_made(office, papers.bad)

    # And without the poison it resolves by itself
    assert office.failing() == set()


@pytest.mark.parametrize("act", acts.ACTS, ids=lambda act: act.kind)
def test_an_act_that_cannot_even_tell_what_is_due_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, act: acts.Act
) -> None:
    # Given an act that raises at once
    def broken(_application: Application) -> int:
        raise RuntimeError("nada se puede leer")

    run: list[str] = []

    def watched(other: acts.Act) -> acts.Act:
        return replace(other, run=lambda _application: run.append(other.kind) or 0)

    changed = tuple(replace(act, run=broken) if one.kind == act.kind else watched(one) for one in acts.ACTS)
    monkeypatch.setattr(worker, "ACTS", changed)

    # When the worker ticks three times
    office.ticks()

    # Then every other act ran each time, and the broken one was tried once and waits
    assert run == [one.kind for one in acts.ACTS if one.kind != act.kind] * 3
    assert office.failing() == {(worker.WHOLE, act.kind)}


def test_a_digest_that_failed_is_written_later_with_all_it_would_have_told(office: Office) -> None:
    # Given a person whose digest fails on Tuesday
    with poisoned(office, a_person_whose_digest_raises):
        office.ticks()
        assert "amartinez" not in {one.recipient for one in office.read(sa.select(OutboxMessage))}

    # Then it is written the same day once it can be
    (mail,) = office.read(sa.select(OutboxMessage).where(OutboxMessage.recipient == "amartinez"))
    assert mail.dedup_key.endswith("2018-07-03")
