"""The plan as a tree: light, trend and years of each thing, narrowed by filters, beside another cut-off.

The indicators of a large plan are shown under the objectives that somebody opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from web.forms.sparks import Spark, spark
from workflows.indicators.formulas import Assessment
from workflows.monitoring import figures, overview
from workflows.monitoring.overview import LineBranch
from workflows.monitoring.period_figures import Cell, LevelFigure, LevelFigures, PeriodFigures, Point
from workflows.plan.models import Plan
from workflows.reports.contents import light, light_of_level
from workflows.searching.words import folded

TREND = 12
"""Months of the small line."""
FEW = 30
"""A plan of no more indicators shows them all at once; so does what filters left."""
ALL = "todo"
INDICATOR, OBJECTIVE, LINE = "indicador", "objetivo", "linea"

Course = Mapping[tuple[str, str], Mapping[str, Point]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: words of the filters, the cut-off to compare with, and the objectives to open."""

    light: str = ""
    entity: str = ""
    person: str = ""
    words: str = ""
    changed: bool = False
    against: str = ""
    opened: frozenset[str] = frozenset()

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.light or self.entity or self.person or self.words or self.changed)


@dataclass(frozen=True, slots=True)
class Then:
    """How something stood at the other cut-off. `by` is how many points it has gained since."""

    word: str
    by: Decimal | None


@dataclass(frozen=True, slots=True)
class Year:
    """A year of an indicator: executed until its end (or the cut-off), and the target."""

    executed: Decimal | None
    target: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """An indicator with what a line shows of it. `shown` is what the sheet says; `cell` its figure at the cut-off."""

    shown: Any
    cell: Cell | Assessment | None
    word: str
    course: Spark | None
    then: Then | None
    years: Sequence[Year]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """An objective or a line, and what stands under it; `is_open`: whether it is shown."""

    item: Any
    figure: LevelFigure | None
    course: Spark | None
    then: Then | None
    rows: Sequence[Any] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """The plan as the page shows it. `lights` counts all its indicators by word; `kept`: cut-offs to compare with.

    `folds`: its objectives are opened one by one.
    """

    lines: Sequence[LevelRow]
    years: Sequence[int]
    lights: Mapping[str, int]
    entities: Sequence[str]
    people: Sequence[tuple[str, str]]
    kept: Sequence[str]
    wanted: Wanted
    shown: int
    total: int
    folds: bool

    @property
    def rows(self) -> Iterator[tuple[LevelRow, LevelRow, IndicatorRow]]:
        """Each indicator that the filters left, with its line and objective."""
        return ((line, branch, row) for line in self.lines for branch in line.rows for row in branch.rows)


@dataclass(frozen=True, slots=True)
class _Facts:
    month: str
    other: str
    trend: Sequence[str]
    course: Course
    targets: Mapping[str, Mapping[int, Decimal | None]]
    years: Sequence[int]
    ends: Mapping[int, str] = field(default_factory=dict)


def wanted(months: Iterable[str]) -> Wanted:
    """What the address asks for; a cut-off that the plan has not is none."""
    asked = request.args
    against = asked.get("contra", "")
    return Wanted(
        asked.get("luz", ""), asked.get("entidad", ""), asked.get("persona", ""), asked.get("q", "").strip(),
        "cambios" in asked, against if against in set(months) else "", frozenset(asked.getlist("abre")),
    )  # fmt: skip


def folding(asked: Wanted) -> Callable[[str], list[str]]:
    """Gives the objectives that are open once one more is, or one less."""
    return lambda code: sorted(asked.opened ^ {code})


