"""The letters of a case: written from it or from one of its tasks, filed under their number, received."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.instances.models import Instance
from web import exporting
from web.answers import named
from web.auth import SIGNED_IN, WORKING, Of, allow
from web.auth.gate import may_open
from web.days import typed_day
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.correspondence import printing, writing
from workflows.correspondence.models import Letter
from workflows.correspondence.states import Direction, LetterKind
from workflows.correspondence.writing import Draft, Received
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.tables import Column
from workflows.errors import Conflict, Refused
from workflows.people import directory

blueprint = Blueprint("letters", __name__, url_prefix="/casos/<int:case_id>/cartas")

MEDIA = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
NO_DAY = "Escriba la fecha del radicado, por ejemplo 9/11/2026."

COLUMNS: list[Column[Letter]] = [
    Column("Radicado", lambda one: one.number),
    Column("Fecha", lambda one: one.filed_on),
    Column("Sentido", lambda one: "sale" if one.direction is Direction.OUT else "entra"),
    Column("Clase", lambda one: one.kind.value),
    Column("Asunto", lambda one: one.subject),
    Column("Con quién", lambda one: one.party),
]


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.CASE)
def index(case_id: int) -> str | Response:
    """The letters of a case, out and in, and a form for one that came."""
    if exporting.is_asked():
        with current().database.reading() as session:
            letters = writing.of_case(session, case_id)
            return exporting.as_file(f"cartas {case_id}", "Cartas", COLUMNS, letters, ("caso", str(case_id)))
    return _listed(case_id)


@blueprint.get("/nueva")
@allow(WORKING, of=Of.CASE)
def new(case_id: int) -> str:
    """A letter to be written, begun with what is known."""
    with current().database.reading() as session:
        case = _case(session, case_id)
        answers = request.args.get("responde", 0, type=row_id)
        answered = writing.one(session, case_id, answers) if answers else None
        draft = writing.begun(session, case, _kind(), answered)
        return _editing(session, case, draft, answered=answered)


@blueprint.post("/nueva")
@allow(WORKING, of=Of.CASE)
def write(case_id: int) -> Any:
    """Keep a letter that is not filed yet."""
    application = current()
    task_id, answers_id = (request.form.get(name, 0, type=row_id) or None for name in ("tarea", "responde"))
    try:
        with application.database.unit_of_work() as session:
            letter_id = writing.write(
                session, application.clock, case_id, _typed(), actor=actor(), task_id=task_id, answers_id=answers_id
            ).id
    except Refused as wrong:
        with application.database.reading() as session:
            return _editing(session, _case(session, case_id), _typed(), error=wrong.message), 422
    return back_to("letters.show", "La carta quedó escrita. Al radicarla, escriba aquí su número.", case_id=case_id,
                   number=letter_id)  # fmt: skip


@blueprint.post("/recibida")
@allow(WORKING, of=Of.CASE)
def receive(case_id: int) -> Any:
    """Keep a letter that came in."""
    application, given = current(), request.files.get("archivo")
    day = typed_day(request.form.get("fecha", ""))
    try:
        if day is None:
            raise Refused(NO_DAY)
        got = Received(
            _kind(), _text("de"), _text("asunto"), _text("radicado"), day,
            given.filename or "" if given else "", given.read() if given else b"",
        )  # fmt: skip
        with application.database.unit_of_work() as session:
            number = writing.receive(session, application.clock, case_id, got, actor=actor()).number
    except Refused as wrong:
        return _listed(case_id, wrong.message), 422
    return back_to("letters.index", f"La carta recibida con radicado {number} quedó en el proceso.", case_id=case_id)


@blueprint.get("/<int:number>")
@allow(SIGNED_IN, of=Of.CASE)
def show(case_id: int, number: int) -> str:
    """A letter, to be changed while it is not filed."""
    with current().database.reading() as session:
        return _shown(session, case_id, number)


@blueprint.post("/<int:number>")
@allow(WORKING, of=Of.CASE)
def change(case_id: int, number: int) -> Any:
    """Change the words of a letter, or file it under its number."""
    application = current()
    files_it = request.form.get("accion") == "radicar"
    try:
        with application.database.unit_of_work() as session:
            letter = writing.one(session, case_id, number)
            if files_it:
                day = typed_day(request.form.get("fecha", ""))
                if day is None:
                    raise Refused(NO_DAY)
                writing.file(session, application.clock, letter, _text("radicado"), day, actor=actor())
            else:
                writing.rewrite(session, application.clock, letter, _typed(), actor=actor())
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _shown(session, case_id, number, None if files_it else _typed(), wrong.message), 422
    notice = "La carta quedó radicada: ya no cambia." if files_it else "La carta quedó guardada."
    return back_to("letters.show", notice, case_id=case_id, number=number)


@blueprint.get("/<int:number>/archivo.<suffix>")
@allow(SIGNED_IN, of=Of.CASE)
def download(case_id: int, number: int, suffix: str) -> Response:
    """A letter as PDF or Word; one that came in as it came."""
    application = current()
    with application.database.unit_of_work() as session:
        letter = writing.one(session, case_id, number)
        writing.note_taken(session, application.clock, letter, actor=actor())
        if letter.direction is Direction.IN:
            stored = session.get(StoredFile, letter.file_id) if letter.file_id else None
            if stored is None:
                abort(404)
            return named(Response(files.read(session, stored.id), mimetype=stored.media_type), stored.name)
        if suffix not in printing.FORMATS:
            abort(404)
        laid = printing.page_of(session, letter)
    name = f"{letter.kind}-{letter.number or f'sin-radicar-{number}'}.{suffix}".replace("/", "-")
    return named(Response(printing.render(laid, suffix), mimetype=MEDIA[suffix]), name)


def _listed(case_id: int, error: str = "") -> str:
    with current().database.reading() as session:
        return page(
            "letters/index.html",
            case=_case(session, case_id),
            letters=writing.of_case(session, case_id),
            kinds=list(LetterKind),
            error=error,
            typed=request.form,
            may_write=may_open("letters.new", case_id=case_id),
            files=exporting.files_of(),
        )


def _shown(session: Session, case_id: int, letter_id: int, typed: Draft | None = None, error: str = "") -> str:
    letter = writing.one(session, case_id, letter_id)
    draft = typed or _draft(letter)
    answered = session.get(Letter, letter.answers_id) if letter.answers_id else None
    return _editing(session, _case(session, case_id), draft, letter=letter, answered=answered, error=error)


def _editing(session: Session, case: Instance, draft: Draft, **context: Any) -> str:
    signer = draft.signer or actor().id
    return page(
        "letters/letter.html",
        case=case,
        draft=draft,
        kinds=list(LetterKind),
        task_id=request.values.get("tarea", 0, type=row_id),
        signer=signer,
        names=directory.display_names(session, {signer}),
        may_write=may_open("letters.new", case_id=case.id),
        **{"letter": None, "answered": None, "error": "", **context},
    )


def _draft(letter: Letter) -> Draft:
    return Draft(letter.kind, letter.party, letter.office, letter.subject, letter.text, letter.signer)


def _typed() -> Draft:
    text = request.form.get("texto", "").replace("\r\n", "\n").strip()
    return Draft(_kind(), _text("para"), _text("cargo"), _text("asunto"), text, "")


def _kind() -> LetterKind:
    return next((one for one in LetterKind if one == request.values.get("tipo")), LetterKind.LETTER)


def _text(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _case(session: Session, case_id: int) -> Instance:
    return session.get(Instance, case_id) or abort(404)
