"""What a process owner waits for at a large drawing: its findings, and what differs between two versions."""

from __future__ import annotations

import time
from functools import partial

from benchmarks.harness import Act, Figures, Place, Sizes, in_turns, milliseconds
from benchmarks.house import FORM, ROLE, house, linear
from engine.definitions.comparison import Labels, compare
from engine.definitions.linting import KnownNames, lint
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from tests.support.diagrams import chain, end, flow, gateway, process, start, user

NODES, FEW = 200, 50
ROUNDS = 9


def measure(place: Place, sizes: Sizes) -> Figures:
    """`drawing`: the processor's time of the findings of 200 nodes, alone and to those of 50; of a comparison."""
    large, small, other = deciding(NODES), deciding(FEW), deciding(NODES, days="7dh")
    with house(place, linear(1)) as built, built.application.database.reading() as session:
        known = known_names(session, built.application.engine, [read_diagram(large)])
        rounds = min(ROUNDS, sizes.compared)
        lint_few, lint_many, compared = in_turns(
            [lambda: _linted(small, known), lambda: _linted(large, known), lambda: partial(_compared, large, other)],
            rounds, time.process_time,
        )  # fmt: skip
    return {
        "lint_ms": milliseconds(lint_many),
        "lint_growth": round(lint_many / lint_few, 2),
        "compare_ms": milliseconds(compared),
        "compare_to_lint": round(compared / lint_many, 2),
    }


def deciding(nodes: int, days: str = "5dh") -> bytes:
    """A process of so many nodes in which every fifth is a decision that leads back, by what the task before asks."""
    steps = [f"n{number}" for number in range(nodes - 2)]
    drawn, flows = [], []
    for place, name in enumerate(steps):
        if place % 5 == 4:
            drawn.append(gateway(name, default=f"{name}_sigue"))
            flows.append(flow(name, steps[place - 2], "${listo == true}", id=f"{name}_vuelve"))
            flows.append(flow(name, steps[place + 1] if place + 1 < len(steps) else "fin", id=f"{name}_sigue"))
        else:
            drawn.append(user(name, role=ROLE, form=FORM, salida="listo", plazo=days))
            flows.append(chain(name, steps[place + 1] if place + 1 < len(steps) else "fin"))
    return process("grande", start(), *drawn, end(), chain("inicio", steps[0]), *flows)


def _linted(xml: bytes, known: KnownNames) -> Act:
    return partial(lint, xml, known)


def _compared(before: bytes, after: bytes) -> None:
    compare(read_diagram(before), read_diagram(after), Labels({ROLE: "Coordinación"}, {FORM: "Nota"}, {}))
