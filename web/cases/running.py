"""The running cases of a process, by version and step: what can be done with many at once, seen before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.moved import parts_of
from engine.errors import EngineError, UnknownDefinition
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.managing import Outcome, acts
from engine.managing.models import CaseChange
from engine.states import Act, ChangeState, IncidentState, InstanceState
from web.auth import Of, allow
from web.cases import managing
from web.cases.blueprint import blueprint
from web.cases.managing import Listed, Row, Selection
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.errors import NotFound, Refused, WorkflowsError
from workflows.people.directory import display_names
from workflows.people.groups import Group, sectors_of
from workflows.people.permissions import LEADER, SHARED_LEADER, may_propose
from workflows.people.roles import COORDINATING
from workflows.sectors.models import Sector

MANAGING: Final = (*COORDINATING, LEADER, SHARED_LEADER)
"""Who looks and proposes; who coordinates or administers the sector of a case executes."""
LATELY = 20
"""How many of the last changes are shown."""
STATES: Final = {
    Listed.ACTIVE: "En curso", Listed.SUSPENDED: "Suspendidos", Listed.COMPLETED: "Terminados",
    Listed.CANCELLED: "Cancelados",
}  # fmt: skip
ACTS: Final = {
    Act.MIGRATE: "Pasar a otra versión", Act.MOVE: "Mover a otro paso", Act.CORRECT: "Corregir un dato",
    Act.SUSPEND: "Suspender", Act.RESUME: "Reanudar", Act.CANCEL: "Cancelar",
}  # fmt: skip
DONE: Final = {
    Act.MIGRATE: "pasó de versión", Act.MOVE: "movió", Act.CORRECT: "corrigió un dato de", Act.SUSPEND: "suspendió",
    Act.RESUME: "reanudó", Act.CANCEL: "canceló",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked to look at, and to do."""

    ids: tuple[int, ...]
    act: Act
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """Open incidents that failed alike."""

    first: Incident
    ids: tuple[int, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was done, or is proposed, together: which of it can be taken back, and why the rest is `kept`."""

    changes: tuple[CaseChange, ...]
    cases: tuple[str, ...]
    undoable: tuple[int, ...]
    kept: str

    @property
    def first(self) -> CaseChange:
        """Who, what and why are the same for all."""
        return self.changes[0]


@blueprint.get("/manejo")
@allow(*MANAGING, of=Of.NONE)
def manage() -> str:
    """Cases by version and state, and the acts."""
    return _page()


@blueprint.post("/manejo")
@allow(*MANAGING, of=Of.NONE)
def try_act() -> str | tuple[str, int]:
    """What an act would do with each case that was chosen: nothing is done yet."""
    try:
        asked = _asked()
        outcomes = managing.preview(current().database, current().engine, asked.ids, asked.act, asked.details, actor())
    except (WorkflowsError, EngineError) as refused:
        return _page(wrong=str(refused)), 422
    return _page(asked=asked, outcomes=outcomes)


@blueprint.post("/manejo/hacer")
@allow(*MANAGING, of=Of.NONE)
def do_act() -> Response | tuple[str, int]:
    """Do it, or propose it to who coordinates."""
    reason, who, proposing = request.form.get("motivo", "").strip(), actor(), "proponer" in request.form
    database, engine = current().database, current().engine
    asked: Asked | None = None
    try:
        asked = _asked()
        if not reason:
            raise Refused("Diga por qué: queda en la historia de cada proceso.")
        if proposing:
            made = managing.propose(database, engine, asked.ids, asked.act, asked.details, who, reason)
            return _back(f"Propuesto para {_counted(len(made))}. Lo decide quien coordina.")
        done = managing.execute(database, engine, asked.ids, asked.act, asked.details, who, reason)
    except (WorkflowsError, EngineError) as refused:
        return _page(asked=asked, wrong=str(refused)), 422
    return _back(_summary(done))


@blueprint.post("/manejo/decidir")
@allow(*COORDINATING, of=Of.NONE)
def decide_change() -> Response | tuple[str, int]:
    """Do what was proposed, or refuse it."""
    return _over_changes(ChangeState.PROPOSED, approve="aprobar" in request.form)


@blueprint.post("/manejo/deshacer")
@allow(*COORDINATING, of=Of.NONE)
def undo_changes() -> Response | tuple[str, int]:
    """Take back what was done, where nobody has gone on since."""
    return _over_changes(ChangeState.DONE)


def _over_changes(state: ChangeState, *, approve: bool = False) -> Response | tuple[str, int]:
    reason, database, engine = request.form.get("motivo", "").strip(), current().database, current().engine
    with database.reading() as session:
        ids = _own_changes(session, state)
    try:
        if state == ChangeState.DONE:
            return _back(_summary(managing.undo(database, engine, ids, actor(), reason or "se deshace")))
        if approve:
            return _back(_summary(managing.approve(database, engine, ids, actor())))
        managing.refuse(database, engine, ids, actor(), reason)
    except (WorkflowsError, EngineError) as refused:
        return _page(wrong=str(refused)), 422
    return _back("Se negó; los procesos quedan como estaban.")


@blueprint.post("/manejo/reparar")
@allow(*COORDINATING, of=Of.NONE)
def repair_cause() -> Response | str | tuple[str, int]:
    """Try again, or leave out, the step that failed in the same way in many cases; or see first what that would do."""
    reason, skips = request.form.get("motivo", "").strip(), request.form.get("como") == "omitir"
    trying = "probar" in request.form
    if skips and not reason and not trying:
        return _page(wrong="Para omitir un paso, diga por qué: queda en la historia."), 422
    with current().database.reading() as session:
        wanted = set(_numbers("incidente"))
        ids = [one for cause in _causes(session, _process(session)) for one in cause.ids if one in wanted]
    if trying:
        how = (reason or "se omite") if skips else ""
        return _page(forecast=managing.forecast(current().database, current().engine, ids, actor(), how), tried=ids)
    repaired = managing.repair(current().database, current().engine, ids, actor(), reason if skips else "")
    failed = [one.told for one in repaired if not one.solved]
    told = f"{len(repaired) - len(failed)} de {len(repaired)} reparados."
    return _back(f"{told} {failed[0]}" if failed else told)


def _asked() -> Asked:
    """What was chosen; a button in a row (`uno`: the act and the case) means that row alone, whatever is ticked."""
    word, _, row = request.form.get("uno", "").partition("-")
    chosen = [number for number in (_number(row),) if number is not None] if word else _numbers("caso")
    with current().database.reading() as session:
        own = sa.select(Instance.id).where(Instance.tenant.in_(_tenants(session)), Instance.id.in_(chosen))
        ids = tuple(session.scalars(own.order_by(Instance.id)))
    if not ids:
        raise Refused("Elija al menos un proceso de la lista.")
    try:
        act = Act(word or request.form.get("acto", ""))
    except ValueError:
        raise Refused("Elija qué hacer con los procesos.") from None
    return Asked(ids, act, _details(act))


def _details(act: Act) -> Mapping[str, Any]:
    said = {name: value.strip() for name, value in request.form.items()}
    match act:
        case Act.MOVE:
            if not said.get("hacia"):
                raise Refused("Elija a qué paso moverlos.")
            return {"to": said["hacia"], "from": said.get("desde", ""), "about": said.get("de", "")}
        case Act.MIGRATE:
            version = request.form.get("version_nueva", type=row_id)
            pairs = zip(request.form.getlist("quitado"), request.form.getlist("en_su_lugar"), strict=False)
            targets = {gone.strip(): to.strip() for gone, to in pairs if gone.strip() and to.strip()}
            return {"version": version, "targets": targets, "new_deadlines": "plazos_nuevos" in said}
        case Act.CORRECT:
            if not said.get("dato"):
                raise Refused("Diga qué dato corregir.")
            return {"name": said["dato"], "value": _value(said.get("valor", ""))}
        case Act.RESUME:
            return {"keep_dates": "misma_fecha" in said}
    return {}


def _value(text: str) -> Any:
    """A number, truth value or list where it is written as JSON has it; else the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"sí": True, "no": False}.get(text.lower(), text)


