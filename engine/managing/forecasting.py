"""What repairing a stopped case would do: it is done, and undone at once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import resolutions
from engine.errors import EngineError, NotFound
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.managing.outcome import Outcome, effects, last_line
from engine.runtime import ProcessEngine


def forecast(session: Session, engine: ProcessEngine, incident_id: int, *, actor: Actor, reason: str = "") -> Outcome:
    """What trying the failed step again, or with a `reason` leaving it out, would do. Raises `NotFound`."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("Ese incidente no existe.")
    instance = session.get_one(Instance, incident.instance_id)
    about, since = (instance.id, instance.name, instance.business_key), last_line(session, instance.id)
    nested = session.begin_nested()
    try:
        if reason:
            solved = resolutions.skip(session, engine, incident_id, actor=actor, reason=reason)
        else:
            solved = resolutions.resolve_by_retry(session, engine, incident_id, actor=actor)
        found = effects(session, instance, since)
        failed = () if solved.resolution is not None else (solved.message,)
        sentence = f"vuelve a fallar: {failed[0]}" if failed else _goes_on(reason, found.opens, found.runs)
        return Outcome(
            *about, possible=not failed, sentence=sentence, opens=found.opens, closes=found.closes,
            runs=found.runs, incidents=(*failed, *found.incidents), warnings=found.incidents,
        )  # fmt: skip
    except EngineError as refused:
        return Outcome(*about, possible=False, sentence=f"no puede: {refused.message[:1].lower()}{refused.message[1:]}")
    finally:
        if nested.is_active:
            nested.rollback()
        session.expire_all()


def _goes_on(reason: str, opens: tuple[str, ...], runs: tuple[str, ...]) -> str:
    born = [f"nace {', '.join(f'«{one}»' for one in opens)}"] if opens else []
    return "; ".join(["sigue sin ese paso" if reason else "sigue", *born, *runs])
