"""A mail server that keeps what it took and behaves as it is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from notifications.errors import AddressRefused, RefusedForNow, ServerUnavailable
from web.faults.troubles import Fault

MOODS = (Fault.MAIL_DOWN, Fault.MAIL_BUSY, Fault.MAIL_ANSWER_LOST, Fault.MAIL_REFUSED)


@dataclass
class Post:
    """A server with a mood: none is a good one. `taken` has what it took by Message-ID: how often, and what."""

    tally: Counter[Fault]
    name: str = "correo.example:25"
    mood: Fault | None = None
    taken: dict[str, set[str]] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def session(self) -> Iterator[Post]:
        """Nothing to open."""
        yield self

    def send(self, message: EmailMessage) -> None:
        """Take a mail, or not, or take it and say nothing."""
        if self.mood is not None:
            self.tally[self.mood] += 1
        if self.mood is Fault.MAIL_DOWN:
            raise ServerUnavailable
        if self.mood is Fault.MAIL_BUSY:
            raise RefusedForNow
        if self.mood is Fault.MAIL_REFUSED:
            self.mood = None  # one address, not all
            raise AddressRefused
        known = str(message["Message-ID"])
        told = hashlib.sha256(f"{message['To']}\n{message['Subject']}\n{message.get_body(('plain',))}".encode())
        self.taken.setdefault(known, set()).add(told.hexdigest())
        self.times[known] += 1
        if self.mood is Fault.MAIL_ANSWER_LOST:
            raise ServerUnavailable
