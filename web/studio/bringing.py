"""Bringing a diagram that somebody drew with another tool: hand it in, see what became of it, open it as a draft."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from engine.definitions import drafts
from engine.definitions.drawing import draw_svg
from engine.definitions.markup import MAX_BYTES
from engine.definitions.reading import read_diagram
from engine.errors import StaleDraft, UnreadableDiagram
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import brought, overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.brought import Brought

SAME, OTHER = "mismo", "otro"


@blueprint.get("/traer")
@allow(*LEADERS, of=Of.DEFINITION)
def bring_page() -> str:
    """Where the file is handed in."""
    return page("studio/bring.html")


@blueprint.post("/traer")
@allow(*LEADERS, of=Of.DEFINITION)
def bring() -> str | tuple[str, int]:
    """Show what was repaired and what is asked. Nothing becomes a draft yet."""
    given = request.files.get("archivo")
    if given is None or not given.filename:
        return page("studio/bring.html", error="Elija el archivo del diagrama que quiere traer."), 422
    content = given.stream.read(MAX_BYTES + 1)
    try:
        found = brought.look(content)
    except UnreadableDiagram as refused:
        return page("studio/bring.html", error=refused.message), 422
    return result_page(found, hold(content))


def hold(content: bytes) -> int:
    """Put the file aside for its person, in the place of an earlier one; returns the number of this one."""
    with current().database.unit_of_work() as session:
        before = drafts.find(session, drafts.UPLOAD, actor().id)
        kept = drafts.save(
            session, current().engine, drafts.UPLOAD, actor().id, content,
            actor=actor(), revision=before.revision if before else 0, base_version=None,
        )  # fmt: skip
        return kept.revision


def held() -> bytes:
    """The file that the person's page shows; raises `StaleDraft` if it is no longer the one put aside."""
    with current().database.reading() as session:
        kept = drafts.find(session, drafts.UPLOAD, actor().id)
        if kept is None or kept.revision != request.form.get("archivo", 0, type=row_id):
            raise StaleDraft("Ese archivo ya se abrió, o usted trajo otro después. Tráigalo de nuevo.")
        return kept.content


def result_page(found: Brought, upload: int, wrong: str = "") -> str:
    """What became of the file, and the button that opens it."""
    xml = found.result.xml
    diagram = read_diagram(xml)
    with current().database.reading() as session:
        people = overview.people(session)
        options = current().engine.groups.roles(session)
    return page(
        "studio/brought.html",
        found=found,
        upload=upload,
        options=options,
        steps=len(diagram.elements),
        picture=draw_svg(xml, {question.element: "cambiado" for question in found.result.questions}),
        people=people,
        wrong=wrong,
    )


@blueprint.post("/traer/abrir")
@allow(*LEADERS, of=Of.DEFINITION)
def open_brought() -> Response | tuple[str, int]:
    """Open the file that was shown: as the draft of the process that it says, or of a new one."""
    content, choice = held(), request.form.get("como", "")
    found = brought.look(content, new=choice == OTHER)
    if found.there is not None and choice != SAME:
        upload = request.form.get("archivo", 0, type=row_id)
        return result_page(found, upload, "Diga si es el mismo proceso o es otro."), 422
    revision = request.form.get("borrador", 0, type=row_id) if found.there is not None else 0
    with current().database.unit_of_work() as session:
        brought.open_as_draft(session, found, revision, actor())
        drafts.discard(session, drafts.UPLOAD, actor().id)
    notice = f"«{found.name}» quedó como borrador. Responda las preguntas y publíquelo cuando esté listo."
    return back_to("studio.edit", notice, process_key=found.process_key)
