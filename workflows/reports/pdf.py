"""The report as PDF/A-2b, typeset by Typst."""

from __future__ import annotations

import json
from importlib import resources

import typst

from workflows.reports.charts import Charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present


def render_pdf(report: Report, charts: Charts) -> bytes:
    """The PDF, in the archival standard PDF/A-2b; the same report gives the same bytes."""
    template = resources.files("workflows.reports") / "templates" / "informe.typ"
    inputs = {
        "report": json.dumps(present(report), ensure_ascii=False),
        **charts.svg,
    }
    made_at = int(report.frozen_at.timestamp()) if report.frozen_at else 0
    return bytes(
        typst.compile(template.read_bytes(), format="pdf", pdf_standards="a-2b", sys_inputs=inputs, timestamp=made_at)
    )
