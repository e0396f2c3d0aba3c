"""The steps (*pasos*) of the guide in a plan: what each left, in records and in documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows import guide
from workflows.lifecycle.dossier.answering import Answer, Wanted
from workflows.lifecycle.phases import Paper, PhaseView

NOTHING, SOME, ALL = "nada", "en parte", "completo"


@dataclass(frozen=True, slots=True)
class Paso:
    """A step of the guide. `there` and `missing`: records of its rows; `papers`: its documents, newest first."""

    name: str
    rows: Sequence[str]
    there: Sequence[Wanted]
    missing: Sequence[Wanted]
    papers: Sequence[Paper]

    @property
    def state(self) -> str:
        """How much of it is there."""
        if not self.there and not self.papers:
            return NOTHING
        return SOME if self.missing else ALL


def of_phase(phase: PhaseView, answers: Mapping[str, Answer]) -> list[Paso]:
    """The steps of a phase in the order of the guide."""
    rows: dict[str, list[str]] = {}
    for row in guide.rows().values():
        if row.phase == phase.number:
            rows.setdefault(name_of(row), []).append(row.id)
    return [_paso(name, ids, phase, answers) for name, ids in rows.items()]


def _paso(name: str, ids: Sequence[str], phase: PhaseView, answers: Mapping[str, Answer]) -> Paso:
    found = [answers[one] for one in ids]
    # Two rows of a step may ask for the same record, which is told once.
    there = {wanted.title: wanted for answer in found for wanted in answer.there}
    missing = {wanted.title: wanted for answer in found for wanted in answer.missing}
    papers = [paper for paper in phase.papers if paper.row in ids]
    return Paso(name, ids, list(there.values()), list(missing.values()), papers)


def name_of(row: guide.GuideRow) -> str:
    """«Paso 1» alone says nothing: what it asks is told beside it."""
    return f"{row.step}. {row.asks.split(',')[0].split(';')[0].rstrip('.')}" if row.step[-1].isdigit() else row.step
