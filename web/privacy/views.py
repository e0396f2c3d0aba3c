"""The notice, what is held about somebody (for themselves or who administers), and erasing it."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from web.answers import named
from web.auth import ANYONE, SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page, person
from web.privacy import erasing, holding
from web.privacy.holding import NEWEST, Held
from workflows.auditing import recording
from workflows.errors import Refused
from workflows.people import directory
from workflows.people.roles import ADMINISTRATING

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacidad")
@allow(ANYONE, of=Of.NONE)
def notice() -> str:
    """Who answers for the data, what is kept and for what, and how to ask for it."""
    config = current().config
    return page("privacy/notice.html", controller=config.privacy_controller, contact=config.privacy_contact)


@blueprint.get("/cuenta/datos")
@allow(SIGNED_IN, of=Of.OWN)
def mine() -> str:
    """What is held about me."""
    return _shown(person().username, own=True)


@blueprint.post("/cuenta/datos.json")
@allow(SIGNED_IN, of=Of.OWN)
def take_mine() -> Response:
    """The same, to take along."""
    return _taken(person().username)


@blueprint.get("/personas/<username>/datos")
@allow(*ADMINISTRATING, of=Of.PERSON)
def of_person(username: str) -> str:
    """What is held about somebody, for who answers their request."""
    return _shown(username, own=False)


@blueprint.post("/personas/<username>/datos.json")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def take(username: str) -> Response:
    """The same, to hand over."""
    return _taken(username)


@blueprint.post("/personas/<username>/suprimir")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def erase(username: str) -> Any:
    """Erase who somebody was; typed twice, for nothing brings it back."""
    if request.form.get("usuario", "").strip() != username:
        raise Refused(f"Para confirmar, escriba el usuario tal como está: {username}.")
    application = current()
    with application.database.unit_of_work() as session:
        erasing.erase(
            session, application.clock, username, actor=actor(), reason=request.form.get("motivo", "").strip()
        )
    return back_to("admin.person", "Sus datos se suprimieron. Quedó constancia en la bitácora.", username=username)


def _shown(username: str, *, own: bool) -> str:
    with current().database.reading() as session:
        found = directory.person(session, username)
        held = holding.about(session, current().clock.now(), username)
    return page("privacy/held.html", held=held, person=found, own=own, newest=NEWEST)


def _taken(username: str) -> Response:
    """Whoever takes it along, that they did stands in the trail."""
    application = current()
    with application.database.unit_of_work() as session:
        held = holding.about(session, application.clock.now(), username)
        recording.record(session, application.clock, actor(), "exportar", ("persona", username), after={"como": "json"})
    return named(Response(_json(held), mimetype="application/json"), f"datos-{username}.json")


def _json(held: Held) -> bytes:
    return orjson.dumps(held.as_json(), option=orjson.OPT_INDENT_2)
