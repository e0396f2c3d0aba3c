"""When the tasks of a plan are reminded of: which word holds, another one, and who would get which mail by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import catalogue
from engine.definitions.diagram import Element
from notifications import ladders
from notifications.ladders import Ladder, Level, Target
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page
from workflows.errors import NotFound, Refused
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan

blueprint = Blueprint("reminders", __name__, url_prefix="/planes/<plan_code>/recordatorios")

OTHERS = 4
"""Rows for who else hears of what is overdue."""
SHOWN = 200
"""Of the mails to come, as many as a page lists: of those that change, and of the others."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the ladder that holds for it."""

    element_id: str
    name: str
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class Process:
    """A process with a policy of its own, if it has one, and its steps."""

    key: str
    name: str
    has_own: bool
    steps: Sequence[Step]

    @property
    def changed(self) -> int:
        """How many steps have a policy of their own."""
        return sum(1 for one in self.steps if one.ladder.level is Level.TASK)


@blueprint.get("")
@allow(SIGNED_IN, of=Of.PLAN)
def index(plan_code: str) -> str:
    """Each step of each process with what holds for it, and whose word that is."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        policies = ladders.of_all(session)
        return page(
            "reminders/index.html",
            plan=plan,
            processes=list(_processes(session, plan, policies)),
            of_plan=policies.get(Target(plan_code).key),
            roles=ladders.known_roles(session, plan.sector_code),
        )


def _processes(session: Session, plan: Plan, policies: ladders.Policies) -> Iterator[Process]:
    for definition in catalogue.definitions(session, plan.sector_code):
        if definition.bundle_sha256 is None or definition.retired_at is not None:
            continue
        steps = [
            Step(one.id, one.name, ladders.holding(policies, Target(plan.code, definition.key, one.id), one.properties))
            for one in catalogue.by_sha(session, definition.bundle_sha256).diagrams[definition.key].of_kind("userTask")
        ]
        if steps:
            own = Target(plan.code, definition.key).key in policies
            yield Process(definition.key, definition.name, own, steps)


@blueprint.get("/cambiar")
@allow(*COORDINATING, of=Of.PLAN)
def edit(plan_code: str) -> str:
    """The ladder of the plan, a process or a step, to be changed."""
    with current().database.reading() as session:
        return _editing(session, plan_code)


def _editing(session: Session, plan_code: str, **context: Any) -> str:
    plan = session.get(Plan, plan_code) or abort(404)
    target = _target(plan_code)
    step, process_name = _element(session, plan, target)
    ladder = ladders.holding(ladders.of_all(session), target, step.properties if step else {})
    days, _others = ladders.written(ladder)
    typed = request.form
    others = list(zip(typed.getlist("dias"), typed.getlist("rol"), strict=False)) if typed else [
        (str(day), role) for day, role in ladder.escalations
    ]  # fmt: skip
    return page(
        "reminders/edit.html",
        plan=plan,
        target=target,
        step=step,
        process_name=process_name,
        ladder=ladder,
        has_own=target.key in ladders.of_all(session),
        roles=ladders.known_roles(session, plan.sector_code),
        days=typed.get("recordatorios", days),
        others=[*others, *[("", "")] * OTHERS][: max(OTHERS, len(others))],
        reason=typed.get("motivo", ""),
        **{"error": "", "sendings": None, "more": 0, **context},
    )


@blueprint.post("/cambiar")
@allow(*COORDINATING, of=Of.PLAN)
def change(plan_code: str) -> Any:
    """Show who would get which mail when, or let it hold."""
    application, target, asked = current(), _target(plan_code), request.form
    try:
        with application.database.unit_of_work() as session:
            plan = session.get(Plan, plan_code) or abort(404)
            _element(session, plan, target)
            known = ladders.known_roles(session, plan.sector_code)
            pairs = zip(asked.getlist("dias"), asked.getlist("rol"), strict=False)
            ladder = ladders.read(asked.get("recordatorios", ""), pairs, known)
            if "guardar" not in asked:
                found = ladders.preview(session, application.engine, target, ladder)
                changed = [one for one in found if one.is_new or one.is_gone]
                same = [one for one in found if not (one.is_new or one.is_gone)]
                more = max(len(changed) - SHOWN, 0) + max(len(same) - SHOWN, 0)
                return _editing(
                    session, plan_code, sendings=found, changed=changed[:SHOWN], same=same[:SHOWN], more=more
                )
            ladders.keep(session, application.engine, target, ladder, reason=asked.get("motivo", ""), actor=actor())
    except Refused as wrong:
        with application.database.reading() as session:
            return _editing(session, plan_code, error=wrong.message), 422
    return back_to("reminders.index", "Así se recordará desde el próximo resumen.", plan_code=plan_code)


@blueprint.post("/quitar")
@allow(*COORDINATING, of=Of.PLAN)
def drop(plan_code: str) -> Response:
    """Let the word of the level above hold again."""
    application = current()
    with application.database.unit_of_work() as session:
        ladders.drop(session, application.engine, _target(plan_code), actor=actor())
    return back_to("reminders.index", "Vuelve a valer lo del nivel de arriba.", plan_code=plan_code)


def _target(plan_code: str) -> Target:
    return Target(plan_code, request.values.get("proceso", ""), request.values.get("paso", ""))


def _element(session: Session, plan: Plan, target: Target) -> tuple[Element | None, str]:
    """The step that is meant, if one is, and the name of its process. Raises `NotFound`."""
    if not target.process_key:
        if target.element_id:
            raise NotFound("Ese paso no es de ningún proceso. Elíjalo en la lista.")
        return None, ""
    definition = catalogue.definition(session, target.process_key, plan.sector_code)
    if definition is None or definition.bundle_sha256 is None:
        raise NotFound("Ese proceso no está publicado. Elíjalo en la lista.")
    if not target.element_id:
        return None, definition.name
    step = catalogue.by_sha(session, definition.bundle_sha256).diagrams[definition.key].elements.get(target.element_id)
    if step is None or step.kind != "userTask":
        raise NotFound("Ese paso ya no está en el proceso. Elíjalo en la lista.")
    return step, definition.name
