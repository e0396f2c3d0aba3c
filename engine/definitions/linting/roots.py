"""Puts what follows from a mistake under the mistake: one missing arrow must not read like twenty faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.definitions.diagram import DiagramModel
from engine.definitions.linting.findings import Finding
from engine.definitions.linting.graph import place_in_order

BREAKS = ("dead_end", "unreachable", "no_end", "endless_cycle")
"""What a way that is cut looks like: where it stops, what it no longer reaches, what no longer gets to the end."""

BESIDE = ("misplaced_condition", "default_flow", "missing_condition", "join_alone", "no_start")
"""What a decision or a start says that lost one of its arrows."""


def gathered(model: DiagramModel, found: Iterable[Finding]) -> list[Finding]:
    """The findings with those that follow from another inside it; a level of the diagram is cut once."""
    order = place_in_order(model)
    levels: dict[str | None, list[Finding]] = {}
    others: list[Finding] = []
    for finding in found:
        if finding.rule in (*BREAKS, *BESIDE):
            levels.setdefault(_level(model, finding), []).append(finding)
        else:
            others.append(finding)
    return [*others, *(root for cut in levels.values() for root in _roots(model, order, cut))]


def _roots(model: DiagramModel, order: Mapping[str, int], found: Sequence[Finding]) -> list[Finding]:
    """One root where a way is cut, the most upstream place that tells; without a cut each stands for itself."""
    broken = [finding for finding in found if finding.rule in BREAKS]
    if not broken:
        return list(found)
    first = min(broken, key=lambda one: (one.severity, BREAKS.index(one.rule), order.get(_place(model, one), 0)))
    rest = [finding for finding in found if finding is not first]
    worse = [finding for finding in rest if finding.severity < first.severity]  # no error hides under a warning
    under = tuple(finding for finding in rest if finding not in worse)
    return [replace(first, consequences=(*first.consequences, *under)), *worse]


def _place(model: DiagramModel, finding: Finding) -> str:
    flow = model.flows.get(finding.element)
    return flow.source if flow else finding.element


def _level(model: DiagramModel, finding: Finding) -> str | None:
    element = model.elements.get(_place(model, finding))
    return element.parent_id if element else None
