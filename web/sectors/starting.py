"""The first steps of an installation: sector, entities, people, plan; what is done is ticked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.errors import UnknownDefinition
from engine.instances.models import Instance
from engine.states import InstanceState
from web import choosing
from web.auth import Of, allow
from web.auth.gate import may_open
from web.auth.models import Credential
from web.pages import current, page
from web.sectors.blueprint import blueprint
from workflows.lifecycle.starting import MASTER
from workflows.people.filling import filling
from workflows.people.models import Person, PersonRole
from workflows.people.permissions import COORDINATOR
from workflows.people.roles import ADMINISTRATING, BY_ID
from workflows.plan.models import Plan
from workflows.sectors.models import Sector, SectorEntity

SHOWN = 4
"""How many roles without anybody are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an installation needs: whether it is there, what to know of it, and where it is done (label, address)."""

    name: str
    is_done: bool
    detail: str
    ways: tuple[tuple[str, str], ...]


def is_needed() -> bool:
    """Whether the signed-in person administers an installation that has no plan yet."""
    if not current_user.may(ADMINISTRATING):
        return False
    with current().database.reading() as session:
        return session.scalar(sa.select(Plan.code).limit(1)) is None


@blueprint.get("/primeros-pasos")
@allow(*ADMINISTRATING, of=Of.NONE)
def start() -> str:
    """The steps, of each sector that the reader keeps."""
    with current().database.reading() as session:
        sectors = choosing.choices(session)
        told = [(sector, _steps(session, sector)) for sector in sectors]
        return page(
            "sectors/start.html", told=told, is_keeper=may_open("sectors.create"), may_load=may_open("plans.upload")
        )


def _steps(session: Session, sector: Sector) -> list[Step]:
    linked = sa.select(sa.func.count()).where(SectorEntity.sector_code == sector.code, SectorEntity.until.is_(None))
    entities = session.scalar(linked) or 0
    return [
        Step(
            "Entidades",
            bool(entities) and sector.head_entity is not None,
            f"{entities} en el sector; {f'cabeza, {sector.head_entity}' if sector.head_entity else 'falta la cabeza'}.",
            (("Agregar entidades", url_for("sectors.entities", sector=sector.code)),),
        ),
        _people(session, sector),
        _plan(session, sector),
    ]


def _people(session: Session, sector: Sector) -> Step:
    """People are there once somebody coordinates, and nothing of the formulation would reach nobody."""
    held = sa.select(PersonRole.username).where(PersonRole.sector_code == sector.code)
    of_sector = sa.select(sa.func.count()).select_from(Person).where(Person.active)
    count = session.scalar(of_sector.where(Person.username.in_(held))) or 0
    coordinating = held.where(PersonRole.role_id == COORDINATOR)
    coordinators = session.scalar(of_sector.where(Person.username.in_(coordinating))) or 0
    entering = sa.select(sa.func.count()).select_from(Credential).where(Credential.username.in_(held))
    may_enter = session.scalar(entering) or 0
    missing = _missing(session, sector)
    people = "1 persona tiene un rol" if count == 1 else f"{count} personas tienen un rol"
    detail = f"{people}; {may_enter} con contraseña. "
    detail += "Alguien coordina." if coordinators else "Falta quien coordine: dé el rol «Coordinación del PES»."
    if coordinators and missing:
        detail += f" Habría tareas sin quien las haga: {'; '.join(missing)}."
    return Step(
        "Personas",
        bool(coordinators) and not missing,
        detail,
        (
            ("Cargarlas de Excel", url_for("sectors.upload")),
            ("Crear personas", url_for("admin.new")),
            ("Dar roles y enviar enlaces", url_for("admin.people")),
        ),
    )


def _missing(session: Session, sector: Sector) -> list[str]:
    """The roles of the life of a plan that nobody holds where it asks for them, in words."""
    try:
        bundle = catalogue.current(session, MASTER, sector.code)
    except UnknownDefinition:  # nothing is published yet
        return []
    asked = {
        role for model in bundle.diagrams.values() for element in model.elements.values() for role in element.roles
    }
    found = filling(session, asked & BY_ID.keys(), sector=sector.code)
    told = [one.warning for one in found.values() if one.warning]
    return [*told[:SHOWN], f"y {len(told) - SHOWN} roles más"] if len(told) > SHOWN else told


def _plan(session: Session, sector: Sector) -> Step:
    plans = session.scalars(sa.select(Plan.name).where(Plan.sector_code == sector.code).order_by(Plan.code)).all()
    begun = sa.select(Instance.name).where(
        Instance.tenant == sector.code, Instance.state == InstanceState.ACTIVE, Instance.process_key == MASTER
    )
    under_way = session.scalar(begun.limit(1))
    detail = f"Está {plans[0]}." if plans else f"Se está creando: {under_way}." if under_way else "Todavía no hay plan."
    ways = [("Cargar uno que ya va", "plans.upload")]
    if may_open("lifecycle.start"):
        ways.append(("Comenzar por la fase 1", "lifecycle.show"))
    elif not plans and not under_way:
        detail += " Lo comienza quien coordina, en «Ciclo de vida»."
    return Step(
        "Plan", bool(plans), detail, tuple((label, url_for(endpoint)) for label, endpoint in ways if may_open(endpoint))
    )
