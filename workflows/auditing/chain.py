"""The chain over the *bitácora*: each link seals an entry and all before it, so that a change anywhere shows.

The worker links what commands wrote, within a minute: a command that linked its own entry would wait for every other.
Whoever can write every table can forge the whole chain; a head that is kept elsewhere (`Head`) shows that too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from workflows.auditing.models import AuditEntry, AuditLink

BEGINNING = "0" * 64
BATCH = 500
STRAGGLERS = 1000
"""How far behind the newest linked entry one may still come whose command took longer."""
LATEST = dt.timedelta(minutes=15)
"""An entry that no link holds, though later ones were linked so long after it, was not written by a command."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at a moment: what is to be kept elsewhere."""

    at: dt.datetime
    position: int
    digest: str

    def __str__(self) -> str:
        """`2026-11-29T12:00:00+00:00 4711 9f86d0…`, a line of an anchor file."""
        return f"{self.at.isoformat(timespec='seconds')} {self.position} {self.digest}"

    @classmethod
    def parse(cls, line: str) -> Head:
        """Read a line back. Raises `ValueError`."""
        moment, position, digest = line.split()
        if len(digest) != len(BEGINNING):
            raise ValueError(line)
        return cls(dt.datetime.fromisoformat(moment), int(position), digest)


def seal(salt: str, personal: Mapping[str, Any]) -> str:
    """The SHA-256 of personal values with their salt: without the salt nobody finds them by trying."""
    return hashlib.sha256(salt.encode() + _canonical(personal)).hexdigest()


def is_behind(session: Session) -> bool:
    """Whether there is an entry to link."""
    return session.scalars(_to_link(session).limit(1)).first() is not None


def extend(session: Session, clock: Clock) -> int:
    """Link at most `BATCH` entries that no link holds yet, in the order of their ids; how many."""
    session.scalars(_last().with_for_update()).first()
    last = session.scalars(_last()).first()  # of two workers, the second sees what the first linked meanwhile
    entries, now = session.scalars(_to_link(session).order_by(AuditEntry.id).limit(BATCH)).all(), clock.now()
    position, digest = (last.position, last.digest) if last else (0, BEGINNING)
    for entry in entries:
        position, digest = position + 1, _next(digest, entry)
        session.add(AuditLink(position=position, entry_id=entry.id, digest=digest, linked_at=now))
    return len(entries)


def head(session: Session, clock: Clock) -> Head:
    """The end of the chain now."""
    last = session.scalars(_last()).first()
    return Head(clock.now(), last.position, last.digest) if last else Head(clock.now(), 0, BEGINNING)


def verify(session: Session, anchors: Iterable[Head] = ()) -> Iterator[str]:
    """What does not agree, in sentences that name the entry; nothing if all does. Reads the whole *bitácora*."""
    kept, digest, expected = {anchor.position: anchor for anchor in anchors}, BEGINNING, 1
    for link, entry in _in_order(session):
        if link.position != expected:
            yield f"Faltan los eslabones {expected} a {link.position - 1} de la cadena."
            digest = ""
        expected = link.position + 1
        if entry is None:
            yield f"Se borró la entrada {link.entry_id} (eslabón {link.position})."
        else:
            yield from _altered(digest, link, entry)
        digest = link.digest
        anchor = kept.pop(link.position, None)
        if anchor and anchor.digest != link.digest:
            yield f"El eslabón {link.position} no es el que se guardó fuera el {anchor.at:%Y-%m-%d %H:%M}."
    for anchor in kept.values():
        if anchor.position:
            yield f"Falta el eslabón {anchor.position}, que se guardó fuera el {anchor.at:%Y-%m-%d %H:%M}."
    last = session.scalars(_last()).first()
    if last is None:  # nobody has linked anything yet
        return
    # What is newer than all that was linked waits for the worker, whatever a clock that was set back says of it.
    passed_over = AuditEntry.id < sa.select(sa.func.max(AuditLink.entry_id)).scalar_subquery()
    late = _loose().where(passed_over, AuditEntry.at < last.linked_at - LATEST)
    for entry in session.scalars(late.order_by(AuditEntry.id)):
        yield f"La entrada {entry.id} ({entry.action}, {entry.at:%Y-%m-%d %H:%M}) no está en la cadena."


def _altered(digest: str, link: AuditLink, entry: AuditEntry) -> Iterator[str]:
    """What is wrong with one entry, which follows `digest`; without it only its personal values can be looked at."""
    if digest and _next(digest, entry) != link.digest:
        yield f"La entrada {entry.id} ({entry.action}, {entry.at:%Y-%m-%d %H:%M}) no es la que se escribió."
    elif entry.salt and seal(entry.salt, entry.personal or {}) != entry.personal_sha256:
        yield f"Los datos personales de la entrada {entry.id} no son los que se escribieron."


def forget(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Take the personal values and their salt away: the chain still holds, and nobody can tell what they were."""
    for entry in entries:
        entry.personal, entry.salt = None, None


def _last() -> sa.Select[AuditLink]:
    return sa.select(AuditLink).order_by(AuditLink.position.desc()).limit(1)


def _loose() -> sa.Select[AuditEntry]:
    return sa.select(AuditEntry).where(~sa.exists().where(AuditLink.entry_id == AuditEntry.id))


def _to_link(session: Session) -> sa.Select[AuditEntry]:
    """What no link holds: newer than all that one does, or not far behind it, of a command that took longer."""
    newest = session.scalar(sa.select(sa.func.max(AuditLink.entry_id))) or 0
    last = session.scalars(_last()).first()
    query = _loose().where(AuditEntry.id > newest - STRAGGLERS)
    if last is None:
        return query
    return query.where(sa.or_(AuditEntry.id > newest, AuditEntry.at >= last.linked_at - LATEST))


def _in_order(session: Session) -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Every link with its entry, if it is still there; so many at a time."""
    last = 0
    pairs = sa.select(AuditLink, AuditEntry).outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
    while found := session.execute(
        pairs.where(AuditLink.position > last).order_by(AuditLink.position).limit(BATCH)
    ).all():
        for link, entry in found:
            yield link, entry
            last = link.position


def _next(digest: str, entry: AuditEntry) -> str:
    told = [
        entry.id, entry.at.astimezone(dt.UTC).isoformat(), entry.actor_id, entry.action, entry.object_kind,
        entry.object_id, str(entry.outcome), entry.reason, entry.before, entry.after, entry.request,
        entry.personal_sha256, *([entry.sector_code] if entry.sector_code else []),
    ]  # fmt: skip
    return hashlib.sha256(digest.encode() + _canonical(told)).hexdigest()


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
