"""What knows the meaning of one form: prepares it, checks it, writes its records.

Handlers subclass `PlainForm` and are handed to `workflows.forms.submissions.Forms` by the composition root.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.orm import Session

from engine.contracts import NOTHING, Contract
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.errors import FieldError
from workflows.forms.values import ROW_KEY, Values, path_of
from workflows.indicators.wording import COLOR_ICONS

__all__ = [
    "ROW_KEY",
    "Beside",
    "Catalogue",
    "Chip",
    "FieldError",
    "FormContext",
    "FormHandler",
    "Option",
    "Panel",
    "PanelBuilder",
    "PlainForm",
    "Prefill",
    "Preview",
    "Values",
    "path_of",
]

Option = tuple[str, str]
"""Value and label of a choice."""


@dataclass(frozen=True, slots=True)
class OnPaper:
    """That somebody signed a memorandum on a day, and who registered it with which file."""

    registered_by: str
    signed_on: dt.date
    file_id: int


@dataclass(frozen=True, slots=True)
class ByLink:
    """That somebody answered at a link by mail, with a code that went to the same address at a moment."""

    address: str
    code_sent_at: dt.datetime


Outside = OnPaper | ByLink
"""How an answer came that nobody gave in a session of theirs."""


@dataclass(frozen=True, slots=True)
class FormContext:
    """For whom and for what a form is open.

    `memo` keeps what a handler has looked up, for as long as this form is laid out. `outside`: how it came, where the
    actor answered without a session.
    """

    session: Session
    engine: ProcessEngine
    task: UserTask
    instance: Instance
    actor: Actor
    memo: dict[str, Any] = field(default_factory=dict, compare=False)
    outside: Outside | None = None

    @property
    def variables(self) -> Mapping[str, Any]:
        """The small data of the task, such as `entidad` and `periodo`."""
        return self.task.variables

    @property
    def plan_code(self) -> str:
        """The plan whose case this is."""
        return self.instance.scope or ""

    @property
    def sector(self) -> str:
        """The sector whose case this is: from the case itself, never from what somebody typed."""
        return self.instance.tenant

    def now(self) -> dt.datetime:
        """The present moment, aware."""
        return self.engine.now()


@dataclass(frozen=True, slots=True)
class Beside:
    """What one has in view of a thing that one judges.

    `facts` are short, term and text; `story` are longer texts, label and text; `files` are ids of what proves it, and
    `proof` what they are called. `total` is how much of how much. `changes` are what was changed since it was sent
    first or returned: label, before, after.
    """

    title: str = ""
    chip: Chip | None = None
    facts: Sequence[tuple[str, str]] = ()
    story: Sequence[tuple[str, str]] = ()
    files: Sequence[int] = ()
    proof: str = "Soportes"
    total: tuple[str, str] = ("", "")
    changes: Sequence[tuple[str, str, str]] = ()

    @property
    def needs_answer(self) -> bool:
        """Whether its light asks for an explanation."""
        return self.chip is None or self.chip.color in ("rojo", "amarillo", "naranja")


@dataclass(frozen=True, slots=True)
class Panel:
    """A read-only block above the form.

    `facts` are term and text; `head` and `rows` a small table; `entries` are things with all that is told of each;
    `prose` is a text whose lines say its structure, `pictures` the files it shows, by name;
    `address` a place of this site that people hand on.
    """

    title: str
    text: str = ""
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    entries: Sequence[Beside] = ()
    prose: str = ""
    pictures: Mapping[str, int] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Prefill:
    """What a form shows before anybody types.

    `values`: initial values; for a table with fixed rows its rows, with the read-only cells. Keys of a row that
    are no column (`indicator_id`) are kept on the server and come back in the typed row. A row may carry
    `ROW_KEY`, the text that identifies it; without it, its place does.
    `options`: by path without row (`campo`, `lista.columna`) or by catalogue name (`personas`).
    `locked`: paths that this person may not change now: a field, a row (`avances.2`) or a cell.
    `returned`: rows that came back to be corrected. `proposed`: columns (`lista.columna`) that come with a value to
    look at: alone they leave a row unfilled.
    `row_titles`: by list, what to call each row («IR-3.1 Personas formadas»).
    `notes`: by path, what to say about it (why a row was returned). `hints`: by path, the unit or a help.
    `beside`: by list and `ROW_KEY` (`filas:IR-3.1`), what stands beside the row to judge it by.
    `followers`: names that are no column and that `compute` gives a row, for conditions to look at.
    `courses`: by path of a read-only cell, the values before, month and value, drawn as a line above its text.
    `seen`: paths of read-only cells that are answered for, and the column that answers: they come back as they were
    shown, and one that says something else by now is refused. A draft loses the answer, which is asked again.
    `prose`: texts whose lines say subheadings, lists and the like, and for each the field that has its pictures.
    """

    values: Values = field(default_factory=dict)
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    locked: AbstractSet[str] = frozenset()
    returned: AbstractSet[str] = frozenset()
    proposed: AbstractSet[str] = frozenset()
    panels: Sequence[Panel] = ()
    row_titles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Beside] = field(default_factory=dict)
    followers: AbstractSet[str] = frozenset()
    courses: Mapping[str, Sequence[tuple[str, Decimal | None]]] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    prose: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chip:
    """A traffic light in words. `color` is one of rojo, amarillo, verde, naranja, gris."""

    color: str
    word: str
    detail: str = ""

    @property
    def icon(self) -> str:
        """The sign that goes with the colour."""
        return COLOR_ICONS.get(self.color, "–")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the form would give: chips by path, of a row (`avances.0`) or of a read-only cell."""

    chips: Mapping[str, Chip] = field(default_factory=dict)


