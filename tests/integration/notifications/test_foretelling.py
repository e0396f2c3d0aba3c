"""Before a diagram is published it is told who would get which mail by it."""

from __future__ import annotations

import datetime as dt

from engine.clock import VirtualClock
from engine.database import Database
from engine.runtime import ProcessEngine
from notifications.foretelling import foretell
from tests.support.work import NOW, SECTOR, add_people, add_task
from workflows.calendar import WorkingCalendar
from workflows.people.groups import SectorGroups


def test_the_mails_that_come_and_go_by_a_drawing_are_told_before_it_is_published(database: Database) -> None:
    # Given a task that is reminded of a day before, open for Sandra, and a drawing that would do it three days before
    with database.unit_of_work() as session:
        add_people(session)
        task = add_task(session, "Reportar", due_at=NOW + dt.timedelta(days=9), assignee="sandra",
                        properties={"recordatorios": "-1"})  # fmt: skip
        session.flush()
        key, process = task.element_id, task.process_key
    engine = ProcessEngine(clock=VirtualClock(NOW), calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={})
    before = {key: ("Reportar", {"recordatorios": "-1"})}

    # When it is foretold, for its sector, for none of the reader's, and for a drawing that changes nothing
    with database.reading() as session:
        told = foretell(
            session, engine, process, {SECTOR}, before,
            {key: ("Reportar", {"recordatorios": "-3", "escalar": "+2:coordinador_pes"})},
        )  # fmt: skip
        hidden = foretell(session, engine, process, {"OTRO"}, before, {})
        same = foretell(session, engine, process, {SECTOR}, before, before)

    # Then the step says both, and each mail whether it is new or gone
    assert [(one.name, one.before, one.after) for one in told.steps] == [
        (
            "Reportar", "1 día hábil antes",
            "3 días hábiles antes; a 2 días hábiles de vencida, a «Coordinación del PES»",
        )
    ]  # fmt: skip
    assert [(one.who, one.is_new, one.is_gone) for one in told.sendings] == [
        ("Sandra", True, False), ("Sandra", False, True), ("Ana", True, False)
    ]  # fmt: skip
    assert hidden.steps and not hidden.sendings and not same.steps
