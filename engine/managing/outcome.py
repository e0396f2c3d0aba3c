"""What an act on a case did, or would do, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.states import HistoryKind

_EFFECTS = {
    HistoryKind.STEP_COMPLETED: "corrió el paso automático «{}»",
    HistoryKind.MESSAGE_SENT: "envió el mensaje «{}»",
    HistoryKind.SIGNAL_SENT: "dio la señal «{}»",
    HistoryKind.INSTANCE_COMPLETED: "terminó",
}
"""What cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one case: whether the act is `possible`, and a `sentence` that says what follows («sigue en «Validar»»).

    `opens` and `closes` are the tasks that are born and that go, `runs` what happens by itself and cannot be taken
    back, `incidents` what fails. `needs` are the data that the step reached reads and the case does not have.
    `warnings` are sentences. `change_id` is the row of what was done.
    """

    instance_id: int
    name: str
    business_key: str
    possible: bool
    sentence: str
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    change_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For the command line and the API."""
        return {
            "id": self.instance_id,
            "caso": self.name,
            "clave": self.business_key,
            "puede": self.possible,
            "frase": self.sentence,
            "nace": list(self.opens),
            "se_cierra": list(self.closes),
            "corre": list(self.runs),
            "incidentes": list(self.incidents),
            "faltan": list(self.needs),
            "avisos": list(self.warnings),
            "cambio": self.change_id,
        }


@dataclass(frozen=True, slots=True)
class Effects:
    """What the history of a case tells since a line of it."""

    opens: tuple[str, ...] = field(default_factory=tuple)
    closes: tuple[str, ...] = field(default_factory=tuple)
    runs: tuple[str, ...] = field(default_factory=tuple)
    incidents: tuple[str, ...] = field(default_factory=tuple)


def last_line(session: Session, instance_id: int) -> int:
    """The newest line of the history of a case, from which `effects` may tell."""
    newest = sa.select(sa.func.max(HistoryEntry.id)).where(HistoryEntry.instance_id == instance_id)
    return session.scalar(newest) or 0


def effects(session: Session, instance: Instance, since: int) -> Effects:
    """What happened in a case after a line of its history."""
    session.flush()
    query = sa.select(HistoryEntry).where(HistoryEntry.instance_id == instance.id, HistoryEntry.id > since)
    entries = session.scalars(query.order_by(HistoryEntry.id)).all()
    named = [(entry.kind, entry.element_name or entry.element_id or instance.name, entry.data) for entry in entries]
    return Effects(
        opens=tuple(name for kind, name, _ in named if kind == HistoryKind.TASK_CREATED),
        closes=tuple(name for kind, name, _ in named if kind == HistoryKind.TASK_CANCELLED),
        runs=tuple(_EFFECTS[kind].format(data.get("nombre") or name) for kind, name, data in named if kind in _EFFECTS),
        incidents=tuple(
            f"«{name}»: {data.get('mensaje', '')}" for kind, name, data in named if kind == HistoryKind.INCIDENT_OPENED
        ),
    )
