"""What the linter is told and what it says."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import limits
from engine.definitions.dataflow.flow import Following
from engine.definitions.dataflow.world import World
from engine.definitions.deciding import PublishedDecision
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.markup import Node
from engine.definitions.nameless import spoken


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend.

    `severity` is `error` (cannot be published) or `warning`. `element` is the id of what to look at, empty for the
    whole diagram. `fix` is what one click can do: `action` is one of `set_property`, `set_attribute` (as in
    `engine.definitions.editing`: `element`, `name`, `value`), `set_condition` (`element`, `value`), `set_default`
    (`element`, `flow`), `change_kind` (`element`, `kind`), `give_id` (`source`, `target`), `remove` (`element`).
    `consequences` are findings that go away with this one.
    """

    severity: str
    element: str
    rule: str
    message: str
    fix: Mapping[str, Any] | None = None
    consequences: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line and the editor hand it on."""
        fix = dict(self.fix) if self.fix else None
        return {
            "severity": self.severity,
            "element": self.element,
            "rule": self.rule,
            "message": self.message,
            "fix": fix,
            "consequences": [finding.as_json() for finding in self.consequences],
        }


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What exists outside the diagram, each as key → label. `None`: not known here, so not checked.

    `vacant` says of a role where nobody holds it.
    `variables` are those a case may begin with. `calls` are the processes that each known process calls.
    `reserved_keys` are short for other processes, by which process: no diagram may be called so.
    `check_deadline` (of a deadline's text) and `check_opening` (of the properties of a timer start event) raise
    `InvalidDeadline` for what the calendar cannot read. `decisions` are those of the tables, by id. `world` is what the
    data of a case come from. `diagrams` are all processes, as they will stand.
    """

    reserved_keys: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] | None = None
    vacant: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] | None = None
    processes: Mapping[str, str] | None = None
    topics: Mapping[str, str] | None = None
    form_handlers: Mapping[str, str] | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    check_deadline: Callable[[str], None] | None = None
    check_opening: Callable[[Mapping[str, str]], None] | None = None
    world: World | None = None
    decisions: Mapping[str, PublishedDecision] | None = None
    diagrams: Mapping[str, DiagramModel] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A diagram under the linter's eyes: as drawn, as written, what is known around it, and the data it has where."""

    model: DiagramModel
    root: Node
    process: Node
    known: KnownNames
    prefix: str
    following: Following | None = None

    def diagrams(self) -> Mapping[str, DiagramModel]:
        """Every process that is known, with this one as it is drawn here."""
        return {**(self.known.diagrams or {}), self.model.process_key: self.model}


def error(element: str, rule: str, message: str, /, **fix: Any) -> Finding:
    """A finding that forbids publishing."""
    return Finding("error", element, rule, spoken(message), fix or None)


def warning(element: str, rule: str, message: str, /, **fix: Any) -> Finding:
    """A finding that one may leave."""
    return Finding("warning", element, rule, spoken(message), fix or None)


def shown(element: Element) -> str:
    """How an element is called in a sentence."""
    return element.called


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one; empty if none is. No name is longer than an id may be."""
    return _nearest(name, tuple(known)) if len(name) <= limits.ID else ""


@functools.lru_cache(10_000)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    return next(iter(difflib.get_close_matches(name, known, 1, 0.6)), "")


def meant(near: str) -> str:
    """The sentence that offers the nearest name; empty if there is none."""
    return f" ¿Quiso decir «{near}»?" if near else ""
