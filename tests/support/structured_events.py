"""Random structured processes with events: moments, messages, signals, errors, escalations, conditions."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tests.support import diagrams
from tests.support.structured import Block, Flow, Written

TERMINATE = "<bpmn:terminateEventDefinition/>"


class Drawing(Flow):
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
            self.flow(decide, thrown, "choice < 2")
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
