"""The figures of a month worked out a second time, from what people sent and nothing else.

Shares no code with `workflows.indicators` or `workflows.monitoring` but the table it is compared with: plain numbers,
as somebody with the office's spreadsheet would do it. Percentages are exact fractions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tasks.models import UserTask
from workflows.cycles.models import Period
from workflows.forms.models import Submission
from workflows.monitoring.models import Figure
from workflows.records.data import IndicatorRecord, PlanData

Month = tuple[int, int]

EVERY = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12, "bienal": 24}
TABLE = "avances"
NINE = 10**9
TOLERANCE = Fraction(1, 10**6)
"""The databases keep nine decimals of what has no end."""


@dataclass(frozen=True)
class Outcome:
    """One indicator at a month; `counted` is what it brings to the roll-ups, `None` if it stays out."""

    executed: Fraction | None = None
    programmed: Fraction | None = None
    year: Fraction | None = None
    compliance: Fraction | None = None
    color: str | None = None
    status: str | None = None

    @property
    def counted(self) -> Fraction | None:
        if self.status in ("no_programado", "sin_corte_exigible"):
            return None
        return max(self.compliance or Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Sent:
    """What an entity's people sent of a month, and when its head answered for it (`None`: never)."""

    values: Mapping[str, Fraction]
    endorsed_at: dt.datetime | None
    on_time: bool


def read_submissions(session: Session) -> dict[tuple[str, str], Sent]:
    """By month and entity, from the submissions alone."""
    values: dict[tuple[str, str], dict[str, Fraction]] = {}
    endorsed: dict[tuple[str, str], tuple[dt.datetime, bool]] = {}
    query = sa.select(Submission, UserTask).join(UserTask, UserTask.id == Submission.task_id).order_by(Submission.id)
    for submission, task in session.execute(query):
        where = (str(task.variables.get("periodo")), str(task.variables.get("entidad")))
        for row in submission.values.get(TABLE) or []:
            values.setdefault(where, {})[row["codigo"]] = Fraction(str(row["valor_periodo"]))
        if task.element_id == "avalar_reporte" and submission.values["decision"] == "avalo":
            endorsed[where] = (submission.sent_at, True)
        if task.element_id == "avalar_extemporaneo":
            endorsed[where] = (submission.sent_at, False)
    return {where: Sent(found, *endorsed.get(where, (None, False))) for where, found in values.items()}


def series_at(
    sent: Mapping[tuple[str, str], Sent], frozen_at: Mapping[str, dt.datetime], month: str
) -> dict[str, dict[Month, Fraction]]:
    """What counts at a month, by indicator: on time from its own month, late from the first one frozen after it."""
    series: dict[str, dict[Month, Fraction]] = {}
    for (code, _entity), report in sent.items():
        if report.endorsed_at is None:
            continue
        later = sorted(other for other, at in frozen_at.items() if other > code and at > report.endorsed_at)
        counts_from = code if report.on_time else next(iter(later), "9999-99")
        if counts_from <= month:
            for indicator, value in report.values.items():
                series.setdefault(indicator, {})[_month(code)] = value
    return series


def outcome(indicator: IndicatorRecord, series: Mapping[Month, Fraction], data: PlanData, month: Month) -> Outcome:
    """The figures of one indicator."""
    if not indicator.targets.get(month[0]):
        return Outcome(status="no_programado")
    cutoff = _cutoff(indicator, data, month)
    if cutoff is None:
        return Outcome(status="sin_corte_exigible")
    target, programmed = Fraction(indicator.targets[cutoff[0]]), _programmed(indicator, data, cutoff)
    if cutoff not in series:
        return Outcome(programmed=programmed, status="sin_dato", color="gris")
    executed = series[cutoff]
    if indicator.annualization == "suma":
        executed = sum((series.get((cutoff[0], m), Fraction(0)) for m in range(1, cutoff[1] + 1)), Fraction(0))
    compliance, status = _share(indicator, executed, programmed), None
    if compliance is None and indicator.annualization == "suma":
        return Outcome(executed, programmed, _share(indicator, executed, target), status="sin_corte_exigible")
    if compliance is None:
        met = executed <= programmed if indicator.annualization == "decreciente" else executed >= programmed
        compliance, status = Fraction(100 if met else 0), "cumple" if met else "no_cumple"
    return Outcome(executed, programmed, _share(indicator, executed, target), compliance, _color(compliance), status)


def rolled_up(data: PlanData, outcomes: Mapping[str, Outcome]) -> dict[tuple[str, str], tuple[Fraction, Fraction]]:
    """`(level, code)` → capped and uncapped percentage; a level with nothing due is absent."""
    line_of = {objective.code: objective.line for objective in data.objectives}
    share_of = {objective.code: Fraction(objective.weight) for objective in data.objectives}
    weight_of = {line.code: Fraction(line.weight) for line in data.lines}
    rates = {
        i.code: (Fraction(i.weight), *_capped(c))
        for i in data.indicators
        if (c := outcomes[i.code].counted) is not None
    }
    found = {}
    for objective in data.objectives:
        found["objetivo", objective.code] = _mean(
            rates[i.code] for i in data.indicators if i.objective == objective.code and i.code in rates
        )
    for line in data.lines:
        inside = [o for o in data.objectives if o.line == line.code and found["objetivo", o.code]]
        found["linea", line.code] = _mean((Fraction(o.weight), *found["objetivo", o.code]) for o in inside)
    for entity in data.entities:
        found["entidad", entity.code] = _mean(
            (
                weight_of[line_of[i.objective]] * share_of[i.objective] * rates[i.code][0],
                *rates[i.code][1:],
            )
            for i in data.indicators
            if i.entity == entity.code and i.code in rates
        )
    judged = [line for line in data.lines if found["linea", line.code]]
    found["plan", data.plan.code] = _mean((Fraction(line.weight), *found["linea", line.code]) for line in judged)
    return {key: rate for key, rate in found.items() if rate}


