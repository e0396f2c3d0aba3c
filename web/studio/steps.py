"""Steps added, taken away, moved and led elsewhere from the table: the drawing follows by itself."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from engine.definitions import stepping
from engine.definitions.reading import read_diagram
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import keep

NEW = "Paso nuevo"


@blueprint.post("/<process_key>/tareas/<element_id>/agregar")
@allow(*LEADERS, of=Of.DEFINITION)
def add_step(process_key: str, element_id: str) -> Response:
    """A task of a person after this step; its sheet opens, to say what, who, when and with which form."""
    made = ""

    def insert(xml: bytes) -> bytes:
        nonlocal made
        changed, made = stepping.insert_after(xml, element_id, NEW)
        return changed

    _change(process_key, insert)
    return back_to("studio.task", "Diga qué se hace en el paso nuevo.", process_key=process_key, element_id=made)


@blueprint.post("/<process_key>/tareas/<element_id>/quitar")
@allow(*LEADERS, of=Of.DEFINITION)
def remove_step(process_key: str, element_id: str) -> Response:
    """Take a step away: what led to it leads to what followed it."""
    _change(process_key, lambda xml: stepping.remove(xml, element_id))
    return back_to("studio.tasks", "El paso se quitó del borrador.", process_key=process_key)


@blueprint.post("/<process_key>/tareas/<element_id>/cambiar")
@allow(*LEADERS, of=Of.DEFINITION)
def swap_step(process_key: str, element_id: str) -> Response:
    """Change its turn with the next step's."""
    _change(process_key, lambda xml: stepping.swap_with_next(xml, element_id))
    notice = "Los dos pasos cambiaron de turno en el borrador."
    return back_to("studio.tasks", notice, process_key=process_key, _anchor=f"paso-{element_id}")


@blueprint.post("/<process_key>/tareas/<element_id>/sigue")
@allow(*LEADERS, of=Of.DEFINITION)
def lead_step(process_key: str, element_id: str) -> Response:
    """Say what follows a step."""
    target = request.form.get("sigue", "")
    _change(process_key, lambda xml: stepping.set_next(xml, element_id, target))
    notice = "Lo que sigue cambió en el borrador."
    return back_to("studio.tasks", notice, process_key=process_key, _anchor=f"paso-{element_id}")


def _change(process_key: str, act: Callable[[bytes], bytes]) -> None:
    """Act on the draft that the person has seen; raises `StaleDraft`, `Invalid` with why it is drawn instead."""
    with current().database.unit_of_work() as session:
        xml, _ = overview.working_xml(session, process_key)
        changed = act(xml)
        read_diagram(changed)
        keep(session, process_key, changed, request.form.get("revision", 0, type=row_id))
