"""The pages of a plan's webhooks: which there are, what each delivered, and what to do about what did not arrive."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, request
from sqlalchemy.orm import Session

from engine.states import HistoryKind
from notifications.errors import InvalidReceiver
from notifications.webhooks import keeping, signing
from notifications.webhooks.states import DeliveryState
from web.auth import Of, allow
from web.pages import actor, back_to, current, page
from web.systems.wording import KINDS
from workflows.errors import Refused
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan

blueprint = Blueprint("systems", __name__, url_prefix="/plan/<plan_code>/sistemas")

SHOWN = 100
"""Of the log, so many of the newest."""


@blueprint.get("/")
@allow(*COORDINATING, of=Of.PLAN)
def index(plan_code: str) -> str:
    """The webhooks of a plan, and a form for another one."""
    with current().database.reading() as session:
        return _page(session, plan_code)


@blueprint.post("/")
@allow(*COORDINATING, of=Of.PLAN)
def make(plan_code: str) -> Any:
    """Make a webhook and go on to its page, where what signs stands."""
    application, form = current(), request.form
    try:
        with application.database.unit_of_work() as session:
            made = keeping.make(
                session, application.clock, plan_code, form.get("nombre", ""), form.get("direccion", ""),
                form.getlist("clase"), actor=actor(), inner=application.config.inner_receivers,
            )  # fmt: skip
            webhook_id = made.id
    except (Refused, InvalidReceiver) as wrong:
        with application.database.reading() as session:
            body = _page(session, plan_code, error=wrong.message)
        return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY)
    return back_to("systems.show", "Desde ahora se le avisa.", plan_code=plan_code, webhook_id=webhook_id)


@blueprint.get("/<int:webhook_id>")
@allow(*COORDINATING, of=Of.PLAN)
def show(plan_code: str, webhook_id: int) -> str:
    """One webhook: what signs, and its log."""
    application = current()
    with application.database.reading() as session:
        webhook = keeping.find(session, plan_code, webhook_id)
        counts = keeping.counts(session, plan_code)
        return page(
            "systems/show.html",
            plan=session.get_one(Plan, plan_code),
            webhook=webhook,
            secret=signing.secret_of(application.config.secret_key, webhook.id, webhook.salt),
            log=keeping.log_of(session, webhook, limit=SHOWN),
            failed=counts.get((webhook.id, DeliveryState.FAILED), 0),
            pending=counts.get((webhook.id, DeliveryState.PENDING), 0),
            words=KINDS,
            State=DeliveryState,
        )


@blueprint.post("/<int:webhook_id>/activo")
@allow(*COORDINATING, of=Of.PLAN)
def switch(plan_code: str, webhook_id: int) -> Any:
    """Stop telling it, or begin again."""
    application, active = current(), request.form.get("activo") == "1"
    with application.database.unit_of_work() as session:
        webhook = keeping.find(session, plan_code, webhook_id)
        keeping.switch(session, application.clock, webhook, active, actor=actor())
    said = (
        "Desde ahora se le avisa." if active else "Ya no se le avisa. Lo que pase entre tanto no se le cuenta después."
    )
    return back_to("systems.show", said, plan_code=plan_code, webhook_id=webhook_id)


@blueprint.post("/<int:webhook_id>/reenviar")
@allow(*COORDINATING, of=Of.PLAN)
def retry(plan_code: str, webhook_id: int) -> Any:
    """Offer again what was given up."""
    application = current()
    with application.database.unit_of_work() as session:
        webhook = keeping.find(session, plan_code, webhook_id)
        count = keeping.retry(session, application.clock, webhook, actor=actor())
    said = f"{count} {'aviso vuelve' if count == 1 else 'avisos vuelven'} a la cola; en unos segundos se sabe si salen."
    return back_to("systems.show", said, plan_code=plan_code, webhook_id=webhook_id)


def _page(session: Session, plan_code: str, error: str = "") -> str:
    return page(
        "systems/index.html",
        plan=session.get_one(Plan, plan_code),
        webhooks=keeping.of_plan(session, plan_code),
        counts=keeping.counts(session, plan_code),
        kinds=[(kind, KINDS[kind]) for kind in HistoryKind],
        error=error,
        typed=request.form,
        chosen=request.form.getlist("clase"),
        State=DeliveryState,
    )
