"""What a person does with a running case: seen before, done with a reason, written down, and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine import limits
from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.errors import (
    CannotMigrate,
    Conflict,
    EngineError,
    InstanceEndedError,
    Invalid,
    NotAllowed,
    NotFound,
    UnknownInstance,
)
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.instances import commands, locking, turning
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.managing import correcting, migrating, moving, needing, remembering, standing, suspending
from engine.managing.models import CaseChange
from engine.managing.outcome import Outcome, effects, last_line
from engine.runtime import ProcessEngine
from engine.states import Act, ChangeState, HistoryKind, InstanceState
from engine.variables import plain

ALONE = 10
"""Cases that one person may cancel in a day without a second one."""
REOPENED_WITHIN = dt.timedelta(days=30)
Details = Mapping[str, Any]
"""What an act needs, as JSON.

`MOVE`: `to` (an element, by id or name), `from` and `about` where the case stands at several steps. `MIGRATE`:
`version` (the current one if none), `targets` (from a step to another), `new_deadlines`. `CORRECT`: `name`, `value`.
`RESUME`: `keep_dates`. The others nothing.
"""


def preview(
    session: Session, engine: ProcessEngine, instance_id: int, act: Act, details: Details, *, actor: Actor
) -> Outcome:
    """What an act would do with a case. It is done, and undone at once; what refuses it is the sentence."""
    about = _named(session, instance_id)
    nested = session.begin_nested()
    try:
        return _done(session, engine, instance_id, act, details, actor, "ensayo")[0]
    except EngineError as refused:
        return Outcome(*about, possible=False, sentence=f"no puede: {_lowered(refused)}")
    finally:
        if nested.is_active:
            nested.rollback()
        session.expire_all()


def execute(
    session: Session,
    engine: ProcessEngine,
    instance_id: int,
    act: Act,
    details: Details,
    *,
    actor: Actor,
    reason: str,
    batch: str = "",
) -> Outcome:
    """Do it, on behalf of a supervisor of the case.

    Raises `Invalid` (no reason), `NotAllowed` (no supervisor; more cancellations than one person may decide alone),
    `UnknownInstance`, `Conflict` and what a turn raises.
    """
    change = CaseChange(batch=batch or new_batch(), instance_id=instance_id, act=act, details=dict(details))
    return _decide(session, engine, change, actor, _reason(reason))


def new_batch() -> str:
    """A name for what is done together."""
    return uuid4().hex


def propose(
    session: Session,
    engine: ProcessEngine,
    instance_ids: Iterable[int],
    act: Act,
    details: Details,
    *,
    actor: Actor,
    reason: str,
) -> list[CaseChange]:
    """Ask a supervisor to do it: who may ask is the caller's matter. Nothing happens to the cases."""
    batch, said, now = new_batch(), _reason(reason), engine.now()
    changes = []
    for instance_id in instance_ids:
        _named(session, instance_id)
        changes.append(
            CaseChange(
                batch=batch,
                instance_id=instance_id,
                act=act,
                details=dict(details),
                state=ChangeState.PROPOSED,
                reason=said,
                proposed_by=actor.id,
                proposed_at=now,
            )
        )
    session.add_all(changes)
    session.flush()
    return changes


def approve(session: Session, engine: ProcessEngine, change_id: int, *, actor: Actor) -> Outcome:
    """Do what was proposed. Raises as `execute`, and `Conflict` if it was decided before."""
    change = _proposed(session, change_id)
    return _decide(session, engine, change, actor, change.reason)


def refuse(session: Session, engine: ProcessEngine, change_id: int, *, actor: Actor, reason: str) -> None:
    """Decide against what was proposed; who proposed it may take it back."""
    change, said = _proposed(session, change_id), _reason(reason)
    if actor.id != change.proposed_by:
        _ensure_supervises(session, change.instance_id, actor)
    change.state, change.decided_by, change.decided_at = ChangeState.REFUSED, actor.id, engine.now()
    change.outcome = said


