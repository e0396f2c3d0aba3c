"""Automatic steps of `sub_mesa`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.contracts import FLAG, LIST, NUMBER, declares
from engine.runtime import ProcessEngine, ServiceCall, ServiceTaskHandler
from workflows.meetings import convening, minutes

MinutesMaker = Callable[[Session, ProcessEngine, int], object]
"""Makes and stores the document of approved minutes (meeting id)."""


@declares(needs={"reunion": NUMBER})
def enviar_convocatoria(call: ServiceCall) -> None:
    """Tell that the meeting was called."""
    convening.send_invitations(call.session, call.engine, call.variables["reunion"])


@declares(needs={"reunion": NUMBER}, uses={"asistentes": LIST}, fills={"hay_ajustes": FLAG})
def recoger_ajustes(call: ServiceCall) -> Mapping[str, Any]:
    """Close a round of review; sets `hay_ajustes`."""
    reviewers = call.variables.get("asistentes") or []
    return {"hay_ajustes": minutes.gather_reviews(call.session, call.engine, call.variables["reunion"], reviewers)}


def cerrar_mesa(make_minutes: MinutesMaker | None) -> ServiceTaskHandler:
    """The step that puts the commitments in force and, where there is somebody to make it, stores the minutes."""

    @declares(needs={"reunion": NUMBER}, fills={"acta_id": NUMBER})
    def close(call: ServiceCall) -> Mapping[str, Any]:
        meeting = minutes.close(call.session, call.variables["reunion"])
        if make_minutes is not None:
            make_minutes(call.session, call.engine, meeting.id)
        return {"acta_id": meeting.id}

    return close
