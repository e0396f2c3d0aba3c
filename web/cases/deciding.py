"""What a coordinator does about a wait of a case: send the message, let the date come, go on without it."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.instances.models import Instance
from engine.waits import Wait, WaitKind, acting, waits
from engine.waits.acting import Place
from engine.waits.senders import Senders
from web import forms
from web.auth import Of, allow
from web.cases import waiting
from web.cases.blueprint import blueprint
from web.forms.controls import FormView
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.errors import FieldError, InvalidSubmission
from workflows.forms import loose
from workflows.forms.loose import Asked
from workflows.people.roles import COORDINATING

REASON = "Diga el motivo: queda en la historia del proceso."
GONE = "Ese proceso ya no espera eso. Vea en su página qué espera ahora."


@blueprint.get("/<int:case_id>/esperas/<node_id>/<element_id>")
@allow(*COORDINATING, of=Of.CASE)
def decide(case_id: int, node_id: str, element_id: str) -> str:
    """What is awaited, and the ways on."""
    with current().database.reading() as session:
        return _deciding(session, Place(case_id, node_id, element_id))


def _deciding(session: Session, place: Place, **context: Any) -> str:
    application, wait = current(), _wait(session, place)
    asked, raw = _asked(session, wait, place.instance_id), context.get("raw")
    opened = loose.open_form(session, application.engine, asked.schema, actor(), application.forms.catalogues, raw)
    return page(
        "cases/deciding.html",
        case=session.get_one(Instance, place.instance_id),
        shown=waiting.shown(session, [wait])[0],
        place=place,
        form=FormView(opened, context.get("errors", ())),
        asks=bool(asked.names),
        act=context.get("act", ""),
        wrong=context.get("wrong", ""),
        reason_typed=request.form.get("motivo", ""),
        sends=wait.kind == WaitKind.MESSAGE,
        dated=wait.kind == WaitKind.DATE,
    )


def _wait(session: Session, place: Place) -> Wait:
    for wait in waits(session, current().engine, place.instance_id):
        if (wait.node_id, wait.element_id) == (place.node_id, place.element_id):
            return wait
    raise Conflict(GONE)


def _asked(session: Session, wait: Wait, case_id: int) -> Asked:
    """The data that the message brings, asked by name."""
    tenant = session.get_one(Instance, case_id).tenant
    sure, maybe = Senders(session, current().engine).brings(wait.message, tenant) if wait.message else ({}, {})
    return loose.by_name(sure, maybe)


@blueprint.post("/<int:case_id>/esperas/<node_id>/<element_id>/enviar")
@allow(*COORDINATING, of=Of.CASE)
def send_awaited(case_id: int, node_id: str, element_id: str) -> Any:
    """Send the case the message it waits for, with its data."""
    place, application, raw = Place(case_id, node_id, element_id), current(), forms.parse_request(request)
    errors: list[FieldError] = []
    variables: dict[str, Any] = {}
    with application.database.reading() as session:
        asked = _asked(session, _wait(session, place), case_id)
        try:
            answered = loose.read_variables(
                session, application.engine, asked.schema, actor(), application.forms.catalogues, raw
            )
            variables = asked.named(answered)
        except InvalidSubmission as invalid:
            errors = list(invalid.errors)
        if errors or not _reason():
            wrong = "" if _reason() else REASON
            return _deciding(session, place, act="enviar", errors=errors, wrong=wrong, raw=raw), 422
    with application.database.unit_of_work() as session:
        acting.send(session, application.engine, place, variables, actor=actor(), reason=_reason())
        _note(session, place, "enviar_mensaje")
    return _back(place, "El mensaje quedó enviado: el proceso sigue.")


@blueprint.post("/<int:case_id>/esperas/<node_id>/<element_id>/adelantar")
@allow(*COORDINATING, of=Of.CASE)
def let_come(case_id: int, node_id: str, element_id: str) -> Any:
    """Let the date come now."""
    return _do(Place(case_id, node_id, element_id), "adelantar", acting.let_come, "La fecha se dio por llegada.")


@blueprint.post("/<int:case_id>/esperas/<node_id>/<element_id>/omitir")
@allow(*COORDINATING, of=Of.CASE)
def skip_wait(case_id: int, node_id: str, element_id: str) -> Any:
    """Go on without what is awaited."""
    return _do(Place(case_id, node_id, element_id), "omitir", acting.skip, "La espera se omitió: el proceso sigue.")


def _do(place: Place, act: str, do: Any, told: str) -> Any:
    if not _reason():
        with current().database.reading() as session:
            return _deciding(session, place, act=act, wrong=REASON), 422
    with current().database.unit_of_work() as session:
        do(session, current().engine, place, actor=actor(), reason=_reason())
        _note(session, place, f"{act}_espera")
    return _back(place, told)


def _note(session: Session, place: Place, act: str) -> None:
    subject = ("proceso", session.get_one(Instance, place.instance_id).business_key)
    auditing.record(session, current().clock, actor(), act, subject, reason=_reason())


def _reason() -> str:
    return request.form.get("motivo", "").strip()


def _back(place: Place, told: str) -> Any:
    return back_to("cases.show", told, case_id=place.instance_id)
