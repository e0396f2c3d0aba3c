"""The charts of a month's report, from its own figures; evaluations draw theirs from the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from workflows.documents import charts
from workflows.documents.charts import Chart
from workflows.documents.pictures import png_of
from workflows.indicators.states import Color
from workflows.reports.contents import Report
from workflows.spanish import percentage

LAST_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Level:
    """A line or an objective as a bar."""

    name: str
    compliance: Decimal | None
    coverage: Decimal | None
    color: str


def of_levels(levels: Iterable[Level]) -> Chart:
    """Compliance to date of lines and objectives, as bars with their figure."""
    rows = [
        {
            "name": level.name,
            "value": None if level.compliance is None else round(float(level.compliance), 2),
            "label": _label(level),
            "color": str(level.color),
        }
        for level in levels
    ]
    return charts.bars("Cumplimiento a la fecha por línea y objetivo", rows)


def of_months(caption: str, months: Iterable[tuple[str, Decimal]]) -> Chart:
    """The plan's compliance to date at some cut-offs."""
    rows = [{"month": month, "value": round(float(value), 2), "label": percentage(value)} for month, value in months]
    return charts.course(caption, rows)


def of_lights(lights: Iterable[tuple[str, str]]) -> Chart:
    """How many indicators of each entity stand in each light, from the entity and the light of each."""
    counts: dict[str, dict[str, int]] = {}
    for entity, color in lights:
        own = counts.setdefault(entity, {})
        own[str(color)] = own.get(str(color), 0) + 1
    rows = [{"name": entity, "counts": own} for entity, own in counts.items()]
    return charts.stacks("Indicadores de cada entidad por semáforo", rows)


def of_report(report: Report) -> dict[str, Chart]:
    """The report's three charts by name."""
    ordered = [both for line in report.lines for both in (line, *report.objectives_of(line.code))]
    order = {entity.code: place for place, entity in enumerate(report.entities)}
    indicators = sorted(report.indicators, key=lambda one: order.get(one.entity, len(order)))
    months = [(point.period, point.compliance) for point in report.history[-LAST_MONTHS:]]
    return {
        "lines": of_levels(
            Level(f"{one.code} {one.name}", one.compliance, one.coverage, one.light.color) for one in ordered
        ),
        "history": of_months("El plan en los últimos cortes", months),
        "lights": of_lights((one.entity, one.light.color) for one in indicators),
    }


def _label(level: Level) -> str:
    """The figure of a bar; where too little is known of it, how much."""
    if level.compliance is None:
        return "sin dato" if level.color == Color.GREY else "—"
    if level.color == Color.GREY:
        return f"{percentage(level.compliance)}, cobertura {percentage(level.coverage, 0)}"
    return percentage(level.compliance)


@dataclass(frozen=True, slots=True)
class Charts:
    """The report's charts, drawn: SVG text by name (`lines`, `history`, `lights`), and each in words."""

    svg: Mapping[str, str]
    told: Mapping[str, str]

    def png(self, name: str) -> bytes:
        """A chart as PNG, at twice the size so that it prints well."""
        return png_of(self.svg[name])


def draw(report: Report) -> Charts:
    """Draw every chart of a report once; the formats share them."""
    found = of_report(report)
    return Charts(
        {name: charts.drawn(chart) for name, chart in found.items()},
        {name: chart["told"] for name, chart in found.items()},
    )
