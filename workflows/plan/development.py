"""Development plans: registered once in the installation, named by every plan that is made in their frame."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.errors import Conflict, NotFound, Refused
from workflows.plan.models import DevelopmentPlan, Plan, PlanDevelopmentPlan
from workflows.spanish import long_day, plain

LONGEST_CODE, LONGEST_NAME, LONGEST_TEXT = 40, 300, 200
UNNAMED = "PDD"


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a development plan. Empty, or None: nobody said it."""

    code: str
    name: str
    government: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    adopted_by: str = ""
    adopted_on: dt.date | None = None


def everybody(session: Session) -> Sequence[DevelopmentPlan]:
    """Every development plan, the latest first; those of which no days are known last."""
    unknown = DevelopmentPlan.starts_on.is_(None)
    query = sa.select(DevelopmentPlan).order_by(unknown, DevelopmentPlan.starts_on.desc(), DevelopmentPlan.code)
    return session.scalars(query).all()


def find(session: Session, code: str) -> DevelopmentPlan:
    """The development plan with this code. Raises `NotFound`."""
    found = session.get(DevelopmentPlan, code)
    if found is None:
        raise NotFound("No hay un plan de desarrollo con ese código. Vuelva a la lista.")
    return found


def described(plan: DevelopmentPlan) -> Described:
    """What is known of a development plan."""
    return Described(
        plan.code, plan.name, plan.government, plan.starts_on, plan.ends_on, plan.adopted_by, plan.adopted_on
    )


def named(session: Session, said: str) -> DevelopmentPlan | None:
    """The one that has this code or name, however it is spelled; a name does not stand twice."""
    wanted = _spelled(said)
    return next((one for one in everybody(session) if wanted in (_spelled(one.name), _spelled(one.code))), None)


def code_for(name: str) -> str:
    """The code of one that nobody gave a code: its name in capitals; of a long one, what tells it from its likes."""
    code = re.sub(r"[^A-Z0-9]+", "-", plain(name).upper()).strip("-") or UNNAMED
    if len(code) <= LONGEST_CODE:
        return code
    return f"{code[:30].strip('-')}-{hashlib.sha256(code.encode()).hexdigest()[:8].upper()}"


def overlapping(session: Session, first: dt.date, last: dt.date) -> list[DevelopmentPlan]:
    """Those in force on some day between two, in their order; one without days is in force on none that is known."""
    found = [
        one
        for one in everybody(session)
        if one.starts_on is not None and one.starts_on <= last and (one.ends_on is None or one.ends_on >= first)
    ]
    return found[::-1]


def register(session: Session, said: Described) -> DevelopmentPlan:
    """Make one. Raises `Refused` (what is wrong with it), `Conflict` (its code or name is taken)."""
    said = _checked(session, said)
    if session.get(DevelopmentPlan, said.code) is not None:
        raise Conflict(f"El código {said.code} ya es de otro plan de desarrollo. Escriba otro.")
    made = DevelopmentPlan(code=said.code)
    session.add(made)
    return _write(session, made, said)


def describe(session: Session, plan: DevelopmentPlan, said: Described) -> DevelopmentPlan:
    """Write what is known of one; its code stays. Raises `Refused`, `Conflict`."""
    return _write(session, plan, _checked(session, said, plan.code))


def frame(session: Session, plan_code: str, codes: Iterable[str]) -> None:
    """Let a plan be made in the frame of exactly these development plans, in this order."""
    rows = [{"development_plan_code": code, "position": place} for place, code in enumerate(dict.fromkeys(codes))]
    replace_rows(session, PlanDevelopmentPlan, {"plan_code": plan_code}, rows)
    session.expire(session.get_one(Plan, plan_code), ["development_plans"])


def plans_of(session: Session, codes: Iterable[str], sectors: Collection[str]) -> Sequence[tuple[str, Plan]]:
    """The plans of these sectors made in the frame of each, as (its code, the plan), in order."""
    query = (
        sa.select(PlanDevelopmentPlan.development_plan_code, Plan)
        .join(Plan, Plan.code == PlanDevelopmentPlan.plan_code)
        .where(PlanDevelopmentPlan.development_plan_code.in_(list(codes)), Plan.sector_code.in_(sectors))
        .order_by(Plan.first_year, Plan.code)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def differs(plan: DevelopmentPlan, said: Described) -> bool:
    """Whether other days are said of one than those that are known; what nobody knew is no difference."""
    both = ((plan.starts_on, said.starts_on), (plan.ends_on, said.ends_on))
    return any(known and day and known != day for known, day in both)


def in_force(plan: DevelopmentPlan | Described) -> str:
    """From when until when it is in force, in words; what nobody said is said to be unknown."""
    if plan.starts_on is None and plan.ends_on is None:
        return "No se sabe desde cuándo rige ni hasta cuándo"
    since = f"Del {long_day(plan.starts_on)}" if plan.starts_on else "No se sabe desde cuándo"
    until = f"al {long_day(plan.ends_on)}" if plan.ends_on else "sin último día conocido"
    return f"{since} {until}" if plan.starts_on else f"{since}; hasta el {long_day(plan.ends_on)}"


def _spelled(text: str) -> str:
    return " ".join(plain(text).split())


def _checked(session: Session, said: Described, known: str = "") -> Described:
    """As it is kept: without spare spaces. `known` is the code of one that is there already."""
    name, code = " ".join(said.name.split()), known or said.code.strip().upper()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"Escriba el nombre del plan de desarrollo, de hasta {LONGEST_NAME} letras.")
    code = code or code_for(name)
    if not known and not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,39}", code):
        raise Refused("El código lleva de 1 a 40 letras mayúsculas, números o guiones, por ejemplo PDD-2024.")
    if said.starts_on and said.ends_on and said.ends_on < said.starts_on:
        raise Refused(f"«{name}» terminaría antes de empezar. Corrija las fechas.")
    government, adopted_by = (" ".join(one.split()) for one in (said.government, said.adopted_by))
    if max(len(government), len(adopted_by)) > LONGEST_TEXT:
        raise Refused(f"El gobierno y el acto llevan hasta {LONGEST_TEXT} letras cada uno.")
    other = named(session, name)
    if other is not None and other.code != code:
        raise Conflict(f"Ya está registrado «{other.name}» ({other.code}). No lo registre dos veces.")
    return Described(code, name, government, said.starts_on, said.ends_on, adopted_by, said.adopted_on)


def _write(session: Session, plan: DevelopmentPlan, said: Described) -> DevelopmentPlan:
    plan.name, plan.government = said.name, said.government
    plan.starts_on, plan.ends_on = said.starts_on, said.ends_on
    plan.adopted_by, plan.adopted_on = said.adopted_by, said.adopted_on
    session.flush()
    return plan
