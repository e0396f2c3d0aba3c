"""Writing a plan's structure: what is new comes in, what changed is updated, what is gone is retired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, MonthTarget, Thresholds, YearTarget
from workflows.indicators.states import OF_PLAN, Annualization, IndicatorKind, Rule
from workflows.indicators.traffic_light import Bands, write_bands
from workflows.people import holdings
from workflows.people.directory import seed_roles
from workflows.people.models import Person
from workflows.plan import development, participants
from workflows.plan.development import Described
from workflows.plan.models import DevelopmentPlan, Plan, Project, ProjectBudget, ProjectGoal
from workflows.plan.states import PlanState
from workflows.records.data import IndicatorRecord, LineRecord, ObjectiveRecord, PersonRecord, PlanData, ProjectRecord
from workflows.records.stored import latest_bands
from workflows.sectors import registry
from workflows.sectors.models import Entity, LocalHoliday, Sector

GOALS_AFTER = 100_000
"""Where the goals of projects begin in the order of a plan: after its indicators."""


def write_structure(session: Session, data: PlanData, *, since: dt.date | None, sector: str = "") -> Plan:
    """Write everything but the measurements. New thresholds hold from `since`; of a new plan, from its first day."""
    plan = _write_plan(session, data, write_sector(session, data, sector))
    objectives = write_goals(session, data.plan.code, data.lines, data.objectives)
    write_projects(session, data.plan.code, data.projects)
    _write_indicators(session, data, objectives)
    write_project_goals(session, data.plan.code, data.goals)
    reporting = [*(one.entity for one in data.indicators), *(one.entity for one in data.projects)]
    participants.include(session, plan.code, reporting)
    write_thresholds(session, plan, data.bands, since)
    session.flush()
    return plan


def write_sector(session: Session, data: PlanData, code: str = "") -> Sector:
    """Write what is there before a plan: the sector, roles, entities, people, days nobody works, development plans.

    `code` names the sector; it may stay empty where there is one, or none yet.
    """
    seed_roles(session)
    sector = registry.find(session, code) if code else _sector_of(session, data)
    sector.name = data.plan.sector
    for record in data.entities:
        session.merge(Entity(code=record.code, name=record.name, active=True))
    session.flush()
    registry.link(session, sector, [(record.code, record.sector_role) for record in data.entities])
    write_people(session, data.people, sector.code)
    write_development_plans(session, data.development_plans)
    for holiday in data.holidays:
        session.merge(LocalHoliday(day=holiday.day, sector_code=sector.code, entity_code="", name=holiday.name))
    session.flush()
    return sector


def _sector_of(session: Session, data: PlanData) -> Sector:
    """The sector of the plan, else the only one; the first plan makes it, and what was given before is held in it."""
    plan = session.get(Plan, data.plan.code)
    sector = plan.sector if plan is not None else registry.only(session)
    if sector is None:
        sector = registry.create(session, registry.code_for(data.plan.code), data.plan.sector)
        holdings.settle(session, sector.code)
    return sector


def write_people(session: Session, people: Iterable[PersonRecord], sector: str) -> None:
    """Write who is new, and what everybody holds here: nothing else of who is known changes."""
    for record in people:
        person = session.get(Person, record.username)
        if person is None:
            person = Person(
                username=record.username,
                name=record.name,
                email=record.email,
                entity_code=record.entity,
                active=record.active,
            )
            session.add(person)
        holdings.hold(person, sector, record.roles, entity=record.entity)
    session.flush()


def write_development_plans(session: Session, records: Iterable[Described]) -> None:
    """Register the development plans that are new, and write what is said of those that are known."""
    for record in records:
        known = session.get(DevelopmentPlan, record.code)
        if known is None:
            development.register(session, record)
        elif development.described(known) != record:
            development.describe(session, known, record)


def _write_plan(session: Session, data: PlanData, sector: Sector) -> Plan:
    record = data.plan
    plan = session.get(Plan, record.code) or Plan(code=record.code)
    plan.name, plan.sector = record.name, sector
    plan.first_year, plan.years = record.first_year, record.years
    plan.first_level_name = record.first_level_name
    plan.approval_rule, plan.state = record.approval_rule, PlanState(record.state)
    plan.mission, plan.vision, plan.values = record.mission, record.vision, list(record.values)
    plan.adoption_act = {
        "kind": record.act_kind,
        "number": record.act_number,
        "on": record.act_on.isoformat() if record.act_on else "",
        "issuer": record.act_issuer,
    }
    plan.first_month = data.first_followed_month
    plan.ends_on = dt.date(record.last_year, 12, 31)
    session.add(plan)
    session.flush()
    codes = {one.name: one.code for one in data.development_plans}
    development.frame(session, plan.code, (codes[name] for name in record.development_plans))
    return plan


def write_goals(
    session: Session, plan_code: str, line_records: Sequence[LineRecord], records: Sequence[ObjectiveRecord]
) -> dict[str, int]:
    """Write lines and objectives; gives the ids of the objectives. What is gone weighs 0 and stays for its history."""
    lines = {line.code: line for line in session.scalars(sa.select(Line).where(Line.plan_code == plan_code))}
    for position, line_record in enumerate(line_records):
        line = lines.setdefault(line_record.code, Line(plan_code=plan_code, code=line_record.code))
        line.name, line.weight, line.position = line_record.name, line_record.weight, position
        session.add(line)
    _retire(lines.values(), {record.code for record in line_records})
    session.flush()
    query = sa.select(Objective).where(Objective.plan_code == plan_code)
    objectives = {objective.code: objective for objective in session.scalars(query)}
    for position, record in enumerate(records):
        objective = objectives.setdefault(record.code, Objective(plan_code=plan_code, code=record.code))
        objective.line_id = lines[record.line].id
        objective.name, objective.weight, objective.position = record.name, record.weight, position
        objective.lead_entity, objective.theme = record.lead_entity, record.theme
        objective.expected_result = record.expected_result
        session.add(objective)
    _retire(objectives.values(), {record.code for record in records})
    session.flush()
    return {code: objective.id for code, objective in objectives.items()}


def _retire(goals: Iterable[Line | Objective], kept: set[str]) -> None:
    for goal in goals:
        if goal.code not in kept:
            goal.weight = type(goal.weight)(0)


def _write_indicators(session: Session, data: PlanData, objectives: dict[str, int]) -> None:
    query = sa.select(Indicator).where(Indicator.plan_code == data.plan.code, Indicator.kind.in_(OF_PLAN))
    known = {indicator.code: indicator for indicator in session.scalars(query)}
    for position, record in enumerate(data.indicators):
        indicator = known.pop(record.code, None) or Indicator(plan_code=data.plan.code, code=record.code)
        write_indicator(session, indicator, record, objectives[record.objective], position)
    for gone in known.values():
        gone.active = False
    session.flush()


def write_project_goals(session: Session, plan_code: str, records: Sequence[IndicatorRecord]) -> None:
    """Write the goals of investment projects with their sheets; what is gone is retired and keeps its history."""
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code)
    sheets = {one.code: one for one in session.scalars(query)}
    projects = {one.code: one for one in session.scalars(sa.select(Project).where(Project.plan_code == plan_code))}
    kept = sa.select(ProjectGoal).where(ProjectGoal.plan_code == plan_code, ProjectGoal.sheet_id.is_not(None))
    goals = {goal.sheet_id: goal for goal in session.scalars(kept)}
    for position, record in enumerate(records):
        sheet = sheets.get(record.code) or Indicator(plan_code=plan_code, code=record.code)
        write_indicator(session, sheet, record, None, GOALS_AFTER + position)
        goal = goals.pop(sheet.id, None) or ProjectGoal(plan_code=plan_code, sheet_id=sheet.id)
        goal.project_id, goal.statement, goal.position = projects[record.project].id, record.name, position
        goal.indicator_id = sheets[record.feeds].id if record.feeds else None
        goal.contribution, goal.territorial, goal.funded = record.contribution, record.territorial, record.funded
        session.add(goal)
    for gone in sheets.values():
        if gone.id in goals:
            gone.active, gone.weight = False, Decimal(0)
    session.flush()


def write_indicator(
    session: Session, indicator: Indicator, record: IndicatorRecord, objective_id: int | None, position: int
) -> None:
    """Write the data sheet of an indicator and its programming."""
    _fill(indicator, record)
    indicator.objective_id, indicator.position = objective_id, position
    session.add(indicator)
    session.flush()
    _write_programming(session, indicator.id, record)


def _fill(indicator: Indicator, record: IndicatorRecord) -> None:
    indicator.name, indicator.kind, indicator.entity_code = record.name, IndicatorKind(record.kind), record.entity
    indicator.project_code, indicator.weight = record.project or None, record.weight
    indicator.unit, indicator.decimals = record.unit, record.decimals
    indicator.annualization, indicator.periodicity = Annualization(record.annualization), record.periodicity
    indicator.baseline, indicator.baseline_year = record.baseline, record.baseline_year
    indicator.final_target, indicator.lag_days = record.final_target, record.lag_days
    indicator.definition, indicator.formula, indicator.source = record.definition, record.formula, record.source
    indicator.reports, indicator.reviews = record.reports or None, record.reviews or None
    indicator.substitute, indicator.active = record.substitute or None, record.active
    if record.annualization == Annualization.CONSTANT:
        indicator.direction = record.direction
    indicator.rule = Rule(record.rule)
    indicator.tolerance, indicator.minimum, indicator.maximum = record.tolerance, record.minimum, record.maximum


def _write_programming(session: Session, indicator_id: int, record: IndicatorRecord) -> None:
    session.execute(sa.delete(YearTarget).where(YearTarget.indicator_id == indicator_id))
    session.execute(sa.delete(MonthTarget).where(MonthTarget.indicator_id == indicator_id))
    years = [{"indicator_id": indicator_id, "year": y, "target": target} for y, target in record.targets.items()]
    months = [
        {"indicator_id": indicator_id, "year": y, "month": m, "programmed": value}
        for (y, m), value in record.monthly.items()
    ]
    for table, rows in ((YearTarget, years), (MonthTarget, months)):
        if rows:
            session.execute(sa.insert(table), rows)


def write_projects(session: Session, plan_code: str, records: Iterable[ProjectRecord]) -> None:
    """Write investment projects and their money; what is not named stays."""
    query = sa.select(Project).where(Project.plan_code == plan_code)
    known = {project.code: project for project in session.scalars(query)}
    for record in records:
        project = known.get(record.code) or Project(plan_code=plan_code, code=record.code)
        project.name, project.entity_code = record.name, record.entity
        session.add(project)
        session.flush()
        _write_budgets(session, project.id, record)


def _write_budgets(session: Session, project_id: int, record: ProjectRecord) -> None:
    query = sa.select(ProjectBudget).where(ProjectBudget.project_id == project_id)
    known = {budget.year: budget for budget in session.scalars(query)}
    for year, money in record.budgets.items():
        budget = known.get(year) or ProjectBudget(project_id=project_id, year=year)
        budget.appropriation, budget.commitments = money.appropriation, money.commitments
        budget.payments = money.payments
        session.add(budget)


def write_thresholds(session: Session, plan: Plan, bands: Bands, since: dt.date | None) -> None:
    """Write the thresholds, if they are new: they hold from `since`; the first ones, from the plan's first day."""
    exists = session.scalar(sa.select(Thresholds.id).where(Thresholds.plan_code == plan.code).limit(1))
    if exists and latest_bands(session, plan.code) == bands:
        return
    valid_from = since if exists and since else dt.date(plan.first_year, 1, 1)
    query = sa.select(Thresholds).where(Thresholds.plan_code == plan.code, Thresholds.valid_from == valid_from)
    thresholds = session.scalar(query) or Thresholds(plan_code=plan.code, valid_from=valid_from)
    thresholds.bands = write_bands(bands)
    session.add(thresholds)
