"""The investment projects of the entities as phase 2 reads them: what reports say of them, and how they stand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from workflows.formulation.models import ProjectReview, ReviewedProject
from workflows.plan.models import Project
from workflows.records import writing
from workflows.records.data import ProjectRecord

_TITLE = re.compile(r"([0-9A-Za-z][0-9A-Za-z.-]{1,39})[\s·:–-]+(\S.{2,299})")


def split_title(title: str) -> tuple[str, str] | None:
    """The code and the name in «1094 Fortalecimiento de las alcaldías»; nothing where there is no code."""
    found = _TITLE.fullmatch(title.strip())
    return (found[1], found[2]) if found and any(char.isdigit() for char in found[1]) else None


def register(session: Session, plan_code: str, entity: str, titles: Sequence[str]) -> None:
    """Register the investment projects that an entity lists among its sources."""
    found = [split for title in titles if (split := split_title(title)) is not None]
    writing.write_projects(session, plan_code, [ProjectRecord(code, name, entity) for code, name in found])
    session.flush()


def review(
    session: Session,
    plan_code: str,
    entity: str,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    now: dt.datetime,
    files: Sequence[int] = (),
    validation: str = "",
    adjustments: str = "",
) -> None:
    """Keep how the projects of an entity stand; reviewing again replaces it."""
    projects = {project.code: project.id for project in session.scalars(_of_plan(plan_code))}
    kept = find(session, plan_code, entity, kind) or ProjectReview(plan_code=plan_code, entity_code=entity, kind=kind)
    kept.files, kept.validation, kept.adjustments = list(files), validation, adjustments
    kept.reviewed_by, kept.reviewed_at = actor.id, now
    kept.projects = [_reviewed(projects[row["proyecto"]], row) for row in rows]
    session.add(kept)
    session.flush()


def find(session: Session, plan_code: str, entity: str, kind: str) -> ProjectReview | None:
    """The review of an entity's projects."""
    return session.scalar(
        sa.select(ProjectReview).where(
            ProjectReview.plan_code == plan_code, ProjectReview.entity_code == entity, ProjectReview.kind == kind
        )
    )


def reviews(session: Session, plan_code: str, kind: str) -> list[ProjectReview]:
    """The reviews of a plan."""
    query = sa.select(ProjectReview).where(ProjectReview.plan_code == plan_code, ProjectReview.kind == kind)
    return list(session.scalars(query.order_by(ProjectReview.entity_code)))


def _of_plan(plan_code: str) -> sa.Select[Project]:
    return sa.select(Project).where(Project.plan_code == plan_code)


def _reviewed(project_id: int, row: Mapping[str, Any]) -> ReviewedProject:
    return ReviewedProject(
        project_id=project_id,
        state=row.get("estado") or "",
        contribution=row.get("aporte") or row.get("aporte_ciudad") or "",
        physical=row.get("avance_fisico"),
        budget=row.get("avance_presupuestal"),
        theme=row.get("tema") or "",
    )


def of_entity(session: Session, plan_code: str, entity: str) -> list[Project]:
    """The projects of an entity."""
    query = _of_plan(plan_code).where(Project.entity_code == entity).order_by(Project.code)
    return list(session.scalars(query))
