"""Exports that are due are made, and what was made is delivered; one whose receiver is dead keeps no other waiting."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine import units
from engine.clock import Clock
from engine.database import Database, insert_once
from notifications.exports import channels, keeping
from notifications.exports.channels import File, Settings
from notifications.exports.models import Export, ExportDelivery
from notifications.exports.states import When
from notifications.webhooks import signing
from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.reports import layouts
from workflows.reports.assembling import monthly_report

KIND = "export"
"""The kind of the units: one an export."""
FIRST_HOUR = 6
"""From when on, in Bogotá, the file of a day is made."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How files leave: the installation's secret, by which what is posted is signed, and what it lets exports use."""

    key: str
    settings: Settings = field(default_factory=Settings)
    deliver: Callable[[str, str, File, Settings], None] = channels.deliver


def deliver_due(database: Database, clock: Clock, calendar: WorkingCalendar, sending: Sending) -> int:
    """Make what is due and deliver what was made; how many files left."""
    with database.reading() as session:
        active = sa.select(Export.id, Export.plan_code).where(Export.active)
        keys = {f"{plan}/{number}": number for number, plan in session.execute(active)}
    sent = 0

    def attend(export_id: int) -> None:
        nonlocal sent
        with database.unit_of_work() as session:
            make_due(session, clock, calendar, session.get_one(Export, export_id))
        while _send_oldest(database, clock, sending, export_id):
            sent += 1

    round_ = units.begin(database, clock, KIND)
    for key, export_id in keys.items():
        round_.attempt(key, partial(attend, export_id))
    round_.forget(list(keys))
    return sent


def make_due(session: Session, clock: Clock, calendar: WorkingCalendar, export: Export) -> int:
    """Make the files of an export that are due and were not made; how many."""
    made = 0
    for key, period in _due(session, clock, calendar, export):
        there = sa.select(ExportDelivery.id).where(ExportDelivery.export_id == export.id, ExportDelivery.key == key)
        if session.scalar(there) is None:
            _make(session, clock, export, key, period)
            made += 1
    return made


def _due(session: Session, clock: Clock, calendar: WorkingCalendar, export: Export) -> Iterator[tuple[str, str]]:
    """What is due: each with the month that it tells of."""
    months = sa.select(Period).where(Period.plan_code == export.plan_code).order_by(Period.code.desc())
    if export.due in (When.CLOSED, When.QUARTERLY):
        months = months.where(Period.month % 3 == 0) if export.due == When.QUARTERLY else months
        closed = session.scalars(months.where(Period.state == PeriodState.CLOSED)).all()
        fresh = [one for place, one in enumerate(closed) if not place or _closed_since(one, export.made_at)]
        yield from ((one.code, one.code) for one in reversed(fresh))
        return
    newest = session.scalars(months.limit(1)).first()
    now = clock.now().astimezone(BOGOTA)
    if newest is not None and now.hour >= FIRST_HOUR and calendar.is_working(now.date(), export.plan_code):
        key = now.date().isoformat() if export.due == When.DAILY else now.strftime("%G-S%V")
        yield key, newest.code


def _closed_since(period: Period, moment: dt.datetime) -> bool:
    return period.frozen_at is not None and period.frozen_at >= moment


def _make(session: Session, clock: Clock, export: Export, key: str, period: str) -> None:
    report = monthly_report(session, export.plan_code, period, with_money=True)
    rendered = layouts.render(keeping.layout_of(export), report)
    before = keeping.newest_of(session, export)
    told = layouts.compare(keeping.sheet_of(before), rendered.sheet) if before is not None else None
    row = {
        "export_id": export.id, "key": key, "period": period, "content": rendered.content,
        "name": f"{export.plan_code}_{export.id}_{key}.{export.format}", "rows": rendered.sheet.rows,
        "titles": rendered.sheet.titles, "sha256": hashlib.sha256(rendered.content).hexdigest(),
        "added": told and len(told.added), "removed": told and len(told.removed),
        "changed": told and len(told.changed), "made_at": clock.now(), "attempts": 0, "last_error": "",
    }  # fmt: skip
    insert_once(session, ExportDelivery, row, key=["export_id", "key"])  # another worker may be at it


def _send_oldest(database: Database, clock: Clock, sending: Sending, export_id: int) -> bool:
    """Deliver the oldest file that waits; whether there was one. No transaction is open meanwhile."""
    oldest = (
        sa.select(ExportDelivery)
        .where(ExportDelivery.export_id == export_id, ExportDelivery.sent_at.is_(None))
        .order_by(ExportDelivery.id)
        .options(undefer(ExportDelivery.content))
        .limit(1)
    )
    with database.reading() as session:
        export, waiting = session.get_one(Export, export_id), session.scalar(oldest)
    if waiting is None or not export.active:
        return False
    try:
        sending.deliver(export.target, export.host_key, _file(sending, clock, export, waiting), sending.settings)
    except Exception as trouble:
        _note(database, waiting, last_error=str(trouble)[:2000])
        raise
    _note(database, waiting, sent_at=clock.now(), last_error="")
    return True


def _file(sending: Sending, clock: Clock, export: Export, one: ExportDelivery) -> File:
    secret = signing.secret_of(sending.key, export.id, export.salt)
    headers = {
        "Content-Type": layouts.MEDIA_TYPES[export.format], "User-Agent": "Cauce", "Cauce-File": one.name,
        **signing.headers(secret, f"exp_{one.id}", int(clock.now().timestamp()), one.content),
    }  # fmt: skip
    return File(one.name, one.content, headers)


def _note(database: Database, one: ExportDelivery, **values: object) -> None:
    counted = {"attempts": ExportDelivery.attempts + 1, **values}
    with database.unit_of_work() as session:
        session.execute(sa.update(ExportDelivery).where(ExportDelivery.id == one.id).values(**counted))
