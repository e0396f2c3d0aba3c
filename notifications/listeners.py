"""What notifications hear from below."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.events import Event
from notifications.invitations import invite
from notifications.modifications import tell_denied
from workflows.events import MeetingConvened, ModificationDenied


def mail_listener(session: Session, event: Event) -> None:
    """Write the mails that cannot wait for the next digest."""
    if isinstance(event, MeetingConvened):
        invite(session, event)
    if isinstance(event, ModificationDenied):
        tell_denied(session, event)
