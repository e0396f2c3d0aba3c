"""A person is told by mail what an administrator changed in their account."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from notifications import accounts
from web.pages import current
from web.pages import person as me
from workflows.people.models import Person


def tell(session: Session, found: Person, what: str, **more: Any) -> None:
    """Write the mail that says what changed, in words that go on after «En su cuenta:»."""
    by = f"{me().name} (administración)"
    accounts.tell_changed(session, current().clock.now(), found, what, by, **more)
