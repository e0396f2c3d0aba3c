"""What notifications hear from below."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.events import Event
from notifications.invitations import invite
from workflows.events import MeetingConvened


def mail_listener(session: Session, event: Event) -> None:
    """Write the mails that cannot wait for the next digest."""
    if isinstance(event, MeetingConvened):
        invite(session, event)
