"""Beginning a plan: by hand, by the coordinator; the business key of its case is the plan's code."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import TEXT
from engine.identity import Actor
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from workflows.errors import Conflict, Refused
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan

MASTER = "pes_maestro"
GIVEN = {"plan": TEXT}
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]")


def start_plan(session: Session, engine: ProcessEngine, sector: str, code: str, *, actor: Actor) -> Instance:
    """Begin the life of a plan of a sector; its first task creates it.

    Raises `Forbidden`, `Refused` (a code that is none) or `Conflict` (a plan or a case has that code).
    """
    ensure_coordinator(actor, sector)
    wanted = code.strip().upper()
    if not CODE.fullmatch(wanted):
        raise Refused("El código lleva de 3 a 40 letras mayúsculas, números y guiones, por ejemplo PES-GOB.")
    if session.get(Plan, wanted) is not None or case_of(session, wanted) is not None:
        raise Conflict(f"Ya hay un plan con el código {wanted}. Ábralo desde la página del plan o elija otro código.")
    return instances.start(
        session,
        engine,
        MASTER,
        business_key=wanted,
        name=f"Ciclo de vida de {wanted}",
        scope=wanted,
        variables={"plan": wanted},
        actor=actor,
        tenant=sector,
    )


def case_of(session: Session, plan_code: str) -> Instance | None:
    """The case that carries a plan from its creation to its archive; a plan that was loaded has none."""
    return session.scalar(sa.select(Instance).where(Instance.process_key == MASTER, Instance.business_key == plan_code))
