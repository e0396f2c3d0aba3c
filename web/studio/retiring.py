"""Retiring a process, and taking it back."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from engine.definitions import retiring
from web.auth.access import Of, allow
from web.pages import actor, back_to, current
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_way


@blueprint.post("/<process_key>/retiro")
@allow(*LEADERS, of=Of.DEFINITION)
def retire(process_key: str) -> Response:
    """Begin no new case of it; running ones go on."""
    reason = request.form.get("reason", "")
    with current().database.unit_of_work() as session:
        retiring.retire(session, current().engine, process_key, actor=actor(), reason=reason)
        note_way(session, "retirar_proceso", process_key, reason, before={"retirado": False}, retirado=True)
    return back_to("studio.process", "Retirado: no se abren casos nuevos.", process_key=process_key)


@blueprint.post("/<process_key>/reactivacion")
@allow(*LEADERS, of=Of.DEFINITION)
def reactivate(process_key: str) -> Response:
    """Begin cases of it again."""
    with current().database.unit_of_work() as session:
        retiring.reactivate(session, process_key)
        note_way(session, "reactivar_proceso", process_key, "", before={"retirado": True}, retirado=False)
    return back_to("studio.process", "Reactivado: se pueden abrir casos.", process_key=process_key)
