"""Messages that came before the case waited for them: kept until it does, or ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine import limits
from engine.database import Base
from engine.definitions import catalogue
from engine.history import HistoryEntry
from engine.identity import SYSTEM
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.instances.turn import Thrown
from engine.states import HistoryKind, InstanceState


class KeptMessage(Base):
    """A message that a diagram threw and nobody waited for, kept for a case that may still come to wait for it."""

    __tablename__ = "kept_message"
    __table_args__ = (sa.Index("ix_kept_message_instance", "instance_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    name: Mapped[str] = mapped_column(sa.String(limits.MESSAGE_NAME))
    key: Mapped[str] = mapped_column(sa.String(limits.MESSAGE_KEY))
    variables: Mapped[dict[str, Any]]
    thrown_at: Mapped[dt.datetime]


def candidates(session: Session, message: Thrown) -> list[int]:
    """The running cases of the thrower's scope whose diagrams wait for a message of this name somewhere."""
    running = (Instance.state == InstanceState.ACTIVE, Instance.scope == message.scope)
    bundles = session.scalars(sa.select(Instance.bundle_sha256).where(*running).distinct()).all()
    waiting = [sha256 for sha256 in bundles if message.name in catalogue.by_sha(session, sha256).awaited]
    if not waiting:
        return []
    query = sa.select(Instance.id).where(*running, Instance.bundle_sha256.in_(waiting)).order_by(Instance.id)
    return list(session.scalars(query))


def is_awaited(session: Session, instance_id: int, message: Thrown) -> bool:
    """Whether a case waits for the message by now."""
    query = sa.select(Subscription.id).where(
        Subscription.instance_id == instance_id, Subscription.name == message.name, Subscription.key == message.key
    )
    return session.scalar(query.limit(1)) is not None


def keep(session: Session, instance: Instance, message: Thrown, now: dt.datetime) -> None:
    """Keep a message for a locked case. The oldest of too many, and those too old, go; the history tells all of it."""
    held = of_case(session, instance.id)
    surplus = len(held) + 1 - limits.KEPT_MESSAGES
    gone = [one for place, one in enumerate(held) if place < surplus or _is_stale(one, now)]
    for one in gone:
        session.delete(one)
        session.add(_entry(instance, HistoryKind.MESSAGE_DROPPED, one.name, one.key, now))
    variables = dict(message.variables)
    session.add(
        KeptMessage(instance_id=instance.id, name=message.name, key=message.key, variables=variables, thrown_at=now)
    )
    session.add(_entry(instance, HistoryKind.MESSAGE_KEPT, message.name, message.key, now))
    session.flush()


def take(session: Session, instance_id: int, wanted: Iterable[tuple[str, str]], now: dt.datetime) -> Thrown | None:
    """The oldest message kept for a case of one of these names and keys; it is no longer kept."""
    sought = set(wanted)
    for one in of_case(session, instance_id):
        if (one.name, one.key) in sought and not _is_stale(one, now):
            session.delete(one)
            return Thrown(one.name, one.key, one.variables)
    return None


def of_case(session: Session, instance_id: int) -> list[KeptMessage]:
    """What is kept for a case, oldest first."""
    query = sa.select(KeptMessage).where(KeptMessage.instance_id == instance_id).order_by(KeptMessage.id)
    return list(session.scalars(query))


def forget(session: Session, instance_id: int) -> None:
    """Delete what is kept for a case."""
    session.execute(sa.delete(KeptMessage).where(KeptMessage.instance_id == instance_id))


def _is_stale(one: KeptMessage, now: dt.datetime) -> bool:
    return one.thrown_at < now - dt.timedelta(days=limits.KEPT_DAYS)


def _entry(instance: Instance, kind: HistoryKind, name: str, key: str, now: dt.datetime) -> HistoryEntry:
    return HistoryEntry(
        instance_id=instance.id,
        at=now,
        actor_id=SYSTEM.id,
        kind=kind,
        process_key=instance.process_key,
        element_name=name,
        data={"nombre": name, "clave": key},
    )
