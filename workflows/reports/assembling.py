"""Puts the report of a month together from the records; writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents.rendering import Highlight
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, Thresholds
from workflows.indicators.states import Status
from workflows.indicators.traffic_light import bands_at, read_bands
from workflows.indicators.wording import known_words
from workflows.meetings.models import Commitment, Meeting, Verdict
from workflows.monitoring import added_fields, goal_figures, periods
from workflows.monitoring import figures as reading
from workflows.monitoring.added_fields import AddedFields
from workflows.monitoring.goal_figures import GoalFigure
from workflows.monitoring.models import (
    Alert,
    Bottleneck,
    BudgetReport,
    EntityReport,
    Figure,
    Measurement,
    MeasurementEvidence,
    MovedWindow,
    PeriodRow,
)
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure, PeriodFigures
from workflows.monitoring.states import MeasurementState
from workflows.monitoring.trace import Evidence
from workflows.people import directory
from workflows.people.models import Person
from workflows.plan import participants
from workflows.plan.models import Plan, Project
from workflows.reports import summary
from workflows.reports.contents import (
    AlertLine,
    BottleneckLine,
    ChangeLine,
    CommitmentLine,
    EntityLine,
    GoalLine,
    HistoryPoint,
    IndicatorLine,
    Light,
    ProjectMoney,
    Report,
    RollUp,
    SilentLine,
    YearsLine,
    light,
    light_of_level,
)
from workflows.sectors.models import Entity
from workflows.spanish import month_name

Names = Mapping[str, str]


FIRST_FORMULAS = "1"
"""Months closed under this version keep what they said: nothing that those formulas did not know is added."""

UNSAID = frozenset({MeasurementState.DRAFT, MeasurementState.MISSING})


def monthly_report(session: Session, plan_code: str, period_code: str, *, with_money: bool = False) -> Report:
    """The report of a month (`2018-06`): frozen figures once it is closed, else what they are now.

    `with_money`: each indicator says what its project has, which a table for other systems asks for. Raises `NotFound`
    where the plan or the month is not followed.
    """
    period, window = _found(session, plan_code, period_code)
    plan = session.get_one(Plan, plan_code, options=[joinedload(Plan.sector), joinedload(Plan.development_plans)])
    figures = reading.of_known(session, period)
    names = {username: name for username, name in session.execute(sa.select(Person.username, Person.name))}
    closed, verdicts = _closed_before(session, period), _verdicts(session, period)
    history = [HistoryPoint(code, value) for _id, code, value in closed if value is not None]
    sheets, whose = _sheets(session, period)
    money = _money(session, period) if with_money else {}
    lines, objectives = _lines_and_objectives(session, plan_code, figures, verdicts)
    return Report(
        plan_code=plan.code,
        plan_name=plan.name,
        sector=plan.sector.name,
        development_plan=plan.development_plan,
        period=period.code,
        month=month_name(period.code),
        cutoff_on=period.cutoff_on,
        frozen=figures.frozen,
        frozen_at=period.frozen_at,
        approved_by=names.get(period.frozen_by or "", period.frozen_by or ""),
        formula_version=figures.formula_version,
        introduction=period.introduction,
        plan=_roll_up(plan.code, figures.plan, plan.name, None, None, None),
        previous=next((point for point in reversed(history) if point.period < period.code), None),
        lines=lines,
        objectives=objectives,
        entities=_entities(session, period, figures),
        indicators=_indicators(session, period, figures, names, sheets, whose, money),
        bottlenecks=_bottlenecks(session, period, names),
        commitments=_commitments(session, period, names),
        alerts=_alerts(session, period),
        history=(*history, *_present(period, figures)),
        bands=_bands(session, period),
        goals=_goals(session, period),
        silent=_silent(period, figures, names, whose),
        years=_years(figures),
        changes=tuple(_changes(session, closed[-1][0], figures)) if closed else (),
        changed_since=month_name(closed[-1][1]) if closed else "",
        window=window,
    )


def first_page(session: Session, plan_code: str, period_code: str) -> tuple[Highlight, ...]:
    """The first page of the report of a month, in its words, without what stands behind it."""
    period, _window = _found(session, plan_code, period_code)
    figures = reading.of_known(session, period)
    sheets, whose = _sheets(session, period)
    closed = _closed_before(session, period)
    told = summary.Told(
        indicators=_indicators(session, period, figures, {}, sheets, whose, {}),
        bottlenecks=_bottlenecks(session, period, {}),
        changes=tuple(_changes(session, closed[-1][0], figures)) if closed else (),
        changed_since=month_name(closed[-1][1]) if closed else "",
        silent=_silent(period, figures, {}, whose),
        coverage=figures.plan.coverage if figures.plan else None,
        opportunity=figures.plan.opportunity if figures.plan else None,
    )
    return summary.of_told(told)


def _found(session: Session, plan_code: str, code: str) -> tuple[Period, tuple[dt.date, dt.date, str] | None]:
    """A month, and of one whose window was moved: when it was to close first, when it did, and why; one statement."""
    first, last = aliased(MovedWindow), aliased(MovedWindow)
    closed_first = (
        sa.select(first.closed_on)
        .where(first.plan_code == Period.plan_code, first.period == Period.code)
        .order_by(first.id)
        .limit(1)
        .correlate(Period)
        .scalar_subquery()
    )
    of_month = sa.and_(last.plan_code == Period.plan_code, last.period == Period.code, last.is_current)
    query = sa.select(Period, closed_first, last.closes_on, last.reason).outerjoin(last, of_month)
    found = session.execute(query.where(Period.plan_code == plan_code, Period.code == code)).one_or_none()
    if found is None:
        return periods.find(session, plan_code, code), None  # which says that it is not there
    period, closed_on, closes_on, reason = found
    return period, None if closed_on in (None, closes_on) else (closed_on, closes_on, reason)


def _closed_before(session: Session, period: Period) -> Sequence[tuple[int, str, Decimal | None]]:
    """Every month that was closed before this one, with the plan's compliance in it, in order."""
    query = (
        sa.select(Period.id, Period.code, Figure.compliance)
        .outerjoin(Figure, sa.and_(Figure.period_id == Period.id, Figure.level == "plan"))
        .where(Period.plan_code == period.plan_code, Period.code < period.code, Period.state == PeriodState.CLOSED)
        .order_by(Period.code)
    )
    return [(found, code, value) for found, code, value in session.execute(query)]


