"""From a figure back to its rows: value, evidence, who reported, who validated, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload, object_session

from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.indicators.models import Indicator
from workflows.monitoring import added_fields, history
from workflows.monitoring.added_fields import AddedFields
from workflows.monitoring.history import Difference
from workflows.monitoring.measurements import COUNTED
from workflows.monitoring.models import Measurement, MeasurementChange, MeasurementEvidence, PeriodRow
from workflows.monitoring.states import MeasurementState
from workflows.people import directory

ACTIONS = {
    "enviar": "Enviado",
    "devolver": "Devuelto",
    "validar": "Validado",
    "reabrir": "Devuelto por la dirección",
    "avalar": "Avalado",
    "aclarar": "Aclarado",
    "corregir": "Corregido por la coordinación",
    "vencer": "Venció el plazo",
    "incorporar": "Incorporado como extemporáneo",
    "congelar": "Periodo cerrado",
    "cargar": "Cargado de un archivo",
    "rechazar": "Cambio rechazado: el periodo está cerrado",
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to a value.

    `who` is a name to show; `value` what it was afterwards, as text; `differences` what the act changed.
    """

    at: dt.datetime
    who: str
    action: str
    value: str | None
    reason: str
    differences: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file behind a value. `reserve` says who may open it."""

    file_id: int
    name: str
    media_type: str
    size: int
    sha256: str
    reserve: Reserve = Reserve.PUBLIC

    @property
    def public_name(self) -> str:
        """What a report, which is published, calls it: a name may tell what is kept from others."""
        return self.name if self.reserve is Reserve.PUBLIC else f"Soporte con reserva ({self.reserve})"

    @classmethod
    def of(cls, file: StoredFile) -> Evidence:
        """A stored file as the evidence it is."""
        return cls(file.id, file.name, file.media_type, file.size, file.sha256, file.reserve)


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One month's value of an indicator, and everything that stands behind it.

    `late`: it was endorsed after its reports were closed; `counts_from` is then the month from which the figures take
    it in, if that is not its own. Names are to be shown.
    """

    period_code: str
    value: Decimal | None
    state: str
    counts_from: str | None
    late: bool
    qualitative: str
    difficulties: str
    solutions: str
    delay_reason: str
    excess_reason: str
    late_reason: str
    evidence_on: dt.date | None
    reported_by: str
    reported_at: dt.datetime | None
    validated_by: str
    validated_at: dt.datetime | None
    endorsed_by: str
    endorsed_at: dt.datetime | None
    evidence: Sequence[Evidence]
    acts: Sequence[Act]
    added: Sequence[tuple[str, str]] = ()
    returned_by: str = ""
    return_reason: str = ""


VALID = (MeasurementState.VALIDATED, *COUNTED)
"""The states in which the liaison's yes stands."""
TYPED = "tarea"
"""The origin of what somebody reported, and no file."""


def of_indicator(session: Session, plan_code: str, indicator_code: str, period_code: str) -> list[TraceRow]:
    """The rows of the year that a figure comes from, the month itself first.

    Six queries, however many rows; the forms of a month are read too where it has answers to added fields.
    """
    rows = session.execute(_measurements(plan_code, indicator_code, period_code)).all()
    ids = [row.Measurement.id for row in rows]
    evidence, changes = _evidence(session, ids), _changes(session, ids)
    whose = {row.Measurement.id: row.reports for row in rows if row.Measurement.origin == TYPED}
    names = directory.display_names(
        session, {*_usernames([row.Measurement for row in rows], changes), *filter(None, whose.values())}
    )
    files = _file_names(session, changes)
    return [
        _row(
            row.Measurement,
            row.code,
            evidence,
            changes.get(row.Measurement.id, ()),
            names,
            files,
            whose.get(row.Measurement.id),
        )
        for row in rows
    ]


def _measurements(plan_code: str, indicator_code: str, period_code: str) -> sa.Select[Measurement, str, str | None]:
    of_row = sa.and_(PeriodRow.period_id == Measurement.period_id, PeriodRow.indicator_id == Measurement.indicator_id)
    return (
        sa.select(Measurement, Period.code, PeriodRow.reports)
        .join(Period, Period.id == Measurement.period_id)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .outerjoin(PeriodRow, of_row)
        .where(Period.plan_code == plan_code, Indicator.code == indicator_code)
        .where(Period.code <= period_code, Period.code >= f"{period_code[:4]}-01")
        .order_by(Period.code.desc())
        .options(lazyload(Measurement.evidence), lazyload(Measurement.indicator))
    )


