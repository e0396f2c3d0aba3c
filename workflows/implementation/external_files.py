"""The files of the report to SDP/SDH: XLSX and CSV per entity and quarter, made outside the transaction that asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.cycles.models import Period
from workflows.documents.keeping import Address, find, keep
from workflows.documents.models import Document
from workflows.forms.notation import format_number
from workflows.implementation.external_reports import KIND, months_of
from workflows.implementation.models import ExternalReport
from workflows.indicators.models import Indicator, YearTarget
from workflows.monitoring import figures
from workflows.monitoring.models import BudgetReport, Measurement
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.reports.xlsx import FORMULA_STARTS

HEAD = (
    "Entidad", "Vigencia", "Mes", "Estado de la cifra", "Código del proyecto", "Proyecto de inversión",
    "Meta del proyecto", "Código de la meta", "Indicador", "Unidad", "Anualización", "Programado en la vigencia",
    "Programado a la fecha", "Ejecutado a la fecha", "Avance de la vigencia (%)", "Cumplimiento a la fecha (%)",
    "Avance cualitativo", "Dificultades", "Apropiación vigente (pesos)", "Compromisos (pesos)", "Giros (pesos)",
)  # fmt: skip
FINAL, PRELIMINARY, NO_DATA = "definitiva", "preliminar", "sin dato"


@dataclass(frozen=True, slots=True)
class ExternalSheet:
    """What an entity reports of a quarter: one row per month and goal of its projects."""

    plan_code: str
    entity: str
    quarter: str
    title: str
    rows: Sequence[Sequence[Any]]

    @property
    def key(self) -> str:
        """What its documents are filed under."""
        return key_of(self.quarter, self.entity)


def key_of(quarter: str, entity: str) -> str:
    """`2018-T2/IDPAC`."""
    return f"{quarter}/{entity}"


def make_missing(database: Database, clock: Clock, *, limit: int = 5) -> int:
    """Render and keep the files that are missing; returns how many reports it did."""
    with database.reading() as session:
        sheets = [read(session, report) for report in _lacking(session, limit)]
    for sheet in sheets:
        rendered = {suffix: render(sheet) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            stem = f"{sheet.plan_code}-{sheet.quarter}-{sheet.entity}-reporte-externo"
            address = Address(sheet.plan_code, KIND, sheet.key)
            keep(session, clock, address, title=sheet.title, stem=stem, rendered=rendered)
    return len(sheets)


def file_of(session: Session, report: ExternalReport, suffix: str) -> Document | None:
    """The file of a report in a format, if it was made."""
    return find(session, Address(report.plan_code, KIND, key_of(report.quarter, report.entity_code)), suffix)


def read(session: Session, report: ExternalReport) -> ExternalSheet:
    """Gather what an entity reports; months that were open when it was asked for are told as preliminary."""
    rows: list[Sequence[Any]] = []
    for month in months_of(report.quarter):
        period = session.scalar(sa.select(Period).where(Period.plan_code == report.plan_code, Period.code == month))
        state = PRELIMINARY if month in report.preliminary.split() else FINAL
        if period is not None:
            rows += _month_rows(session, report, period, state)
    plan = session.get_one(Plan, report.plan_code)
    title = f"Reporte de metas de {report.entity_code}, {report.quarter} · {plan.name}"
    return ExternalSheet(report.plan_code, report.entity_code, report.quarter, title, rows)


def render_xlsx(sheet: ExternalSheet) -> bytes:
    """A workbook with one sheet; numbers stay numbers."""
    book = Workbook()
    book.properties.title = sheet.title
    table = book.active
    assert table is not None  # noqa: S101
    table.title = "Reporte"
    for column, name in enumerate(HEAD, start=1):
        table.cell(1, column, name).font = Font(bold=True)
    for place, row in enumerate(sheet.rows, start=2):
        for column, value in enumerate(row, start=1):
            table.cell(place, column, _safe(value))
    table.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def render_csv(sheet: ExternalSheet) -> bytes:
    """Semicolons, decimal commas and UTF-8 with its mark: what a spreadsheet in Colombia opens as it is."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(HEAD)
    writer.writerows([[_told(_safe(value)) for value in row] for row in sheet.rows])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


RENDERERS: dict[str, Callable[[ExternalSheet], bytes]] = {"xlsx": render_xlsx, "csv": render_csv}


def _month_rows(session: Session, report: ExternalReport, period: Period, state: str) -> list[Sequence[Any]]:
    found = figures.of_period(session, report.plan_code, period.code).indicators
    rows: list[Sequence[Any]] = []
    for goal, project, indicator in _goals(session, report):
        told = _measurement(session, indicator, period)
        money = _money(session, project, period)
        assessed = found[indicator.code].assessment if indicator.code in found else None
        rows.append(
            (
                report.entity_code, period.year, period.code, state if assessed else NO_DATA, project.code,
                project.name, goal, indicator.code, indicator.name, indicator.unit, indicator.annualization,
                _target(session, indicator, period),
                assessed.programmed_to_date if assessed else None,
                assessed.executed if assessed else None,
                _rounded(assessed.year_progress if assessed else None),
                _rounded(assessed.compliance if assessed else None),
                told.qualitative if told else "", told.difficulties if told else "",
                money.appropriation if money else None, money.commitments if money else None,
                money.payments if money else None,
            )
        )  # fmt: skip
    return rows


def _goals(session: Session, report: ExternalReport) -> list[tuple[str, Project, Indicator]]:
    """The project goals of the entity; where the plan tells none, the indicators that name a project."""
    query = (
        sa.select(Project, Indicator, ProjectGoal.statement)
        .join(
            Indicator,
            sa.and_(Indicator.plan_code == Project.plan_code, Indicator.project_code == Project.code),
        )
        .outerjoin(ProjectGoal, sa.and_(ProjectGoal.project_id == Project.id, ProjectGoal.indicator_id == Indicator.id))
        .where(Project.plan_code == report.plan_code, Project.entity_code == report.entity_code, Indicator.active)
        .order_by(Project.code, Indicator.position, Indicator.code)
    )
    return [(row.statement or row.Indicator.name, row.Project, row.Indicator) for row in session.execute(query)]


def _measurement(session: Session, indicator: Indicator, period: Period) -> Measurement | None:
    return session.scalar(
        sa.select(Measurement).where(Measurement.period_id == period.id, Measurement.indicator_id == indicator.id)
    )


def _money(session: Session, project: Project, period: Period) -> BudgetReport | None:
    return session.scalar(
        sa.select(BudgetReport).where(BudgetReport.period_id == period.id, BudgetReport.project_id == project.id)
    )


def _target(session: Session, indicator: Indicator, period: Period) -> Decimal | None:
    target = session.get(YearTarget, (indicator.id, period.year))
    return target.target if target else None


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is marked as text."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _told(value: Any) -> str:
    """A number with a decimal comma and no thousands; nothing as an empty cell."""
    if value is None:
        return ""
    return format_number(value).replace(".", "") if isinstance(value, Decimal) else str(value)


def _lacking(session: Session, limit: int) -> list[ExternalReport]:
    made = sa.select(Document.id).where(
        Document.plan_code == ExternalReport.plan_code,
        Document.kind == KIND,
        Document.key == ExternalReport.quarter + "/" + ExternalReport.entity_code,
    )
    query = sa.select(ExternalReport).where(~made.exists()).order_by(ExternalReport.id).limit(limit)
    return list(session.scalars(query))