def _page(
    asked: Asked | None = None,
    outcomes: Sequence[Outcome] = (),
    wrong: str = "",
    forecast: Sequence[Outcome] = (),
    tried: Sequence[int] = (),
) -> str:
    with current().database.reading() as session:
        process_key, engine = _process(session), current().engine
        tenants = _tenants(session)
        wanted = Selection(process_key, state=_listed(), tenants=tenants)
        every = managing.rows(session, engine, wanted)
        version, step = request.values.get("version", type=row_id), request.values.get("paso", "")
        shown = [row for row in every if version in (None, row.version) and (not step or step in row.steps)]
        causes = _causes(session, process_key)
        batches = _batches(session, process_key, tenants)
        bundle = catalogue.current(session, process_key, catalogue.alone(session).get(process_key, ""))
        elements = _steps(bundle.diagrams[process_key])
        people = {one for batch in batches for one in (batch.first.proposed_by, batch.first.decided_by) if one}
        return page(
            "cases/running.html",
            process=bundle.diagrams[process_key],
            process_key=process_key,
            newest=bundle.versions[process_key],
            processes=catalogue.listed(session, sectors_of(actor())),
            matrix=_matrix(every, causes),
            rows=shown,
            stopped={one for cause in causes for one in cause.cases},
            causes=causes,
            proposals=[one for one in batches if one.first.state == ChangeState.PROPOSED],
            done=[one for one in batches if one.first.state in (ChangeState.DONE, ChangeState.UNDONE)],
            names=display_names(session, people),
            elements=elements,
            levels=[(model.name, named) for model in _levels(bundle) if (named := _steps(model))],
            gone=_gone(every, bundle),
            drawn=_drawn(shown),
            data=_data(session, shown),
            states=STATES,
            state=wanted.state,
            version=version,
            step=step,
            acts=ACTS,
            words=DONE,
            asked=asked,
            outcomes=outcomes,
            able=[one.instance_id for one in outcomes if one.possible],
            wrong=wrong,
            forecast=forecast,
            tried=tried,
            typed=request.form,
            executes=_executes(session, asked),
            decides=bool(actor().supervises),
        )


