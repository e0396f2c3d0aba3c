"""Bringing a diagram that somebody drew with another tool: hand it in, see what became of it, open it as a draft."""

from __future__ import annotations

import re

import orjson
from flask import request
from werkzeug.wrappers import Response

from engine.definitions import drafts
from engine.definitions.drawing import draw_svg
from engine.definitions.markup import MAX_BYTES
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import StaleDraft, UnreadableDiagram
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import brought, overview, owners
from web.studio.blueprint import LEADERS, blueprint
from web.studio.brought import ANSWER, Brought

SAME, OTHER = "mismo", "otro"


@blueprint.get("/traer")
@allow(*LEADERS, of=Of.NONE)
def bring_page() -> str:
    """Where the file is handed in."""
    return _bring_page()


def _bring_page(error: str = "") -> str:
    with current().database.reading() as session:
        return page("studio/bring.html", owners=owners.choices(session), error=error)


@blueprint.post("/traer")
@allow(*LEADERS, of=Of.NONE)
def bring() -> str | tuple[str, int]:
    """Show what was repaired and what is asked. Nothing becomes a draft yet."""
    given = request.files.get("archivo")
    if given is None or not given.filename:
        return _bring_page("Elija el archivo del diagrama que quiere traer."), 422
    content, sector = given.stream.read(MAX_BYTES + 1), _sector()
    try:
        found = brought.look(content, sector=sector)
    except UnreadableDiagram as refused:
        return _bring_page(refused.message), 422
    number = hold(content)
    keep_answers({})
    return result_page(found, number)


def _sector() -> str:
    with current().database.reading() as session:
        return owners.chosen(session)


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


def keep_answers(answers: dict[str, str]) -> None:
    """Put what the person answered beside their file, in the place of what they answered before."""
    with current().database.unit_of_work() as session:
        drafts.discard(session, drafts.ANSWERS, actor().id)
        if answers:
            drafts.save(
                session, current().engine, drafts.ANSWERS, actor().id, orjson.dumps(answers),
                actor=actor(), revision=0, base_version=None,
            )  # fmt: skip


def given_answers() -> dict[str, str]:
    """What was answered before, with what the form says now; an emptied one is asked again."""
    with current().database.reading() as session:
        kept = drafts.find(session, drafts.ANSWERS, actor().id)
        answers: dict[str, str] = orjson.loads(kept.content) if kept is not None else {}
    said = request.form.items(multi=True)
    answers |= {name.removeprefix(ANSWER): value.strip()[:300] for name, value in said if name.startswith(ANSWER)}
    return {key: value for key, value in answers.items() if value}


@blueprint.post("/traer/responder")
@allow(*LEADERS, of=Of.NONE)
def answer_brought() -> str:
    """The same file with these answers: what they decide is done, and stays answered."""
    content, answers, sector = held(), given_answers(), _sector()
    keep_answers(answers)
    return result_page(
        brought.look(content, sector=sector, answers=answers), request.form.get("archivo", 0, type=row_id)
    )


def result_page(found: Brought, upload: int, wrong: str = "") -> str:
    """What became of the file, what is asked of it, and the button that opens it."""
    xml = found.result.xml
    diagram, sector = read_diagram(xml), Name.parse(found.process_key).tenant
    with current().database.reading() as session:
        people = overview.people(session)
        listed = brought.choices(session, sector)
        named = owners.choices(session)
    return page(
        "studio/brought.html",
        found=found,
        upload=upload,
        owner=sector or owners.EVERYBODY,
        owner_name=named.get(sector, ""),
        steps=len(diagram.elements),
        picture=_with_places(draw_svg(xml, {question.element: "cambiado" for question in found.result.questions})),
        listed=listed,
        places={*diagram.elements, *diagram.flows, *diagram.lanes},
        answer=ANSWER,
        people=people,
        wrong=wrong,
    )


def _with_places(picture: str) -> str:
    """Each element of the picture as something that a link leads to: the style sheet shows which it is."""
    return re.sub(r'data-element="([^"]*)"', r'id="el-\1" data-element="\1"', picture)


@blueprint.post("/traer/abrir")
@allow(*LEADERS, of=Of.NONE)
def open_brought() -> Response | tuple[str, int]:
    """Open the file that was shown: as the draft of the process that it says, or of a new one."""
    content, choice = held(), request.form.get("como", "")
    answers, sector = given_answers(), _sector()
    keep_answers(answers)
    found = brought.look(content, sector=sector, new=choice == OTHER, answers=answers)
    if found.there is not None and choice != SAME:
        upload = request.form.get("archivo", 0, type=row_id)
        return result_page(found, upload, "Diga si es el mismo proceso o es otro."), 422
    revision = request.form.get("borrador", 0, type=row_id) if found.there is not None else 0
    with current().database.unit_of_work() as session:
        brought.open_as_draft(session, found, content, revision, actor())
        drafts.discard(session, drafts.UPLOAD, actor().id)
        drafts.discard(session, drafts.ANSWERS, actor().id)
    notice = f"«{found.name}» quedó como borrador. Responda las preguntas y publíquelo cuando esté listo."
    return back_to("studio.edit", notice, process_key=found.process_key)


@blueprint.post("/<process_key>/preguntas")
@allow(*LEADERS, of=Of.DEFINITION)
def answer_opened(process_key: str) -> Response:
    """Answer what was left open when the file became a draft: what one has drawn since stays."""
    with current().database.reading() as session:
        before = brought.opened(session, process_key)
    if before is None or not before.original:
        return back_to("studio.edit", "Ese borrador no tiene preguntas que responder.", process_key=process_key)
    said = {name.removeprefix(ANSWER): value.strip()[:300] for name, value in request.form.items(multi=True)
            if name.startswith(ANSWER)}  # fmt: skip
    answers = {key: value for key, value in {**before.answers, **said}.items() if value}
    result = brought.look_again(before.original, process_key, answers)
    with current().database.unit_of_work() as session:
        stays = brought.answer_later(session, process_key, before, result, actor())
    notice = f"Se aplicaron las respuestas; quedan {len(result.questions)} preguntas."
    if len(result.questions) < 2:
        notice = f"Se aplicaron las respuestas; {'queda una pregunta' if result.questions else 'no quedan preguntas'}."
    if stays:
        notice += f" {stays} elementos que usted ya había cambiado quedaron como los dejó."
    return back_to("studio.edit", notice, process_key=process_key)
