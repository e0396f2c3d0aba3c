"""Harmonising a plan with a new development plan: what becomes of each goal of a project, in a modification.

A goal *continúa* under the new project with its series, *reinicia* there from nothing, or *termina*. The plan's own
indicators, their series, targets and weights are touched by none of the three; months that were opened keep their rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.indicators.states import Annualization, IndicatorKind, Rule
from workflows.plan.models import Project, ProjectGoal
from workflows.spanish import plain

CONTINUES, RESTARTS, ENDS = "continúa", "reinicia", "termina"
HOW = (
    "«termina», o «continúa» (o «reinicia»); código y nombre del proyecto nuevo; código de la meta; plan de desarrollo"
)
_OWN = {"id", "code", "project_code", "baseline", "position"}
"""What a sheet does not hand on to the one that begins in its place."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """What becomes of a goal. Of one that ends, nothing follows."""

    treatment: str
    project_code: str = ""
    project_name: str = ""
    goal_code: str = ""
    development_plan: str = ""


def read(session: Session, goal: Indicator, text: str) -> Equivalence:
    """What was written. Raises `ValueError` with a sentence."""
    parts = [part.strip() for part in text.strip().rstrip(".").split(";")]
    treatment = next((word for word in (CONTINUES, RESTARTS, ENDS) if plain(word) == plain(parts[0])), None)
    if treatment is None or (len(parts) == 1) != (treatment == ENDS):
        raise ValueError(f"Esto no dice qué pasa con la meta. Escriba {HOW}.")
    if treatment == ENDS:
        _ensure_others_feed(session, goal)
        return Equivalence(ENDS)
    if len(parts) not in (3, 4) or not all(parts[:3]):
        raise ValueError(f"Faltan partes o sobran. Escriba {HOW}.")
    code, _, name = parts[1].partition(" ")
    if not name.strip() and _project(session, goal.plan_code, code) is None:
        raise ValueError(f"El proyecto {code} es nuevo: escriba su código y, después de un espacio, su nombre.")
    if len(parts[2]) > 20 or len(code) > 40:
        raise ValueError("El código de un proyecto llega a 40 letras, y el de una meta a 20.")
    taken = sa.select(Indicator.id).where(Indicator.plan_code == goal.plan_code, Indicator.code == parts[2])
    if session.scalar(taken) not in (None, goal.id):
        raise ValueError(f"«{parts[2]}» ya es el código de otra meta o de un indicador.")
    return Equivalence(treatment, code, name.strip()[:300], parts[2], parts[3][:300] if len(parts) == 4 else "")


def apply(session: Session, goal: Indicator, told: Equivalence, *, since_year: int) -> None:
    """Let it hold. Of one that restarts, the years from `since_year` on go to the new goal."""
    linked = session.scalars(sa.select(ProjectGoal).where(ProjectGoal.sheet_id == goal.id)).one()
    before = session.get_one(Project, linked.project_id)
    if told.treatment == ENDS:
        linked.equivalence = "Terminó con la armonización"
        _retire(goal)
        return
    project = _project(session, goal.plan_code, told.project_code) or Project(
        plan_code=goal.plan_code, code=told.project_code, name=told.project_name, entity_code=before.entity_code
    )
    project.development_plan = told.development_plan or project.development_plan
    session.add(project)
    session.flush()
    if told.treatment == CONTINUES:
        linked.equivalence = f"Continúa {goal.code} del proyecto {before.code}"
        linked.project_id = project.id
        goal.code, goal.project_code = told.goal_code, project.code
    else:
        _begin_again(session, goal, linked, project, before, told.goal_code, since_year)
    session.flush()


def present(session: Session, goal: Indicator) -> str:
    """The project in which a goal stands, and under which development plan."""
    query = sa.select(Project).join(ProjectGoal, ProjectGoal.project_id == Project.id)
    project = session.scalars(query.where(ProjectGoal.sheet_id == goal.id)).one()
    under = f", {project.development_plan}" if project.development_plan else ""
    return f"{goal.code} en el proyecto {project.code} {project.name}{under}"


def is_goal(owner: object) -> bool:
    """Whether what is modified is the goal of a project."""
    return isinstance(owner, Indicator) and owner.kind == IndicatorKind.PROJECT_GOAL


def _ensure_others_feed(session: Session, goal: Indicator) -> None:
    """A computed indicator without goals would have no value, nor anybody to tell one. Raises `ValueError`."""
    fed, other = aliased(Indicator), aliased(ProjectGoal)
    others = (
        sa.select(other.id)
        .join(Indicator, Indicator.id == other.sheet_id)
        .where(other.indicator_id == fed.id, Indicator.active, Indicator.id != goal.id)
    )
    query = (
        sa.select(fed.code)
        .join(ProjectGoal, ProjectGoal.indicator_id == fed.id)
        .where(ProjectGoal.sheet_id == goal.id, fed.rule != Rule.DIRECT, ~others.exists())
    )
    if (code := session.scalar(query)) is not None:
        raise ValueError(f"{code} se calcula de sus metas y esta es la última. Diga en qué meta continúa o reinicia.")


def _begin_again(
    session: Session, goal: Indicator, linked: ProjectGoal, project: Project, before: Project, code: str, since: int
) -> None:
    columns = [column.key for column in sa.inspect(Indicator).column_attrs if column.key not in _OWN]
    fresh = Indicator(**{key: getattr(goal, key) for key in columns}, code=code, project_code=project.code)
    fresh.position = goal.position
    fresh.baseline = None if goal.annualization == Annualization.SUM else goal.baseline
    session.add(fresh)
    session.flush()
    targets = sa.select(YearTarget).where(YearTarget.indicator_id == goal.id, YearTarget.year >= since)
    for target in session.scalars(targets).all():
        session.add(YearTarget(indicator_id=fresh.id, year=target.year, target=target.target))
    months = sa.select(MonthTarget).where(MonthTarget.indicator_id == goal.id, MonthTarget.year >= since)
    for one in session.scalars(months).all():
        session.add(MonthTarget(indicator_id=fresh.id, year=one.year, month=one.month, programmed=one.programmed))
    session.flush()
    promised = session.scalars(sa.select(YearTarget.target).where(YearTarget.indicator_id == fresh.id)).all()
    if goal.annualization == Annualization.SUM:
        fresh.final_target = sum((one for one in promised if one is not None), Decimal(0))
    session.add(
        ProjectGoal(
            plan_code=linked.plan_code,
            project_id=project.id,
            indicator_id=linked.indicator_id,
            sheet_id=fresh.id,
            statement=linked.statement,
            contribution=linked.contribution,
            territorial=linked.territorial,
            funded=linked.funded,
            position=linked.position,
            equivalence=f"Empieza de nuevo en lugar de {goal.code} del proyecto {before.code}",
        )
    )
    linked.equivalence = f"La reemplaza {code} del proyecto {project.code}"
    _retire(goal)


def _retire(goal: Indicator) -> None:
    goal.active, goal.weight = False, Decimal(0)


def _project(session: Session, plan_code: str, code: str) -> Project | None:
    return session.scalar(sa.select(Project).where(Project.plan_code == plan_code, Project.code == code))