def _drawn(rows: Iterable[Row]) -> dict[str, list[str]]:
    """What holds the cases that are shown, by the element of their own drawing: itself, or the call it is under."""
    found: dict[str, list[str]] = {}
    for wait in (wait for row in rows for wait in row.waits if wait.drawn_at and not wait.meanwhile):
        named = found.setdefault(wait.drawn_at, [])
        if wait.element not in named:
            named.append(wait.element)
    return found


def _steps(model: DiagramModel) -> list[Element]:
    return [one for one in model.elements.values() if one.name and not one.is_gateway]


def _levels(bundle: BundleModel) -> list[DiagramModel]:
    """The process's own drawing and those of its parts, in whose steps its cases stand."""
    return [bundle.diagrams[key] for key in (bundle.process_key, *parts_of(bundle.diagrams, bundle.process_key))]


def _gone(rows: Iterable[Row], bundle: BundleModel) -> list[str]:
    """Where cases stand that the version in force has no more."""
    known = {(key, one.name) for key, model in bundle.diagrams.items() for one in model.elements.values()}
    stands = (wait for row in rows for wait in row.waits if not wait.meanwhile)
    return list(dict.fromkeys(one.element for one in stands if (one.process_key, one.element) not in known))


def _matrix(rows: Iterable[Row], causes: Iterable[Cause]) -> dict[str, Any]:
    """How many stand at each step, by version, newest first."""
    stopped = {name for cause in causes for name in cause.cases}
    cells: dict[int, Counter[str]] = {}
    rest: dict[int, Counter[str]] = {}
    for row in rows:
        cells.setdefault(row.version, Counter()).update(row.steps)
        other = rest.setdefault(row.version, Counter())
        other["todos"] += 1
        other["suspendidos"] += row.instance.suspended_at is not None
        other["detenidos"] += row.instance.name in stopped
    steps = list(dict.fromkeys(step for version in sorted(cells, reverse=True) for step in cells[version]))
    return {"versions": sorted(cells, reverse=True), "steps": steps, "cells": cells, "rest": rest}


def _causes(session: Session, process_key: str) -> list[Cause]:
    query = sa.select(Incident, Instance.name).join(Instance, Instance.id == Incident.instance_id)
    query = query.where(
        Incident.state == IncidentState.OPEN, Instance.process_key == process_key,
        Instance.tenant.in_(_tenants(session)),
    )  # fmt: skip
    found: dict[tuple[Any, ...], list[tuple[Incident, str]]] = {}
    for incident, name in session.execute(query.order_by(Incident.id)):
        alike = (incident.kind, incident.process_key, incident.element_id, incident.message)
        found.setdefault(alike, []).append((incident, name))
    return [
        Cause(group[0][0], tuple(one.id for one, _ in group), tuple(name for _, name in group))
        for group in found.values()
    ]


