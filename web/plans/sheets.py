"""The tree of a plan as columns of a file."""

from __future__ import annotations

from web.plans.tree import IndicatorRow, LevelRow
from workflows.documents.tables import Column

Row = tuple[LevelRow, LevelRow, IndicatorRow]
"""An indicator, with its line and objective."""


def columns(years: list[int]) -> list[Column[Row]]:
    """What the tree shows of an indicator, year by year at the end."""
    return [
        Column("Línea", lambda row: f"{row[0].item.code} {row[0].item.name}"),
        Column("Objetivo", lambda row: f"{row[1].item.code} {row[1].item.name}"),
        Column("Código", lambda row: row[2].shown.code),
        Column("Indicador", lambda row: row[2].shown.name),
        Column("Unidad", lambda row: row[2].shown.unit),
        Column("Peso", lambda row: row[2].shown.weight),
        Column("Ejecutado", lambda row: row[2].cell.executed if row[2].cell else None),
        Column("Programado a la fecha", lambda row: row[2].cell.programmed_to_date if row[2].cell else None),
        Column("Cumplimiento %", lambda row: row[2].cell.compliance if row[2].cell else None),
        Column("Semáforo", lambda row: row[2].word),
        Column("Puntos desde el otro corte", lambda row: row[2].then.by if row[2].then else None),
        Column("Semáforo del otro corte", lambda row: row[2].then.word if row[2].then else ""),
        Column("Entidad", lambda row: row[2].shown.entity_code),
        Column("Responde", lambda row: row[2].shown.person or ""),
        *(column for place, year in enumerate(years) for column in _of_year(place, year)),
    ]


def _of_year(place: int, year: int) -> list[Column[Row]]:
    return [
        Column(f"Ejecutado {year}", lambda row: row[2].years[place].executed),
        Column(f"Meta {year}", lambda row: row[2].years[place].target),
    ]
