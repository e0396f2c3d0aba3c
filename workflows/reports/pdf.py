"""The report as PDF/A-2a and PDF/UA-1, typeset by Typst."""

from __future__ import annotations

from importlib import resources

from workflows.documents.typesetting import typeset
from workflows.reports.charts import Charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present


def render_pdf(report: Report, charts: Charts) -> bytes:
    """The PDF, to archive and to be read aloud; the same report gives the same bytes."""
    template = resources.files("workflows.reports") / "templates" / "informe.typ"
    made_at = int(report.frozen_at.timestamp()) if report.frozen_at else 0
    return typeset(
        template.read_bytes(),
        {**present(report), "told": dict(charts.told)},
        made_at,
        {**charts.svg, "logo": report.letterhead.as_svg()},
    )