def _batches(session: Session, process_key: str, tenants: tuple[str, ...]) -> list[Batch]:
    """The last changes of the process's cases, those that were made together as one, newest first."""
    query = sa.select(CaseChange, Instance).join(Instance, Instance.id == CaseChange.instance_id)
    query = query.where(Instance.process_key == process_key, Instance.tenant.in_(tenants))
    query = query.where(CaseChange.state != ChangeState.REFUSED)
    found: dict[tuple[str, str], list[tuple[CaseChange, Instance]]] = {}
    for change, case in session.execute(query.order_by(CaseChange.id.desc()).limit(10 * LATELY)):
        found.setdefault((change.batch, change.state), []).append((change, case))
    return [_batch(session, group) for group in list(found.values())[:LATELY]]


def _batch(session: Session, group: Sequence[tuple[CaseChange, Instance]]) -> Batch:
    why = {change.id: acts.may_be_undone(session, current().engine, change) for change, _ in group}
    kept = sorted({one for one in why.values() if one})
    undoable = tuple(change.id for change, _ in group if not why[change.id])
    return Batch(tuple(one for one, _ in group), tuple(case.name for _, case in group), undoable, " ".join(kept))


def _data(session: Session, rows: Sequence[Row]) -> list[str]:
    """The names of the data of the first of these cases, which the others mostly have too."""
    try:
        return sorted(commands.variables_of(session, current().engine, rows[0].instance.id)) if rows else []
    except EngineError:
        return []


def _own_changes(session: Session, state: ChangeState) -> list[int]:
    query = sa.select(CaseChange.id).join(Instance, Instance.id == CaseChange.instance_id)
    query = query.where(CaseChange.id.in_(_numbers("cambio")), CaseChange.state == state)
    return list(session.scalars(query.where(Instance.tenant.in_(_tenants(session))).order_by(CaseChange.id)))


def _tenants(session: Session) -> tuple[str, ...]:
    """The sectors whose cases the reader may do something about, or propose it."""
    who: Actor = actor()
    shared = {str(Group(SHARED_LEADER, "")), str(Group(LEADER, ""))} & who.groups
    known = session.scalars(sa.select(Sector.code)) if shared else {*sectors_of(who), *who.supervises}
    return tuple(sorted(one for one in {"", *known} if may_propose(who, one)))


def _executes(session: Session, asked: Asked | None) -> bool:
    """Whether the reader supervises every case that was chosen."""
    if asked is None:
        return False
    of = session.scalars(sa.select(Instance.tenant).where(Instance.id.in_(asked.ids)).distinct())
    return all(actor().may_supervise(one) for one in of)


def _process(session: Session) -> str:
    key = request.values.get("proceso", "").partition("@")[0]
    known = [one.key for one in catalogue.listed(session, sectors_of(actor()))]
    if not known:
        raise UnknownDefinition
    if key and key not in known:
        raise NotFound("No hay un proceso con esa clave. Elija uno de la lista.")
    return key or _busiest(session) or known[0]


def _busiest(session: Session) -> str | None:
    """The process with most running cases."""
    query = sa.select(Instance.process_key).where(Instance.state == InstanceState.ACTIVE).group_by(Instance.process_key)
    return session.scalar(query.order_by(sa.func.count().desc(), Instance.process_key).limit(1))


def _listed() -> Listed:
    asked = request.values.get("estado", Listed.ACTIVE)
    return Listed(asked) if asked in STATES else Listed.ACTIVE


def _numbers(name: str) -> list[int]:
    return [number for one in request.form.getlist(name) if (number := _number(one)) is not None]


def _number(text: str) -> int | None:
    try:
        return row_id(text)
    except ValueError:
        return None


def _back(told: str) -> Response:
    return back_to("cases.manage", told, proceso=request.form.get("proceso", ""))


def _summary(outcomes: Sequence[Outcome]) -> str:
    done = [one for one in outcomes if one.possible]
    told = f"{done[0].name}: {done[0].sentence}." if len(outcomes) == len(done) == 1 else ""
    told = told or f"Hecho en {len(done)} de {_counted(len(outcomes))}."
    return " ".join((told, *(f"{one.name}: {one.sentence}" for one in outcomes if not one.possible)))


def _counted(number: int) -> str:
    return "un proceso" if number == 1 else f"{number} procesos"
