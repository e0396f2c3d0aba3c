"""The report's figures as a workbook: numbers stay numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from workflows.reports.charts import Charts
from workflows.reports.contents import Light, Report, RollUp
from workflows.reports.presenting import MEASURES, REPORT_STATES, VERDICTS
from workflows.spanish import local_day, long_day

FILLS = {
    "rojo": "FDECEB", "amarillo": "FFF4D6", "verde": "E6F4EC", "naranja": "FFEADB", "gris": "ECEFF2",
    "blanco": "FFFFFF",
}  # fmt: skip
HEADER = PatternFill("solid", fgColor="0B4A8F")
PERCENT = "0.0"
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def render_xlsx(report: Report, _charts: Charts) -> bytes:
    """The workbook: Resumen, Objetivos, Indicadores, Entidades, Cuellos, Alertas.

    Its chart is the spreadsheet's own.
    """
    book = Workbook()
    book.properties.title = report.title
    book.properties.creator = report.plan_name
    summary = book.active
    assert isinstance(summary, Worksheet)  # noqa: S101
    _summary(summary, report)
    _roll_ups(book.create_sheet("Objetivos"), report)
    _indicators(book.create_sheet("Indicadores"), report)
    _entities(book.create_sheet("Entidades"), report)
    _bottlenecks(book.create_sheet("Cuellos de botella"), report)
    _alerts(book.create_sheet("Alertas"), report)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _summary(sheet: Worksheet, report: Report) -> None:
    sheet.title = "Resumen"
    facts: list[tuple[str, Any]] = [
        ("Plan", report.plan_name),
        ("Informe", report.title),
        ("Corte", report.cutoff_on),
        ("Estado", "Periodo cerrado" if report.frozen else "Cifras preliminares"),
        ("Cumplimiento a la fecha (%)", _rounded(report.plan.compliance)),
        ("Sin tope (%)", _rounded(report.plan.uncapped)),
        ("Versión de las fórmulas", report.formula_version),
    ]
    for row, (label, value) in enumerate(facts, start=1):
        sheet.cell(row, 1, label).font = Font(bold=True)
        sheet.cell(row, 2, _safe(value))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 32, 60
    first = len(facts) + 3
    sheet.cell(first - 1, 1, "Línea").font = sheet.cell(first - 1, 2, "Cumplimiento (%)").font = Font(bold=True)
    for row, line in enumerate(report.lines, start=first):
        sheet.cell(row, 1, f"{line.code} {line.name}")
        sheet.cell(row, 2, _rounded(line.compliance)).number_format = PERCENT
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", "Cumplimiento a la fecha por línea", None
    last = first + len(report.lines) - 1
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    sheet.add_chart(chart, f"A{last + 3}")


def _roll_ups(sheet: Worksheet, report: Report) -> None:
    rows = [
        (level, i.code, i.name, i.weight, _rounded(i.compliance), _rounded(i.uncapped),
            i.light, VERDICTS.get(i.verdict, ""), i.argument)
        for level, i in _levels(report)
    ]  # fmt: skip
    head = (
        "Nivel",
        "Código",
        "Nombre",
        "Peso",
        "Cumplimiento (%)",
        "Sin tope (%)",
        "Semáforo",
        "Veredicto",
        "Argumento",
    )
    _table(sheet, head, rows)


def _levels(report: Report) -> Iterable[tuple[str, RollUp]]:
    yield "Plan", report.plan
    for line in report.lines:
        yield "Línea", line
        for objective in report.objectives_of(line.code):
            yield "Objetivo", objective


def _indicators(sheet: Worksheet, report: Report) -> None:
    head = (
        "Código", "Indicador", "Clase", "Entidad", "Objetivo", "Unidad", "Anualización", "Línea base", "Meta del año",
        "Valor del periodo", "Programado a la fecha", "Ejecutado", "Avance de la vigencia (%)",
        "Cumplimiento a la fecha (%)", "Semáforo", "Extemporáneo", "Avance cualitativo", "Dificultades", "Soluciones",
        "Justificación", "Otros datos", "Evidencias", "Reportó", "Reportado el", "Validó", "Avaló",
    )  # fmt: skip
    rows = [
        (
            i.code, i.name, i.kind, i.entity, i.objective, i.unit, i.annualization, i.baseline,
            i.year_target, i.reported,
            i.programmed, i.executed, _rounded(i.year_progress), _rounded(i.compliance), i.light,
            "sí" if i.late else "no", i.qualitative, i.difficulties, i.solutions, i.justification,
            "\n".join(f"{label}: {value}" for label, value in i.extra),
            "\n".join(f"{e.name} · SHA-256 {e.sha256}" for e in i.evidence), i.reported_by,
            local_day(i.reported_at) if i.reported_at else None, i.validated_by, i.endorsed_by,
        )
        for i in report.indicators
    ]  # fmt: skip
    _table(sheet, head, rows)


def _entities(sheet: Worksheet, report: Report) -> None:
    rows = [
        (e.code, e.name, REPORT_STATES.get(e.report, ""), long_day(e.endorsed_at), _rounded(e.compliance),
             _rounded(e.uncapped), e.light)
        for e in report.entities
    ]  # fmt: skip
    _table(sheet, ("Sigla", "Entidad", "Reporte", "Avalado el", "Cumplimiento (%)", "Sin tope (%)", "Semáforo"), rows)


def _bottlenecks(sheet: Worksheet, report: Report) -> None:
    rows = [
        (b.indicator, b.name, b.entity, b.why, b.state, b.cause,
            b.category, b.severity, MEASURES.get(b.measure, ""), b.action, b.responsible, b.due_on)
        for b in report.bottlenecks
    ]  # fmt: skip
    head = (
        "Indicador", "Nombre", "Entidad", "Por qué", "Resultado", "Causa", "Categoría", "Severidad", "Medida", "Acción",
        "Responsable", "Fecha",
    )  # fmt: skip
    _table(sheet, head, rows)


def _alerts(sheet: Worksheet, report: Report) -> None:
    rows = [(a.object_code, a.entity, a.text, a.decision, a.question, a.answer) for a in report.alerts]
    _table(sheet, ("Objeto", "Entidad", "Alerta", "Decisión", "Pregunta", "Respuesta"), rows)


def _table(sheet: Worksheet, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    for column, title in enumerate(head, start=1):
        cell = sheet.cell(1, column, title)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEADER
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[cell.column_letter].width = min(48, max(12, len(title) + 2))
    for position, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(position, column, _safe(value))
            cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
            if isinstance(value, Light):
                cell.fill = PatternFill("solid", fgColor=FILLS[value.color])
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions


def _safe(value: Any) -> Any:
    """What may stand in a cell: text that a spreadsheet would run as a formula is marked as text."""
    if isinstance(value, Light):
        return f"{value.icon} {value.word}"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)
