"""The methodology and its schedule as a document, made once it is approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.keeping import Address
from workflows.documents.models import Document
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import Page
from workflows.documents.states import DocumentKind
from workflows.formulation import methodology
from workflows.formulation.models import Methodology
from workflows.people import directory
from workflows.people.roles import BY_ID
from workflows.plan.models import Plan
from workflows.sectors import identity
from workflows.spanish import long_day, long_moment


def missing(session: Session) -> list[Address]:
    """The approved methodologies that lack their files."""
    made = sa.select(Document.id).where(
        Document.plan_code == Methodology.plan_code,
        Document.kind == DocumentKind.METHODOLOGY,
        Document.key == sa.cast(Methodology.number, sa.String),
    )
    query = sa.select(Methodology.plan_code, Methodology.number).where(Methodology.is_approved, ~made.exists())
    rows = session.execute(query.order_by(Methodology.id))
    return [Address(plan_code, DocumentKind.METHODOLOGY, str(number)) for plan_code, number in rows]


def read(session: Session, address: Address) -> Print:
    """One approved methodology."""
    query = sa.select(Methodology).where(
        Methodology.plan_code == address.plan_code, Methodology.number == int(address.key), Methodology.is_approved
    )
    return of_page(
        page_of(session, session.scalars(query).one()), f"{address.plan_code}-{DocumentKind.METHODOLOGY}-{address.key}"
    )


MAKER = Maker("methodology", missing, read)


def page_of(session: Session, found: Methodology) -> Page:
    """The steps and the schedule, laid out."""
    plan = session.get_one(Plan, found.plan_code)
    activities = methodology.activities(session, found.plan_code)
    names = directory.display_names(
        session, {found.prepared_by} | {schedule_activity.responsible for schedule_activity in activities}
    )
    steps = [
        [row["paso"], row["descripcion"], row.get("tecnica") or "—", _role(row.get("responsable"))]
        for row in found.steps
    ]
    planned = [
        [
            activity.name,
            activity.step,
            names[activity.responsible],
            long_day(activity.starts_on),
            long_day(activity.ends_on),
        ]
        for activity in activities
    ]
    return Page(
        title="Metodología y cronograma para elaborar el plan",
        subtitle=plan.name,
        facts=(
            ("Versión", str(found.number)),
            ("Preparó", f"{names[found.prepared_by]}, {long_moment(found.prepared_at)}"),
        ),
        sections=(
            _table("Pasos", ("Paso", "Descripción", "Técnica", "Responsable"), steps),
            _table("Cronograma de trabajo", ("Actividad", "Paso", "Responsable", "Inicio", "Fin"), planned),
        ),
        made_at=int(found.prepared_at.timestamp()),
        letterhead=identity.letterhead(session, plan.sector_code),
    )


def _role(role: str | None) -> str:
    return BY_ID[role].name if role in BY_ID else role or "—"


def _table(heading: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    table = {"caption": "", "head": list(head), "rows": [[str(cell) for cell in row] for row in rows]}
    return {"heading": heading, "level": 1, "paragraphs": [], "tables": [table] if rows else []}
