"""The retention table (TRD): under which series a plan's file is archived, and what becomes of it.

The series are those that offices of the district usually keep for plans; the entity's own table has the codes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the table. Years are those in the office's archive and in the central one."""

    key: str
    name: str
    subseries: str
    office_years: int
    central_years: int
    disposition: str

    @property
    def label(self) -> str:
        """«PLANES / Planes estratégicos sectoriales»."""
        return f"{self.name} / {self.subseries}"


SERIES = (
    Series("planes_estrategicos", "PLANES", "Planes estratégicos sectoriales", 4, 10, "Conservación total"),
    Series("planes_institucionales", "PLANES", "Planes estratégicos institucionales", 4, 10, "Conservación total"),
    Series("informes_de_gestion", "INFORMES", "Informes de gestión", 2, 8, "Conservación total"),
)


def series(key: str) -> Series:
    """A series by its key; an unknown key is the plan's own series."""
    return next((one for one in SERIES if one.key == key), SERIES[0])