class FormHandler(Protocol):
    """Knows one form. Found by the task's `pes.registro`, else by its element id.

    `contract` is what it needs of the process and gives to it beyond the fields that the task hands on (`pes.salida`).
    `apart` is the loop variable (`entidad`) by which what it reads and records stands apart: those who send it for
    different values of it don't wait for each other while it is laid out and checked. Empty: they do.
    """

    contract: Contract
    apart: str

    def prepare(self, context: FormContext) -> Prefill:
        """Initial values, fixed rows, read-only cells, options, panels. Writes nothing."""
        ...

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Read-only cells that follow from what was typed, by path (`{"avances.0.semaforo_previsto": "rojo"}`).

        Runs before conditions are evaluated, with values that may be missing (None). Writes nothing.
        """
        ...

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """What is wrong or unlikely in what could be read, told as one types and, all at once, before sending.

        `values` may be missing or wrong elsewhere (None). Writes nothing.
        """
        ...

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What the schema cannot know is wrong. `values` already agree with the schema. Writes nothing."""
        ...

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Write the records and return further process variables."""
        ...

    def preview(self, context: FormContext, values: Values) -> Preview:
        """What this would give. Values that could not be read are None. Writes nothing."""
        ...

    def may_amend(self, context: FormContext) -> bool:
        """Whether what this task sent may still be corrected."""
        ...

    def amend(self, context: FormContext, values: Values) -> None:
        """Write the records again with corrected values; the case went on and its variables stay."""
        ...


class PlainForm:
    """A form without records: what was sent is kept as the submission, and nothing else happens."""

    contract: Contract = NOTHING
    apart: str = ""

    def prepare(self, context: FormContext) -> Prefill:
        """Nothing is known beforehand."""
        return Prefill()

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Nothing follows."""
        return {}

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """Nothing is odd."""
        return []

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """The schema says it all."""
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """No records, no variables beyond `pes.salida`."""
        return {}

    def preview(self, context: FormContext, values: Values) -> Preview:
        """No chips."""
        return Preview()

    def may_amend(self, context: FormContext) -> bool:
        """Nothing sent is corrected unless a handler says so."""
        return False

    def amend(self, context: FormContext, values: Values) -> None:
        """The same records again; the variables that `record` returns are ignored."""
        self.record(context, values)


Catalogue = Callable[[FormContext], Sequence[Option]]
"""The choices of a select by the name of its catalogue (`personas`)."""

PanelBuilder = Callable[[FormContext], Panel]
"""A context panel by the name that a diagram gives in `pes.contexto`."""
