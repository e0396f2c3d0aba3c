"""Runs every rule over a diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definitions.linting import calls, events, flows, identity, people, repetition, soundness, structure, words
from engine.definitions.linting.findings import Checked, Finding, KnownNames
from engine.definitions.markup import parse
from engine.definitions.reading import PREFIX, process_of, read_tree

Rule = Callable[[Checked], Iterator[Finding]]

SHAPE: tuple[Rule, ...] = (*identity.RULES, *structure.RULES, *flows.RULES, *events.RULES)
"""Rules on the drawing itself; while one is broken, paths cannot be followed."""

RULES: tuple[Rule, ...] = (*SHAPE, *people.RULES, *calls.RULES, *repetition.RULES, *words.RULES, *soundness.RULES)
"""Every rule, in the order its findings are told."""


def lint(xml: bytes, known: KnownNames, *, prefix: str = PREFIX) -> list[Finding]:
    """Everything that is wrong with a diagram, errors first; empty if it may be published as it is.

    Raises `UnreadableDiagram` when there is nothing to look at.
    """
    root = parse(xml)
    checked = Checked(read_tree(root, prefix), root, process_of(root), known, prefix)
    found = [finding for rule in SHAPE for finding in rule(checked)]
    broken = any(finding.severity == "error" for finding in found)
    for rule in RULES[len(SHAPE) :]:
        if not (broken and rule in soundness.RULES):
            found.extend(rule(checked))
    return sorted(found, key=lambda finding: finding.severity)
