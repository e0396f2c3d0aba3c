"""How a sector shows itself: its name, head entity, colour and logo, on pages, mails and documents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.sectors.models import Entity, Sector, SectorLogo

COLOUR = "#1f4e79"
"""Of a sector that chose none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A sector as pages and mails show it. `logo` tells one logo from another; empty: it has none."""

    code: str
    name: str
    head: str
    colour: str
    logo: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the head of a document: the sector, its head entity, its colour, and a PNG if it has a logo."""

    sector: str
    head: str
    colour: str = COLOUR
    logo: bytes | None = None

    @property
    def line(self) -> str:
        """«Sector Hábitat · Secretaría Distrital del Hábitat»."""
        return " · ".join(part for part in (f"Sector {self.sector}" if self.sector else "", self.head) if part)

    @property
    def logo_address(self) -> str:
        """The logo as a `data:` address; empty where there is none."""
        return "data:image/png;base64," + base64.b64encode(self.logo).decode() if self.logo else ""

    def as_svg(self) -> str:
        """The logo as an SVG picture that holds it, as what sets pages takes pictures; empty where there is none."""
        if not self.logo:
            return ""
        width, height = (int.from_bytes(self.logo[place : place + 4]) for place in (16, 20))
        size = f'width="{width}" height="{height}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{self.logo_address}"/></svg>'


NO_LETTERHEAD = Letterhead("", "")


def shown(session: Session, codes: Collection[str] | None = None) -> Mapping[str, Identity]:
    """These sectors, or all, by code."""
    query = (
        sa.select(Sector.code, Sector.name, Entity.name.label("head"), Sector.colour, SectorLogo.sha256)
        .outerjoin(Entity, Entity.code == Sector.head_entity)
        .outerjoin(SectorLogo, SectorLogo.sector_code == Sector.code)
    )
    if codes is not None:
        query = query.where(Sector.code.in_(codes))
    return {
        row.code: Identity(row.code, row.name, row.head or "", row.colour, (row.sha256 or "")[:12])
        for row in session.execute(query)
    }


def letterhead(session: Session, code: str) -> Letterhead:
    """The head of the documents of a sector."""
    found = shown(session, [code]).get(code)
    if found is None:
        return NO_LETTERHEAD
    return Letterhead(found.name, found.head, found.colour, logo(session, code) if found.logo else None)


def logo(session: Session, code: str) -> bytes | None:
    """The logo of a sector, a PNG; None where it has none."""
    return session.scalar(sa.select(SectorLogo.content).where(SectorLogo.sector_code == code))


def set_logo(session: Session, sector: Sector, png: bytes) -> None:
    """Let a sector show this logo, which `pictures.logo_from` made."""
    sha256 = hashlib.sha256(png).hexdigest()
    session.merge(SectorLogo(sector_code=sector.code, content=png, sha256=sha256))
    session.flush()


def remove_logo(session: Session, sector: Sector) -> None:
    """Let a sector show no logo."""
    session.execute(sa.delete(SectorLogo).where(SectorLogo.sector_code == sector.code))
