"""The report's charts, as Vega-Lite specifications drawn to SVG or PNG. Colours repeat what words and figures say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import vl_convert

from workflows.documents import fonts
from workflows.documents.pictures import bring_fonts
from workflows.indicators.states import Color
from workflows.indicators.wording import COLOR_WORDS
from workflows.reports.contents import Report, RollUp
from workflows.spanish import MONTHS, percentage

HEX: Mapping[str, str] = {
    Color.RED: "#b3261e", Color.YELLOW: "#b98900", Color.GREEN: "#146c43", Color.ORANGE: "#c2570c",
    Color.GREY: "#55606c", Color.WHITE: "#c3ccd6",
}  # fmt: skip
CONFIG: dict[str, Any] = {
    "font": fonts.CHARTS,
    "background": "white",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": "#16202e", "gridColor": "#e3e8ee"},
    "text": {"fontSize": 12, "color": "#16202e"},
    "legend": {"labelFontSize": 12, "titleFontSize": 12},
}
NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["$", ""]}


def lines_chart(report: Report) -> dict[str, Any]:
    """Compliance to date of each line and its objectives, as bars with their figure."""
    rows = [
        {
            "name": fonts.of_chart(f"{item.code} {item.name}"),
            "order": position,
            "value": float(item.compliance or 0),
            "label": _bar_label(item),
            "color": HEX[item.light.color],
        }
        for position, item in enumerate(
            both for line in report.lines for both in (line, *report.objectives_of(line.code))
        )
    ]
    y = {"field": "name", "type": "nominal", "sort": {"field": "order"}, "title": None, "axis": {"labelLimit": 330}}
    x = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [0, 110]},
        "title": "% de cumplimiento a la fecha",
        "axis": {"values": [0, 20, 40, 60, 80, 100]},
    }
    bars = {
        "mark": {"type": "bar", "height": 16},
        "encoding": {"color": {"field": "color", "type": "nominal", "scale": None}},
    }
    words = {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"text": {"field": "label"}}}
    return spec_of({"values": rows}, layer=[bars, words], encoding={"x": x, "y": y}, width=330, height={"step": 26})


def _bar_label(item: RollUp) -> str:
    """The figure of a bar; where too little is known of it, how much."""
    if item.compliance is None:
        return "sin dato" if item.light.color == Color.GREY else "—"
    if item.light.color == Color.GREY:
        return f"{percentage(item.compliance)}, cobertura {percentage(item.coverage, 0)}"
    return percentage(item.compliance)


def history_chart(report: Report) -> dict[str, Any]:
    """The plan's compliance to date, month after month."""
    rows = [
        {
            "month": f"{MONTHS[int(point.period[5:]) - 1][:3]} {point.period[2:4]}",
            "order": point.period,
            "value": float(point.compliance),
            "label": percentage(point.compliance),
        }
        for point in report.history[-13:]
    ]
    x = {"field": "month", "type": "ordinal", "sort": {"field": "order"}, "title": None, "axis": {"labelAngle": 0}}
    y = {"field": "value", "type": "quantitative", "scale": {"domain": [0, 105]}, "title": "% de cumplimiento"}
    line = {"mark": {"type": "line", "point": {"filled": True, "size": 60}, "color": "#0b4a8f"}}
    words = {"mark": {"type": "text", "dy": -12, "fontSize": 11}, "encoding": {"text": {"field": "label"}}}
    return spec_of({"values": rows}, layer=[line, words], encoding={"x": x, "y": y}, width=620, height=200)


def lights_chart(report: Report) -> dict[str, Any]:
    """How many indicators of each entity stand in each light."""
    rows = [
        {"entity": fonts.of_chart(entity.code), "light": COLOR_WORDS[color], "n": n, "order": position}
        for entity in report.entities
        for position, color in enumerate(COLOR_WORDS)
        if (n := sum(i.entity == entity.code and i.light.color == color for i in report.indicators))
    ]
    scale = {"domain": list(COLOR_WORDS.values()), "range": [HEX[color] for color in COLOR_WORDS]}
    most = max((sum(i.entity == entity.code for i in report.indicators) for entity in report.entities), default=1)
    whole = list(range(0, most + 1, max(1, most // 8)))
    axis = {"values": whole, "format": "d"}
    x = {"field": "n", "type": "quantitative", "title": "Indicadores", "stack": "zero", "axis": axis}
    y = {"field": "entity", "type": "nominal", "title": None, "sort": None}
    color = {
        "field": "light",
        "type": "nominal",
        "title": None,
        "scale": scale,
        "legend": {"orient": "bottom", "columns": 6},
    }
    order = {"field": "order", "type": "quantitative"}
    bars = {"mark": {"type": "bar", "height": 22}, "encoding": {"color": color}}
    words = {
        "mark": {"type": "text", "color": "white", "dx": -10, "fontWeight": "bold"},
        "encoding": {"text": {"field": "n"}, "detail": {"field": "light"}},
    }
    encoding = {"x": x, "y": y, "order": order}
    return spec_of({"values": rows}, layer=[bars, words], encoding=encoding, width=560, height={"step": 34})


@dataclass(frozen=True, slots=True)
class Charts:
    """The report's three charts, drawn: SVG text by name (`lines`, `history`, `lights`)."""

    svg: Mapping[str, str]

    def png(self, name: str) -> bytes:
        """A chart as PNG, at twice the size so that it prints well."""
        return bytes(vl_convert.svg_to_png(self.svg[name], scale=2))


def draw(report: Report) -> Charts:
    """Draw every chart of a report once; the formats share them."""
    specs = {"lines": lines_chart(report), "history": history_chart(report), "lights": lights_chart(report)}
    return Charts({name: drawn(spec) for name, spec in specs.items()})


def drawn(spec: dict[str, Any]) -> str:
    """A spec as SVG text, its words measured in our own fonts; nothing is fetched."""
    bring_fonts()
    return str(vl_convert.vegalite_to_svg(spec, format_locale=NUMBERS, allowed_base_urls=[]))


def spec_of(data: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A spec in the look that all charts share."""
    return {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "data": data, "config": CONFIG, **rest}