def _evidence(session: Session, ids: Sequence[int]) -> dict[int, list[Evidence]]:
    query = (
        sa.select(MeasurementEvidence.measurement_id, StoredFile)
        .join(StoredFile, StoredFile.id == MeasurementEvidence.file_id)
        .where(MeasurementEvidence.measurement_id.in_(ids))
        .order_by(StoredFile.id)
    )
    found: dict[int, list[Evidence]] = {}
    for measurement_id, file in session.execute(query):
        piece = Evidence.of(file)
        found.setdefault(measurement_id, []).append(piece)
    return found


def _changes(session: Session, ids: Sequence[int]) -> dict[int, list[MeasurementChange]]:
    query = sa.select(MeasurementChange).where(MeasurementChange.measurement_id.in_(ids))
    found: dict[int, list[MeasurementChange]] = {}
    for change in session.scalars(query.order_by(MeasurementChange.id)):
        found.setdefault(change.measurement_id, []).append(change)
    return found


def _file_names(session: Session, changes: Mapping[int, Sequence[MeasurementChange]]) -> dict[int, str]:
    """Of every file that was ever evidence of these rows, also of one that was taken out."""
    ids = {
        file_id
        for acts in changes.values()
        for act in acts
        for side in (act.before, act.after)
        for file_id in side.get(history.EVIDENCE) or ()
    }
    query = sa.select(StoredFile.id, StoredFile.name).where(StoredFile.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)} if ids else {}


def _usernames(
    measurements: Iterable[Measurement], changes: Mapping[int, Sequence[MeasurementChange]]
) -> Iterable[str]:
    named = {change.actor_id for acts in changes.values() for change in acts}
    for measurement in measurements:
        named |= {name for name in (measurement.reported_by, measurement.validated_by, measurement.endorsed_by) if name}
    return named


def _row(
    one: Measurement,
    period_code: str,
    evidence: Mapping[int, Sequence[Evidence]],
    changes: Sequence[MeasurementChange],
    names: Mapping[str, str],
    files: Mapping[int, str],
    responsible: str | None,
) -> TraceRow:
    added, looked_by = _added_fields(one, changes), names.get(one.validated_by or "", "")
    stands, is_returned = one.state in VALID, one.state == MeasurementState.RETURNED
    return TraceRow(
        period_code=period_code,
        value=one.value,
        state=one.state,
        counts_from=one.counts_from,
        late=one.late,
        qualitative=one.qualitative,
        difficulties=one.difficulties,
        solutions=one.solutions,
        delay_reason=one.delay_reason,
        excess_reason=one.excess_reason,
        late_reason=one.late_reason,
        evidence_on=one.evidence_on,
        reported_by=directory.in_place(one.reported_by, responsible, names),
        reported_at=one.reported_at,
        validated_by=looked_by if stands else "",
        validated_at=one.validated_at if stands else None,
        endorsed_by=names.get(one.endorsed_by or "", ""),
        endorsed_at=one.endorsed_at,
        evidence=evidence.get(one.id, ()),
        acts=[_act(change, names, files, added) for change in changes],
        added=tuple(added.told(one.extra or {}).values()),
        returned_by=looked_by if is_returned else "",
        return_reason=one.return_reason if is_returned else "",
    )


def _added_fields(one: Measurement, changes: Sequence[MeasurementChange]) -> AddedFields:
    """The forms of a row's month, read only where something was ever answered to an added field."""
    answered = one.extra or any(side.get(history.ADDED) for act in changes for side in (act.before, act.after))
    session = object_session(one)
    return added_fields.of_period(session, one.period) if answered and session else AddedFields(())


def _act(change: MeasurementChange, names: Mapping[str, str], files: Mapping[int, str], added: AddedFields) -> Act:
    differences = history.differences(
        change.before, change.after, files=lambda one: files.get(one, f"archivo {one}"), added=added.told
    )
    return Act(
        change.at,
        names.get(change.actor_id, change.actor_id),
        ACTIONS.get(change.action, change.action),
        change.after.get("valor"),
        change.reason,
        tuple(differences),
    )
