"""The report as an accessible HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from workflows.reports import charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present


def render_html(report: Report) -> bytes:
    """The standalone file, UTF-8, with its charts inside."""
    page = _environment().get_template("informe.html")
    return page.render(r=present(report), images=chart_images(report), link=None).encode()


def chart_images(report: Report) -> dict[str, str]:
    """The three charts as `data:` addresses of SVG pictures."""
    specs = {
        "lines": charts.lines_chart(report),
        "history": charts.history_chart(report),
        "lights": charts.lights_chart(report),
    }
    return {
        name: "data:image/svg+xml;base64," + base64.b64encode(charts.svg(spec).encode()).decode()
        for name, spec in specs.items()
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("workflows.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
