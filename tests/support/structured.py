"""Random structured processes, each drawn twice: in our words, and in those of the library's own parser."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import pairwise
from xml.sax.saxutils import escape

from tests.support import diagrams

NOT_IN_LOOPS = frozenset({"par", "or", "mi", "mip", "misub", "signal"})
KINDS = [
    "user", "user", "seq", "seq", "par", "xor", "or", "loop", "sub", "call", "mi", "mip", "misub", "std",
    "border", "border", "subborder", "error", "escalation", "wait", "race", "signal", "terminate", "condition",
]  # fmt: skip
STOCK_TIMER = '<bpmn:timerEventDefinition><bpmn:timeDuration>"P30D"</bpmn:timeDuration></bpmn:timerEventDefinition>'
MESSAGE = "<bpmn:messageEventDefinition/>"
TERMINATE = "<bpmn:terminateEventDefinition/>"
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
        first, last = self.block(4, in_loop=False)
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
        made: Block = getattr(self, f"_{self.random.choice(kinds)}")(depth - 1, in_loop)
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


class _Flow(_Drawing):
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


class Drawing(_Flow):
    """A random process, written once for us and once for the library."""

    def _border(self, depth: int, in_loop: bool) -> Block:
        """A task with a moment, a message or a condition at its border."""
        kind, interrupting = self.random.choice(["timer", "message", "condition"]), self.chance(2)
        host, _ = self.user()
        return self._bordered(host, kind, interrupting, depth, in_loop)

    def _subborder(self, depth: int, in_loop: bool) -> Block:
        kind, interrupting = self.random.choice(["timer", "message"]), self.chance(2)
        host = self.bordered(lambda: self.block(depth, in_loop=in_loop))
        return self._bordered(host, kind, interrupting, depth, in_loop)

    def _bordered(self, host: str, kind: str, interrupting: bool, depth: int, in_loop: bool) -> Block:
        event = self.setter("b", "m")
        if kind == "condition":
            self.add(diagrams.boundary(event, host, condition("choice >= 2"), interrupting=interrupting))
        else:
            self.event(
                lambda inside, **properties: diagrams.boundary(
                    event, host, inside, interrupting=interrupting, **properties
                ),
                kind,
            )
        return self.after_event(host, event, interrupting, depth, in_loop)

    def _wait(self, depth: int, in_loop: bool) -> Block:
        """A task or an event that waits for a message, or an event that waits for a moment."""
        tag = self.random.choice(["receiveTask", "intermediateCatchEvent"])
        kind = "message" if tag == "receiveTask" else self.random.choice(["message", "timer"])
        return self._catch(tag, kind)

    def _catch(self, tag: str, kind: str) -> Block:
        name = self.setter("w", "m")
        self.event(lambda inside, **properties: diagrams.node(tag, name, inside, None, properties), kind)
        return name, name

    def _race(self, depth: int, in_loop: bool) -> Block:
        """Whatever comes first: a moment or a message, or one of two messages."""
        opens, closes = self.name("g"), self.name("g")
        for kind in self.random.choice([["timer", "message"], ["message", "timer", "message"], ["message"] * 2]):
            arm, _ = self._catch("intermediateCatchEvent", kind)
            first, last = self.block(depth, in_loop=in_loop)
            self.chain(opens, arm, first)
            self.flow(last, closes)
        self.add(diagrams.gateway(opens, "eventBased"), diagrams.gateway(closes))
        return opens, closes

    def _error(self, depth: int, in_loop: bool) -> Block:
        """A subprocess that ends in an error or not, beside something else, caught at its border."""
        return self._escape(diagrams.end, self.declare("error"), True, depth, in_loop)

    def _escalation(self, depth: int, in_loop: bool) -> Block:
        write = self.random.choice([diagrams.end, throw])
        return self._escape(write, self.declare("escalation"), self.chance(2), depth, in_loop)

    def _escape(self, write: Written, definition: str, interrupting: bool, depth: int, in_loop: bool) -> Block:
        def body() -> Block:
            decide, thrown, after = self.name("g"), self.name("e"), self.name("g")
            first, last = self.user()
            self.flow(last, decide)
            self.flow(decide, thrown, "choice < 1")
            default = self.flow(decide, after)
            self.add(write(thrown, definition), diagrams.gateway(decide, default=default), diagrams.gateway(after))
            if write is throw:
                self.flow(thrown, after)
            return self._beside((first, after), depth, in_loop)

        host = self.bordered(body)
        return self.after_event(host, self.border(host, definition, interrupting), interrupting, depth, in_loop)

    def _beside(self, block: Block, depth: int, in_loop: bool) -> Block:
        """The block alone, or with another one open at the same time that ends on its own."""
        if depth <= 0 or self.chance(2):
            return block
        split, apart = self.name("g"), self.name("e")
        first, last = self.block(depth - 1, in_loop=in_loop)
        self.add(diagrams.gateway(split, "parallel"), diagrams.end(apart))
        self.chain(split, block[0])
        self.chain(split, first)
        self.chain(last, apart)
        return split, block[1]

    def _terminate(self, depth: int, in_loop: bool) -> Block:
        """A task that may end everything in the same process or subprocess."""
        decide, stop, after = self.name("g"), self.name("e"), self.name("g")
        first, last = self.user()
        self.flow(last, decide)
        self.flow(decide, stop, "choice < 1")
        default = self.flow(decide, after)
        self.add(diagrams.end(stop, TERMINATE), diagrams.gateway(decide, default=default), diagrams.gateway(after))
        return self._beside((first, after), depth, in_loop)

    def _condition(self, depth: int, in_loop: bool) -> Block:
        """A condition that may hold when it is reached; if not, a message takes the case on."""
        name = self.name("w")
        catching = diagrams.node("intermediateCatchEvent", name, condition("choice >= 1"))
        return self._rescued(name, catching, depth, in_loop)

    def _rescued(self, name: str, catching: str, depth: int, in_loop: bool) -> Block:
        """An event that may never come, in a subprocess that a message may end."""

        def body() -> Block:
            self.add(catching)
            return self.in_row(self.user(), (name, name), self.user())

        return self._bordered(self.bordered(body), "message", True, depth, in_loop)

    def _signal(self, depth: int, in_loop: bool) -> Block:
        """One branch says it, the other may hear it: on its way, at its border, or in a subprocess."""
        definition = self.declare("signal")
        says = self._says(definition)
        hears = self.random.choice([self._hears, self._hears_at_border, self._hears_inside])
        return self.gateway("parallel", [says, hears(definition, depth, in_loop)])

    def _says(self, definition: str) -> Block:
        name = self.name("t")
        if self.chance(2):
            self.add(throw(name, definition))
            return self.in_row(self.user(), (name, name))
        # The library reads no signal at an end event: it gets one on the way, and an end.
        sub, begin, task, finish = self.name("sub"), self.name("s"), self.setter("u", "d"), self.name("e")
        parts = diagrams.start(begin), diagrams.user(task), diagrams.chain(begin, task, name)
        self.ours.append(diagrams.sub(sub, *parts, diagrams.end(name, definition)))
        on_the_way = throw(name, definition), diagrams.end(finish), diagrams.flow(name, finish)
        self.stock.append(diagrams.sub(sub, *parts, *on_the_way))
        return sub, sub

    def _hears(self, definition: str, depth: int, in_loop: bool) -> Block:
        name = self.name("w")
        self.add(diagrams.node("intermediateCatchEvent", name, definition))
        return self.in_row((name, name), self.block(depth, in_loop=in_loop))

    def _hears_at_border(self, definition: str, depth: int, in_loop: bool) -> Block:
        # In a repetition every turn says it, and ours may hear it again where the library hears it once.
        interrupting = self.repeated > 0 or self.chance(2)
        host, _ = self.user()
        return self.after_event(host, self.border(host, definition, interrupting), interrupting, depth, in_loop)

    def _hears_inside(self, definition: str, depth: int, in_loop: bool) -> Block:
        name = self.name("w")
        return self._rescued(name, diagrams.node("intermediateCatchEvent", name, definition), depth, in_loop)


def throw(id: str, definition: str) -> str:
    """An event that is thrown on the way."""
    return diagrams.node("intermediateThrowEvent", id, definition)


def condition(text: str) -> str:
    """The definition of an event that happens when this holds."""
    written = f"<bpmn:condition>{escape(text)}</bpmn:condition>"
    return f"<bpmn:conditionalEventDefinition>{written}</bpmn:conditionalEventDefinition>"


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