def _changes(session: Session, since: int, figures: PeriodFigures) -> Iterable[ChangeLine]:
    """The indicators that had a light and have another."""
    query = sa.select(Figure.code, Figure.color, Figure.status)
    query = query.where(Figure.period_id == since, Figure.level == "indicador")
    before = {code: light(color, status) for code, color, status in session.execute(query)}
    for code, figure in figures.indicators.items():
        now = light(figure.assessment.color, figure.assessment.status)
        if code in before and before[code].color != now.color:
            yield ChangeLine(code, figure.name, before[code], now)


def _present(period: Period, figures: PeriodFigures) -> Iterable[HistoryPoint]:
    if figures.plan is not None and figures.plan.capped is not None:
        yield HistoryPoint(period.code, figures.plan.capped)


def _bands(session: Session, period: Period) -> tuple[tuple[str, Decimal | None], ...]:
    query = sa.select(Thresholds.valid_from, Thresholds.bands).where(Thresholds.plan_code == period.plan_code)
    history = ((since, read_bands(stored)) for since, stored in session.execute(query))
    return tuple((band.color, band.up_to) for band in bands_at(history, period.cutoff_on))


def _verdicts(session: Session, period: Period) -> dict[tuple[str, str], Verdict]:
    query = (
        sa.select(Verdict)
        .join(Meeting, Meeting.id == Verdict.meeting_id)
        .where(Meeting.plan_code == period.plan_code, Meeting.period_code == period.code)
        .order_by(Meeting.id)
    )
    return {(verdict.level, verdict.code): verdict for verdict in session.scalars(query)}