def undo(session: Session, engine: ProcessEngine, change_id: int, *, actor: Actor, reason: str) -> Outcome:
    """Take a case back to what it was before an act, if nobody has acted in it since.

    Raises `NotFound`, `NotAllowed`, `Conflict` (with what stands in the way).
    """
    said = _reason(reason)
    change = session.get(CaseChange, change_id)
    if change is None or change.state == ChangeState.PROPOSED:
        raise NotFound("Ese cambio no existe, o no se ha hecho.")
    instance = _locked(session, change.instance_id)
    _ensure_may_supervise(instance, actor)
    session.refresh(change, ["state", "left_version", "before", "rows", "bound"])
    if why := _kept_from_undoing(change, instance, engine.now()):
        raise Conflict(f"No se puede deshacer: {why}")
    about = _about(instance)
    if change.act == Act.SUSPEND:
        outcome, _ = _done(session, engine, instance.id, Act.RESUME, {"keep_dates": True}, actor, said)
    else:
        remembering.put_back(session, engine, instance, change.before or b"", change.rows, actor)
        _write_down(session, engine, instance, actor, {"acto": change.act, "cambio": change.id, "motivo": said})
        outcome = Outcome(*about, possible=True, sentence="vuelve a donde estaba")
    change.state = ChangeState.UNDONE
    session.flush()
    return outcome


def changes_of(session: Session, instance_id: int) -> list[CaseChange]:
    """What was done, or is proposed, with a case, newest first."""
    query = sa.select(CaseChange).where(CaseChange.instance_id == instance_id)
    return list(session.scalars(query.order_by(CaseChange.id.desc())))


def proposed(session: Session, tenants: Iterable[str] | None = None) -> list[CaseChange]:
    """What waits for a supervisor (of these tenants), oldest first."""
    query = sa.select(CaseChange).where(CaseChange.state == ChangeState.PROPOSED)
    if tenants is not None:
        query = query.join(Instance, Instance.id == CaseChange.instance_id).where(Instance.tenant.in_(list(tenants)))
    return list(session.scalars(query.order_by(CaseChange.id)))


def may_be_undone(session: Session, engine: ProcessEngine, change: CaseChange) -> str:
    """Why an act can't be undone any more; empty if it can."""
    instance = session.get_one(Instance, change.instance_id)
    return _kept_from_undoing(change, instance, engine.now())


def ensure_may_cancel(session: Session, engine: ProcessEngine, count: int, actor: Actor, asked_by: str | None) -> None:
    """Raise `NotAllowed` where so many cancellations need a second person: one proposes, another executes."""
    if asked_by not in (None, actor.id):
        return
    since = engine.now() - dt.timedelta(days=1)
    query = sa.select(sa.func.count()).where(
        CaseChange.act == Act.CANCEL,
        CaseChange.state == ChangeState.DONE,
        CaseChange.decided_by == actor.id,
        CaseChange.decided_at > since,
        sa.or_(CaseChange.proposed_by.is_(None), CaseChange.proposed_by == actor.id),
    )
    if (session.scalar(query) or 0) + count > ALONE:
        raise NotAllowed(
            f"Una sola persona cancela hasta {ALONE} procesos en un día. Propóngalo, y que otra persona de "
            "coordinación lo ejecute."
        )


def _decide(session: Session, engine: ProcessEngine, change: CaseChange, actor: Actor, reason: str) -> Outcome:
    _ensure_supervises(session, change.instance_id, actor)
    if change.act == Act.CANCEL:
        ensure_may_cancel(session, engine, 1, actor, change.proposed_by)
    outcome, (status, rows) = _done(session, engine, change.instance_id, change.act, change.details, actor, reason)
    instance = session.get_one(Instance, change.instance_id)
    change.state, change.reason, change.outcome = ChangeState.DONE, reason, outcome.sentence
    change.decided_by, change.decided_at = actor.id, engine.now()
    change.before, change.rows, change.left_version = status, rows, instance.lock_version
    change.bound = "; ".join(outcome.runs)
    session.add(change)
    session.flush()
    return _with_change(outcome, change.id)


def _with_change(outcome: Outcome, change_id: int) -> Outcome:
    values = {name: getattr(outcome, name) for name in Outcome.__slots__}
    return Outcome(**{**values, "change_id": change_id})


