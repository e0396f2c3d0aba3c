"""Random structured processes, each drawn twice: in our words, and in those of the library's own parser.

Blocks without events; `structured_events` has the rest.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from tests.support import diagrams

NOT_IN_LOOPS = frozenset({"par", "or", "mi", "mip", "misub", "signal"})
KINDS = [
    "user", "seq", "seq", "par", "xor", "or", "loop", "sub", "call", "mi", "mip", "misub", "std",
    "border", "border", "subborder", "error", "escalation", "wait", "race", "signal", "signal", "terminate",
    "condition",
]  # fmt: skip
STOCK_TIMER = '<bpmn:timerEventDefinition><bpmn:timeDuration>"P30D"</bpmn:timeDuration></bpmn:timerEventDefinition>'
MESSAGE = "<bpmn:messageEventDefinition/>"
Block = tuple[str, str]
"""The first and the last element of something structured."""
Written = Callable[..., str]
"""Writes an element around the definition of its event, with these properties."""


class _Drawing:
    """What all kinds of blocks are drawn with."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.repeated = 0
        self.called: list[tuple[list[str], list[str]]] = []
        self.ours: list[str] = []
        self.stock: list[str] = []
        self.declared: list[str] = []
        self.setters: list[str] = []
        self.unsure: set[str] = set()
        self.drawn: Counter[str] = Counter()
        deep = self.chance(2)
        blocks = [self.block(3 if deep else 2, in_loop=False) for _ in range(1 if deep else 2)]
        first, last = self.in_row(*blocks)
        self.add(diagrams.start("S0"), diagrams.end("E0"))
        self.flow("S0", first)
        self.flow(last, "E0")

    def xml(self) -> list[bytes]:
        return self._files(self.ours, (ours for ours, _ in self.called))

    def stock_xml(self) -> list[bytes]:
        return self._files(self.stock, (stock for _, stock in self.called))

    def _files(self, top: list[str], called: Iterable[list[str]]) -> list[bytes]:
        processes = {"p": top, **{f"hija{number}": parts for number, parts in enumerate(called)}}
        declared = "".join(self.declared).encode() + b"<bpmn:process "
        return [
            diagrams.process(key, *parts).replace(b"<bpmn:process ", declared, 1) for key, parts in processes.items()
        ]

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def name(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def setter(self, stem: str, prefix: str) -> str:
        """The name of something that sets a variable of that name, with a prefix."""
        name = self.name(stem)
        self.setters.append(f"{prefix}_{name}")
        return name

    def add(self, *both: str) -> None:
        self.ours += both
        self.stock += both

    def flow(self, source: str, target: str, condition: str = "") -> str:
        written = self.name("f")
        self.add(diagrams.flow(source, target, condition, id=written))
        return written

    def chain(self, *ids: str) -> None:
        for source, target in pairwise(ids):
            self.flow(source, target)

    def user(self, ours: str = "", stock: str = "") -> Block:
        task = self.setter("u", "d")
        self.ours.append(diagrams.user(task, ours))
        self.stock.append(diagrams.user(task, stock or ours))
        return task, task

    def block(self, depth: int, *, in_loop: bool) -> Block:
        kinds = [kind for kind in KINDS if not (in_loop and kind in NOT_IN_LOOPS)] if depth > 0 else ["user"]
        kind = self.random.choice(kinds)
        self.drawn[kind] += 1
        made: Block = getattr(self, f"_{kind}")(depth - 1, in_loop)
        return made

    def in_row(self, *blocks: Block) -> Block:
        for (_, last), (first, _) in pairwise(blocks):
            self.flow(last, first)
        return blocks[0][0], blocks[-1][1]

    def event(self, write: Written, kind: str) -> None:
        """An element that waits for a moment or for a message."""
        if kind == "timer":
            self.ours.append(write(diagrams.TIMER, plazo="30d"))
            self.stock.append(write(STOCK_TIMER))
        else:
            self.add(write(MESSAGE))

    def declare(self, kind: str) -> str:
        """The definition of an event that throws or catches a new signal, error or escalation."""
        ref = self.name(kind[0])
        self.declared.append(f'<bpmn:{kind} id="{ref}" name="{ref}" {kind}Code="{ref}"/>')
        return f'<bpmn:{kind}EventDefinition {kind}Ref="{ref}"/>'

    def inside(self, draw: Callable[[], Block]) -> tuple[list[str], list[str]]:
        """The parts of a level of its own, for us and for the library."""
        outer = self.ours, self.stock
        self.ours, self.stock = [], []
        first, last = draw()
        begin, finish = self.name("s"), self.name("e")
        self.add(diagrams.start(begin), diagrams.end(finish))
        self.chain(begin, first)
        self.chain(last, finish)
        inner = self.ours, self.stock
        self.ours, self.stock = outer
        return inner

    def embedded(self, draw: Callable[[], Block], ours: str = "", stock: str = "") -> str:
        inner_ours, inner_stock = self.inside(draw)
        name = self.name("sub")
        self.ours.append(diagrams.sub(name, ours, *inner_ours))
        self.stock.append(diagrams.sub(name, stock, *inner_stock))
        return name

    def bordered(self, draw: Callable[[], Block]) -> str:
        """A subprocess that may be left by its border: the library forgets there what was set inside, we don't."""
        before = len(self.setters)
        name = self.embedded(draw)
        self.unsure.update(self.setters[before:])
        return name

    def after_event(self, host: str, event: str, interrupting: bool, depth: int, in_loop: bool) -> Block:
        """What follows a boundary event, and the way past it. A task comes first, so that both know its values."""
        joined = self.name("g")
        first, last = self.user()
        if depth > 0 and self.chance(3):
            first, last = self.in_row((first, last), self.block(depth - 1, in_loop=in_loop))
        self.add(diagrams.gateway(joined))
        self.flow(event, first)
        self.flow(host, joined)
        if interrupting:
            self.flow(last, joined)
        else:  # it ends on its own: a second token at a join further on would mean nothing
            apart = self.name("e")
            self.add(diagrams.end(apart))
            self.flow(last, apart)
        return host, joined

    def border(self, host: str, definition: str, interrupting: bool) -> str:
        """A boundary event with a definition that both sides read alike."""
        event = self.name("b")
        self.add(diagrams.boundary(event, host, definition, interrupting=interrupting))
        return event


class Flow(_Drawing):
    """Blocks without events."""

    def _user(self, depth: int, in_loop: bool) -> Block:
        return self.user()

    def _seq(self, depth: int, in_loop: bool) -> Block:
        return self.in_row(*(self.block(depth, in_loop=in_loop) for _ in range(self.random.randint(2, 3))))

    def gateway(self, kind: str, blocks: list[Block]) -> Block:
        opens, closes = self.name("g"), self.name("g")
        default = ""
        for number, (first, last) in enumerate(blocks):
            if kind != "parallel" and number == len(blocks) - 1:
                default = self.flow(opens, first)
            else:
                one_of = f"choice >= {number} and choice < {number + 1}"
                conditions = {"parallel": "", "exclusive": one_of, "inclusive": f"choice >= {number}"}
                self.flow(opens, first, conditions[kind])
            self.flow(last, closes)
        self.add(diagrams.gateway(opens, kind, default), diagrams.gateway(closes, kind))
        return opens, closes

    def _blocks(self, depth: int, in_loop: bool) -> list[Block]:
        return [self.block(depth, in_loop=in_loop) for _ in range(self.random.randint(2, 3))]

    def _par(self, depth: int, in_loop: bool) -> Block:
        return self.gateway("parallel", self._blocks(depth, in_loop))

    def _xor(self, depth: int, in_loop: bool) -> Block:
        return self.gateway("exclusive", self._blocks(depth, in_loop))

    def _or(self, depth: int, in_loop: bool) -> Block:
        return self.gateway("inclusive", self._blocks(depth, in_loop))

    def _loop(self, depth: int, in_loop: bool) -> Block:
        entry, decide, after = self.name("g"), self.name("g"), self.name("g")
        first, last = self.in_row(self.block(depth, in_loop=True), self.user())
        self.flow(entry, first)
        self.flow(last, decide)
        self.flow(decide, entry, "again >= 1")
        default = self.flow(decide, after)
        self.add(diagrams.gateway(entry), diagrams.gateway(decide, default=default), diagrams.gateway(after))
        return entry, after

    def _sub(self, depth: int, in_loop: bool) -> Block:
        name = self.embedded(lambda: self.block(depth, in_loop=in_loop))
        return name, name

    def _misub(self, depth: int, in_loop: bool) -> Block:
        item = self.name("x")
        self.repeated += 1
        name = self.embedded(
            lambda: self.block(min(depth, 1), in_loop=in_loop), diagrams.each("lista", item), stock_each("lista", item)
        )
        self.repeated -= 1
        return name, name

    def _call(self, depth: int, in_loop: bool) -> Block:
        inner = self.inside(lambda: self.block(depth, in_loop=in_loop))
        name, called = self.name("c"), f"hija{len(self.called)}"
        self.called.append(inner)
        self.add(diagrams.call(name, called, ins=("*",), outs=("*",)))
        return name, name

    def _mi(self, depth: int, in_loop: bool) -> Block:
        item = self.name("x")
        # The library raises at the second turn of a sequential repetition over a list: it counts to three instead.
        return self.user(diagrams.each("lista", item, sequential=True), COUNTED)

    def _mip(self, depth: int, in_loop: bool) -> Block:
        item = self.name("x")
        return self.user(diagrams.each("lista", item), stock_each("lista", item))

    def _std(self, depth: int, in_loop: bool) -> Block:
        return self.user('<bpmn:standardLoopCharacteristics loopMaximum="2"/>')


COUNTED = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality>3</bpmn:loopCardinality>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)


def stock_each(collection: str, variable: str) -> str:
    return (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false">'
        f"<bpmn:loopDataInputRef>{collection}</bpmn:loopDataInputRef>"
        f'<bpmn:inputDataItem id="{variable}" name="{variable}"/></bpmn:multiInstanceLoopCharacteristics>'
    )
