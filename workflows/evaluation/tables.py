"""The tables an evaluation reads: goals, objectives, lines, money, recovery plans, commitments at a cut-off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.evaluation import cuts
from workflows.indicators.models import Indicator
from workflows.indicators.wording import known_words
from workflows.meetings.models import Commitment
from workflows.monitoring.models import BudgetReport
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure, PeriodFigures
from workflows.monitoring.states import MeasurementState
from workflows.plan import participants
from workflows.plan.models import Plan, Project
from workflows.recovery.models import RecoveryPlan
from workflows.reports.contents import light, light_of_level
from workflows.sectors.models import Entity, SectorEntity
from workflows.spanish import long_day, magnitude, number, percentage

MILLION = Decimal(1_000_000)
RECOVERY_STATES = {
    "por_formular": "Por formular",
    "en_revision": "En revisión",
    "devuelto": "Devuelto",
    "por_aprobar": "Por aprobar",
    "en_ejecucion": "En ejecución",
    "por_decidir": "Por decidir",
    "por_verificar": "Por verificar",
    "cerrado": "Cerrado",
}
COMMITMENT_STATES = {
    "propuesto": "Propuestos en un acta sin aprobar",
    "abierto": "Abiertos",
    "cumplido": "Cumplidos",
    "en_parte": "Cumplidos en parte",
    "incumplido": "Incumplidos",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of finished text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_content(self) -> dict[str, Any]:
        """As a document keeps it."""
        return {"caption": self.caption, "head": list(self.head), "rows": [list(row) for row in self.rows]}


def at_cutoff(session: Session, plan_code: str, month: str) -> Mapping[str, Table]:
    """Every table at the cut-off of a month (`2018-06`), by the key the forms give it."""
    period_figures = cuts.figures_at(session, plan_code, month)
    return {
        "metas": _goals(period_figures),
        "objetivos": levels("Cumplimiento de los objetivos", "Objetivo", period_figures.objectives.values()),
        "lineas": levels("Cumplimiento de las líneas", "Línea", period_figures.lines.values()),
        "presupuesto": money(session, plan_code, month),
        "planes_de_choque": recovery_plans(session, plan_code),
        "compromisos": commitments(session, plan_code),
        "cuatrienio": over_the_years(period_figures),
        "diferencias": Table(
            "Diferencias con los meses cerrados",
            ("Qué", "En el mes cerrado", "En este corte", "Por qué"),
            tuple(cuts.differences(session, plan_code, month)),
        ),
    }


def over_the_years(found: PeriodFigures) -> Table:
    """What was programmed and executed of all the years of the plan, where it leads, and what is known of it."""
    levels = [*([found.plan] if found.plan else []), *found.lines.values(), *found.objectives.values()]
    rows = tuple(
        (
            f"{figure.code} {figure.name}",
            percentage(one.programmed),
            percentage(one.executed) if one.executed is not None else "sin dato",
            percentage(one.coverage),
            percentage(one.projected) if one.is_known else "sin dato suficiente",
        )
        for figure in [*levels, *found.entities.values()]
        if (one := figure.years)
    )
    return Table("Todos los años del plan", ("Nivel", "Programado", "Ejecutado", "Cobertura", "Proyección"), rows)


def money_of_years(session: Session, plan_code: str) -> Table:
    """The money of each entity at the last cut-off of each year, in millions of pesos."""
    last = sa.select(sa.func.max(Period.code)).join(BudgetReport, BudgetReport.period_id == Period.id)
    last = last.where(Period.plan_code == plan_code, BudgetReport.state == MeasurementState.ENDORSED)
    months = session.scalars(last.group_by(Period.year)).all()
    rows = tuple((month[:4], *row) for month in sorted(months) for row in money(session, plan_code, month).rows)
    head = ("Vigencia", "Entidad", "Apropiación", "Compromisos", "Giros", "% comprometido", "% girado")
    return Table("Recursos por vigencia, en millones de pesos", head, rows)


def levels(caption: str, name: str, found: Iterable[LevelFigure]) -> Table:
    """Compliance of levels, capped and uncapped."""
    rows = tuple(
        (
            f"{figure.code} {figure.name}",
            percentage(figure.capped) if figure.capped is not None or figure.coverage is None else "sin dato",
            percentage(figure.uncapped),
            percentage(figure.coverage),
            percentage(figure.opportunity),
            light_of_level(figure.color, figure.status).word + (" (por falta de dato)" if figure.by_silence else ""),
        )
        for figure in found
    )
    return Table(caption, (name, "Cumplimiento", "Sin tope", "Cobertura", "Oportunidad", "Semáforo"), rows)


def goals_of(found: PeriodFigures, entity: str) -> Table:
    """The goals of one entity."""
    own = [figure for figure in found.indicators.values() if figure.entity == entity]
    return Table("Metas de la entidad", _GOAL_HEAD, tuple(_goal(indicator_figure) for indicator_figure in own))


def money(session: Session, plan_code: str, month: str, entity: str | None = None) -> Table:
    """The money of each entity's projects at a cut-off, in millions of pesos."""
    money = BudgetReport.appropriation, BudgetReport.commitments, BudgetReport.payments
    query = (
        participants.in_order(plan_code, Entity.code, *map(sa.func.sum, money))
        .join(Project, Project.entity_code == Entity.code)
        .join(BudgetReport, BudgetReport.project_id == Project.id)
        .join(Period, sa.and_(Period.id == BudgetReport.period_id, Period.plan_code == Plan.code))
        .where(Period.code == month, BudgetReport.state == MeasurementState.ENDORSED)
        .group_by(Entity.code, SectorEntity.position)
    )
    if entity is not None:
        query = query.where(Entity.code == entity)
    rows = tuple(_money(*row) for row in session.execute(query))
    head = ("Entidad", "Apropiación", "Compromisos", "Giros", "% comprometido", "% girado")
    return Table("Ejecución presupuestal, en millones de pesos", head, rows)