def _roll_up(
    code: str,
    figure: LevelFigure | None,
    name: str,
    weight: Decimal | None,
    parent: str | None,
    verdict: Verdict | None,
    lead: str = "",
) -> RollUp:
    return RollUp(
        code=code,
        name=name,
        weight=weight,
        parent=parent,
        compliance=figure.capped if figure else None,
        uncapped=figure.uncapped if figure else None,
        coverage=figure.coverage if figure else None,
        opportunity=figure.opportunity if figure else None,
        by_silence=bool(figure and figure.by_silence),
        light=_light(figure),
        verdict=verdict.verdict if verdict else "",
        argument=verdict.argument if verdict else "",
        against_figure=bool(verdict and verdict.against_figure),
        lead=lead,
    )


def _light(figure: LevelFigure | None) -> Light:
    return light_of_level(figure.color, figure.status) if figure else light(None, Status.NO_CUTOFF_YET)


def _lines_and_objectives(
    session: Session, plan_code: str, figures: PeriodFigures, verdicts: Mapping[tuple[str, str], Verdict]
) -> tuple[tuple[RollUp, ...], tuple[RollUp, ...]]:
    query = (
        sa.select(Line, Objective)
        .outerjoin(Objective, Objective.line_id == Line.id)
        .where(Line.plan_code == plan_code)
        .order_by(Line.position, Objective.position)
    )
    found = session.execute(query).all()
    lines = tuple(
        _roll_up(
            line.code, figures.lines.get(line.code), line.name, line.weight, None, verdicts.get(("linea", line.code))
        )
        for line in dict.fromkeys(line for line, _ in found)
    )
    objectives = tuple(
        _roll_up(
            objective.code,
            figures.objectives.get(objective.code),
            objective.name,
            objective.weight,
            line.code,
            verdicts.get(("objetivo", objective.code)),
            objective.lead_entity,
        )
        for line, objective in found
        if objective is not None
    )
    return lines, objectives


def _entities(session: Session, period: Period, figures: PeriodFigures) -> tuple[EntityLine, ...]:
    query = sa.select(EntityReport).where(EntityReport.period_id == period.id)
    reports = {report.entity_code: report for report in session.scalars(query)}
    codes = set(reports) | {figure.entity for figure in figures.indicators.values()}
    entities = session.scalars(participants.in_order(period.plan_code, Entity).where(Entity.code.in_(codes)))
    return tuple(_entity(entity, figures.entities.get(entity.code), reports.get(entity.code)) for entity in entities)


def _entity(entity: Entity, figure: LevelFigure | None, report: EntityReport | None) -> EntityLine:
    return EntityLine(
        code=entity.code,
        name=entity.name,
        compliance=figure.capped if figure else None,
        uncapped=figure.uncapped if figure else None,
        coverage=figure.coverage if figure else None,
        opportunity=figure.opportunity if figure else None,
        by_silence=bool(figure and figure.by_silence),
        light=_light(figure),
        report=report.state if report else "",
        endorsed_at=report.endorsed_at if report else None,
    )


def _indicators(
    session: Session,
    period: Period,
    figures: PeriodFigures,
    names: Names,
    sheets: Mapping[str, Indicator],
    whose: Mapping[str, str | None],
    money: Mapping[str, ProjectMoney],
) -> tuple[IndicatorLine, ...]:
    query = (
        sa.select(Measurement)
        .where(Measurement.period_id == period.id)
        .options(selectinload(Measurement.evidence).selectinload(MeasurementEvidence.file))
    )
    reported = {measurement.indicator_id: measurement for measurement in session.scalars(query)}
    added = added_fields.of_period(session, period)
    return tuple(
        replace(
            _indicator(figure, sheets[code], reported.get(sheets[code].id), names, added, whose.get(code)),
            project=sheets[code].project_code or "",
            money=money.get(sheets[code].project_code or ""),
        )
        for code, figure in figures.indicators.items()
    )


