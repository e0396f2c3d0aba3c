"""The report as an accessible HTML file that needs nothing beside it."""

from __future__ import annotations

from workflows.documents.rendering import templates_of
from workflows.reports.charts import Charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present


def render_html(report: Report, charts: Charts) -> bytes:
    """The standalone file, UTF-8, with its charts inside."""
    page = templates_of("workflows.reports").get_template("informe.html")
    return page.render(
        r=present(report), images=_pictures(charts), link=None, logo=report.letterhead.logo_address
    ).encode()


def render_body(report: Report, charts: Charts) -> str:
    """What stands between the headings of a page and its end, for a page of its own."""
    part = templates_of("workflows.reports").get_template("cuerpo.html")
    return part.render(r=present(report), images=_pictures(charts), link=None)


def body_of(standalone: bytes) -> str:
    """The same, of a file that `render_html` made."""
    return standalone.decode().partition("<main>")[2].rpartition("</main>")[0]


def _pictures(charts: Charts) -> dict[str, dict[str, str]]:
    """The charts by name: each as SVG text and in words."""
    return {name: {"svg": svg, "told": charts.told[name]} for name, svg in charts.svg.items()}
