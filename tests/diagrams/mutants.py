"""Spoils diagrams at random, and plays what the linter lets through to its end.

Run it alone for a long count:  python -m tests.diagrams.mutants --count 10000
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition, EscalationEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState

from engine.definitions import parsing
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import KnownNames, lint
from engine.definitions.markup import CAMUNDA, bpmn, child, local
from engine.definitions.reading import NODES, read_diagram
from engine.definitions.specs import AutomaticStep, EventGateway
from engine.errors import InvalidExpression, UnreadableDiagram
from engine.expressions import compile_expression
from engine.variables import kept
from tests.diagrams.surroundings import known_names, shipped
from tests.support.driving import Driven

LONGEST_PLAY = 80
Node = etree._Element
Spoiler = Callable[[Node, random.Random], None]


class Impossible(Exception):
    """This diagram has nothing of the kind to spoil."""


@dataclass
class Tally:
    """What became of the mutants; `failed` says how, and keeps their XML."""

    caught: int = 0
    ran: int = 0
    waits: int = 0
    failed: list[tuple[str, str, bytes]] = field(default_factory=list)
    by_rule: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"caught {self.caught}, passed and ran {self.ran}, passed and waits for a person {self.waits}, "
            f"passed and failed {len(self.failed)}"
        )


def nodes(root: Node, *kinds: str) -> list[Node]:
    """Nodes of the flow, of these kinds or all."""
    wanted = kinds or tuple(NODES)
    return [node for node in root.iter() if isinstance(node.tag, str) and local(node) in wanted]


def pick(found: Sequence[Node], chance: random.Random) -> Node:
    if not found:
        raise Impossible
    return chance.choice(found)


def flows(root: Node) -> list[Node]:
    return nodes(root, "sequenceFlow")


def drop(node: Node) -> None:
    parent = node.getparent()
    assert parent is not None
    parent.remove(node)


def remove_flow(root: Node, chance: random.Random) -> None:
    drop(pick(flows(root), chance))


def turn_target(root: Node, chance: random.Random) -> None:
    pick(flows(root), chance).set("targetRef", str(pick(nodes(root), chance).get("id")))


def turn_source(root: Node, chance: random.Random) -> None:
    pick(flows(root), chance).set("sourceRef", str(pick(nodes(root), chance).get("id")))


def turn_around(root: Node, chance: random.Random) -> None:
    flow = pick(flows(root), chance)
    source, target = str(flow.get("sourceRef")), str(flow.get("targetRef"))
    flow.set("sourceRef", target)
    flow.set("targetRef", source)


def add_flow(root: Node, chance: random.Random) -> None:
    holder = pick([one for one in root.iter(bpmn("process"), bpmn("subProcess"))], chance)
    inside = [node for node in holder if isinstance(node.tag, str) and local(node) in NODES]
    source, target = str(pick(inside, chance).get("id")), str(pick(inside, chance).get("id"))
    flow = etree.SubElement(holder, bpmn("sequenceFlow"), id="nueva", sourceRef=source, targetRef=target)
    if chance.random() < 0.5:
        etree.SubElement(flow, bpmn("conditionExpression")).text = "${azar == 'si'}"


def bypass(root: Node, chance: random.Random) -> None:
    """Take a node out and join what was before it with what came after."""
    node = pick(nodes(root), chance)
    arriving = [flow for flow in flows(root) if flow.get("targetRef") == node.get("id")]
    leaving = [flow for flow in flows(root) if flow.get("sourceRef") == node.get("id")]
    if len(leaving) != 1:
        raise Impossible
    for flow in arriving:
        flow.set("targetRef", str(leaving[0].get("targetRef")))
    drop(leaving[0])
    drop(node)


def remove_node(root: Node, chance: random.Random) -> None:
    drop(pick(nodes(root), chance))


def swap_gateway(root: Node, chance: random.Random) -> None:
    gateway = pick([one for one in nodes(root) if local(one).endswith("Gateway")], chance)
    gateway.tag = bpmn(chance.choice(["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"]))


def swap_gateway_wholly(root: Node, chance: random.Random) -> None:
    """To parallel, with its conditions and default gone: only the paths can tell."""
    gateway = pick([one for one in nodes(root) if local(one).endswith("Gateway")], chance)
    gateway.tag = bpmn("parallelGateway")
    gateway.attrib.pop("default", "")
    for flow in flows(root):
        condition = child(flow, "conditionExpression")
        if flow.get("sourceRef") == gateway.get("id") and condition is not None:
            flow.remove(condition)


def gateway_for_task(root: Node, chance: random.Random) -> None:
    task = pick(nodes(root, "userTask", "serviceTask"), chance)
    for one in list(task):
        task.remove(one)
    task.tag = bpmn(chance.choice(["exclusiveGateway", "parallelGateway", "inclusiveGateway"]))


def drop_condition(root: Node, chance: random.Random) -> None:
    drop(pick(nodes(root, "conditionExpression"), chance))


def spoil_condition(root: Node, chance: random.Random) -> None:
    condition = pick(nodes(root, "conditionExpression"), chance)
    text = str(condition.text)
    place = chance.randrange(len(text))
    condition.text = text[:place] + chance.choice(["", "x", "(", " and ", "'"]) + text[place + 1 :]


def add_condition(root: Node, chance: random.Random) -> None:
    flow = pick([one for one in flows(root) if child(one, "conditionExpression") is None], chance)
    etree.SubElement(flow, bpmn("conditionExpression")).text = "${azar == 'si'}"


def drop_default(root: Node, chance: random.Random) -> None:
    pick([one for one in nodes(root) if one.get("default")], chance).attrib.pop("default")


def other_default(root: Node, chance: random.Random) -> None:
    pick([one for one in nodes(root) if one.get("default")], chance).set(
        "default", str(pick(flows(root), chance).get("id"))
    )


def move_lane(root: Node, chance: random.Random) -> None:
    ref, lane = pick(nodes(root, "flowNodeRef"), chance), pick(nodes(root, "lane"), chance)
    drop(ref)
    lane.append(ref)


def leave_lane(root: Node, chance: random.Random) -> None:
    drop(pick(nodes(root, "flowNodeRef"), chance))


def other_kind(root: Node, chance: random.Random) -> None:
    kinds = ["userTask", "serviceTask", "task", "receiveTask", "scriptTask", "callActivity", "manualTask"]
    pick(nodes(root, "userTask", "serviceTask", "callActivity", "sendTask"), chance).tag = bpmn(chance.choice(kinds))


def other_event(root: Node, chance: random.Random) -> None:
    event = pick([one for one in nodes(root) if local(one).endswith("Event")], chance)
    kinds = ["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"]
    event.tag = bpmn(chance.choice(kinds))


def other_trigger(root: Node, chance: random.Random) -> None:
    event = pick([one for one in nodes(root) if local(one).endswith("Event")], chance)
    for one in [one for one in event if local(one).endswith("EventDefinition")]:
        event.remove(one)
    kind = chance.choice(["timer", "message", "signal", "error", "escalation", "terminate", "conditional", "link"])
    etree.SubElement(event, bpmn(f"{kind}EventDefinition"))


def not_interrupting(root: Node, chance: random.Random) -> None:
    event = pick(nodes(root, "boundaryEvent"), chance)
    event.set("cancelActivity", "false" if event.get("cancelActivity") != "false" else "true")


def attach_elsewhere(root: Node, chance: random.Random) -> None:
    pick(nodes(root, "boundaryEvent"), chance).set("attachedToRef", str(pick(nodes(root), chance).get("id")))


def spoil_attribute(root: Node, chance: random.Random) -> None:
    """A form, topic, collection, called process or role that goes missing or is mistyped."""
    names = [f"{{{CAMUNDA}}}{name}" for name in ("formRef", "topic", "collection", "elementVariable", "assignee")]
    names += ["calledElement", "value"]
    found = [(node, name) for node in root.iter() for name in names if node.get(name)]
    if not found:
        raise Impossible
    node, name = chance.choice(found)
    node.set(name, chance.choice(["", str(node.get(name))[:-1], "otra_cosa"]))


def repeat(root: Node, chance: random.Random) -> None:
    node = pick(nodes(root, "userTask", "serviceTask", "callActivity", "subProcess"), chance)
    if child(node, "multiInstanceLoopCharacteristics") is not None:
        raise Impossible
    loop = etree.SubElement(node, bpmn("multiInstanceLoopCharacteristics"))
    loop.set("isSequential", chance.choice(["true", "false"]))
    loop.set(f"{{{CAMUNDA}}}collection", "entidades")
    loop.set(f"{{{CAMUNDA}}}elementVariable", chance.choice(["entidad", "cada", ""]))


def not_repeat(root: Node, chance: random.Random) -> None:
    drop(pick(nodes(root, "multiInstanceLoopCharacteristics"), chance))


def same_id(root: Node, chance: random.Random) -> None:
    pick(nodes(root), chance).set("id", str(pick(nodes(root), chance).get("id")))


def no_id(root: Node, chance: random.Random) -> None:
    pick([*nodes(root), *flows(root)], chance).attrib.pop("id")


SPOILERS: tuple[Spoiler, ...] = (
    remove_flow,
    turn_target,
    turn_source,
    turn_around,
    add_flow,
    bypass,
    remove_node,
    swap_gateway,
    swap_gateway_wholly,
    gateway_for_task,
    drop_condition,
    spoil_condition,
    add_condition,
    drop_default,
    other_default,
    move_lane,
    leave_lane,
    other_kind,
    other_event,
    other_trigger,
    not_interrupting,
    attach_elsewhere,
    spoil_attribute,
    repeat,
    not_repeat,
    same_id,
    no_id,
)


class Player(Driven):
    """A case on specs that are parsed once (what a restart does is another test's); automatic steps set variables."""

    def __init__(self, diagrams: Mapping[str, bytes], key: str, values: _Values) -> None:
        self.values = values
        super().__init__(*diagrams.values(), key=key, **values.all())

    def _run_ready(self, workflow: Any) -> int:
        for node in workflow.get_tasks(state=TaskState.READY):
            if isinstance(node.task_spec, AutomaticStep):
                node.data.update(kept(self.values.all()))
        return super()._run_ready(workflow)

    def _specs(self) -> parsing.Specs:
        if not hasattr(self, "_parsed"):
            self._parsed = super()._specs()
        return self._parsed

    def fire(self, node: Any) -> None:
        if isinstance(node.task_spec, EventGateway):
            node.internal_data["chosen"] = node.task_spec.outputs[0].name
        super().fire(node)

    def waiting(self) -> list[Any]:
        """What waits for a moment or for somebody outside: what is thrown inside is caught by itself."""
        inside = (ErrorEventDefinition, EscalationEventDefinition)
        nodes = [n for n in self.case.get_tasks(state=TaskState.WAITING) if isinstance(n.task_spec, CatchingEvent)]
        return [node for node in nodes if not isinstance(node.task_spec.event_definition, inside)]


def spoiled(xml: bytes, chance: random.Random) -> tuple[str, bytes]:
    """The name of what was done (once or twice), and the result."""
    root = etree.fromstring(xml)
    names = []
    while len(names) < chance.choice([1, 1, 1, 2]):
        spoil = chance.choice(SPOILERS)
        try:
            spoil(root, chance)
        except Impossible:
            continue
        names.append(spoil.__name__)
    return "+".join(names), etree.tostring(root)


def play(diagrams: Mapping[str, bytes], key: str, chance: random.Random) -> str:
    """`ran` or `waits`; anything else is how it failed."""
    models = {one: read_diagram(xml) for one, xml in diagrams.items()}
    values = _Values(models, chance)
    player = Player(diagrams, key, values)
    for _ in range(LONGEST_PLAY):
        if player.case.completed:
            left = player.nodes() or player.waiting()
            return f"ended with {[node.task_spec.name for node in left]} left" if left else "ran"
        people, waiting = player.nodes(), player.waiting()
        if player.case.failures:
            return f"incident: {next(iter(player.case.failures.values()))}"
        if not people and not waiting:
            return "stalled"
        if waiting and (not people or chance.random() < 0.1):
            player.fire(chance.choice(waiting))
        else:
            player.run(chance.choice(people), values.some())
    return "waits"


class _Values:
    """Values for every variable that a diagram reads, now one and now another."""

    def __init__(self, models: Mapping[str, DiagramModel], chance: random.Random) -> None:
        self.chance = chance
        self.lists: set[str] = set()
        self.repeated: set[str] = set()
        self.scalars: dict[str, list[Any]] = {}
        for model in models.values():
            for element in model.elements.values():
                self.repeated |= self._read(element.collection, is_list=True)
            for flow in model.flows.values():
                self._read(flow.condition, is_list="empty" in flow.condition)

    def _read(self, text: str, *, is_list: bool) -> frozenset[str]:
        try:
            names = compile_expression(text).names if text else frozenset()
        except InvalidExpression:
            return frozenset()
        for name in names:
            if is_list:
                self.lists.add(name)
            self.scalars.setdefault(name, [True, False, None]).extend(re.findall(r"'(\w+)'", text))
        return names

    def _value(self, name: str) -> Any:
        if name in self.lists:
            return self.chance.choice([["a"], ["a", "b"], []])
        return self.chance.choice(self.scalars[name])

    def all(self) -> dict[str, Any]:
        return {name: self._value(name) for name in sorted(self.scalars)}

    def some(self) -> dict[str, Any]:
        """Small changes, as a form makes them; lists that are being repeated over stay."""
        changing = sorted(self.scalars.keys() - self.repeated)
        return {name: self._value(name) for name in changing if self.chance.random() < 0.6}


def run(count: int, seed: int = 7) -> Tally:
    """Make `count` mutants of the shipped diagrams and see what becomes of each."""
    originals, names = shipped(), known_names()
    keys = sorted(originals)
    tally = Tally()
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        key = keys[number % len(keys)]
        how, xml = spoiled(originals[key], chance)
        _judge(tally, {**originals, key: xml}, key, how, names, chance)
    return tally


def _judge(
    tally: Tally, diagrams: Mapping[str, bytes], key: str, how: str, names: KnownNames, chance: random.Random
) -> None:
    xml = diagrams[key]
    try:
        errors = [finding for finding in lint(xml, names) if finding.severity == "error"]
    except UnreadableDiagram:
        tally.caught += 1
        return
    if errors:
        tally.caught += 1
        tally.by_rule[errors[0].rule] += 1
        return
    try:
        outcome = play(diagrams, key, chance)
    except Exception as exc:
        outcome = f"{type(exc).__name__}: {exc}"
    if outcome == "ran":
        tally.ran += 1
    elif outcome == "waits":
        tally.waits += 1
    else:
        tally.failed.append((f"{key} {how}", outcome, xml))


def main() -> None:
    """Print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    tally = run(arguments.count, arguments.seed)
    print(tally)
    print(dict(tally.by_rule.most_common()))
    for how, outcome, _xml in tally.failed[:40]:
        print(how, "→", outcome)


if __name__ == "__main__":
    main()
