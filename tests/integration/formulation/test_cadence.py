"""A plan may be followed every two or three months: the calendar then opens only those."""

from __future__ import annotations

from tests.integration.formulation.conftest import Office
from tests.support.plan import PLAN
from workflows.cycles import opening as cycles
from workflows.formulation import tool
from workflows.indicators.traffic_light import DEFAULT_BANDS
from workflows.people import directory
from workflows.plan.models import Plan


def labels(office: Office, process: str) -> list[str]:
    """The periods of the plan's first year that the calendar would open."""
    with office.database.reading() as session:
        start = next(one for one in cycles.calendar_starts(session) if one.process_key == process)
        plan = session.get_one(Plan, PLAN)
        found = [opening.period.label for opening in cycles.openings(office.engine, start.cadence, plan)]
    return [label for label in found if label.startswith("2017")]


def test_what_the_tool_says_is_what_the_calendar_opens(office: Office) -> None:
    assert len(labels(office, "f5_ciclo_mensual")) == 12

    with office.database.unit_of_work() as session:
        tool.design(
            session,
            PLAN,
            DEFAULT_BANDS,
            cadence="trimestral",
            reason="Las fuentes son trimestrales.",
            description="x",
            files=[],
            actor=directory.actor(session, "jrojas"),
            now=office.clock.now(),
        )

    assert labels(office, "f5_ciclo_mensual") == ["2017-03", "2017-06", "2017-09", "2017-12"]
    assert labels(office, "f6_evaluacion_semestral") == ["2017-S1", "2017-S2"]