def _money(session: Session, period: Period) -> Mapping[str, ProjectMoney]:
    """By project code, what was endorsed of its money at the cut-off."""
    query = (
        sa.select(Project.code, BudgetReport.appropriation, BudgetReport.commitments, BudgetReport.payments)
        .join(BudgetReport, BudgetReport.project_id == Project.id)
        .where(BudgetReport.period_id == period.id, BudgetReport.state == MeasurementState.ENDORSED)
    )
    return {code: ProjectMoney(*amounts) for code, *amounts in session.execute(query)}


def _indicator(
    figure: IndicatorFigure,
    sheet: Indicator,
    reported: Measurement | None,
    names: Names,
    added: AddedFields,
    responsible: str | None,
) -> IndicatorLine:
    assessment = figure.assessment
    counted = reported if reported is not None and reported.state not in UNSAID else None
    return IndicatorLine(
        code=figure.code,
        name=figure.name,
        kind=figure.kind,
        entity=figure.entity,
        objective=figure.objective,
        unit=figure.unit,
        decimals=figure.decimals,
        annualization=sheet.annualization,
        baseline=sheet.baseline,
        year_target=assessment.year_target,
        reported=counted.value if counted else None,
        executed=assessment.executed,
        programmed=assessment.programmed_to_date,
        year_progress=assessment.year_progress,
        compliance=assessment.compliance,
        light=light(assessment.color, assessment.status),
        known=known_words(assessment.status, assessment.data_month, assessment.missing, assessment.partial),
        late=bool(counted and counted.late),
        definitive=sheet.lag_days == 0,
        qualitative=counted.qualitative if counted else "",
        difficulties=counted.difficulties if counted else "",
        solutions=counted.solutions if counted else "",
        justification=(counted.delay_reason or counted.excess_reason) if counted else "",
        extra=added.answers(counted),
        evidence=_evidence(counted),
        reported_by=directory.in_place(counted.reported_by, responsible, names) if counted else "",
        reported_at=counted.reported_at if counted else None,
        validated_by=_name(counted.validated_by if counted else None, names),
        validated_at=counted.validated_at if counted else None,
        endorsed_by=_name(counted.endorsed_by if counted else None, names),
    )


def _sheets(session: Session, period: Period) -> tuple[Mapping[str, Indicator], Mapping[str, str | None]]:
    """By code, the indicators of the plan; and of those followed in the month, who was to report."""
    of_month = sa.and_(PeriodRow.indicator_id == Indicator.id, PeriodRow.period_id == period.id)
    query = sa.select(Indicator, PeriodRow.id, PeriodRow.reports).outerjoin(PeriodRow, of_month)
    found = session.execute(query.where(Indicator.plan_code == period.plan_code)).all()
    sheets = {one.code: one for one, _, _ in found}
    return sheets, {one.code: who for one, followed, who in found if followed is not None}


def _goals(session: Session, period: Period) -> tuple[GoalLine, ...]:
    """The goals of the projects at the cut-off, as their months were endorsed."""
    found = goal_figures.of_period(session, period.plan_code, period.code)
    if not found:
        return ()
    query = sa.select(Measurement).where(
        Measurement.period_id == period.id, Measurement.indicator_id.in_([one.fact.id for one in found.values()])
    )
    told = {one.indicator_id: one for one in session.scalars(query) if one.state not in UNSAID}
    return tuple(_goal(one, told.get(one.fact.id)) for one in found.values())


def _goal(figure: GoalFigure, told: Measurement | None) -> GoalLine:
    fact, assessment = figure.fact, figure.assessment
    places = sorted((told.places or {}).items()) if told else []
    return GoalLine(
        project=fact.project or "",
        code=fact.code,
        name=fact.name,
        unit=fact.unit,
        decimals=fact.decimals,
        programmed=assessment.programmed_to_date,
        executed=assessment.executed,
        compliance=assessment.compliance,
        known=known_words(assessment.status, assessment.data_month, assessment.missing, assessment.partial),
        places="; ".join(f"{code}: {value}" for code, value in places),
        appropriation=told.appropriation if told else None,
        commitments=told.commitments if told else None,
        payments=told.payments if told else None,
    )


