"""Loading a plan: what would change, then all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.calendar import bogota_day, month_end
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.loading import ages, frames, noting, shared, staff
from workflows.loading.history import write_history
from workflows.plan.models import Plan
from workflows.records.checking import check
from workflows.records.columns import BY_KEY, MONTH_NAMES
from workflows.records.comparing import Change, compare
from workflows.records.data import IndicatorRecord, PersonRecord, PlanData
from workflows.records.problems import ERROR, WARNING, InvalidPlan, Problem
from workflows.records.stored import stored_plan
from workflows.records.writing import write_structure
from workflows.sectors import registry
from workflows.sectors.models import Sector


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading would do. With errors nothing can be loaded; warnings are for the reader.

    `people` tells of each person of the file, also of those that nothing changes.
    """

    plan_code: str
    plan_name: str
    is_new: bool
    changes: list[Change]
    errors: list[Problem]
    warnings: list[Problem]
    people: list[staff.Told]

    @property
    def changes_nothing(self) -> bool:
        """Whether the plan already is what the file says."""
        return not self.changes


def preview(
    session: Session, data: PlanData, *, sector: str = "", today: dt.date | None = None, appoints: bool = False
) -> Preview:
    """Compare a file with what is on record, and check every rule; writes nothing.

    `sector` is whose plan it is; it may stay unsaid where there is one sector, or none yet. With `today`, months that
    have not ended yet are refused too. `appoints`: the file may give roles of administration, as only what is shipped
    with Cauce does. Raises `Refused` where there are several and none is said.
    """
    own = _own_sector(session, data, sector)
    people = staff.look_at(session, data, own, appoints=appoints)
    data = frames.as_known(session, completed(replace(data, people=people.as_they_will_stand)))
    before = stored_plan(session, data.plan.code)
    problems = (
        _of_another_sector(session, data, sector)
        + ages.problems(session, data)
        + list(people.problems())
        + [problem for problem in [staff.nobody_coordinates(session, people)] if problem]
        + shared.problems(session, data, own)
        + frames.problems(session, data, own)
        + check(data)
        + _moved(data, before)
        + _history_problems(session, data, before, today)
    )
    return Preview(
        plan_code=data.plan.code,
        plan_name=data.plan.name,
        is_new=before is None,
        changes=compare(
            before,
            _as_it_will_stand(session, data, before),
            on_record=people.on_record,
            development_plans=frames.on_record(session, data),
        ),
        errors=[problem for problem in problems if problem.severity == ERROR],
        warnings=[problem for problem in problems if problem.severity != ERROR],
        people=staff.told(session, people),
    )


def apply(
    session: Session, clock: Clock, actor: Actor, data: PlanData, *, sector: str = "", appoints: bool = False
) -> Preview:
    """Load a plan of a sector and say what changed. Raises as `preview`, and `InvalidPlan` if there are errors.

    Months with measurements become closed months with frozen figures: history. The months that the calendar already
    opened keep their snapshot.
    """
    found = preview(session, data, sector=sector, today=bogota_day(clock.now()), appoints=appoints)
    if found.errors:
        raise InvalidPlan(problems=found.errors)
    if found.changes_nothing:
        return found
    people = staff.look_at(session, data, _own_sector(session, data, sector), appoints=appoints)
    data = frames.as_known(session, completed(replace(data, people=people.as_they_will_stand)))
    before = stored_plan(session, data.plan.code)
    data = _as_it_will_stand(session, data, before)
    since = None if before is None else bogota_day(clock.now())
    plan = write_structure(session, data, since=since, sector=sector)
    write_history(session, clock, actor, plan, data)
    noting.record(session, clock, actor, "cargar_plan", ("plan", data.plan.code), found.changes)
    session.flush()
    return found


def completed(data: PlanData) -> PlanData:
    """The plan with its responsibility matrix filled in: who reports, reviews and substitutes, where it is not said."""
    return replace(
        data,
        indicators=tuple(with_people(indicator, data.people) for indicator in data.indicators),
        goals=tuple(with_people(goal, data.people) for goal in data.goals),
    )


def with_people(indicator: IndicatorRecord, people: Iterable[PersonRecord]) -> IndicatorRecord:
    """The indicator with those who report, review and substitute, by their roles, where it does not say."""
    staff = tuple(people)

    def first(role: str, *others: str) -> str:
        return next(
            (
                person.username
                for person in staff
                if person.active
                and person.entity == indicator.entity
                and role in person.roles
                and person.username not in others
            ),
            "",
        )

    reports = indicator.reports or first("responsable_meta", indicator.reviews)
    reviews = indicator.reviews or first("enlace_planeacion", reports)
    substitute = indicator.substitute or (
        first("responsable_meta", reports, reviews)
        or first("equipo_tecnico", reports, reviews)
        or first("equipo_tecnico", reports)
    )
    return replace(indicator, reports=reports, reviews=reviews, substitute=substitute)


def _as_it_will_stand(session: Session, data: PlanData, before: PlanData | None) -> PlanData:
    """With the first month settled: where months are already on record, it stays."""
    first_month = data.first_followed_month
    if before is not None and not data.plan.first_month and _has_periods(session, data.plan.code):
        imported = max((f"{y}-{m:02}" for y, m in data.measured_months), default="")
        if imported < before.plan.first_month:
            first_month = before.plan.first_month
    return replace(data, plan=replace(data.plan, first_month=first_month))


