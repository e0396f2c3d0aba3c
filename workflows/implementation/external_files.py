"""The files of the report to SDP/SDH: XLSX and CSV per entity and quarter, made outside the transaction that asked."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from openpyxl import Workbook
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.documents.keeping import Address
from workflows.documents.letters import shown
from workflows.documents.models import Document
from workflows.documents.prints import Maker, Print
from workflows.documents.states import DocumentKind
from workflows.documents.tables import Column, as_csv, write_sheet
from workflows.forms.notation import format_number
from workflows.implementation.external_reports import months_of
from workflows.implementation.models import ExternalReport
from workflows.indicators.formulas import Assessment
from workflows.indicators.models import Indicator, YearTarget
from workflows.indicators.wording import known_words
from workflows.monitoring import figures, goal_figures
from workflows.monitoring.models import BudgetReport, Measurement
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan, Project, ProjectGoal

FINAL, PRELIMINARY, NO_DATA = "definitiva", "preliminar", "sin dato"


@dataclass(frozen=True, slots=True)
class ExternalRow:
    """A goal of a project in a month: what it promised, what came out, what was told, and the money."""

    entity: str
    year: int
    month: str
    state: str
    project: Project
    goal: str
    indicator: Indicator
    target: Decimal | None
    assessed: Assessment | None
    told: Measurement | None
    money: BudgetReport | Measurement | None


COLUMNS: tuple[Column[ExternalRow], ...] = (
    Column("Entidad", lambda row: row.entity),
    Column("Vigencia", lambda row: row.year),
    Column("Mes", lambda row: row.month),
    Column("Estado de la cifra", lambda row: row.state),
    Column("Código del proyecto", lambda row: row.project.code),
    Column("Proyecto de inversión", lambda row: row.project.name),
    Column("Meta del proyecto", lambda row: row.goal),
    Column("Código de la meta", lambda row: row.indicator.code),
    Column("Indicador", lambda row: row.indicator.name),
    Column("Unidad", lambda row: row.indicator.unit),
    Column("Anualización", lambda row: row.indicator.annualization),
    Column("Programado en la vigencia", lambda row: row.target),
    Column("Programado a la fecha", lambda row: row.assessed and row.assessed.programmed_to_date),
    Column("Ejecutado a la fecha", lambda row: row.assessed and row.assessed.executed),
    Column("Avance de la vigencia (%)", lambda row: _rounded(row.assessed.year_progress if row.assessed else None)),
    Column("Cumplimiento a la fecha (%)", lambda row: _rounded(row.assessed.compliance if row.assessed else None)),
    Column("Qué se sabe del dato", lambda row: _known(row.assessed)),
    Column("Localidades", lambda row: _places(row.told)),
    Column("Avance cualitativo", lambda row: row.told.qualitative if row.told else ""),
    Column("Dificultades", lambda row: row.told.difficulties if row.told else ""),
    Column("Apropiación vigente (pesos)", lambda row: row.money and row.money.appropriation),
    Column("Compromisos (pesos)", lambda row: row.money and row.money.commitments),
    Column("Giros (pesos)", lambda row: row.money and row.money.payments),
)


@dataclass(frozen=True, slots=True)
class ExternalSheet:
    """What an entity reports of a quarter: one row per month and goal of its projects."""

    plan_code: str
    entity: str
    quarter: str
    title: str
    rows: Sequence[ExternalRow]


def key_of(quarter: str, entity: str) -> str:
    """`2018-T2/SEC`."""
    return f"{quarter}/{entity}"


def missing(session: Session) -> list[Address]:
    """The reports that lack their files."""
    key = ExternalReport.quarter + "/" + ExternalReport.entity_code
    made = sa.select(Document.id).where(
        Document.plan_code == ExternalReport.plan_code,
        Document.kind == DocumentKind.EXTERNAL_REPORT,
        Document.key == key,
    )
    query = sa.select(ExternalReport.plan_code, key).where(~made.exists()).order_by(ExternalReport.id)
    return [Address(plan_code, DocumentKind.EXTERNAL_REPORT, found) for plan_code, found in session.execute(query)]


def read_print(session: Session, address: Address) -> Print:
    """The files of one report."""
    quarter, _, entity = address.key.partition("/")
    query = sa.select(ExternalReport).where(
        ExternalReport.plan_code == address.plan_code,
        ExternalReport.quarter == quarter,
        ExternalReport.entity_code == entity,
    )
    report = session.scalars(query).one()
    sheet = read(session, report)
    stem = f"{sheet.plan_code}-{sheet.quarter}-{sheet.entity}-reporte-externo"
    return Print(
        sheet.title, stem, report.generated_at,
        lambda: {suffix: render(sheet) for suffix, render in RENDERERS.items()},
    )  # fmt: skip


MAKER = Maker("external_report", missing, read_print)


def files_of(session: Session, reports: Sequence[ExternalReport]) -> dict[int, dict[str, Document]]:
    """By report, its files by format: those that were made."""
    keys = {(report.plan_code, key_of(report.quarter, report.entity_code)): report.id for report in reports}
    query = sa.select(Document).where(
        Document.kind == DocumentKind.EXTERNAL_REPORT, Document.key.in_({key for _plan, key in keys})
    )
    found: dict[int, dict[str, Document]] = {external_report.id: {} for external_report in reports}
    for document in session.scalars(query):
        if (id_ := keys.get((document.plan_code, document.key))) is not None:
            found[id_][document.format] = document
    return found


def read(session: Session, report: ExternalReport) -> ExternalSheet:
    """Gather what an entity reports; months that were open when it was asked for are told as preliminary."""
    rows: list[ExternalRow] = []
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
    book.properties.title = shown(sheet.title)
    table = book.active
    assert table is not None  # noqa: S101
    table.title = "Reporte"
    write_sheet(table, COLUMNS, sheet.rows)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def render_csv(sheet: ExternalSheet) -> bytes:
    """Semicolons, decimal commas and UTF-8 with its mark: what a spreadsheet in Colombia opens as it is."""
    return BOM_UTF8 + as_csv(COLUMNS, sheet.rows, delimiter=";", number=_with_comma)


RENDERERS: dict[str, Callable[[ExternalSheet], bytes]] = {"xlsx": render_xlsx, "csv": render_csv}


def _month_rows(session: Session, report: ExternalReport, period: Period, state: str) -> list[ExternalRow]:
    indicators = figures.of_period(session, report.plan_code, period.code).indicators
    goals = goal_figures.of_period(session, report.plan_code, period.code)
    found = {code: one.assessment for code, one in indicators.items()}
    found |= {code: one.assessment for code, one in goals.items()}
    rows: list[ExternalRow] = []
    for goal, project, indicator in _goals(session, report):
        assessed, told = found.get(indicator.code), _measurement(session, indicator, period)
        own = told if told is not None and told.commitments is not None else None
        rows.append(
            ExternalRow(
                entity=report.entity_code,
                year=period.year,
                month=period.code,
                state=state if assessed else NO_DATA,
                project=project,
                goal=goal,
                indicator=indicator,
                target=_target(session, indicator, period),
                assessed=assessed,
                told=told,
                money=own or _money(session, project, period),
            )
        )
    return rows


def _known(assessed: Assessment | None) -> str:
    """Where a value comes from; without one its cells stay empty, never 0."""
    return known_words(assessed.status, assessed.data_month, assessed.missing) if assessed else ""


def _goals(session: Session, report: ExternalReport) -> list[tuple[str, Project, Indicator]]:
    """The project goals of the entity, and the indicators that name a project: each row is measured by its sheet."""
    query = (
        sa.select(Project, Indicator, ProjectGoal.statement)
        .join(
            Indicator,
            sa.and_(Indicator.plan_code == Project.plan_code, Indicator.project_code == Project.code),
        )
        .outerjoin(
            ProjectGoal,
            sa.and_(
                ProjectGoal.project_id == Project.id,
                sa.case((ProjectGoal.sheet_id.is_(None), ProjectGoal.indicator_id), else_=ProjectGoal.sheet_id)
                == Indicator.id,
            ),
        )
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
        sa.select(BudgetReport)
        .where(BudgetReport.period_id == period.id, BudgetReport.project_id == project.id)
        .where(BudgetReport.state == MeasurementState.ENDORSED)
    )


def _target(session: Session, indicator: Indicator, period: Period) -> Decimal | None:
    target = session.get(YearTarget, (indicator.id, period.year))
    return target.target if target else None


def _places(told: Measurement | None) -> str:
    """«01: 5; 03: 2»: of a goal that is told by locality."""
    return "; ".join(f"{code}: {value}" for code, value in sorted((told.places or {}).items())) if told else ""


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


def _with_comma(value: Decimal) -> str:
    """A decimal comma and no thousands."""
    return format_number(value).replace(".", "")
