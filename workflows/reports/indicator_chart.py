"""The chart of an indicator's year: the programme as a line, what was executed as points."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workflows.documents import fonts
from workflows.monitoring.year_course import CoursePoint
from workflows.reports.charts import drawn, spec_of
from workflows.spanish import MONTHS, magnitude

PROGRAMMED, EXECUTED = "Programado", "Ejecutado"


def chart(points: Sequence[CoursePoint], unit: str, decimals: int, *, adds_up: bool = False) -> dict[str, Any]:
    """The spec of the chart; a month without a figure has no point. What `adds_up` is drawn from zero."""
    rows = [
        {"month": MONTHS[point.month[1] - 1][:3], "order": point.month[1], "series": series, **_shown(value, decimals)}
        for point in points
        for series, value in ((PROGRAMMED, point.programmed), (EXECUTED, point.executed))
        if value is not None
    ]
    x = {"field": "month", "type": "ordinal", "sort": {"field": "order"}, "title": None, "axis": {"labelAngle": 0}}
    scale = {"zero": adds_up, "nice": True}
    y = {"field": "value", "type": "quantitative", "title": fonts.of_chart(unit), "scale": scale}
    color = {
        "field": "series",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [PROGRAMMED, EXECUTED], "range": ["#748396", "#0b4a8f"]},
        "legend": {"orient": "top"},
    }
    dash = {"field": "series", "scale": {"domain": [PROGRAMMED, EXECUTED], "range": [[5, 4], [1, 0]]}, "legend": None}
    line = {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"strokeDash": dash}}
    executed = {"filter": f"datum.series == '{EXECUTED}'"}
    dots = {"mark": {"type": "point", "filled": True, "size": 70}, "transform": [executed]}
    words = {
        "mark": {"type": "text", "dy": -12, "fontSize": 11},
        "transform": [executed],
        "encoding": {"text": {"field": "label"}, "color": {"value": "#0b4a8f"}},
    }
    encoding = {"x": x, "y": y, "color": color}
    return spec_of({"values": rows}, layer=[line, dots, words], encoding=encoding, width=560, height=250)


@lru_cache(maxsize=128)
def image(points: tuple[CoursePoint, ...], unit: str, decimals: int, *, adds_up: bool = False) -> str:
    """The chart as a `data:` address for an `img`; drawn again only when a figure changes."""
    svg = drawn(chart(points, unit, decimals, adds_up=adds_up)).encode()
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _shown(value: Decimal, decimals: int) -> dict[str, Any]:
    return {"value": float(value), "label": magnitude(value, decimals)}
