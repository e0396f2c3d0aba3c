"""The figures of a month worked out a second time, from what people sent and nothing else.

Shares no code with `workflows.indicators` or `workflows.monitoring` but the table it is compared with: plain numbers,
as somebody with the office's spreadsheet would do it. Percentages are exact fractions. Its gaps, late reports and
kinds of indicators are those of `tests/unit/indicators/test_recomputed.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tasks.models import UserTask
from workflows.calendar import BOGOTA, national_holidays
from workflows.cycles.models import Period
from workflows.forms.models import Submission
from workflows.monitoring.models import Figure
from workflows.records.data import IndicatorRecord, PlanData

Month = tuple[int, int]

EVERY = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12, "bienal": 24}
TABLE, CONFIRMED, REVIEW = "avances", "calculados", "validacion"
NINE, SIX = 10**9, 10**6
TOLERANCE = Fraction(1, 10**6)
"""The databases keep nine decimals of what has no end."""


@dataclass(frozen=True)
class Outcome:
    """One indicator at a month. `silent` is what it would bring at its last value, where that is too old."""

    executed: Fraction | None = None
    programmed: Fraction | None = None
    year: Fraction | None = None
    compliance: Fraction | None = None
    color: str | None = None
    status: str | None = None
    direct: str | None = None
    data_month: str | None = None
    last: Fraction | None = None
    timely: bool = False
    silent: Fraction | None = None
    missing: tuple[Month, ...] = ()
    plan: Fraction | None = None

    @property
    def due(self) -> bool:
        """Whether it counts at this month, with a datum or without."""
        return self.status in ("reportado", "arrastrado", "sin_dato")

    @property
    def counted(self) -> Fraction | None:
        """The share by which it counts; nothing without a datum."""
        if self.status not in ("reportado", "arrastrado"):
            return None
        return max(self.compliance or Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Row:
    """What was sent of one indicator of a month, when first, and when the head of its entity answered for it.

    Nobody answers for what was `returned` and not sent again. `asked_by`: on which working day it was asked for;
    `with_late`: it is computed, and a goal in it came late.
    """

    value: Fraction
    first_sent: dt.datetime
    endorsed: Any = None
    returned: bool = False
    asked_by: int = 5
    with_late: bool = False


Sent = Mapping[str, Row]
"""By indicator."""


def read_submissions(
    session: Session,
    when: Callable[[Submission], Any] = attrgetter("sent_at"),
    data: PlanData | None = None,
) -> Mapping[tuple[str, str], Sent]:
    """By month and entity, from the submissions alone. Whoever answers, answers for every row that was sent by then.

    `when` tells the moment of an answer, to be compared with that of a freezing: by default what the clock said. What
    is computed from goals of projects is worked out from their rows, by the rules of `data`.
    """
    rows: dict[tuple[str, str], dict[str, Row]] = {}
    query = sa.select(Submission, UserTask).join(UserTask, UserTask.id == Submission.task_id).order_by(Submission.id)
    for submission, task in session.execute(query):
        known = rows.setdefault((str(task.variables.get("periodo")), str(task.variables.get("entidad"))), {})
        for row in submission.values.get(TABLE) or []:
            before = known.get(row["codigo"])
            first = before.first_sent if before else submission.sent_at
            if before is None or before.endorsed is None:
                known[row["codigo"]] = Row(Fraction(str(row["valor_periodo"])), first)
        for row in submission.values.get(CONFIRMED) or []:
            before = known.get(row["codigo"])
            first = before.first_sent if before else submission.sent_at
            whole = from_goals(data, row["codigo"], str(task.variables.get("periodo")), rows) if data else None
            if whole and whole.value is not None and (before is None or before.endorsed is None):
                known[row["codigo"]] = Row(whole.value, first, asked_by=6, with_late=not whole.timely)
        for row in submission.values.get(REVIEW) or []:
            if row["decision"] == "devuelta" and row["_fila"] in known:
                known[row["_fila"]] = replace(known[row["_fila"]], returned=True)
        agreed = task.element_id == "avalar_reporte" and submission.values["decision"] == "avalo"
        if agreed or task.element_id == "avalar_extemporaneo":
            for code, row in known.items():
                if not row.returned:
                    known[code] = replace(row, endorsed=row.endorsed or when(submission))
    return rows


def from_goals(data: PlanData, code: str, period: str, rows: Mapping[tuple[str, str], Mapping[str, Row]]) -> Whole:
    """What the goals that feed an indicator come to at a month, by its rule, from what was sent of them.

    One that ended in the plan is taken as ended in every month.
    """
    told: dict[str, dict[Month, Fraction]] = {}
    late: dict[str, set[Month]] = {}
    for (month, _entity), sent in rows.items():
        for other, row in sent.items():
            if month <= period:
                told.setdefault(other, {})[_month(month)] = row.value
                late.setdefault(other, set()).update({_month(month)} if _came_late(row, month) else ())
    indicator = next(one for one in data.indicators if one.code == code)
    fed = [one for one in data.goals if one.feeds == code]
    goals = [Fed(one, Known(told.get(one.code, {}), frozenset(late.get(one.code, ()))), not one.active) for one in fed]
    return of_goals(data, indicator, goals, _month(period))


@dataclass(frozen=True)
class Known:
    """What counts of an indicator or goal at a month, and the months of which the datum did not come in time."""

    values: Mapping[Month, Fraction]
    late: frozenset[Month] = frozenset()


@dataclass(frozen=True)
class Fed:
    """A goal that feeds an indicator, what counts of it, and whether it `ended`: nobody is asked for it any more."""

    goal: IndicatorRecord
    known: Known
    ended: bool = False


@dataclass(frozen=True)
class Whole:
    """What goals come to together. `partial`: one that is asked for is not in it; `timely`: none of now came late."""

    value: Fraction | None
    partial: bool
    timely: bool


def of_goals(data: PlanData, indicator: IndicatorRecord, goals: Sequence[Fed], month: Month) -> Whole:
    """The value of an indicator at its due cut-off `month`, from its goals.

    A goal that is asked for and silent lacks; one that ended, or promises nothing yet, lacks nobody, and what it added
    stays. There is a value where those heard have 60 % of what is promised up to there.
    """
    before = _cutoff(indicator, _month_before(month), _month(data.first_followed_month), data)
    since = before if before and indicator.annualization == "suma" else (0, 0)
    terms, shares, promised, silent, late = [Fraction(0)], Fraction(0), [], False, False
    for one in goals:
        adds = one.goal.annualization == "suma"
        factor = Fraction(1) if indicator.rule == "suma" else Fraction(one.goal.contribution)
        factor /= 100 if indicator.rule == "suma_ponderada" else 1
        stands = outcome(one.goal, one.known, data, month)
        inside = [value for at, value in one.known.values.items() if since < at <= month]
        if one.ended or not stands.due:
            if adds and inside:
                terms.append(factor * sum(inside, Fraction(0)))
                late = late or (month in one.known.values and month in one.known.late)
            continue
        heard = stands.status != "sin_dato"
        promised.append((heard, factor, abs(stands.programmed or Fraction(0))))
        silent = silent or not heard
        if heard:
            shares += factor
            terms.append(factor * (sum(inside, Fraction(0)) if adds else stands.executed or Fraction(0)))
            late = late or (stands.status == "reportado" and month in one.known.late)
    if not any(factor * share for _, factor, share in promised):
        promised = [(heard, factor, Fraction(1)) for heard, factor, _ in promised]
    whole = sum((factor * share for _, factor, share in promised), Fraction(0))
    enough = sum((factor * share for heard, factor, share in promised if heard), Fraction(0)) * 10 >= whole * 6
    if not any(heard for heard, _, _ in promised) or not enough:
        return Whole(None, silent, not late)
    total = sum(terms, Fraction(0))
    if indicator.rule == "promedio_ponderado":
        return Whole(total / shares, silent, not late)
    if indicator.annualization != "suma" and all(one.goal.annualization == "suma" for one in goals):
        start = Fraction(indicator.baseline or 0)
        total = start - total if indicator.annualization == "decreciente" else start + total
    return Whole(total, silent, not late)


def _month_before(month: Month) -> Month:
    """The month before one."""
    return (month[0], month[1] - 1) if month[1] > 1 else (month[0] - 1, 12)


def known_at(sent: Mapping[tuple[str, str], Sent], frozen_at: Mapping[str, Any], month: str) -> dict[str, Known]:
    """What counts at a month: what was endorsed by its freezing, in its own month if that was not frozen yet."""
    values: dict[str, dict[Month, Fraction]] = {}
    late: dict[str, set[Month]] = {}
    for (code, _entity), rows in sent.items():
        for indicator, row in rows.items():
            if row.endorsed is None:
                continue
            own = code not in frozen_at or row.endorsed <= frozen_at[code]
            later = sorted(other for other, at in frozen_at.items() if other > code and at > row.endorsed)
            since = code if own else next(iter(later), "9999-99")
            if since <= month:
                values.setdefault(indicator, {})[_month(code)] = row.value
                if not own or row.with_late or _came_late(row, code):
                    late.setdefault(indicator, set()).add(_month(code))
    return {code: Known(series, frozenset(late.get(code, ()))) for code, series in values.items()}


def outcome(indicator: IndicatorRecord, known: Known, data: PlanData, month: Month) -> Outcome:
    """The figures of one indicator."""
    plan = _over_the_years(indicator, known.values, data, month)
    if not _programmed_year(indicator, month[0]):
        return Outcome(status="no_programado", plan=plan)
    cutoff = _cutoff(indicator, month, _month(data.first_followed_month), data)
    if cutoff is None:
        return Outcome(status="sin_corte_exigible", plan=plan)
    programmed = _programmed(indicator, data, cutoff)
    if indicator.annualization == "suma" and programmed <= 0:
        return Outcome(programmed=programmed, status="sin_corte_exigible", plan=plan)
    return replace(_stood(indicator, known, data, cutoff, programmed), plan=plan)


def _stood(indicator: IndicatorRecord, known: Known, data: PlanData, cutoff: Month, programmed: Fraction) -> Outcome:
    """How an indicator stands at a due cut-off with what is known by then."""
    adds = indicator.annualization == "suma"
    heard = sorted(at for at in known.values if at <= cutoff and (not adds or at[0] == cutoff[0]))
    if not heard:
        ever = any(at <= cutoff for at in known.values)
        return Outcome(programmed=programmed, status="sin_dato", color="gris", silent=Fraction(0) if ever else None)
    last = heard[-1]
    value = sum((known.values[at] for at in heard), Fraction(0)) if adds else known.values[last]
    asked = [at for at in _months_of(data) if at <= cutoff and _is_due(indicator, at, data)]
    missed = sum(at > last for at in asked)
    age = (cutoff[0] - last[0]) * 12 + cutoff[1] - last[1]
    target = Fraction(indicator.targets[cutoff[0]])
    year, whole = _reached(indicator, value, target)
    compliance, direct = (year, whole) if whole else _reached(indicator, value, programmed)
    since = None if last == cutoff else "{}-{:02}".format(*last)
    if last != cutoff and (missed > 2 or age > 12):
        silent = max(compliance, Fraction(0))
        return Outcome(
            programmed=programmed, status="sin_dato", color="gris", data_month=since, last=value, silent=silent
        )
    return Outcome(
        executed=value,
        programmed=programmed,
        year=year,
        compliance=compliance,
        color=_color(compliance),
        status="reportado" if last == cutoff else "arrastrado",
        direct=direct,
        data_month=since,
        timely=last == cutoff and cutoff not in known.late,
        missing=tuple(at for at in asked if adds and at[0] == cutoff[0] and at < cutoff and at not in known.values)
        if last == cutoff
        else (),
    )


@dataclass(frozen=True)
class Rate:
    """A level: both percentages (nothing without data), how much of it is known and came in time, its colour."""

    capped: Fraction | None
    uncapped: Fraction | None
    coverage: Fraction
    opportunity: Fraction
    color: str = ""


def rolled_up(data: PlanData, outcomes: Mapping[str, Outcome]) -> dict[tuple[str, str], Rate]:
    """`(level, code)` → what it comes to; a level with nothing due is absent."""
    plain = _rolled(data, outcomes, {code: one.counted for code, one in outcomes.items()})
    heard = {code: one.silent if one.counted is None else one.counted for code, one in outcomes.items()}
    silent = _rolled(data, outcomes, heard)
    return {key: replace(rate, color=_color_of_level(rate, silent[key])) for key, rate in plain.items()}


def _color_of_level(rate: Rate, silent: Rate) -> str:
    if rate.capped is None or round(rate.coverage, 6) < 60:
        return "gris"
    return _color(min(rate.capped, rate.capped if silent.capped is None else silent.capped))


def _rolled(
    data: PlanData, outcomes: Mapping[str, Outcome], values: Mapping[str, Fraction | None]
) -> dict[tuple[str, str], Rate]:
    line_of = {objective.code: objective.line for objective in data.objectives}
    share_of = {objective.code: Fraction(objective.weight) for objective in data.objectives}
    weight_of = {line.code: Fraction(line.weight) for line in data.lines}
    due = [i for i in data.indicators if outcomes[i.code].due and i.weight > 0]

    def of_indicators(group: Iterable[tuple[Fraction, IndicatorRecord]]) -> Rate | None:
        members = list(group)
        whole = sum(weight for weight, _ in members)
        if not whole:
            return None
        known = [(w, value) for w, i in members if (value := values[i.code]) is not None]
        share = sum(weight for weight, _ in known)
        timely = sum(w for w, i in members if outcomes[i.code].timely)
        return Rate(
            sum(w * min(value, Fraction(100)) for w, value in known) / share if share else None,
            sum(w * value for w, value in known) / share if share else None,
            100 * Fraction(share) / whole,
            100 * Fraction(timely) / whole,
        )

    def of_levels(group: Iterable[tuple[Fraction, Rate | None]]) -> Rate | None:
        members = [(weight, rate) for weight, rate in group if rate]
        whole = sum(weight for weight, _ in members)
        if not whole:
            return None
        known = [(w * rate.coverage, rate.capped, rate.uncapped) for w, rate in members if rate.capped is not None]
        share = sum(weight for weight, *_ in known)
        return Rate(
            sum(w * (capped or 0) for w, capped, _ in known) / share if share else None,
            sum(w * (free or 0) for w, _, free in known) / share if share else None,
            sum(w * rate.coverage for w, rate in members) / whole,
            sum(w * rate.opportunity for w, rate in members) / whole,
        )

    found: dict[tuple[str, str], Rate | None] = {}
    for objective in data.objectives:
        inside = [(Fraction(i.weight), i) for i in due if i.objective == objective.code]
        found["objetivo", objective.code] = of_indicators(inside)
    for line in data.lines:
        found["linea", line.code] = of_levels(
            (Fraction(o.weight), found["objetivo", o.code]) for o in data.objectives if o.line == line.code
        )
    for entity in data.entities:
        found["entidad", entity.code] = of_indicators(
            (weight_of[line_of[i.objective]] * share_of[i.objective] * Fraction(i.weight), i)
            for i in due
            if i.entity == entity.code
        )
    found["plan", data.plan.code] = of_levels((Fraction(line.weight), found["linea", line.code]) for line in data.lines)
    return {key: rate for key, rate in found.items() if rate}


@dataclass(frozen=True)
class Recomputed:
    """A month: its indicators, and each level with something due."""

    indicators: Mapping[str, Outcome]
    levels: Mapping[tuple[str, str], Rate]


def of_month(
    data: PlanData,
    sent: Mapping[tuple[str, str], Sent],
    frozen_at: Mapping[str, Any],
    month: str,
    opened: Mapping[str, PlanData] | None = None,
) -> Recomputed:
    """Every figure of a month, from what people sent.

    `opened` has the plan as it stood when a month was opened, where its programme changed meanwhile: an indicator is
    held to what its last due cut-off was opened with.
    """
    return of_known(data, known_at(sent, frozen_at, month), month, opened)


def of_known(
    data: PlanData, known: Mapping[str, Known], month: str, opened: Mapping[str, PlanData] | None = None
) -> Recomputed:
    """Every figure of a month, from what counts in it."""
    found = {
        i.code: outcome(_as_opened(i, data, opened or {}, month), known.get(i.code, Known({})), data, _month(month))
        for i in data.indicators
    }
    return Recomputed(found, rolled_up(data, found))


def _as_opened(
    indicator: IndicatorRecord, data: PlanData, opened: Mapping[str, PlanData], month: str
) -> IndicatorRecord:
    cutoff = _cutoff(indicator, _month(month), _month(data.first_followed_month), data)
    then = opened.get("{}-{:02}".format(*cutoff), data) if cutoff else data
    return next((one for one in then.indicators if one.code == indicator.code), indicator)


def kept(session: Session, month: str) -> dict[tuple[str, str], Figure]:
    """The figures that the house keeps of a month, by level and code."""
    query = sa.select(Figure).join(Period, Period.id == Figure.period_id).where(Period.code == month)
    return {(figure.level, figure.code): figure for figure in session.scalars(query)}


def differences(kept: Mapping[tuple[str, str], Figure], expected: Recomputed) -> list[str]:
    """Where the kept figures of a month are not those worked out here."""
    wrong = [code for code, one in expected.indicators.items() if not _same(kept["indicador", code], one)]
    levels = {key for key, one in kept.items() if key[0] != "indicador" and one.status != "sin_corte_exigible"}
    wrong += [f"{level} {code}" for level, code in levels ^ set(expected.levels)]
    for (level, code), rate in expected.levels.items():
        figure = kept.get((level, code))
        if figure and not _same_level(figure, rate):
            wrong.append(f"{level} {code}")
    return wrong


def _same_level(kept: Figure, expected: Rate) -> bool:
    return kept.color == expected.color and all(
        (
            _close(kept.compliance, expected.capped),
            _close(kept.uncapped, expected.uncapped),
            _close(kept.coverage, expected.coverage),
            _close(kept.opportunity, expected.opportunity),
        )
    )


def _same(kept: Figure, expected: Outcome) -> bool:
    if (kept.status, kept.color, kept.data_month) != (expected.status, expected.color, expected.data_month):
        return False
    if not kept.formula_version or not _close(kept.data["plan_progress"], expected.plan):
        return False
    if not expected.due:
        return True
    if kept.data["timely"] != expected.timely or kept.data["direct"] != expected.direct:
        return False
    if [tuple(at) for at in kept.data["missing"]] != list(expected.missing):
        return False
    return all(
        (
            _close(kept.executed, expected.executed),
            _close(kept.programmed_to_date, expected.programmed),
            _close(kept.year_progress, expected.year),
            _close(kept.compliance, expected.compliance),
            _close(kept.data["last"], expected.last),
        )
    )


def _close(kept: object, expected: Fraction | None) -> bool:
    if kept is None or expected is None:
        return kept is expected
    return abs(Fraction(str(kept)) - expected) <= TOLERANCE


def _month(code: str) -> Month:
    return int(code[:4]), int(code[5:])


def _came_late(row: Row, month: str) -> bool:
    return row.first_sent.astimezone(BOGOTA).date() > _working_day(_month(month), row.asked_by)


def _working_day(month: Month, number: int) -> dt.date:
    """A working day after a month, by when its rows are asked for."""
    day, left = dt.date(month[0] + month[1] // 12, month[1] % 12 + 1, 1) - dt.timedelta(days=1), number
    while left:
        day += dt.timedelta(days=1)
        left -= day.weekday() < 5 and day not in national_holidays(day.year)
    return day


def _months_of(data: PlanData) -> list[Month]:
    years = range(data.plan.first_year, data.plan.last_year + 1)
    return [(year, number) for year in years for number in range(1, 13)]


def _programmed_year(indicator: IndicatorRecord, year: int) -> bool:
    """Whether a year promises something: nothing is a promise only to what falls, or is held."""
    target = indicator.targets.get(year)
    if target is None:
        return False
    rises_to_nothing = indicator.annualization == "creciente" and (indicator.baseline or 0) >= 0
    return bool(target) or not (indicator.annualization == "suma" or rises_to_nothing)


def _closes(indicator: IndicatorRecord, month: Month, data: PlanData) -> bool:
    count = (month[0] - data.plan.first_year) * 12 + month[1]
    return count % EVERY[indicator.periodicity] == 0 and _programmed_year(indicator, month[0])


def _is_due(indicator: IndicatorRecord, month: Month, data: PlanData) -> bool:
    return month >= _month(data.first_followed_month) and _closes(indicator, month, data)


def _cutoff(indicator: IndicatorRecord, month: Month, first: Month, data: PlanData) -> Month | None:
    """The last month up to this one in which a value was due."""
    found = [at for at in _months_of(data) if first <= at <= month and _closes(indicator, at, data)]
    return found[-1] if found else None


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
        if _programmed_year(indicator, before):
            return Fraction(indicator.targets[before])
    return Fraction(indicator.baseline or 0)


def _reached(indicator: IndicatorRecord, value: Fraction, goal: Fraction) -> tuple[Fraction, str | None]:
    """The share of the way to a goal, in %; where there is no way, whether the goal was met."""
    if indicator.annualization == "constante" and indicator.direction == "mantener":
        if abs(value - goal) <= Fraction(indicator.tolerance):
            return Fraction(100), None
        return (100 * min(value / goal, goal / value) if value > 0 and goal > 0 else Fraction(0)), None
    if indicator.annualization == "constante" and indicator.direction == "disminuir" and value > 0:
        return (Fraction(100) if value <= goal else 100 * goal / value), None
    if indicator.annualization == "constante" and indicator.direction == "disminuir" and value <= goal:
        return Fraction(100), None
    start = Fraction(indicator.baseline or 0)
    way, whole = value, goal
    if indicator.annualization == "creciente":
        way, whole = value - start, goal - start
    if indicator.annualization == "decreciente":
        way, whole = start - value, start - goal if indicator.baseline is not None else Fraction(0)
    if whole > 0:
        return way * 100 / whole, None
    down = indicator.annualization == "decreciente" or indicator.direction == "disminuir"
    met = value <= goal if down else value >= goal
    return Fraction(100 if met else 0), "cumple" if met else "no_cumple"


def _over_the_years(
    indicator: IndicatorRecord, values: Mapping[Month, Fraction], data: PlanData, month: Month
) -> Fraction | None:
    """What was executed of the whole plan at the last due cut-off, followed or not, in %."""
    last = _cutoff(indicator, month, (data.plan.first_year, 1), data)
    heard = sorted(at for at in values if last and at <= last)
    if last is None or not heard:
        return None
    final, kind = Fraction(indicator.final_target), indicator.annualization
    if kind == "suma":
        return max(sum((values[at] for at in heard), Fraction(0)) * 100 / final, Fraction(0))
    if kind != "constante":
        return max(_reached(indicator, values[heard[-1]], final)[0], Fraction(0))
    years = [year for year in sorted(indicator.targets) if _programmed_year(indicator, year)]
    whole = Fraction(0)
    for year in years:
        end = _cutoff(indicator, min(last, (year, 12)), (year, 1), data)
        held = [at for at in heard if end and at[0] == year and at <= end]
        if held:
            share, _ = _reached(indicator, values[held[-1]], Fraction(indicator.targets[year]))
            whole += min(share, Fraction(100)) * (1 if year < last[0] else Fraction(last[1], 12))
    return max(whole / len(years), Fraction(0))


def _color(percentage: Fraction) -> str:
    kept = Fraction(floor(percentage * SIX + Fraction(1, 2)), SIX)
    bounds = ((50, "rojo"), (75, "amarillo"), (125, "verde"))
    return next((color for bound, color in bounds if kept <= bound), "naranja")
