"""A year of the plan in a row, with reports that come late, come back or never come."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.incidents import Incident
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day, demo_data
from workflows.forms.models import Submission
from workflows.indicators import formulas
from workflows.indicators.sheets import Month
from workflows.monitoring import facts, figures
from workflows.monitoring.models import EntityReport, Period
from workflows.plan.models import Plan
from workflows.simulation.robots import LATE, MISSING, RETURNED

PROFILES = {
    ("2018-06", "IDPAC"): LATE,
    ("2018-06", "DADEP"): RETURNED,
    ("2018-08", "SDG"): RETURNED,
    ("2018-09", "DADEP"): MISSING,
    ("2018-12", "IDPAC"): LATE,
    ("2019-01", "SDG"): LATE,
    ("2019-02", "DADEP"): RETURNED,
    ("2019-03", "IDPAC"): MISSING,
}
REPORTING = ("reportar_avance", "corregir_avance", "completar_reporte", "corregir_extemporaneo")
SentValues = dict[tuple[str, str], tuple[str, Decimal]]


def test_twelve_months_end_in_figures_that_follow_from_what_was_sent(house: House) -> None:
    submissions = house.play(PROFILES).until(day("2019-06-28"))

    with house.database.reading() as session:
        completed = sa.select(sa.func.count()).select_from(UserTask).where(UserTask.state == "completed")
        assert session.scalar(completed) == submissions
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == submissions
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0
        months = session.scalars(
            sa.select(Period).where(Period.state == "cerrado", Period.instance_id.is_not(None)).order_by(Period.code)
        ).all()
        assert [month.code for month in months] == [
            *(f"2018-{month:02}" for month in range(6, 13)),
            *(f"2019-{month:02}" for month in range(1, 6)),
        ]
        for month in months:
            assert _executed(session, month.code) == _recomputed(session, month)


def _executed(session: Session, code: str) -> dict[str, tuple[object, object]]:
    frozen = figures.frozen(session, PLAN, code)
    assert frozen is not None
    return {code: (one.assessment.executed, one.assessment.compliance) for code, one in frozen.indicators.items()}


def _recomputed(session: Session, month: Period) -> dict[str, tuple[object, object]]:
    """From the submissions alone: the last value sent of each row, where its report counted when the month froze."""
    sheets = facts.sheets_of(session, session.get_one(Plan, PLAN), followed_from=(2018, 1))
    sent, counting = _last_sent(session), _reports_that_counted(session, month)
    found = {}
    for sheet in sheets.values():
        series: dict[Month, Decimal | None] = dict(demo_data().measurements.get(sheet.code, {}))
        series = {when: value for when, value in series.items() if when < (2018, 6)}
        for (code, period), (entity, value) in sent.items():
            if code == sheet.code and (period, entity) in counting:
                series[int(period[:4]), int(period[5:])] = value
        figure = formulas.assess(sheet, series, month.year, month.month)
        found[sheet.code] = (figure.executed, figure.compliance)
    return found


def _last_sent(session: Session) -> SentValues:
    query = (
        sa.select(Submission.values, UserTask.variables)
        .join(UserTask, UserTask.id == Submission.task_id)
        .where(UserTask.element_id.in_(REPORTING))
        .order_by(Submission.sent_at, Submission.id)
    )
    last: SentValues = {}
    for values, variables in session.execute(query):
        for row in values["avances"]:
            key = (row["codigo"], variables["periodo"])
            last[key] = (variables["entidad"], Decimal(row["valor_periodo"]))
    return last


def _reports_that_counted(session: Session, month: Period) -> Mapping[tuple[str, str], bool]:
    """On time: in their own month. Late: in the months that froze after they were endorsed, but never in their own."""
    counted = {}
    query = sa.select(EntityReport, Period.code).join(Period, Period.id == EntityReport.period_id)
    for report, code in session.execute(query.where(Period.code <= month.code)):
        on_time = report.state == "avalado"
        late = report.state == "extemporaneo" and code < month.code and report.endorsed_at <= month.frozen_at
        if on_time or late:
            counted[code, report.entity_code] = True
    return counted
