"""Runs every rule over a diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definitions.dataflow.flow import Following
from engine.definitions.linting import (
    answers,
    calls,
    data,
    deadlines,
    events,
    flows,
    identity,
    people,
    repetition,
    roots,
    soundness,
    structure,
    thrown,
    words,
)
from engine.definitions.linting.findings import Checked, Finding, KnownNames
from engine.definitions.markup import parse
from engine.definitions.reading import PREFIX, process_of, read_tree

Rule = Callable[[Checked], Iterator[Finding]]

SHAPE: tuple[Rule, ...] = (*identity.RULES, *structure.RULES, *flows.RULES, *events.RULES)
"""Rules on the drawing itself; while one is broken, paths cannot be followed."""

RULES: tuple[Rule, ...] = (
    *SHAPE,
    *people.RULES,
    *calls.RULES,
    *thrown.RULES,
    *repetition.RULES,
    *words.RULES,
    *data.RULES,
    *answers.RULES,
    *deadlines.RULES,
    *soundness.RULES,
)
"""Every rule, in the order its findings are told."""


def lint(xml: bytes, known: KnownNames, *, prefix: str = PREFIX) -> list[Finding]:
    """Everything that is wrong with a diagram, errors first; empty if it may be published as it is.

    What follows from another finding is among its `consequences`.

    Raises `UnreadableDiagram` when there is nothing to look at.
    """
    root = parse(xml)
    model = read_tree(root, prefix)
    following = Following(known.world.with_diagram(model)) if known.world else None
    checked = Checked(model, root, process_of(root), known, prefix, following)
    found = [finding for rule in SHAPE for finding in rule(checked)]
    broken = any(finding.severity == "error" for finding in found)
    for rule in RULES[len(SHAPE) :]:
        if not (broken and rule in soundness.RULES):
            found.extend(rule(checked))
    return sorted(roots.gathered(checked.model, found), key=lambda finding: finding.severity)
