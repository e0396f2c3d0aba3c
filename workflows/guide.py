"""The 43 rows of the methodological guide, which diagrams name in `pes.guia`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

PHASES = {
    1: "Conociendo el sector",
    2: "Elaboración del PES",
    3: "Aprobación del PES",
    4: "Implementación",
    5: "Seguimiento",
    6: "Evaluación",
}


@dataclass(frozen=True, slots=True)
class GuideRow:
    """What the guide asks at one point: `id` as in `5.2`, the phase's number, the step, and the activity."""

    id: str
    phase: int
    step: str
    asks: str

    @property
    def place(self) -> str:
        """«Fase 5, Seguimiento · Paso 2. Objetivos»."""
        phase = f"Fase {self.phase}, {PHASES[self.phase]}"
        return phase if self.step == PHASES[self.phase] else f"{phase} · {self.step}"


@cache
def rows() -> dict[str, GuideRow]:
    """Every row by id, in the order of the guide."""
    text = resources.files("workflows").joinpath("guide.yaml").read_text(encoding="utf-8")
    return {row["id"]: GuideRow(**row) for row in yaml.safe_load(text)}


def named_in(text: str) -> list[GuideRow]:
    """The rows that a `pes.guia` names (`5.2, 5.3`); what is not a row is left out."""
    known = rows()
    return [known[name] for name in text.replace(",", " ").split() if name in known]
