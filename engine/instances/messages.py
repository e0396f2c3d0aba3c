"""Messages from outside: found by name and key, or opening a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import limits
from engine.errors import InvalidVariables, NoMessageReceiver
from engine.identity import Actor
from engine.instances import turning
from engine.instances.holding import TOO_LONG
from engine.instances.turn import Thrown
from engine.runtime import ProcessEngine


def send(
    session: Session, engine: ProcessEngine, name: str, key: str, variables: Mapping[str, Any], *, actor: Actor
) -> list[int]:
    """Hand a message to every case that waits for it, and open the cases that begin with it.

    `key` must equal that of the waiting element; parts are joined with `/`. The variables are set where it is
    received. Returns the ids of the instances reached. Raises `NoMessageReceiver` if there is none (it may
    have got the same message from somebody else at this moment), `InvalidVariables`.
    """
    if not limits.fits(name, limits.MESSAGE_NAME) or not limits.fits(key, limits.MESSAGE_KEY):
        raise InvalidVariables(TOO_LONG)
    reached = turning.reach(session, engine, Thrown(name, key, dict(variables)), actor)
    if not reached:
        raise NoMessageReceiver(
            f"Ningún proceso espera el mensaje «{name}» con la clave «{key}». "
            "Revise si ya terminó o si aún no llega a ese paso."
        )
    return reached
