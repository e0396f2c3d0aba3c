"""What a rehearsal makes up where it has to: who asks for what only a program opens, the year that lies behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from workflows.approvals import modifying
from workflows.calendar import add_months, bogota_day
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.evaluation import evaluations
from workflows.evaluation.models import Evaluation
from workflows.evaluation.states import EvaluationKind, EvaluationState
from workflows.implementation import budget
from workflows.indicators.models import Indicator
from workflows.indicators.states import Measure
from workflows.monitoring.models import Bottleneck
from workflows.monitoring.states import BottleneckState
from workflows.plan.models import Project
from workflows.recovery import opening as recovery

WHY: Final = "Supuesto para el ensayo."
YEAR: Final = 12


def close_past(session: Session, engine: ProcessEngine, case: Instance, *, but: str) -> None:
    """Take as closed what lies behind a case: the months of a year, and the evaluations of its half years.

    `but` is the period that the case itself is about.
    """
    plan_code, today, now = str(case.scope), bogota_day(engine.now()), engine.now()
    last = add_months(today.replace(day=1), -1)
    for code in evaluations.months(session, plan_code, last, YEAR):
        period = _period(session, plan_code, code)
        period.state, period.frozen_at, period.frozen_by, period.published_at = PeriodState.CLOSED, now, SYSTEM.id, now
    for half, month in (("S1", 6), ("S2", 12)):
        year = last.year if last.month >= month else last.year - 1
        if (key := f"{year}-{half}") != but:
            _evaluation(session, case, key, dt.date(year, month, 30), now)
    session.flush()


def _period(session: Session, plan_code: str, code: str) -> Period:
    found = session.scalar(sa.select(Period).where(Period.plan_code == plan_code, Period.code == code))
    if found is None:
        year, month = (int(part) for part in code.split("-"))
        cutoff = add_months(dt.date(year, month, 1), 1) - dt.timedelta(days=1)
        found = Period(
            plan_code=plan_code, code=code, year=year, month=month, cutoff_on=cutoff, state=PeriodState.CLOSED
        )
        session.add(found)
        session.flush()
    return found


def _evaluation(session: Session, case: Instance, key: str, cutoff: dt.date, now: dt.datetime) -> None:
    plan_code = str(case.scope)
    known = {one.key for one in evaluations.of_plan(session, plan_code, EvaluationKind.INTERMEDIATE)}
    if key not in known:
        session.add(
            Evaluation(
                plan_code=plan_code, kind=EvaluationKind.INTERMEDIATE, key=key, instance_id=case.id,
                cutoff_on=cutoff, state=EvaluationState.PUBLISHED, opened_at=now, approved_at=now,
                approved_by=SYSTEM.id, published_at=now,
            )
        )  # fmt: skip


def _money_moves(session: Session, engine: ProcessEngine, plan_code: str) -> None:
    projects = sa.select(Project).where(Project.plan_code == plan_code).order_by(Project.code)
    project = session.scalars(projects).first()
    if project is None:
        return
    year = bogota_day(engine.now()).year
    about = {"proyecto": project.code, "entidad": project.entity_code, "vigencia": year}
    _send(session, engine, budget.MESSAGE, f"{plan_code}/{project.code}", {"plan": plan_code, **about})


def _plan_changes(session: Session, engine: ProcessEngine, plan_code: str) -> None:
    _send(session, engine, modifying.MESSAGE, plan_code, {"plan": plan_code, "asunto": WHY})


def _bottleneck(session: Session, engine: ProcessEngine, plan_code: str) -> None:
    last = add_months(bogota_day(engine.now()).replace(day=1), -1)
    owned = sa.select(Indicator).where(Indicator.plan_code == plan_code).order_by(Indicator.position, Indicator.code)
    indicator = session.scalars(owned).first()
    if indicator is None:
        return
    found = Bottleneck(
        period_id=_period(session, plan_code, f"{last:%Y-%m}").id,
        indicator_id=indicator.id,
        entity_code=indicator.entity_code,
        why=WHY,
        proposed=Measure.RECOVERY,
        state=BottleneckState.CONFIRMED,
        severity="alta",
        measure=Measure.RECOVERY,
    )
    session.add(found)
    session.flush()
    for message in recovery.messages(session, engine, [found]):
        _send(session, engine, message["nombre"], message["clave"], message["variables"])


def _send(session: Session, engine: ProcessEngine, name: str, key: str, brings: Mapping[str, object]) -> None:
    messages.send(session, engine, name, key, dict(brings), actor=SYSTEM)


OCCASIONS: Final[Mapping[str, Callable[[Session, ProcessEngine, str], None]]] = {
    "f4_modificacion_presupuestal": _money_moves,
    "sub_modificacion_pes": _plan_changes,
    recovery.PROCESS: _bottleneck,
}
"""What asks for each process that only a program opens, made up for a plan."""
