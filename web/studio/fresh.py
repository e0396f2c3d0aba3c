"""A process begun from nothing: a lane with its role, and one step to go on from, drawn or in the table."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import drafts
from web.auth.access import Of, allow
from web.pages import actor, back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_way
from workflows.forms import editing

LONGEST_NAME = 200
WORDS = frozenset({"nuevo", "traer", "formularios", "descartados", "variantes"})
"""Words that stand where a process would in an address."""


@blueprint.get("/nuevo")
@allow(*LEADERS, of=Of.DEFINITION)
def new_process() -> str:
    """Asks what it is called, and whose its first step is."""
    return _page({})


@blueprint.post("/nuevo")
@allow(*LEADERS, of=Of.DEFINITION)
def make_process() -> Response | tuple[str, int]:
    """Begin it as a draft."""
    name, role = " ".join(request.form.get("nombre", "").split()), request.form.get("rol", "")
    with current().database.unit_of_work() as session:
        roles = current().engine.groups.roles(session)
        wrong = {}
        if not 0 < len(name) <= LONGEST_NAME:
            wrong["nombre"] = f"Escriba cómo se llama, en a lo sumo {LONGEST_NAME} letras."
        if role not in roles:
            wrong["rol"] = "Elija quién hace el primer paso."
        if wrong:
            return _page(wrong), 422
        key = editing.key_for(name, _taken(session))
        values = {"key": key, "name": name, "role": role, "lane": roles[role]}
        xml = render_template("studio/first_drawing.xml", **values).encode()
        drafts.save(
            session, current().engine, drafts.PROCESS, key, xml, actor=actor(), revision=0, base_version=None
        )  # fmt: skip
        note_way(session, "crear_proceso", key, "")
    said = "Es un borrador: agregue sus pasos aquí o en el dibujo, y publíquelo."
    return back_to("studio.tasks", said, process_key=key)


def _taken(session: Session) -> set[str]:
    known = {*overview.drawn_diagrams(session), *drafts.keys(session, drafts.PROCESS)}
    return known | set(current().engine.reserved_keys) | WORDS


def _page(wrong: dict[str, str]) -> str:
    with current().database.reading() as session:
        roles = current().engine.groups.roles(session)
    return page("studio/new_process.html", roles=roles, typed=request.form, wrong=wrong)