def _done(
    session: Session, engine: ProcessEngine, instance_id: int, act: Act, details: Details, actor: Actor, reason: str
) -> tuple[Outcome, tuple[bytes, dict[str, Any]]]:
    """Do it; what came of it, and what the case was before."""
    turning.refuse_nested(session, instance_id)
    instance = _locked(session, instance_id)
    if instance.state != InstanceState.ACTIVE:
        raise InstanceEndedError(instance_id=instance_id)
    about, since = _about(instance), last_line(session, instance_id)
    before = instance.status, remembering.rows_of(session, instance)
    if act == Act.CANCEL:
        commands.cancel(session, engine, instance_id, actor=actor, reason=reason)
        said = _Said("se cancela")
    else:
        whatever = act in (Act.SUSPEND, Act.RESUME)
        with turning.turn(session, engine, instance, actor, suspended=whatever) as turn:
            said = _act(turn, act, details, reason)
    found = effects(session, instance, since)
    warnings = (*said.warnings, *(f"Falla {one}" for one in found.incidents))
    outcome = Outcome(
        *about,
        possible=True,
        sentence=said.sentence,
        opens=found.opens,
        closes=found.closes,
        runs=found.runs,
        incidents=found.incidents,
        needs=said.needs,
        warnings=warnings,
    )
    return outcome, before


class _Said:
    """What an act says of a case."""

    def __init__(self, sentence: str, warnings: Iterable[str] = (), needs: Iterable[str] = ()) -> None:
        self.sentence, self.warnings, self.needs = sentence, tuple(warnings), tuple(needs)


def _act(turn: Turn, act: Act, details: Details, reason: str) -> _Said:
    match act:
        case Act.SUSPEND:
            suspending.suspend(turn, reason)
            return _Said("queda suspendido: no vence, no recuerda y no se puede enviar nada")
        case Act.RESUME:
            keep = bool(details.get("keep_dates"))
            suspending.resume(turn, reason, keep_dates=keep)
            how = "conservan su fecha" if keep else "se corren los días hábiles que estuvo suspendido"
            return _Said(f"se reanuda; los plazos {how}")
        case Act.MOVE:
            return _move(turn, details, reason)
        case Act.MIGRATE:
            return _migrate(turn, details, reason)
        case _:
            before, after = correcting.correct(turn, str(details["name"]), details["value"], reason)
            return _Said(f"«{details['name']}» pasa de {_shown(before)} a {_shown(after)}")


def _move(turn: Turn, details: Details, reason: str) -> _Said:
    node = standing.find(turn.case, turn.bundle, str(details.get("from", "")), str(details.get("about", "")))
    moved = moving.move(turn, node, str(details["to"]), reason)
    needs = needing.missing(turn.engine, turn.bundle, moved.target, plain(moved.node.data), moved.process_key)
    warnings = [*moved.warnings, *_done_before(turn, moved)]
    if needs:
        warnings.append(f"A {moved.target.called} le faltan datos: {', '.join(needs)}. Corríjalos antes.")
    return _Said(f"pasa de {moved.origin.called} a {moved.target.called}", warnings, needs)


def _done_before(turn: Turn, moved: moving.Moved) -> list[str]:
    """That a step will be done again, and by whom it was done."""
    done = (HistoryKind.TASK_COMPLETED, HistoryKind.STEP_COMPLETED)
    query = sa.select(HistoryEntry.actor_id).where(
        HistoryEntry.instance_id == turn.instance.id,
        HistoryEntry.process_key == moved.process_key,
        HistoryEntry.element_id == moved.target.id,
        HistoryEntry.kind.in_(done),
    )
    if turn.session.scalar(query.limit(1)) is None:
        return []
    return [f"{moved.target.called} ya se hizo y se repite: lo que se respondió queda en la historia."]


