"""What must have happened sometimes: a trial in which it never did has tried less than it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Base
from engine.units import SystemIncident
from notifications.exports.models import ExportDelivery
from notifications.models import OutboxMessage
from notifications.states import MailState
from notifications.webhooks.models import WebhookDelivery
from notifications.webhooks.states import DeliveryState
from web.faults.sending import Met
from web.faults.troubles import Fault
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.monitoring.models import EntityReport, Measurement, MeasurementChange, SignOff
from workflows.monitoring.states import ReportState
from workflows.recovery.models import RecoveryPlan


def _rows(table: type[Base], *where: sa.ColumnExpressionArgument[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(table).where(*where)


LEFT: Mapping[str, sa.Select[int]] = {
    "un mes se cierra": _rows(Period, Period.state == PeriodState.CLOSED),
    "un reporte se devuelve": _rows(EntityReport, EntityReport.times_returned == 1),
    "un reporte se devuelve otra vez": _rows(EntityReport, EntityReport.times_returned > 1),
    "un reporte nunca llega": _rows(EntityReport, EntityReport.state == ReportState.NEVER),
    "un reporte extemporáneo se avala antes de cerrar su mes": _rows(
        Measurement, Measurement.late, Measurement.counts_from.is_(None)
    ),
    "un reporte extemporáneo se avala con su mes ya cerrado": _rows(
        Measurement, Measurement.late, Measurement.counts_from.is_not(None)
    ),
    "un indicador tiene plan de choque": _rows(RecoveryPlan),
    "un trabajo falla y más tarde se hace": _rows(SystemIncident, SystemIncident.resolved_at.is_not(None)),
    "una persona avala lo que vio": _rows(SignOff),
    "la cabeza devuelve lo que se validó": _rows(MeasurementChange, MeasurementChange.action == "reabrir"),
    "una mesa se realiza y su acta se aprueba": _rows(Meeting, Meeting.state == MeetingState.APPROVED),
    "otro sistema dijo que no y más tarde lo supo": _rows(
        WebhookDelivery, WebhookDelivery.state == DeliveryState.SENT, WebhookDelivery.attempts > 1
    ),
    "un archivo para otro sistema sale después de fallar": _rows(
        ExportDelivery, ExportDelivery.sent_at.is_not(None), ExportDelivery.attempts > 1
    ),
    "un resumen que no salió cede su lugar al siguiente": _rows(
        OutboxMessage, OutboxMessage.state == MailState.REPLACED
    ),
}
"""What a play leaves in its database."""

CATALOGUE = (*Fault, *Met, *LEFT)


@dataclass
class Sometimes:
    """How often each thing of the catalogue happened."""

    times: Counter[str] = field(default_factory=Counter)

    def add(self, session: Session, *counted: Mapping[Fault, int] | Mapping[Met, int]) -> None:
        """Count what one play met, and what it left in its database."""
        for counts in counted:
            self.times.update({str(met): times for met, times in counts.items()})
        self.times.update({left: session.scalar(query) or 0 for left, query in LEFT.items()})

    @property
    def never(self) -> list[str]:
        """What did not happen once."""
        return [str(what) for what in CATALOGUE if not self.times[str(what)]]
