"""The report's figures as a workbook: numbers stay numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from workflows.documents.letters import shown
from workflows.documents.tables import Column, Painted, put, write_sheet
from workflows.reports.charts import Charts
from workflows.reports.contents import AlertLine, BottleneckLine, EntityLine, IndicatorLine, Light, Report, RollUp
from workflows.reports.presenting import BOTTLENECK_STATES, DECISIONS, MEASURES, REPORT_STATES, VERDICTS
from workflows.spanish import local_day, long_day

FILLS = {
    "rojo": "FDECEB", "amarillo": "FFF4D6", "verde": "E6F4EC", "naranja": "FFEADB", "gris": "ECEFF2",
    "blanco": "FFFFFF",
}  # fmt: skip
PERCENT = "0.0"


def _light(light: Light) -> Painted:
    return Painted(f"{light.icon} {light.word}", FILLS[light.color])


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 1)


Level = tuple[str, RollUp]
LEVELS: tuple[Column[Level], ...] = (
    Column("Nivel", lambda row: row[0]),
    Column("Código", lambda row: row[1].code),
    Column("Nombre", lambda row: row[1].name),
    Column("Peso", lambda row: row[1].weight),
    Column("Cumplimiento (%)", lambda row: _rounded(row[1].compliance)),
    Column("Sin tope (%)", lambda row: _rounded(row[1].uncapped)),
    Column("Semáforo", lambda row: _light(row[1].light)),
    Column("Veredicto", lambda row: VERDICTS.get(row[1].verdict, "")),
    Column("Argumento", lambda row: row[1].argument),
)
INDICATORS: tuple[Column[IndicatorLine], ...] = (
    Column("Código", lambda i: i.code),
    Column("Indicador", lambda i: i.name),
    Column("Clase", lambda i: i.kind),
    Column("Entidad", lambda i: i.entity),
    Column("Objetivo", lambda i: i.objective),
    Column("Unidad", lambda i: i.unit),
    Column("Anualización", lambda i: i.annualization),
    Column("Línea base", lambda i: i.baseline),
    Column("Meta del año", lambda i: i.year_target),
    Column("Valor del periodo", lambda i: i.reported),
    Column("Programado a la fecha", lambda i: i.programmed),
    Column("Ejecutado", lambda i: i.executed),
    Column("Avance de la vigencia (%)", lambda i: _rounded(i.year_progress)),
    Column("Cumplimiento a la fecha (%)", lambda i: _rounded(i.compliance)),
    Column("Semáforo", lambda i: _light(i.light)),
    Column("Extemporáneo", lambda i: "sí" if i.late else "no"),
    Column("Avance cualitativo", lambda i: i.qualitative),
    Column("Dificultades", lambda i: i.difficulties),
    Column("Soluciones", lambda i: i.solutions),
    Column("Justificación", lambda i: i.justification),
    Column("Otros datos", lambda i: "\n".join(f"{label}: {value}" for label, value in i.extra)),
    Column("Evidencias", lambda i: "\n".join(f"{e.name} · SHA-256 {e.sha256}" for e in i.evidence)),
    Column("Reportó", lambda i: i.reported_by),
    Column("Reportado el", lambda i: local_day(i.reported_at) if i.reported_at else None),
    Column("Validó", lambda i: i.validated_by),
    Column("Avaló", lambda i: i.endorsed_by),
)
ENTITIES: tuple[Column[EntityLine], ...] = (
    Column("Sigla", lambda e: e.code),
    Column("Entidad", lambda e: e.name),
    Column("Reporte", lambda e: REPORT_STATES.get(e.report, "")),
    Column("Avalado el", lambda e: long_day(e.endorsed_at)),
    Column("Cumplimiento (%)", lambda e: _rounded(e.compliance)),
    Column("Sin tope (%)", lambda e: _rounded(e.uncapped)),
    Column("Semáforo", lambda e: _light(e.light)),
)
BOTTLENECKS: tuple[Column[BottleneckLine], ...] = (
    Column("Indicador", lambda b: b.indicator),
    Column("Nombre", lambda b: b.name),
    Column("Entidad", lambda b: b.entity),
    Column("Por qué", lambda b: b.why),
    Column("Resultado", lambda b: BOTTLENECK_STATES.get(b.state, "Candidato")),
    Column("Causa", lambda b: b.cause),
    Column("Categoría", lambda b: b.category),
    Column("Severidad", lambda b: b.severity),
    Column("Medida", lambda b: MEASURES.get(b.measure, "")),
    Column("Acción", lambda b: b.action),
    Column("Responsable", lambda b: b.responsible),
    Column("Fecha", lambda b: b.due_on),
)
ALERTS: tuple[Column[AlertLine], ...] = (
    Column("Objeto", lambda a: a.object_code),
    Column("Entidad", lambda a: a.entity),
    Column("Alerta", lambda a: a.text),
    Column("Decisión", lambda a: DECISIONS.get(a.decision, "Sin revisar")),
    Column("Pregunta", lambda a: a.question),
    Column("Respuesta", lambda a: a.answer),
)


def render_xlsx(report: Report, _charts: Charts) -> bytes:
    """The workbook: Resumen, Objetivos, Indicadores, Entidades, Cuellos, Alertas.

    Its chart is the spreadsheet's own.
    """
    book = Workbook()
    book.properties.title = shown(report.title)
    book.properties.creator = shown(report.plan_name)
    summary = book.active
    assert isinstance(summary, Worksheet)  # noqa: S101
    _summary(summary, report)
    write_sheet(book.create_sheet("Objetivos"), LEVELS, _levels(report))
    write_sheet(book.create_sheet("Indicadores"), INDICATORS, report.indicators)
    write_sheet(book.create_sheet("Entidades"), ENTITIES, report.entities)
    write_sheet(book.create_sheet("Cuellos de botella"), BOTTLENECKS, report.bottlenecks)
    write_sheet(book.create_sheet("Alertas"), ALERTS, report.alerts)
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
        put(sheet, row, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 32, 60
    first = len(facts) + 3
    sheet.cell(first - 1, 1, "Línea").font = sheet.cell(first - 1, 2, "Cumplimiento (%)").font = Font(bold=True)
    for row, line in enumerate(report.lines, start=first):
        put(sheet, row, 1, f"{line.code} {line.name}")
        sheet.cell(row, 2, _rounded(line.compliance)).number_format = PERCENT
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", "Cumplimiento a la fecha por línea", None
    last = first + len(report.lines) - 1
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    sheet.add_chart(chart, f"A{last + 3}")


def _levels(report: Report) -> Iterable[Level]:
    yield "Plan", report.plan
    for line in report.lines:
        yield "Línea", line
        for objective in report.objectives_of(line.code):
            yield "Objetivo", objective