@dataclass(frozen=True)
class Recomputed:
    """A month: its indicators, and capped and uncapped percentage of each level with something due."""

    indicators: Mapping[str, Outcome]
    levels: Mapping[tuple[str, str], tuple[Fraction, Fraction]]


def of_month(
    data: PlanData, sent: Mapping[tuple[str, str], Sent], frozen_at: Mapping[str, dt.datetime], month: str
) -> Recomputed:
    """Every figure of a month."""
    series = series_at(sent, frozen_at, month)
    found = {i.code: outcome(i, series.get(i.code, {}), data, _month(month)) for i in data.indicators}
    return Recomputed(found, rolled_up(data, found))


def kept(session: Session, month: str) -> dict[tuple[str, str], Figure]:
    """The figures that the house keeps of a month, by level and code."""
    query = sa.select(Figure).join(Period, Period.id == Figure.period_id).where(Period.code == month)
    return {(figure.level, figure.code): figure for figure in session.scalars(query)}


def differences(kept: Mapping[tuple[str, str], Figure], expected: Recomputed) -> list[str]:
    """Where the kept figures of a month are not those worked out here."""
    wrong = [code for code, one in expected.indicators.items() if not _same(kept["indicador", code], one)]
    levels = {key for key in kept if key[0] != "indicador"}
    wrong += [f"{level} {code}" for level, code in levels ^ set(expected.levels)]
    for (level, code), (capped, uncapped) in expected.levels.items():
        figure = kept.get((level, code))
        if figure and not (_close(figure.compliance, capped) and _close(figure.uncapped, uncapped)):
            wrong.append(f"{level} {code}")
    return wrong


def _same(kept: Figure, expected: Outcome) -> bool:
    if (kept.status, kept.color) != (expected.status, expected.color) or not kept.formula_version:
        return False
    return expected.compliance is None or all(
        (
            _close(kept.executed, expected.executed),
            _close(kept.programmed_to_date, expected.programmed),
            _close(kept.year_progress, expected.year),
            _close(kept.compliance, expected.compliance),
        )
    )


def _close(kept: object, expected: Fraction | None) -> bool:
    if kept is None or expected is None:
        return kept is expected
    return abs(Fraction(str(kept)) - expected) <= TOLERANCE


def _month(code: str) -> Month:
    return int(code[:4]), int(code[5:])


def _cutoff(indicator: IndicatorRecord, data: PlanData, month: Month) -> Month | None:
    """The last month up to this one in which a value was due."""
    first = _month(data.first_followed_month)
    year, number = month
    while (year, number) >= first:
        due = ((year - data.plan.first_year) * 12 + number) % EVERY[indicator.periodicity] == 0
        if due and indicator.targets.get(year):
            return year, number
        year, number = (year, number - 1) if number > 1 else (year - 1, 12)
    return None


def _programmed(indicator: IndicatorRecord, data: PlanData, cutoff: Month) -> Fraction:
    year, month = cutoff
    target = Fraction(indicator.targets[year])
    if indicator.annualization == "constante":
        return target
    if any(asked[0] == year for asked in indicator.monthly):
        so_far = [indicator.monthly[year, m] for m in range(1, month + 1) if (year, m) in indicator.monthly]
        if indicator.annualization == "suma":
            return Fraction(sum(so_far))
        return Fraction(so_far[-1]) if so_far else _start(indicator, data, year)
    start = Fraction(0) if indicator.annualization == "suma" else _start(indicator, data, year)
    return Fraction(round((start + (target - start) * month / 12) * NINE), NINE)  # kept with nine decimals


def _start(indicator: IndicatorRecord, data: PlanData, year: int) -> Fraction:
    for before in range(year - 1, data.plan.first_year - 1, -1):
        if (level := indicator.targets.get(before)) is not None:
            return Fraction(level)
    return Fraction(indicator.baseline or 0)


def _share(indicator: IndicatorRecord, value: Fraction, goal: Fraction) -> Fraction | None:
    start = Fraction(indicator.baseline or 0)
    way, whole = value, goal
    if indicator.annualization == "creciente":
        way, whole = value - start, goal - start
    if indicator.annualization == "decreciente":
        way, whole = start - value, start - goal
    return way * 100 / whole if whole > 0 else None


def _color(compliance: Fraction) -> str:
    kept = Fraction(round(compliance * NINE), NINE)
    bounds = ((50, "rojo"), (75, "amarillo"), (125, "verde"))
    return next((color for bound, color in bounds if kept <= bound), "naranja")


def _capped(counted: Fraction) -> tuple[Fraction, Fraction]:
    return min(counted, Fraction(100)), counted


def _mean(parts: Iterable[tuple[Fraction, Fraction, Fraction]]) -> tuple[Fraction, Fraction] | tuple[()]:
    members = [part for part in parts if part[0]]
    whole = sum(weight for weight, _, _ in members)
    if not members:
        return ()
    return sum(w * capped for w, capped, _ in members) / whole, sum(w * free for w, _, free in members) / whole