def _silent(
    period: Period, figures: PeriodFigures, names: Names, whose: Mapping[str, str | None]
) -> tuple[SilentLine, ...]:
    """What was due and brought no datum of its own: entity, person, cut-off and how long it has been so."""
    if figures.formula_version == FIRST_FORMULAS:
        return ()
    return tuple(
        SilentLine(
            entity=figure.entity,
            indicator=figure.code,
            name=figure.name,
            responsible=_name(whose.get(figure.code), names),
            cutoff=month_name("{}-{:02}".format(*found.cutoff)),
            known=known_words(found.status, found.data_month),
            missed=found.missed or None,
        )
        for figure in sorted(figures.indicators.values(), key=lambda one: one.entity)
        if (found := figure.assessment).status in (Status.CARRIED, Status.NO_DATA) and found.cutoff
    )


def _years(figures: PeriodFigures) -> tuple[YearsLine, ...]:
    """The plan, its lines, objectives and entities over the years so far."""
    levels = [("Plan", {figures.plan_code: figures.plan} if figures.plan else {})]
    levels += [("Línea", dict(figures.lines)), ("Objetivo", dict(figures.objectives))]
    levels += [("Entidad", dict(figures.entities))]
    return tuple(
        YearsLine(
            kind, code, figure.name, one.programmed, one.executed, one.coverage, one.projected, one.is_known
        )
        for kind, found in levels
        for code, figure in found.items()
        if (one := figure.years)
    )  # fmt: skip


def _evidence(measurement: Measurement | None) -> tuple[Evidence, ...]:
    files = [piece.file for piece in measurement.evidence] if measurement else []
    return tuple(Evidence.of(file) for file in files)


def _name(username: str | None, names: Names) -> str:
    return names.get(username or "", username or "")


def _bottlenecks(session: Session, period: Period, names: Names) -> tuple[BottleneckLine, ...]:
    query = (
        sa.select(Bottleneck, Indicator)
        .join(Indicator, Indicator.id == Bottleneck.indicator_id)
        .where(Bottleneck.period_id == period.id)
        .order_by(Indicator.position)
    )
    return tuple(
        BottleneckLine(
            indicator=indicator.code,
            name=indicator.name,
            entity=item.entity_code,
            why=item.why,
            state=item.state,
            cause=item.cause,
            category=item.category,
            severity=item.severity,
            measure=item.measure,
            action=item.action,
            responsible=_name(item.responsible, names),
            due_on=item.due_on,
        )
        for item, indicator in session.execute(query)
    )


def _commitments(session: Session, period: Period, names: Names) -> tuple[CommitmentLine, ...]:
    """What the month's meeting and its preventive measures promised."""
    query = (
        sa.select(Commitment)
        .outerjoin(Meeting, Meeting.id == Commitment.meeting_id)
        .outerjoin(Bottleneck, Bottleneck.id == Commitment.bottleneck_id)
        .where(Commitment.plan_code == period.plan_code)
        .where(sa.or_(Meeting.period_code == period.code, Bottleneck.period_id == period.id))
        .order_by(Commitment.id)
    )
    return tuple(
        CommitmentLine(item.text, _name(item.responsible, names), item.due_on, item.state)
        for item in session.scalars(query)
    )


def _alerts(session: Session, period: Period) -> tuple[AlertLine, ...]:
    query = (
        sa.select(Alert).where(Alert.period_id == period.id).order_by(Alert.entity_code, Alert.object_code, Alert.id)
    )
    return tuple(
        AlertLine(item.object_code, item.entity_code, item.text, item.decision, item.question, item.answer)
        for item in session.scalars(query)
    )