def read(
    session: Session,
    plan: Plan,
    branches: Sequence[LineBranch],
    month: str | None,
    found: LevelFigures | PeriodFigures | None,
    cells: Mapping[str, Cell | Assessment],
    asked: Wanted,
) -> Tree:
    """The tree at a month; three statements beside those that read the plan and its figures."""
    kept = figures.kept_months(session, plan.code, month) if month else []
    facts = _facts(session, plan, month or "", kept, asked.against)
    all_rows = {
        one.code: _indicator(one, cells.get(one.code), facts)
        for line in branches
        for branch in line.objectives
        for one in branch.indicators
    }
    folds = len(all_rows) > FEW and not asked.narrows
    lines = []
    for line in branches:
        under = []
        for branch in line.objectives:
            rows = [all_rows[one.code] for one in branch.indicators if _fits(all_rows[one.code], asked)]
            if rows or not asked.narrows:
                code = branch.objective.code
                figure = found.objectives.get(code) if found else None
                is_open = not folds or bool(asked.opened & {ALL, code})
                under.append(_level(branch.objective, OBJECTIVE, figure, facts, rows, is_open=is_open))
        if under or not asked.narrows:
            figure = found.lines.get(line.line.code) if found else None
            lines.append(_level(line.line, LINE, figure, facts, under))
    people = {one.shown.reports: one.shown.person for one in all_rows.values() if one.shown.person}
    return Tree(
        lines=lines,
        years=facts.years,
        lights=counted(all_rows.values()),
        entities=sorted({one.shown.entity_code for one in all_rows.values()}),
        people=sorted(people.items(), key=lambda one: one[1]),
        kept=[one for one in reversed(kept) if one != month],
        wanted=asked,
        shown=sum(len(branch.rows) for line in lines for branch in line.rows),
        total=len(all_rows),
        folds=folds,
    )


def _facts(session: Session, plan: Plan, month: str, kept: Sequence[str], against: str) -> _Facts:
    before = [one for one in kept if one != month]
    other = against or (before[-1] if before else "")
    ends = {int(one[:4]): one for one in kept}
    trend = kept[-TREND:]
    asked = sorted({*trend, *ends.values(), *([other] if other else [])})
    return _Facts(
        month=month,
        other=other,
        trend=trend,
        course=figures.courses(session, plan.code, asked) if asked else {},
        targets=overview.year_targets(session, plan.code),
        years=range(plan.first_year, plan.first_year + plan.years),
        ends=ends,
    )


def _indicator(one: Any, cell: Cell | Assessment | None, facts: _Facts) -> IndicatorRow:
    points = facts.course.get((INDICATOR, one.code), {})
    word = light(cell.color, cell.status).word if cell else ""
    now = cell.compliance if cell else None
    targets = facts.targets.get(one.code, {})
    done = {year: points[end].executed for year, end in facts.ends.items() if end in points}
    if cell is not None:  # of the year that is shown, as its month says, which may be open
        done[int(facts.month[:4])] = cell.executed
    years = [Year(done.get(year), targets.get(year)) for year in facts.years]
    return IndicatorRow(one, cell, word, _course(points, facts), _then(points, now, facts, light), years)


def _level(
    item: Any, level: str, figure: LevelFigure | None, facts: _Facts, rows: Sequence[Any], *, is_open: bool = True
) -> LevelRow:
    points = facts.course.get((level, item.code), {})
    now = figure.capped if figure else None
    return LevelRow(item, figure, _course(points, facts), _then(points, now, facts, light_of_level), rows, is_open)


def _course(points: Mapping[str, Point], facts: _Facts) -> Spark | None:
    return spark([(one, points[one].compliance if one in points else None) for one in facts.trend], brief=True)


def _then(points: Mapping[str, Point], now: Decimal | None, facts: _Facts, in_words: Any) -> Then | None:
    one = points.get(facts.other)
    if one is None:
        return None
    by = now - one.compliance if now is not None and one.compliance is not None else None
    return Then(in_words(one.color, one.status).word, by)


def counted(rows: Iterable[IndicatorRow]) -> Mapping[str, int]:
    """How many of each light, by its word."""
    counts: dict[str, int] = {}
    for one in rows:
        if one.word:
            counts[one.word] = counts.get(one.word, 0) + 1
    return counts


def _fits(row: IndicatorRow, asked: Wanted) -> bool:
    one = row.shown
    return (
        asked.light in ("", row.word)
        and asked.entity in ("", one.entity_code)
        and asked.person in ("", one.reports)
        and (not asked.words or folded(asked.words) in folded(f"{one.code} {one.name}"))
        and (not asked.changed or (row.then is not None and row.then.word != row.word))
    )
