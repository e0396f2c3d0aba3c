"""The report's figures as a workbook: numbers stay numbers."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from workflows.documents.letters import shown
from workflows.documents.tables import put, write_sheet
from workflows.reports import columns
from workflows.reports.charts import Charts
from workflows.reports.contents import Report

PERCENT = "0.0"


def render_xlsx(report: Report, _charts: Charts) -> bytes:
    """The workbook: Resumen, Objetivos, Indicadores, Entidades, Quién no reportó, Años, Cuellos, Compromisos, Alertas.

    Where there are goals of projects they have a sheet. Its chart is the spreadsheet's own.
    """
    book = Workbook()
    book.properties.title = shown(report.title)
    book.properties.creator = shown(report.plan_name)
    summary = book.active
    assert isinstance(summary, Worksheet)  # noqa: S101
    _summary(summary, report)
    write_sheet(book.create_sheet("Objetivos"), columns.LEVELS, columns.levels(report))
    write_sheet(book.create_sheet("Indicadores"), columns.INDICATORS, report.indicators)
    write_sheet(book.create_sheet("Entidades"), columns.ENTITIES, report.entities)
    if report.goals:
        write_sheet(book.create_sheet("Metas de proyecto"), columns.GOALS, report.goals)
    write_sheet(book.create_sheet("Quién no reportó"), columns.SILENT, report.silent)
    write_sheet(book.create_sheet("Años del plan"), columns.YEARS, report.years)
    write_sheet(book.create_sheet("Cuellos de botella"), columns.BOTTLENECKS, report.bottlenecks)
    write_sheet(book.create_sheet("Compromisos"), columns.COMMITMENTS, report.commitments)
    write_sheet(book.create_sheet("Alertas"), columns.ALERTS, report.alerts)
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
        ("Cumplimiento a la fecha (%)", columns.rounded(report.plan.compliance)),
        ("Sin tope (%)", columns.rounded(report.plan.uncapped)),
        ("Cobertura (%)", columns.rounded(report.plan.coverage)),
        ("Oportunidad (%)", columns.rounded(report.plan.opportunity)),
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
        sheet.cell(row, 2, columns.rounded(line.compliance)).number_format = PERCENT
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", "Cumplimiento a la fecha por línea", None
    last = first + len(report.lines) - 1
    chart.add_data(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=1, min_row=first, max_row=last))
    sheet.add_chart(chart, f"A{last + 3}")
