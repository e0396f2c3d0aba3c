"""One's deadlines and meetings as a calendar to subscribe to: a private address, which is taken back at any time."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, url_for
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.tasks import inbox as rows
from engine.tasks.inbox import Sought, View
from notifications.calendars import Event, calendar
from notifications.invitations import event_of
from web.auth import ANYONE, SIGNED_IN, Of, allow
from web.inbox.blueprint import blueprint
from web.inbox.models import CalendarFeed
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import NotFound
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.people import directory

LOOK_BACK = dt.timedelta(days=31)
"""How long meetings that were held stay in it."""


@blueprint.get("/cuenta/calendario")
@allow(SIGNED_IN, of=Of.OWN)
def feed_page() -> str:
    """Whether one has such an address, and since when."""
    with current().database.reading() as session:
        kept = session.get(CalendarFeed, actor().id)
        return page("inbox/calendar_feed.html", kept=kept, address="")


@blueprint.post("/cuenta/calendario")
@allow(SIGNED_IN, of=Of.OWN)
def make_feed() -> Any:
    """Make an address, in the place of the one before, and show it this once."""
    token, application = secrets.token_urlsafe(32), current()
    with application.database.unit_of_work() as session:
        session.execute(sa.delete(CalendarFeed).where(CalendarFeed.username == actor().id))
        kept = CalendarFeed(username=actor().id, token_sha256=_digest(token), made_at=application.clock.now())
        session.add(kept)
        session.flush()
        _record(session, "hacer_calendario")
        address = f"{application.config.base_url.rstrip('/')}{url_for('inbox.feed', token=token)}"
        return page("inbox/calendar_feed.html", kept=kept, address=address)


@blueprint.post("/cuenta/calendario/revocar")
@allow(SIGNED_IN, of=Of.OWN)
def revoke_feed() -> Any:
    """Take the address back: it opens nothing any more."""
    with current().database.unit_of_work() as session:
        session.execute(sa.delete(CalendarFeed).where(CalendarFeed.username == actor().id))
        _record(session, "revocar_calendario")
    return back_to("inbox.feed_page", "La dirección quedó revocada: ya no abre nada.")


@blueprint.get("/calendario/<token>.ics")
@allow(ANYONE, of=Of.NONE)
def feed(token: str) -> Response:
    """The calendar of whoever has this address; who may no longer sign in has none."""
    application = current()
    now = application.clock.now()
    with application.database.reading() as session:
        query = sa.select(CalendarFeed.username).where(CalendarFeed.token_sha256 == _digest(token))
        username = session.scalar(query) or abort(404)
        try:
            me = directory.actor(session, username, bogota_day(now))
        except NotFound:
            abort(404)
        content = calendar(_events(session, me, bogota_day(now)), now, "Cauce: lo que vence")
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _events(session: Session, me: Actor, today: dt.date) -> Iterator[Event]:
    base_url = current().config.base_url.rstrip("/")
    for view in (View.MINE, View.GROUPS):
        for row in rows.find(session, me, Sought(view=view)):
            if row.due_at is not None:
                late = " (vencida)" if bogota_day(row.due_at) < today else ""
                told = f"Vence{late}: {row.name} · {row.instance_name}"
                address = f"{base_url}{url_for('inbox.show', task_id=row.id)}"
                yield Event(f"cauce-tarea-{row.id}", bogota_day(row.due_at), told, address=address)
    dropped = (MeetingState.CALLED_OFF, MeetingState.CANCELLED)
    meetings = sa.select(Meeting, Instance.started_at).join(Instance, Instance.id == Meeting.instance_id)
    meetings = meetings.where(Meeting.held_on >= today - LOOK_BACK, Meeting.state.not_in(dropped))
    meetings = meetings.order_by(Meeting.held_on, Meeting.id)
    for meeting, begun in session.execute(meetings):
        if me.id in meeting.invited and meeting.held_on is not None:
            yield event_of(meeting, begun, meeting.held_on)


def _record(session: Session, act: str) -> None:
    """Who has the address reads without signing in: that it is made, or taken back, is a change of who may."""
    auditing.record(session, current().clock, actor(), act, ("persona", actor().id))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
