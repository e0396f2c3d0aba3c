"""Handing over for good: to choose who and to whom, to see what passes, to do it, and the record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session

from notifications.handovers import tell_handed_over
from web.admin.holding import oblige
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.calendar import bogota_day
from workflows.errors import Forbidden, NotFound, Refused
from workflows.lifecycle import handing_over
from workflows.people import absences
from workflows.people.roles import COORDINATING

blueprint = Blueprint("handovers", __name__, url_prefix="/entregas")


@blueprint.get("")
@allow(SIGNED_IN, of=Of.OWN)
def index() -> Any:
    """The records that one may read; for whoever coordinates, what would pass from one person to another."""
    giver, receiver = request.args.get("de", ""), request.args.get("a", "")
    with current().database.reading() as session:
        return _chosen(session, giver, receiver)


@blueprint.post("/hacer")
@allow(*COORDINATING, of=Of.NONE)
def hand_over() -> Any:
    """Let everything pass that the preview shows."""
    giver, receiver = request.form.get("de", ""), request.form.get("a", "")
    reason, application = request.form.get("motivo", ""), current()
    try:
        with application.database.unit_of_work() as session:
            kept = handing_over.hand_over(
                session, application.engine, application.forms, giver, receiver, reason=reason, actor=actor()
            )
            absences.lend(session, bogota_day(application.clock.now()))
            tell_handed_over(session, kept, application.config.base_url)
            oblige(session, receiver)
            handover_id = kept.id
    except (Refused, NotFound) as wrong:
        with application.database.reading() as session:
            return _chosen(session, giver, receiver, error=wrong.message, reason=reason), 422
    return back_to("handovers.record", "La entrega quedó hecha. Las dos personas reciben el acta.", acta=handover_id)


@blueprint.get("/acta")
@allow(SIGNED_IN, of=Of.OWN)
def record() -> str:
    """The record of one."""
    with current().database.reading() as session:
        one = handing_over.record(session, request.args.get("acta", 0, type=row_id), actor())
        return page("handovers/record.html", one=one)


@blueprint.get("/acta.pdf")
@allow(SIGNED_IN, of=Of.OWN)
def record_file() -> Response:
    """The same as a PDF."""
    with current().database.reading() as session:
        one = handing_over.record(session, request.args.get("acta", 0, type=row_id), actor())
        content = handing_over.as_pdf(one)
        name = f"acta-de-entrega-{one.id}.pdf"
    return named(Response(content, mimetype="application/pdf"), name)


def _chosen(session: Session, giver: str, receiver: str, *, error: str = "", reason: str = "") -> str:
    seen, me = None, actor()
    if giver and receiver:
        try:
            seen = handing_over.look(session, current().engine, giver, receiver, me)
        except (Refused, NotFound, Forbidden) as wrong:
            error = error or wrong.message
    return page(
        "handovers/index.html",
        people=handing_over.may_give(session, me),
        giver=giver,
        receiver=receiver,
        seen=seen,
        tables=seen.tables() if seen else [],
        records=[(one, url_for("handovers.record", acta=one.id)) for one in handing_over.records(session, me)],
        error=error,
        reason=reason,
    )