def _has_periods(session: Session, plan_code: str) -> bool:
    return session.scalar(sa.select(Period.id).where(Period.plan_code == plan_code).limit(1)) is not None


def _history_problems(
    session: Session, data: PlanData, before: PlanData | None, today: dt.date | None
) -> list[Problem]:
    periods = session.execute(
        sa.select(Period.code, Period.state).where(Period.plan_code == data.plan.code).order_by(Period.code)
    ).all()
    states = {row.code: row.state for row in periods}
    last = periods[-1].code if periods else ""
    problems = []
    for code, series in data.measurements.items():
        known = before.measurements.get(code, {}) if before else {}
        for month, value in sorted(series.items()):
            sentence = _history_error(month, states, last, known.get(month) == value, today)
            if sentence is None and "{}-{:02}".format(*month) not in states:
                sentence = _followed_error(month, data.plan.first_month)
            if sentence:
                problems.append(_at_measurement(data, code, month, sentence))
    problems += _identity_problems(data, before, bool(periods))
    return problems


def _history_error(
    month: tuple[int, int], states: dict[str, str], last: str, same: bool, today: dt.date | None
) -> str | None:
    code = f"{month[0]}-{month[1]:02}"
    if code in states:
        if same:
            return None
        if states[code] == PeriodState.CLOSED:
            return f"El periodo {code} está cerrado: sus cifras no se cambian."
        return f"El periodo {code} está abierto: sus cifras se reportan en la bandeja de tareas."
    if code < last:
        return f"Ya hay periodos posteriores a {code}; no se puede cargar después de ellos."
    if today is not None and month_end(*month) >= today:
        return f"{code} no ha terminado todavía."
    return None


def _followed_error(month: tuple[int, int], first_month: str) -> str | None:
    if first_month and "{}-{:02}".format(*month) >= first_month:
        return f"El seguimiento empieza en {first_month}: ese mes se reporta en la bandeja, no en el archivo."
    return None


def _own_sector(session: Session, data: PlanData, sector: str) -> str:
    """The code of the sector that the plan is loaded in; empty where this plan will make the first one."""
    plan = session.get(Plan, data.plan.code)
    if sector or plan is not None:
        return sector or (plan.sector_code if plan is not None else "")
    only = registry.only(session)
    return only.code if only is not None else ""


def _of_another_sector(session: Session, data: PlanData, sector: str) -> list[Problem]:
    """A code, or a name of a sector, that another one has: loading it here would write into that one."""
    plan, heading = session.get(Plan, data.plan.code), BY_KEY["plan"].heading
    if plan is not None and sector not in ("", plan.sector_code):
        message = f"El plan {plan.code} es del sector {plan.sector.name}: cárguelo allí, o póngale otro código."
        return [Problem(message, "Plan", None, heading("codigo"))]
    own = _own_sector(session, data, sector)
    other = session.scalar(sa.select(Sector).where(Sector.name == data.plan.sector, Sector.code != own).limit(1))
    if other is not None:
        message = f"«{other.name}» es otro sector ({other.code}), y este plan se carga en {own or 'uno nuevo'}."
        return [Problem(message, "Plan", None, heading("sector"))]
    return []


def _moved(data: PlanData, before: PlanData | None) -> list[Problem]:
    """A plan that begins in another year than before: its targets may have moved along without anybody meaning it."""
    if before is None or before.plan.first_year == data.plan.first_year:
        return []
    sheet = BY_KEY["metas"].title
    sentence = (
        f"El plan empezaba en {before.plan.first_year} y ahora empieza en {data.plan.first_year}. Revise «{sheet}»: "
        "los encabezados «Año 1», «Año 2»… se corren con él; los que dicen un año, no."
    )
    return [Problem(sentence, "Plan", None, BY_KEY["plan"].heading("anio_inicio"), WARNING)]


def _at_measurement(data: PlanData, code: str, month: tuple[int, int], sentence: str) -> Problem:
    sheet = BY_KEY["mediciones"]
    row = data.rows.get(("mediciones", f"{code} {month[0]}"))
    return Problem(sentence, sheet.title, row, sheet.heading(MONTH_NAMES[month[1] - 1]))


def _identity_problems(data: PlanData, before: PlanData | None, has_periods: bool) -> list[Problem]:
    """What may not change once months are on record, because their figures were computed with it."""
    if before is None or not has_periods:
        return []
    problems = []
    if data.plan.first_year != before.plan.first_year:
        sentence = "El primer año no cambia cuando ya hay meses con seguimiento."
        problems.append(Problem(sentence, "Plan", None, BY_KEY["plan"].heading("anio_inicio")))
    known = {indicator.code: indicator for indicator in before.sheets}
    for indicator in data.sheets:
        old = known.get(indicator.code)
        if old and old.annualization != indicator.annualization and before.measurements.get(indicator.code):
            problems.append(
                Problem(
                    f"{indicator.code} ya tiene mediciones: su anualización no cambia ({old.annualization}).",
                    BY_KEY["indicadores"].title,
                    data.rows.get(("indicadores", indicator.code)),
                    BY_KEY["indicadores"].heading("anualizacion"),
                )
            )
    return problems
