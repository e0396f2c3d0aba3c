"""What is wrong with a workbook, said so that its author finds the cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.errors import InvalidFile

ERROR = "error"
WARNING = "advertencia"


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding: sheet and column as they are headed, the row as the spreadsheet numbers it, and a sentence."""

    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    severity: str = ERROR

    @property
    def place(self) -> str:
        """«Indicadores, fila 7, Peso (%)»."""
        row = None if self.row is None else f"fila {self.row}"
        return ", ".join(part for part in (self.sheet, row, self.column) if part)

    def __str__(self) -> str:
        """Place and sentence."""
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(eq=False, kw_only=True)
class InvalidPlan(InvalidFile):
    """A plan's file with errors; nothing was loaded. `problems` is every finding."""

    sentence = "El archivo tiene errores; no se cargó nada. Corríjalos y vuelva a cargarlo."

    problems: Sequence[Problem]
