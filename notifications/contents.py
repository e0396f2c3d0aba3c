"""What a digest holds, by heading, and the words of each thing in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from notifications.models import MailNote
from notifications.recipients import OpenTask
from notifications.reminders import Distance
from notifications.returned import Back
from workflows.calendar import bogota_day
from workflows.sectors.identity import Identity

SECTIONS = ("returned", "overdue", "due_soon", "new", "helping", "promised", "escalated", "without_people", "incidents")
"""The headings of a digest, the most urgent first: attributes of `Digest`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One task in a digest, and how far its deadline is. `rows`: how many values it asks for, where that is known."""

    task: OpenTask
    far: Distance | None
    rows: int = 0

    @property
    def tenant(self) -> str:
        """The sector whose task it is."""
        return self.task.tenant

    @property
    def title(self) -> str:
        """What is to be done: «Reportar 5 indicadores», else the name of the task."""
        if not self.rows:
            return self.task.name
        return f"Reportar {self.rows} indicador{'es' if self.rows != 1 else ''}"

    @property
    def is_late(self) -> bool:
        """Whether its deadline has passed."""
        return self.far is not None and self.far.overdue

    @property
    def is_near(self) -> bool:
        """Whether it is due today or on the next working day."""
        return self.far is not None and -1 <= self.far.today <= 0

    @property
    def due_on(self) -> dt.date | None:
        """The day of Bogotá on which it is due."""
        return bogota_day(self.task.due_at) if self.task.due_at is not None else None

    @property
    def when(self) -> str:
        """The deadline in words: «faltan 3 días hábiles»."""
        return "sin plazo" if self.far is None else _when(self.far)


@dataclass(frozen=True, slots=True)
class Promise:
    """Something a person promised in a meeting, and how far its day is. `tenant` is the sector of its plan."""

    tenant: str
    text: str
    due_on: dt.date
    far: Distance

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.far.overdue

    @property
    def when(self) -> str:
        """Its day in words: «vence hoy»."""
        return _when(self.far)


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that failed without anybody at it, in a line. `tenant` is the sector whose work it is, or none."""

    tenant: str
    opened_at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers what a digest is asked."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Share:
    """How the open work of an entity stands in a week's summary; of no entity: what is of the whole sector."""

    entity: str
    open: int
    overdue: int
    this_week: int


@dataclass(frozen=True, slots=True)
class Week:
    """How work stands on the first working day of a week, for who answers for an entity or a sector."""

    whose: str
    shares: Sequence[Share]

    @property
    def open(self) -> int:
        """How many tasks are open."""
        return sum(one.open for one in self.shares)

    @property
    def overdue(self) -> int:
        """How many of them are overdue."""
        return sum(one.overdue for one in self.shares)

    @property
    def this_week(self) -> int:
        """How many fall due until Sunday."""
        return sum(one.this_week for one in self.shares)

    @property
    def sentence(self) -> str:
        """«12 tareas abiertas, 3 vencidas, 4 vencen esta semana»."""
        parts = [f"{self.open} tarea{_s(self.open)} abierta{_s(self.open)}"]
        if self.overdue:
            parts.append(f"{self.overdue} vencida{_s(self.overdue)}")
        if self.this_week:
            parts.append(f"{self.this_week} vence{'n' if self.this_week != 1 else ''} esta semana")
        return ", ".join(parts)


@dataclass(slots=True)
class Digest:
    """What one person reads today. `worth_sending` is false where there is nothing to say.

    `why` tells of a task that came back who sent it and the reasons, by its id. `helping` are tasks of others that one
    was asked to fill in, due on the day by which they want it.
    """

    returned: list[Item] = field(default_factory=list)
    new: list[Item] = field(default_factory=list)
    helping: list[Item] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)
    due_soon: list[Item] = field(default_factory=list)
    overdue: list[Item] = field(default_factory=list)
    escalated: list[Item] = field(default_factory=list)
    without_people: list[Item] = field(default_factory=list)
    incidents: list[Failure] = field(default_factory=list)
    notes: list[MailNote] = field(default_factory=list)
    weeks: list[Week] = field(default_factory=list)
    why: dict[int, Back] = field(default_factory=dict)
    worth_sending: bool = False

    def by_sector(self, sectors: Mapping[str, Identity]) -> list[tuple[Identity | None, Digest]]:
        """What is of each sector under it, by name, what is of none last; of a single sector all under no heading."""
        found = self.tenants()
        if len(found - {""}) < 2:
            return [(None, self)]
        ordered = sorted(found, key=lambda tenant: (not tenant, sectors[tenant].name if tenant in sectors else tenant))
        return [(sectors.get(tenant), self._of(tenant)) for tenant in ordered]

    def head(self, sectors: Mapping[str, Identity]) -> Identity | None:
        """The sector that stands at the head of the mail: the only one that it tells of."""
        found = self.tenants() - {""}
        return sectors.get(found.pop()) if len(found) == 1 else None

    def tenants(self) -> set[str]:
        """The sectors it tells of; an empty one for what is of none."""
        told = {one.tenant for section in SECTIONS for one in getattr(self, section)}
        return told | {note.sector_code for note in self.notes}

    def items(self) -> list[Item]:
        """The person's own tasks, the most urgent first."""
        return [*self.returned, *self.overdue, *self.due_soon, *self.new]

    def headline(self) -> str:
        """«1 devuelta · 2 nuevas · 1 vencida», the most urgent first."""
        parts = (
            (len(self.returned), "devuelta", "devueltas"),
            (len(self.overdue), "vencida", "vencidas"),
            (len(self.due_soon), "por vencer", "por vencer"),
            (len(self.new), "nueva", "nuevas"),
            (len(self.helping), "ayuda que le piden", "ayudas que le piden"),
            (len(self.promised), "compromiso", "compromisos"),
            (len(self.notes), "aviso", "avisos"),
            (len(self.escalated), "vencida de otros", "vencidas de otros"),
            (len(self.without_people), "sin quien la haga", "sin quien las haga"),
            (len(self.incidents), "incidente", "incidentes"),
        )
        return " · ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)

    def _of(self, tenant: str) -> Digest:
        part = Digest(why=self.why)
        for section in SECTIONS:
            getattr(part, section).extend(one for one in getattr(self, section) if one.tenant == tenant)
        part.notes.extend(note for note in self.notes if note.sector_code == tenant)
        return part


def _when(far: Distance) -> str:
    days = far.today
    if days == 0:
        return "vence hoy"
    unit = "día hábil" if abs(days) == 1 else "días hábiles"
    return f"venció hace {days} {unit}" if days > 0 else f"{'falta' if days == -1 else 'faltan'} {-days} {unit}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"
