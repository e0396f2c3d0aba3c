"""How large the plan of a sector is."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Extent:
    """How large the plan is. The last of its `months` is being reported; those before are closed."""

    entities: int = 50
    indicators: int = 600
    months: int = 48
    lines: int = 10
    reporters: int = 3

    @property
    def objectives(self) -> int:
        """Three in each line."""
        return self.lines * 3


FULL = Extent()
TENTH = Extent(entities=5, indicators=60, months=14, lines=2)
"""The same plan with a tenth of the entities: what may not cost more statements with ten times as many."""
SECTORS = 15
ALL_SECTORS = replace(TENTH, entities=5 * SECTORS, indicators=60 * SECTORS)
"""So many sectors, each as large as that, in one installation: what pages may not cost more with."""