def _migrate(turn: Turn, details: Details, reason: str) -> _Said:
    new = _version(turn, details.get("version"))
    if new.sha256 == turn.bundle.sha256:
        raise CannotMigrate("ya está en esa versión.")
    targets = dict(details.get("targets") or {})
    data = _data(turn)
    deadlines = bool(details.get("new_deadlines"))
    migrated = migrating.migrate(turn, new, targets, reason, new_deadlines=deadlines)
    needs = needing.ahead(turn.engine, new, _standing_elements(turn), data)
    warnings = [*migrated.warnings]
    if needs:
        warnings.append(f"Más adelante se leen datos que nadie llenará ya en este caso: {', '.join(needs)}.")
    return _Said(migrated.sentence(), warnings, needs)


def _data(turn: Turn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in standing.nodes(turn.case):
        found |= plain(node.data)
    return found


def _standing_elements(turn: Turn) -> list[tuple[str, str]]:
    found = (standing.stand_of(node, turn.bundle) for node in standing.nodes(turn.case))
    return [(stand.process_key, stand.element_id) for stand in found]


def _version(turn: Turn, asked: Any) -> BundleModel:
    """The bundle of a version of the case's process: of those that had this version the newest."""
    key = turn.instance.process_key
    if asked is None:
        return catalogue.current(turn.session, key, turn.instance.tenant)
    for bundle in catalogue.bundles(turn.session, key, turn.instance.tenant):
        if bundle.versions[key] == int(asked):
            return bundle
    raise CannotMigrate(f"el proceso no tiene una versión {asked}.")


def _kept_from_undoing(change: CaseChange, instance: Instance, now: dt.datetime) -> str:
    if change.state != ChangeState.DONE:
        return "ya se deshizo." if change.state == ChangeState.UNDONE else "no se ha hecho."
    if change.act == Act.RESUME:
        return "suspéndalo otra vez."
    if change.act == Act.CANCEL and change.decided_at is not None and change.decided_at < now - REOPENED_WITHIN:
        return f"un proceso cancelado se reabre dentro de {REOPENED_WITHIN.days} días."
    if change.bound:
        return f"el proceso ya {change.bound}."
    if change.left_version != instance.lock_version:
        return "alguien ya siguió con el proceso."
    return ""


def _proposed(session: Session, change_id: int) -> CaseChange:
    change = session.get(CaseChange, change_id, populate_existing=True, with_for_update=True)
    if change is None:
        raise NotFound("Esa propuesta no existe.")
    if change.state != ChangeState.PROPOSED:
        raise Conflict("Esa propuesta ya se decidió.")
    return change


def _locked(session: Session, instance_id: int) -> Instance:
    instance = locking.lock(session, instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    return instance


def _ensure_supervises(session: Session, instance_id: int, actor: Actor) -> None:
    instance = session.get(Instance, instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    _ensure_may_supervise(instance, actor)


def _ensure_may_supervise(instance: Instance, actor: Actor) -> None:
    if not actor.may_supervise(instance.tenant):
        raise NotAllowed("Solo quien coordina ese sector puede hacerlo. Propóngalo y pídaselo.")


def _write_down(
    session: Session, engine: ProcessEngine, instance: Instance, actor: Actor, data: Mapping[str, Any]
) -> None:
    session.add(
        HistoryEntry(
            instance_id=instance.id,
            at=engine.now(),
            actor_id=actor.id,
            kind=HistoryKind.CHANGE_UNDONE,
            process_key=instance.process_key,
            data=dict(data),
        )
    )


def _named(session: Session, instance_id: int) -> tuple[int, str, str]:
    instance = session.scalar(sa.select(Instance).where(Instance.id == instance_id).options(undefer(Instance.status)))
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    return _about(instance)


def _about(instance: Instance) -> tuple[int, str, str]:
    return instance.id, instance.name, instance.business_key


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("Escriba la razón.")
    return limits.kept(text.strip())


def _lowered(refused: EngineError) -> str:
    text = refused.message.strip()
    return f"{text[0].lower()}{text[1:]}" if text else "no se sabe por qué."


def _shown(value: Any) -> str:
    if value is None:
        return "vacío"
    if isinstance(value, bool):
        return "sí" if value else "no"
    return f"«{', '.join(map(str, value)) if isinstance(value, list) else value}»"
