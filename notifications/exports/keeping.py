"""Making exports, stopping them, and what they sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.clock import Clock
from engine.identity import Actor
from notifications.exports import channels
from notifications.exports.channels import Settings
from notifications.exports.models import Export, ExportDelivery
from notifications.exports.states import When
from workflows.auditing import recording as auditing
from workflows.errors import NotFound, Refused
from workflows.reports import layouts
from workflows.reports.layouts import Differences, Layout, Sheet

MOST = 20
LONGEST_NAME, LONGEST_TARGET = 60, 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever makes an export says."""

    name: str
    mapping: str
    target: str
    due: str = When.CLOSED
    format: str = layouts.CSV
    separator: str = ";"
    decimal: str = ","
    host_key: str = ""


def make(session: Session, clock: Clock, plan_code: str, wanted: Wanted, *, actor: Actor, settings: Settings) -> Export:
    """Make an export; the newest month that is due is sent at once. Raises `Refused`, `InvalidReceiver`."""
    name, target = " ".join(wanted.name.split()), wanted.target.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"Escriba cómo se llama, en {LONGEST_NAME} letras o menos.")
    if wanted.due not in set(When):
        raise Refused("Elija cuándo se envía.")
    if len(target) > LONGEST_TARGET:
        raise Refused(f"El destino tiene más de {LONGEST_TARGET} letras.")
    layouts.read(wanted.mapping, wanted.format, wanted.separator, wanted.decimal)
    host_key = wanted.host_key.strip() if target.startswith("sftp:") else ""
    channels.ensure_target(target, host_key, settings)
    if len(of_plan(session, plan_code)) >= MOST:
        raise Refused(f"Ya hay {MOST}. Quite las que no se usan.")
    made = Export(
        plan_code=plan_code, name=name, mapping=wanted.mapping, format=wanted.format, separator=wanted.separator,
        decimal=wanted.decimal, due=When(wanted.due), target=target, host_key=host_key, salt=secrets.token_hex(16),
        active=True, made_at=clock.now(), made_by=actor.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, clock, actor, "crear_exportacion", made, after={"nombre": name, "destino": target})
    return made


def layout_of(export: Export) -> Layout:
    """The layout of an export."""
    return layouts.read(export.mapping, export.format, export.separator, export.decimal)


def change_columns(session: Session, clock: Clock, export: Export, mapping: str, *, actor: Actor) -> None:
    """Let the files to come have these columns; those that were made stay as they are. Raises `Refused`."""
    layouts.read(mapping, export.format, export.separator, export.decimal)
    if mapping != export.mapping:
        before, export.mapping = export.mapping, mapping
        told = {"before": {"columnas": before}, "after": {"columnas": mapping}}
        _record(session, clock, actor, "cambiar_exportacion", export, **told)


def of_plan(session: Session, plan_code: str) -> Sequence[Export]:
    """The exports of a plan, in the order in which they were made."""
    return session.scalars(sa.select(Export).where(Export.plan_code == plan_code).order_by(Export.id)).all()


def find(session: Session, plan_code: str, export_id: int) -> Export:
    """An export of a plan. Raises `NotFound`."""
    found = session.get(Export, export_id)
    if found is None or found.plan_code != plan_code:
        raise NotFound("Esa exportación no existe.")
    return found


def switch(session: Session, clock: Clock, export: Export, active: bool, *, actor: Actor) -> None:
    """Let an export be sent again, or no longer."""
    if export.active != active:
        before, export.active = export.active, active
        action = "activar_exportacion" if active else "detener_exportacion"
        _record(session, clock, actor, action, export, before={"activa": before}, after={"activa": active})


def send_again(session: Session, clock: Clock, export: Export, *, actor: Actor) -> ExportDelivery:
    """Send the newest file again, as it was made. Raises `Refused` where none was."""
    newest = session.scalars(_log(export).limit(1)).first()
    if newest is None:
        raise Refused("Todavía no se ha hecho ningún archivo.")
    newest.sent_at = None
    _record(session, clock, actor, "reenviar_exportacion", export, after={"archivo": newest.name})
    return newest


def log_of(session: Session, export: Export, *, limit: int) -> Sequence[ExportDelivery]:
    """The newest files of an export."""
    return session.scalars(_log(export).limit(limit)).all()


def newest(session: Session, plan_code: str) -> dict[int, ExportDelivery]:
    """The newest file of each export of a plan: one statement."""
    last = (
        sa.select(sa.func.max(ExportDelivery.id))
        .join(Export, Export.id == ExportDelivery.export_id)
        .where(Export.plan_code == plan_code)
        .group_by(ExportDelivery.export_id)
    )
    found = session.scalars(sa.select(ExportDelivery).where(ExportDelivery.id.in_(last)))
    return {one.export_id: one for one in found}


@dataclass(frozen=True, slots=True)
class Queue:
    """How the files of all exports that are sent stand; `failing` are those of `waiting` that did not arrive so far."""

    waiting: int
    failing: int


def queue(session: Session) -> Queue:
    """What waits to be delivered; of an export that was stopped nothing does."""
    query = (
        sa.select(sa.func.count(), sa.func.count(sa.case((ExportDelivery.last_error != "", 1))))
        .join(Export, Export.id == ExportDelivery.export_id)
        .where(Export.active, ExportDelivery.sent_at.is_(None))
    )
    return Queue(*session.execute(query).one())


def delivery(session: Session, export: Export, delivery_id: int) -> ExportDelivery:
    """A file of an export, whole. Raises `NotFound`."""
    query = sa.select(ExportDelivery).where(ExportDelivery.export_id == export.id, ExportDelivery.id == delivery_id)
    found = session.scalar(query.options(undefer(ExportDelivery.content), undefer(ExportDelivery.rows)))
    if found is None:
        raise NotFound("Ese archivo no existe.")
    return found


def differences(session: Session, one: ExportDelivery) -> Differences | None:
    """What a file has, or lacks, against the one before; None for the first."""
    earlier = sa.select(ExportDelivery).where(ExportDelivery.export_id == one.export_id, ExportDelivery.id < one.id)
    before = session.scalars(earlier.order_by(ExportDelivery.id.desc()).limit(1)).first()
    return None if before is None else layouts.compare(sheet_of(before), sheet_of(one))


def newest_of(session: Session, export: Export) -> ExportDelivery | None:
    """The file that the next one is compared with, with its rows."""
    return session.scalars(_log(export).options(undefer(ExportDelivery.rows)).limit(1)).first()


def sheet_of(one: ExportDelivery) -> Sheet:
    """What stands in a file."""
    return Sheet(one.titles, one.rows)


def _log(export: Export) -> sa.Select[ExportDelivery]:
    query = sa.select(ExportDelivery).where(ExportDelivery.export_id == export.id)
    return query.order_by(ExportDelivery.id.desc())


def _record(session: Session, clock: Clock, actor: Actor, action: str, export: Export, **told: Any) -> None:
    auditing.record(session, clock, actor, action, ("exportacion", str(export.id)), reason=export.plan_code, **told)
