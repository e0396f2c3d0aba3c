"""Each kind of drawing, as another tool writes it, brought and played: the trace is the one that BPMN 2.0 gives."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from engine import doctor, sweep
from engine.definitions.importing import import_diagram
from engine.definitions.linting import KnownNames
from engine.identity import SYSTEM
from engine.instances import messages
from tests.support.engine import World
from tests.support.foreign import MESSAGE, ROOTS, TIMER, step
from tests.unit.language.drawn import end, flow, process, start

KNOWN = KnownNames(roles={"analista": "Analista"}, forms={}, processes={}, topics={}, decisions={})
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="es"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="er"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="sg"/>'


def task(node_id: str, inside: str = "", asks: str = "") -> str:
    field = f'<camunda:formData><camunda:formField id="{asks}" type="boolean"/></camunda:formData>'
    extended = f"<bpmn:extensionElements>{field}</bpmn:extensionElements>" if asks else ""
    return step("userTask", node_id, extended + inside, **{"camunda:candidateGroups": "analista"})


def line(*ids: str) -> str:
    """Arrows along these; each is called by its ends."""
    return "".join(flow(f"w_{a}_{b}", a, b) for a, b in itertools.pairwise(ids))


def sub(*steps: str, ids: str, ends: str = "", tag: str = "subProcess", **attributes: str) -> str:
    inside = start("i") + "".join(steps) + end("j", ends) + line("i", *ids, "j")
    return step(tag, "s", inside, **attributes)


def border(event: str, on: str = "s", cancels: str = "true") -> str:
    at = step("boundaryEvent", "b", event, attachedToRef=on, cancelActivity=cancels)
    return at + task("x") + end("e2") + line("b", "x", "e2")


def each(count: int, one_by_one: str = "false", until: str = "") -> str:
    ends = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    times = f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality>"
    return f'<bpmn:multiInstanceLoopCharacteristics isSequential="{one_by_one}">{times}{ends}</bpmn:multiInstanceLoopCharacteristics>'  # noqa: E501


def again(while_: str, before: str) -> str:
    condition = f"<bpmn:loopCondition>{while_}</bpmn:loopCondition>"
    return f'<bpmn:standardLoopCharacteristics testBefore="{before}">{condition}</bpmn:standardLoopCharacteristics>'


def raised(event: str, interrupts: str) -> str:
    begins = f'<bpmn:startEvent id="k" name="k" isInterrupting="{interrupts}">{event}</bpmn:startEvent>'
    return step("subProcess", "ev", begins + task("h") + end("l") + line("k", "h", "l"), triggeredByEvent="true")


THEN_Z = task("z") + end()
BESIDE_S = THEN_Z + line("inicio", "s", "z", "fin")
BESIDE_T = THEN_Z + line("inicio", "t", "z", "fin")
FIRST = (
    step("eventBasedGateway", "g") + step("intermediateCatchEvent", "a", TIMER)
    + step("intermediateCatchEvent", "b", MESSAGE) + task("x") + task("y") + end() + end("e2")
    + line("inicio", "g", "a", "x", "fin") + line("g", "b", "y", "e2")
)  # fmt: skip

KINDS = {
    "three at once": (task("t", each(3)) + BESIDE_T, "t t t", ["t", "t t"], ["t", "t"], ["t", "z"]),
    "one after another": (task("t", each(2, "true")) + BESIDE_T, "t", ["t", "t"], ["t", "z"]),
    "until two fifths are done": (
        task("t", each(5, until="${nrOfCompletedInstances/nrOfInstances &gt;= 0.4}")) + BESIDE_T,
        "t t t t t", ["t", "t t t t"], ["t", "z"],
    ),
    "again while it is so": (
        task("t", again("${faltan}", "false")) + BESIDE_T, "t", ["t faltan", "t"], ["t", "z"],
    ),
    "never, where it is not so from the start": (
        task("a", asks="faltan") + task("t", again("${faltan}", "true")) + THEN_Z
        + line("inicio", "a", "t", "z", "fin"),
        "a", ["a", "z"],
    ),
    "a time before a message": (FIRST, "", ["+5", "x"]),
    "a message before a time": (FIRST, "", ["!llega", "y"], ["+5", "y"]),
    "a late subprocess is stopped": (sub(task("a"), ids="a") + border(TIMER) + BESIDE_S, "a", ["+5", "x"], ["x", "<"]),
    "a late subprocess is reminded": (
        sub(task("a"), ids="a") + border(TIMER, cancels="false") + BESIDE_S, "a", ["+5", "a x"], ["a", "x z"],
    ),
    "an error of a subprocess": (sub(task("a"), ids="a", ends=ERROR) + border(ERROR) + BESIDE_S, "a", ["a", "x"]),
    "an escalation goes on beside": (
        sub(task("a"), step("intermediateThrowEvent", "t", ESCALATION), task("c"), ids="atc")
        + border(ESCALATION, cancels="false") + BESIDE_S,
        "a", ["a", "c x"], ["c", "x z"],
    ),
    "a message interrupts": (task("t") + BESIDE_T + raised(MESSAGE, "true"), "t", ["!llega", "h"], ["h", "<"]),
    "a moment does not": (task("t") + BESIDE_T + raised(TIMER, "false"), "t", ["+5", "h t"], ["t", "h z"]),
    "a signal is heard by all": (
        step("parallelGateway", "g") + task("a") + step("intermediateThrowEvent", "n", SIGNAL)
        + step("intermediateCatchEvent", "c", SIGNAL) + step("intermediateCatchEvent", "d", SIGNAL)
        + task("x") + task("y") + end() + end("e2") + end("e3") + line("inicio", "g", "a", "n", "fin")
        + line("g", "c", "x", "e2") + line("g", "d", "y", "e3"),
        "a", ["a", "x y"],
    ),
    "the end of all in a subprocess": (
        step("subProcess", "s", start("i") + step("parallelGateway", "g") + task("a") + task("b") + end("j")
             + end("k", "<bpmn:terminateEventDefinition/>") + line("i", "g", "a", "k") + line("g", "b", "j"))
        + BESIDE_S,
        "a b", ["a", "z"],
    ),
    "in any order": (
        step("adHocSubProcess", "s", task("a") + task("b") + task("c") + line("a", "b")) + BESIDE_S,
        "a c", ["a", "b c"], ["c", "b"], ["b", "z"],
    ),
    "a cancelled transaction": (
        sub(task("a"), ids="a", ends="<bpmn:cancelEventDefinition/>", tag="transaction")
        + border("<bpmn:cancelEventDefinition/>") + BESIDE_S, "a", ["a", "x"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_as_bpmn_says(world: World, kind: str) -> None:
    body, opened, *acts = KINDS[kind]
    brought = import_diagram(process(start() + body, roots=ROOTS, key="p"), KNOWN)
    world.publish(brought.xml, forms=dict(brought.forms))
    case = world.start()
    assert world.names() == opened.split()

    for act, after in acts:
        _act(world, act)
        ended = world.instance(case).state == "completed"
        assert (world.names(), ended) == ([] if after == "<" else after.split(), after == "<"), act

    assert world.incidents() == []
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def _act(world: World, act: str) -> None:
    """Somebody does a step (and ticks what stands behind it), `+` days pass, or a message comes: `!`."""
    if act.startswith("+"):
        for _ in range(int(act)):
            world.clock.advance(dt.timedelta(days=1))
            with world.database.unit_of_work() as session:
                sweep.fire_due_timers(session, world.engine)
    elif act.startswith("!"):
        with world.database.unit_of_work() as session:
            messages.send(session, world.engine, act[1:], "PLAN", {}, actor=SYSTEM)
    else:
        done, *ticked = act.split()
        world.do(done, faltan="faltan" in ticked)
