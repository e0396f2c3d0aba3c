"""A process begun from nothing: a lane with its role, and one step to go on from, drawn or in the table."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from engine.definitions import drafts
from engine.definitions.names import Name
from web.auth.access import Of, allow
from web.pages import actor, back_to, current, page
from web.studio import brought, owners
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_way
from workflows.forms import editing

LONGEST_NAME = 200


@blueprint.get("/nuevo")
@allow(*LEADERS, of=Of.NONE)
def new_process() -> str:
    """Asks what it is called, whose its first step is, and which sectors will work by it."""
    return _page({})


@blueprint.post("/nuevo")
@allow(*LEADERS, of=Of.NONE)
def make_process() -> Response | tuple[str, int]:
    """Begin it as a draft: of all sectors, or of one that the reader leads."""
    name, role = " ".join(request.form.get("nombre", "").split()), request.form.get("rol", "")
    with current().database.unit_of_work() as session:
        roles, sector = current().engine.groups.roles(session), owners.chosen(session)
        wrong = {}
        if not 0 < len(name) <= LONGEST_NAME:
            wrong["nombre"] = f"Escriba cómo se llama, en a lo sumo {LONGEST_NAME} letras."
        if role not in roles:
            wrong["rol"] = "Elija quién hace el primer paso."
        if wrong:
            return _page(wrong), 422
        key = editing.key_for(name, brought.taken(session) | set(current().engine.reserved_keys))
        called = str(Name(key, sector))
        values = {"key": key, "name": name, "role": role, "lane": roles[role]}
        xml = render_template("studio/first_drawing.xml", **values).encode()
        drafts.save(
            session, current().engine, drafts.PROCESS, called, xml, actor=actor(), revision=0, base_version=None
        )  # fmt: skip
        note_way(session, "crear_proceso", called, "")
    said = "Es un borrador: agregue sus pasos aquí o en el dibujo, y publíquelo."
    return back_to("studio.tasks", said, process_key=called)


def _page(wrong: dict[str, str]) -> str:
    with current().database.reading() as session:
        roles, sectors = current().engine.groups.roles(session), owners.choices(session)
    return page("studio/new_process.html", roles=roles, owners=sectors, typed=request.form, wrong=wrong)
