"""What notifications hear from below."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.events import Event, InstanceEnded, TaskCreated
from notifications import invitations
from notifications.modifications import tell_denied
from notifications.returned import tell_returned
from workflows.events import MeetingCalledOff, MeetingConvened, MeetingMoved, ModificationDenied


@dataclass(frozen=True, slots=True)
class MailListener:
    """Writes the mails that cannot wait for the next digest; `base_url` is where their links lead."""

    base_url: str

    def __call__(self, session: Session, event: Event) -> None:
        """Write what follows from an event, in its transaction."""
        if isinstance(event, TaskCreated):
            tell_returned(session, event, self.base_url)
        elif isinstance(event, MeetingConvened):
            invitations.invite(session, event)
        elif isinstance(event, MeetingMoved):
            invitations.move(session, event)
        elif isinstance(event, MeetingCalledOff):
            invitations.withdraw(session, event)
        elif isinstance(event, InstanceEnded):
            invitations.withdraw_with(session, event)
        elif isinstance(event, ModificationDenied):
            tell_denied(session, event)
