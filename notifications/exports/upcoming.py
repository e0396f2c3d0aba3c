"""The next file of an export, as things stand, beside the newest."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.exports import keeping
from notifications.exports.models import Export
from notifications.exports.states import When
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.reports import layouts
from workflows.reports.assembling import monthly_report
from workflows.reports.layouts import Differences, Layout, Sheet


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next file, as things stand: of which month, and against which file; None where there is none yet."""

    period: str
    sheet: Sheet
    before: str | None
    differences: Differences | None


def upcoming(session: Session, export: Export, layout: Layout) -> Upcoming | None:
    """What would be sent now in a layout; None while the plan has no month for it."""
    wanted = sa.select(sa.func.max(Period.code)).where(Period.plan_code == export.plan_code)
    if export.due == When.CLOSED:
        wanted = wanted.where(Period.state == PeriodState.CLOSED)
    period = session.scalar(wanted)
    if period is None:
        return None
    sheet = layouts.render(layout, monthly_report(session, export.plan_code, period)).sheet
    newest = keeping.newest_of(session, export)
    if newest is None:
        return Upcoming(period, sheet, None, None)
    return Upcoming(period, sheet, newest.name, layouts.compare(keeping.sheet_of(newest), sheet))
