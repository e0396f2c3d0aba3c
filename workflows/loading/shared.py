"""Entities that another sector uses too: their names are not a file's to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.records.columns import BY_KEY
from workflows.records.data import EntityRecord
from workflows.records.problems import Problem
from workflows.sectors.models import Entity, SectorEntity


class FileOfEntities(Protocol):
    """What a file says of entities, and where: (sheet key, code) → the number of the row."""

    @property
    def entities(self) -> Sequence[EntityRecord]:
        """Those of the file."""
        ...

    @property
    def rows(self) -> Mapping[tuple[str, str], int]:
        """Where each stands."""
        ...


def problems(session: Session, data: FileOfEntities, sector: str) -> list[Problem]:
    """An entity that is known under another name in another sector."""
    codes = [record.code for record in data.entities]
    elsewhere = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code != sector)
    named = sa.select(Entity.code, Entity.name).where(Entity.code.in_(codes), Entity.code.in_(elsewhere))
    names = {code: name for code, name in session.execute(named)}
    sheet = BY_KEY["entidades"]
    return [
        Problem(
            f"{record.code} ya se llama «{names[record.code]}» y otro sector la usa; su nombre lo cambia quien "
            "administra la instalación.",
            sheet.title,
            data.rows.get(("entidades", record.code)),
            sheet.heading("nombre"),
        )
        for record in data.entities
        if record.code in names and names[record.code] != record.name
    ]
