"""A row of another sector in every table there is: what must change nothing for the people of the first one.

Which tables there are, and which of their rows are a sector's, is read from the models: a new table is filled as soon
as it is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Base
from tests.support.two_sectors import ENTITIES, REPORTERS, Things
from web import schema
from workflows.documents.states import Reserve

MARK = "Ñandú"
"""Stands in every text of the other sector."""
WRITTEN = f"{MARK}:"
"""How every longer text of the other sector begins; nobody types it to look for something."""
NUMBER = 777_001
"""The id of every row of the other sector."""
OF_SECTOR = {"plan_code", "sector_code"}
DEFINITIONS = ("definition_", "process_", "form_version", "decision_version", "bundle")
"""How the tables begin of what all sectors share, and of the variants that an owner is asked for (`Of.VARIANT`)."""
Row = Mapping[str, Any]


def fill(session: Session, clock: Clock, things: Things) -> dict[str, Row]:
    """Put a row of the sector of `things` into every table that holds what is a sector's; each, by its table."""
    schema.load()
    rows: dict[str, Row] = _roots(things)
    made: dict[str, Row] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in rows or table.name.startswith(DEFINITIONS) or not _is_of_sector(table, made.keys() | rows):
            continue
        row = {column.name: _value(column, rows, things, clock) for column in table.columns}
        try:
            with session.begin_nested():
                session.execute(sa.insert(table).values(row))
        except sa.exc.IntegrityError as there_is_one:
            if "UNIQUE" not in str(there_is_one):
                raise
        else:
            rows[table.name] = made[table.name] = row
    return made


def changed(session: Session, made: Mapping[str, Row]) -> list[str]:
    """The tables whose row of the other sector is no longer as it was made, or gone."""
    found = []
    for name, row in made.items():
        table = Base.metadata.tables[name]
        key = [column == row[column.name] for column in table.primary_key]
        kept = session.execute(sa.select(table).where(*key)).mappings().one_or_none()
        if kept is None or any(str(kept[column]) != str(value) for column, value in row.items() if value is not None):
            found.append(name)
    return found


def _roots(things: Things) -> dict[str, Row]:
    """What there is already: by the only column that others refer to."""
    return {
        "plan": {"code": things.plan}, "sector": {"code": things.sector}, "entity": {"code": ENTITIES[things.sector]},
        "person": {"username": REPORTERS[things.sector]}, "role": {"id": "responsable_meta"},
        "instance": {"id": things.case}, "user_task": {"id": things.task}, "incident": {"id": things.incident},
        "stored_file": {"id": things.files[Reserve.PUBLIC]}, "outbox_message": {"id": things.mail},
        "sector_entity": {}, "sector_logo": {}, "person_role": {}, "development_plan": {"code": "PDD"},
    }  # fmt: skip


def _is_of_sector(table: sa.Table, known: set[str]) -> bool:
    refers = {key.column.table.name for key in table.foreign_keys if key.column.table is not table}
    return bool(refers & (known - {"entity", "role"})) or bool(OF_SECTOR & set(table.columns.keys()))


def _value(column: sa.Column[Any], rows: Mapping[str, Row], things: Things, clock: Clock) -> Any:
    for key in column.foreign_keys:
        target = key.column
        return None if target.table is column.table else rows[target.table.name][target.name]
    own = {
        "plan_code": things.plan, "sector_code": things.sector, "entity_code": ENTITIES[things.sector],
        "username": REPORTERS[things.sector], "recipient": REPORTERS[things.sector],
        "code": MARK, "period_code": things.month, "month": 7, "year": 2018,
    }  # fmt: skip
    if column.name in own:
        return own[column.name]
    return _of_type(column, clock)


def _of_type(column: sa.Column[Any], clock: Clock) -> Any:
    kind = column.type.impl if isinstance(column.type, sa.types.TypeDecorator) else column.type
    if hasattr(column.type, "enum"):
        return next(iter(column.type.enum))
    if isinstance(kind, sa.JSON):
        return column.default.arg(None) if column.default is not None and column.default.is_callable else {}
    if isinstance(kind, sa.String):
        return f"{WRITTEN} {column.table.name}.{column.name}"[: kind.length or None]
    plain = {
        sa.DateTime: clock.now(),
        sa.Time: dt.time(9),
        sa.Date: dt.date(2018, 7, 5),
        sa.Boolean: True,
        sa.LargeBinary: b"x",
    }
    # Reading writes to the trail, whose numbers are shown: the stranger's entry is none that the next one follows.
    number = (-NUMBER if column.table.name == "audit_entry" else NUMBER) if column.primary_key else 7
    return next((value for type_, value in plain.items() if isinstance(kind, type_)), number)
