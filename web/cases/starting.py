"""Beginning a process by hand: what one may begin, and what is asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import forms
from web.auth import SIGNED_IN, Of, allow
from web.cases.blueprint import blueprint
from web.forms.controls import FormView
from web.forms.receiving import change_rows, read_uploads
from web.pages import actor, back_to, current, page
from workflows.cycles import by_hand
from workflows.cycles.by_hand import Beginning
from workflows.documents.files import Quota
from workflows.documents.kinds import SUFFIXES
from workflows.errors import FieldError, InvalidSubmission, Refused
from workflows.forms import loose


@blueprint.get("/empezar")
@allow(SIGNED_IN, of=Of.NONE)
def startable() -> str:
    """What this person may begin."""
    with current().database.reading() as session:
        return page("cases/startable.html", offered=by_hand.offered(session, current().engine, actor()))


@blueprint.get("/empezar/<process_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def ask(process_key: str) -> Any:
    """What a case of this process begins with; one that can't be begun says why, beside those that can."""
    with current().database.reading() as session:
        try:
            return _asking(session, process_key)
        except Refused as refused:
            offered = by_hand.offered(session, current().engine, actor())
            return page("cases/startable.html", offered=offered, refused=refused.message), 409


@blueprint.post("/empezar/<process_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def begin(process_key: str) -> Any:
    """Open the case. Its files are kept whatever else is wrong, so that nobody uploads them twice."""
    application, action = current(), str(request.form.get("_accion") or forms.SEND)
    with application.database.reading() as session:
        schema = by_hand.beginning(session, application.engine, process_key, actor()).schema
    typed, errors = read_uploads(request, schema, forms.parse_request(request), Quota())
    with application.database.unit_of_work() as session:
        raw = typed.kept(session, application, actor())
        if action != forms.SEND:
            change_rows(schema, raw, action)
        elif not errors:
            try:
                return _begun(session, process_key, raw)
            except InvalidSubmission as invalid:
                raw, errors = dict(invalid.raw), list(invalid.errors)
    with application.database.reading() as session:
        body = _asking(session, process_key, raw, errors)
    return body, HTTPStatus.OK if action != forms.SEND else HTTPStatus.UNPROCESSABLE_ENTITY


def _begun(session: Session, process_key: str, raw: Mapping[str, Any]) -> Response:
    application = current()
    with session.begin_nested():
        case = by_hand.begin(
            session, application.engine, process_key, raw, actor=actor(), catalogues=application.forms.catalogues
        )
    told = f"«{case.name}» comenzó, con la clave {case.business_key}."
    return back_to("cases.show", told, case_id=case.id)


def _asking(
    session: Session, process_key: str, raw: dict[str, Any] | None = None, errors: Sequence[FieldError] = ()
) -> str:
    application = current()
    how = by_hand.beginning(session, application.engine, process_key, actor())
    plans = _plans(how)
    if raw is None and len(plans) == 1:
        raw = {by_hand.PLAN: plans[0]}
    opened = loose.open_form(session, application.engine, how.schema, actor(), application.forms.catalogues, raw)
    return page(
        "cases/starting.html",
        how=how,
        form=FormView(opened, errors),
        accept=",".join(SUFFIXES),
        next=by_hand.next_name(session, process_key, plans[0]) if len(plans) == 1 else None,
    )


def _plans(how: Beginning) -> list[str]:
    """The plans one can choose from."""
    asked = (field for field in how.schema.fields() if field.key == by_hand.PLAN)
    return [code for one in asked for code, _name in one.options]
