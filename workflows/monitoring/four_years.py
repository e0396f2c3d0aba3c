"""The years of a plan up to a month: what was programmed of them, what was executed, where that leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from workflows.indicators import quadrennium
from workflows.indicators.quadrennium import Course, Stretch, Weighed, Year
from workflows.indicators.sheets import shown
from workflows.monitoring import facts as reading
from workflows.monitoring.facts import PlanFacts


@dataclass(frozen=True, slots=True)
class Years:
    """A plan over all its years, in % of each thing, in the order of the plan. `names` go by code."""

    plan_code: str
    period: str
    names: Mapping[str, str]
    indicators: Mapping[str, Course]
    objectives: Mapping[str, Stretch]
    lines: Mapping[str, Stretch]
    entities: Mapping[str, Stretch]
    plan: Stretch | None

    def at(self, level: str) -> Mapping[str, Stretch]:
        """The stretches of a level (`objetivo`, `linea`, `entidad`, `plan`), by code."""
        if level == "plan":
            return {self.plan_code: self.plan} if self.plan else {}
        return {"objetivo": self.objectives, "linea": self.lines, "entidad": self.entities}[level]


def of_period(session: Session, plan_code: str, period: str, *, everything: bool = False) -> Years:
    """The years up to a month, from what counts in it, or from all that was endorsed. Raises `NotFound`."""
    return of_facts(reading.load(session, plan_code, period, everything=everything))


def of_facts(facts: PlanFacts) -> Years:
    """The years that follow from these facts."""
    courses = {
        fact.code: course
        for fact in facts.indicators
        if (course := quadrennium.course(fact.sheet, fact.series, facts.year, facts.month, facts.bands))
    }
    weighed = [
        Weighed(fact.objective, fact.entity, fact.weight, courses[fact.code])
        for fact in facts.indicators
        if fact.code in courses
    ]
    rolled = quadrennium.roll_up(weighed, facts.structure)
    names = {code: name for level in facts.names.values() for code, name in level.items()}
    names |= {fact.code: fact.name for fact in facts.indicators}
    return Years(
        facts.plan_code,
        facts.period,
        names,
        courses,
        rolled.objectives,
        rolled.lines,
        rolled.entities,
        rolled.plan,
    )


def as_json(found: Years) -> dict[str, Any]:
    """As `cauce plan figures --cuatrienio --json` prints it: rounded to one decimal."""
    return {
        "indicadores": {code: _course(course) for code, course in found.indicators.items()},
        "objetivos": {code: _stretch(stretch) for code, stretch in found.objectives.items()},
        "lineas": {code: _stretch(stretch) for code, stretch in found.lines.items()},
        "entidades": {code: _stretch(stretch) for code, stretch in found.entities.items()},
        "plan": _stretch(found.plan) if found.plan else {},
    }


def _course(course: Course) -> dict[str, Any]:
    told: dict[str, Any] = {
        "programado_pct": _number(course.programmed),
        "avance_plan_pct": _number(course.executed),
        "proyeccion_pct": _number(course.projected),
        "anios": {str(year.year): _year(year) for year in course.years},
        "anios_sin_dato": list(course.silent),
    }
    if course.years_met is not None:
        told |= {"anios_cumplidos": course.years_met, "anios_programados": course.programmed_years}
    return told


def _year(year: Year) -> dict[str, Any]:
    return {
        "programado": _plain(year.target),
        "ejecutado": _plain(year.stood.executed),
        "estado": year.stood.status,
        "avance_vigencia_pct": _number(year.stood.year_progress),
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "programado_pct": _number(stretch.programmed),
        "avance_plan_pct": _number(stretch.executed),
        "cobertura_pct": _number(stretch.coverage),
        "proyeccion_pct": _number(stretch.projected),
    }


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(shown(value))
