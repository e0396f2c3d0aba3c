"""Units of background work: one that fails is kept, tried again later, and keeps nobody else waiting."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine import outages
from engine.clock import Clock
from engine.database import Base, Database, insert_once, states
from engine.errors import LostRace, NotFound, SpokenError
from engine.identity import SYSTEM
from engine.states import IncidentState

log = logging.getLogger(__name__)

BACK_OFF = tuple(dt.timedelta(minutes=n) for n in (1, 5, 30))
"""How long after each failure a unit is tried again; from the last on, always so long."""


class SystemIncident(Base):
    """A unit of background work that fails: of which kind, which one, since when, and when it is tried again.

    One row per unit: `state` is open or resolved, and a unit that fails again later opens its row again. `error` is
    the class of what was raised last, `message` a sentence for people. The trace is in the log, under kind and key.
    """

    __tablename__ = "system_incident"
    __table_args__ = (sa.UniqueConstraint("kind", "key"), sa.Index("ix_system_incident_state", "state", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[IncidentState] = mapped_column(states(IncidentState))
    attempts: Mapped[int]
    retry_at: Mapped[dt.datetime]
    first_failed_at: Mapped[dt.datetime]
    last_failed_at: Mapped[dt.datetime]
    error: Mapped[str] = mapped_column(sa.String(200))
    message: Mapped[str] = mapped_column(sa.Text)
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(sa.String(100))


@dataclass(frozen=True, slots=True)
class _Held:
    """A unit that failed, as it stood when the round began."""

    id: int
    attempts: int
    retry_at: dt.datetime


@dataclass(slots=True)
class Round:
    """One look at the units of a kind: `tried` and `failed` count. Begun with `begin`."""

    database: Database
    clock: Clock
    kind: str
    held: dict[str, _Held]
    tried: int = 0
    failed: int = 0
    _now_held: set[str] = field(default_factory=set)

    def attempt(self, key: str, act: Callable[[], object]) -> bool:
        """Do a unit unless it failed and its time hasn't come; whether it was done. What it raises is kept, not raised.

        A unit that failed is put off before it is tried again, so that of several workers one tries it, and one that
        dies over it leaves it put off. Raises `DatabaseDown` or `StorageFull` only where nothing can be written.
        """
        known = self.held.get(key)
        if known is not None and not self._claim(known):
            return False
        self.tried += 1
        try:
            _do(act)
        except Exception as failure:
            self.failed += 1
            self._now_held.add(key)
            self._keep(key, failure)
            return False
        if known is not None:
            self._resolve([key])
        return True

    def forget(self, due: Collection[str]) -> None:
        """Resolve what failed before and is not `due` any more: somebody else did it, or nobody needs it."""
        gone = [key for key in self.held if key not in due]
        if gone:
            self._resolve(gone)

    def ready(self) -> list[str]:
        """The units that failed and may be tried again now."""
        now = self.clock.now()
        return [key for key, held in self.held.items() if held.retry_at <= now]

    def waiting(self) -> set[str]:
        """The units that failed and are open: those of before, and those of this round."""
        return self.held.keys() | self._now_held

    def _claim(self, known: _Held) -> bool:
        """Put the next try off, if it is time and nobody else does."""
        now = self.clock.now()
        if known.retry_at > now:
            return False
        claim = (
            sa.update(SystemIncident)
            .where(SystemIncident.id == known.id, SystemIncident.state == IncidentState.OPEN)
            .where(SystemIncident.attempts == known.attempts)
            .values(attempts=known.attempts + 1, retry_at=now + _pause(known.attempts + 1))
        )
        with self.database.unit_of_work() as session:
            return bool(_changed(session, claim))

    def _keep(self, key: str, failure: Exception) -> None:
        log.error("%s «%s» failed; it is tried again later", self.kind, key, exc_info=failure)
        try:
            with self.database.unit_of_work() as session:
                _record(session, self.clock.now(), self.kind, key, failure)
        except Exception as another:
            # The log has it. Without a database no other unit can be done; else they go on.
            if outages.given_up(another):
                raise
            log.exception("that %s «%s» failed could not be written down", self.kind, key)

    def _resolve(self, keys: Collection[str]) -> None:
        with self.database.unit_of_work() as session:
            now = self.clock.now()
            for key in keys:
                log.info("%s «%s» works again", self.kind, key)
            session.execute(
                sa.update(SystemIncident)
                .where(
                    SystemIncident.kind == self.kind,
                    SystemIncident.key.in_(keys),
                    SystemIncident.state == IncidentState.OPEN,
                )
                .values(state=IncidentState.RESOLVED, resolved_at=now, resolved_by=SYSTEM.id)
            )


def begin(database: Database, clock: Clock, kind: str) -> Round:
    """A round over the units of a kind, with what is known to fail: one statement."""
    columns = SystemIncident.key, SystemIncident.id, SystemIncident.attempts, SystemIncident.retry_at
    query = sa.select(*columns).where(SystemIncident.state == IncidentState.OPEN, SystemIncident.kind == kind)
    with database.reading() as session:
        return Round(database, clock, kind, {row.key: _Held(*row[1:]) for row in session.execute(query)})


def each(
    database: Database,
    clock: Clock,
    kind: str,
    keys: Collection[str],
    act: Callable[[str], object],
    *,
    limit: int | None = None,
) -> int:
    """Do every unit that is due, at most `limit` of them now, each on its own; how many were done.

    `keys` are all that are due: what failed and is no longer among them is resolved.
    """
    round_ = begin(database, clock, kind)
    for key in keys:
        if limit is not None and round_.tried >= limit:
            break
        round_.attempt(key, partial(act, key))
    round_.forget(keys)
    return round_.tried - round_.failed


def open_count(session: Session) -> int:
    """How many units fail now."""
    query = sa.select(sa.func.count()).select_from(SystemIncident).where(SystemIncident.state == IncidentState.OPEN)
    return session.scalar(query) or 0


def open_incidents(session: Session, since: dt.datetime | None = None) -> list[SystemIncident]:
    """The units that fail now (that began to fail after `since`), oldest first."""
    query = sa.select(SystemIncident).where(SystemIncident.state == IncidentState.OPEN)
    if since is not None:
        query = query.where(SystemIncident.first_failed_at > since)
    return list(session.scalars(query.order_by(SystemIncident.first_failed_at, SystemIncident.id)))


def resolved_lately(session: Session, *, limit: int) -> list[SystemIncident]:
    """The units that work again, the last first."""
    query = sa.select(SystemIncident).where(SystemIncident.state == IncidentState.RESOLVED)
    return list(session.scalars(query.order_by(SystemIncident.resolved_at.desc()).limit(limit)))


def retry_now(session: Session, clock: Clock, incident_id: int) -> SystemIncident:
    """Let the next tick try a unit again. Raises `NotFound`; what is resolved stays so."""
    incident = session.get(SystemIncident, incident_id)
    if incident is None:
        raise NotFound("Ese incidente no existe.")
    if incident.state == IncidentState.OPEN:
        incident.retry_at = clock.now()
    return incident


def keep_failure(session: Session, now: dt.datetime, kind: str, key: str, failure: Exception) -> None:
    """Write down that something failed whose work went on another way; `resolve` says that it is mended."""
    log.error("%s «%s» failed; its work went on another way", kind, key, exc_info=failure)
    _record(session, now, kind, key, failure)


def resolve(session: Session, now: dt.datetime, kind: str, key: str, *, by: str) -> None:
    """Write down that what `keep_failure` kept is mended."""
    unit = sa.and_(SystemIncident.kind == kind, SystemIncident.key == key, SystemIncident.state == IncidentState.OPEN)
    values = {"state": IncidentState.RESOLVED, "resolved_at": now, "resolved_by": by}
    session.execute(sa.update(SystemIncident).where(unit).values(values).execution_options(synchronize_session=False))


def sentence_of(failure: BaseException) -> str:
    """What a person may read of a failure: our own sentences as they are, a foreign error by its class alone."""
    if isinstance(failure, SpokenError):
        return failure.message
    return f"Error inesperado ({type(failure).__name__}). El detalle está en el registro del servidor."


def _do(act: Callable[[], object]) -> None:
    """Do it; once more if another transaction was in its way, which is no fault of the unit."""
    try:
        act()
    except LostRace:
        act()


def _record(session: Session, now: dt.datetime, kind: str, key: str, failure: Exception) -> None:
    said = {"last_failed_at": now, "error": type(failure).__name__[:200], "message": sentence_of(failure)}
    begun = {
        "state": IncidentState.OPEN, "attempts": 1, "retry_at": now + _pause(1), "first_failed_at": now,
        "resolved_at": None, "resolved_by": None,
    }  # fmt: skip
    unit = sa.and_(SystemIncident.kind == kind, SystemIncident.key == key)
    # Open already: whoever tries it again has counted the attempt.
    if _changed(
        session, sa.update(SystemIncident).where(unit, SystemIncident.state == IncidentState.OPEN).values(said)
    ):
        return
    if _changed(session, sa.update(SystemIncident).where(unit).values(said | begun)):
        return
    insert_once(session, SystemIncident, {"kind": kind, "key": key, **said, **begun}, key=["kind", "key"])


def _changed(session: Session, statement: sa.Update) -> int:
    statement = statement.returning(SystemIncident.id).execution_options(synchronize_session=False)
    return len(session.execute(statement).all())


def _pause(attempts: int) -> dt.timedelta:
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