def recovery_plans(session: Session, plan_code: str) -> Table:
    """The recovery plans so far."""
    query = (
        sa.select(RecoveryPlan, Indicator)
        .join(Indicator, Indicator.id == RecoveryPlan.indicator_id)
        .where(RecoveryPlan.plan_code == plan_code)
        .order_by(RecoveryPlan.id)
    )
    rows = tuple(
        (
            f"{row.Indicator.code} {row.Indicator.name}",
            row.RecoveryPlan.entity_code,
            RECOVERY_STATES.get(row.RecoveryPlan.state, row.RecoveryPlan.state),
            long_day(row.RecoveryPlan.target_on),
            {True: "Sí", False: "No", None: "—"}[row.RecoveryPlan.recovered],
        )
        for row in session.execute(query)
    )
    return Table("Planes de choque", ("Indicador", "Entidad", "Estado", "Fecha objetivo", "¿Se recuperó?"), rows)


def commitments(session: Session, plan_code: str) -> Table:
    """How the commitments stand."""
    query = (
        sa.select(Commitment.state, sa.func.count()).where(Commitment.plan_code == plan_code).group_by(Commitment.state)
    )
    counts: dict[str, int] = {state: count for state, count in session.execute(query)}
    rows = tuple((word, str(counts[state])) for state, word in COMMITMENT_STATES.items() if state in counts)
    return Table("Compromisos y medidas", ("Estado", "Cuántos"), rows)


_GOAL_HEAD = ("Indicador", "Entidad", "Ejecutado", "Programado", "Cumplimiento", "Semáforo")


def _goals(found: PeriodFigures) -> Table:
    return Table("Metas e indicadores", _GOAL_HEAD, tuple(_goal(figure) for figure in found.indicators.values()))


def _goal(one: IndicatorFigure) -> tuple[str, ...]:
    assessed = one.assessment
    known = known_words(assessed.status, assessed.data_month, assessed.missing, assessed.partial)
    return (
        f"{one.code} {one.name}",
        one.entity,
        magnitude(assessed.executed, one.decimals),
        magnitude(assessed.programmed_to_date, one.decimals),
        percentage(assessed.compliance) if assessed.compliance is not None else known or "—",
        light(assessed.color, assessed.status).word
        + (f" ({known})" if known and assessed.compliance is not None else ""),
    )


def _money(
    code: str, appropriation: Decimal | None, commitments: Decimal | None, payments: Decimal | None
) -> tuple[str, ...]:
    amounts = [Decimal(amount or 0) for amount in (appropriation, commitments, payments)]
    shares = [100 * amount / amounts[0] if amounts[0] else None for amount in amounts[1:]]
    in_millions: Sequence[str] = [number(amount / MILLION, 0) for amount in amounts]
    return (code, *in_millions, *(percentage(share) for share in shares))
