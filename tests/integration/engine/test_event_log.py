"""A log of what happened in cases, as a program that mines processes reads it."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pm4py
import pytest

from engine.definitions import catalogue
from engine.definitions.diagram import DiagramModel
from engine.definitions.reading import read_diagram
from engine.eventlog import ocel, reading, xes
from engine.managing import acts
from engine.states import Act
from tests.support.diagrams import chain, end, flow, gateway, process, start, sub, user
from tests.support.engine import ANA, BOSS, World
from tests.support.replaying import Replay

FORKED = process(
    "p", start(), user("pide"), gateway("g", default="sigue"), user("revisa"), user("firma"), gateway("h"),
    user("archiva"), end(), chain("inicio", "pide", "g"), flow("g", "revisa", "${nivel = 1}"),
    flow("g", "firma", "${nivel = 2}"), flow("g", "pide", "${nivel = 3}"), flow("g", "h", id="sigue"),
    flow("revisa", "g"), flow("firma", "h"), chain("h", "archiva", "fin"),
)  # fmt: skip
"""Only exclusive gateways, with ways back."""
TOGETHER = process(
    "p", start(), gateway("g", "parallel"), user("a"), user("b"), gateway("h", "parallel"), user("c"), end(),
    chain("inicio", "g", "a", "h", "c", "fin"), chain("g", "b", "h"),
)  # fmt: skip
LINE = process("p", start(), user("a"), user("b"), user("c"), end(), chain("inicio", "a", "b", "c", "fin"))
LONGER = process(
    "p", start(), user("a"), user("b"), user("c"), user("nueva"), end(), chain("inicio", "a", "b", "c", "nueva", "fin")
)  # fmt: skip
INSIDE = process(
    "p", start(), sub("grupo", start("si"), user("a"), end("sf"), chain("si", "a", "sf")), user("b"), end(),
    chain("inicio", "grupo", "b", "fin"),
)  # fmt: skip
NOBODY = reading.Wanted()


def paths(model: DiagramModel) -> set[tuple[str, str]]:
    """Each task with those to which a way leads over no other."""

    def following(name: str, seen: frozenset[str]) -> Iterator[str]:
        for element in model.after(name):
            if element.kind == "userTask":
                yield element.id
            elif element.id not in seen:
                yield from following(element.id, seen | {element.id})

    return {(one.id, other) for one in model.of_kind("userTask") for other in following(one.id, frozenset())}


def written(world: World, tmp_path: Path, wanted: reading.Wanted = NOBODY) -> Path:
    """The log as XES, in a file."""
    target = tmp_path / "log.xes"
    with world.database.reading() as session, target.open("wb") as file:
        xes.write(reading.cases(session, wanted), file)
    return target


def live(world: World, cases: int, seed: int = 1) -> None:
    """Begin cases and take each to its end, chance deciding every answer."""
    chance = random.Random(seed)
    for number in range(cases):
        instance = world.start(business_key=f"C-{number}")
        while tasks := world.open_tasks(instance):
            world.complete(chance.choice(tasks).id, ANA, nivel=chance.randint(1, 4))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_where_only_answers_decide_what_follows_in_the_log_is_what_the_diagram_draws(
    world: World, tmp_path: Path
) -> None:
    world.publish(FORKED)
    live(world, 40)

    log = pm4py.read_xes(str(written(world, tmp_path)), return_legacy_log_object=False)
    follows, begins, ends = pm4py.discover_dfg(log)

    assert set(follows) == paths(read_diagram(FORKED))
    assert set(begins) == {"pide"} and set(ends) == {"archiva"}
    assert len(log["case:concept:name"].unique()) == 40
    assert "org:resource" not in log.columns


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_the_log_of_objects_is_read_with_its_cases_tasks_and_people(world: World, tmp_path: Path) -> None:
    world.publish(TOGETHER)
    live(world, 3)
    target = tmp_path / "log.json"
    with world.database.reading() as session, target.open("wb") as file:
        ocel.write(reading.cases(session, reading.Wanted(people=True)), file)

    log = pm4py.read_ocel2_json(str(target))

    assert len(log.events) == 9
    assert dict(log.objects["ocel:type"].value_counts()) == {"task": 9, "case": 3, "scope": 1, "person": 1}
    assert set(log.relations[log.relations["ocel:type"] == "person"]["ocel:oid"]) == {"person/ana"}
    assert sorted(log.events["ocel:timestamp"]) == list(log.events["ocel:timestamp"])


def test_nobody_is_named_unless_it_is_asked_and_a_log_may_be_of_some_cases(world: World, tmp_path: Path) -> None:
    world.publish(TOGETHER)
    live(world, 2)

    told = written(world, tmp_path).read_text(encoding="utf-8")
    named = written(world, tmp_path, reading.Wanted(people=True)).read_text(encoding="utf-8")
    lived = written(world, tmp_path, reading.Wanted(whole_life=True)).read_text(encoding="utf-8")
    others = written(world, tmp_path, reading.Wanted(scope="OTRO")).read_text(encoding="utf-8")

    assert "org:resource" not in told and '"ana"' in named
    assert told.count("<event>") == 6 and lived.count('value="schedule"') == 6
    assert "<trace>" not in others


def test_what_was_done_with_a_whole_case_is_told_and_says_why_it_left_its_diagram(world: World) -> None:
    world.publish(LINE)
    cases = {name: world.start(business_key=name) for name in ("moved", "undone", "slept", "cancelled", "migrated")}
    world.complete(world.open_tasks(cases["migrated"])[0].id)
    world.publish(LONGER)

    def manage(name: str, act: Act, **details: str) -> int | None:
        with world.database.unit_of_work() as session:
            outcome = acts.execute(session, world.engine, cases[name], act, details, actor=BOSS, reason="porque sí")
        return outcome.change_id

    manage("moved", Act.MOVE, to="c")
    change = manage("undone", Act.MOVE, to="c")
    with world.database.unit_of_work() as session:
        acts.undo(session, world.engine, change or 0, actor=BOSS, reason="me equivoqué")
    manage("slept", Act.SUSPEND)
    manage("slept", Act.RESUME)
    manage("cancelled", Act.CANCEL)
    manage("migrated", Act.MIGRATE)
    for case in cases.values():
        while tasks := world.open_tasks(case):
            world.complete(tasks[0].id)

    with world.database.reading() as session:
        lives = {one.key: one for one in reading.cases(session, reading.Wanted(whole_life=True))}
        done = {one.key: one for one in reading.cases(session, NOBODY)}
        impossible = {
            one.key: Replay(catalogue.by_sha(session, one.bundle).diagrams).impossible(
                "p", [(event.process, event.element) for event in one.events]
            )
            for one in done.values()
        }
    told = {
        key: [event.activity for event in life.events if event.activity in reading.CALLED.values()]
        for key, life in lives.items()
    }
    assert told == {
        "moved": ["Se llevó el proceso a otro paso"],
        "undone": ["Se llevó el proceso a otro paso", "Se deshizo un cambio en el proceso"],
        "slept": ["Se suspendió el proceso", "Siguió el proceso suspendido"],
        "cancelled": ["Se canceló el proceso"],
        "migrated": ["Pasó a otra versión del proceso"],
    }
    assert {key: one.changes for key, one in lives.items()} == {
        "moved": ("step_changed",), "undone": ("step_changed", "change_undone"), "slept": (), "cancelled": (),
        "migrated": ("migrated",),
    }  # fmt: skip
    assert {key: [event.element for event in one.events] for key, one in done.items()} == {
        "moved": ["c"], "undone": ["a", "b", "c"], "slept": ["a", "b", "c"], "migrated": ["a", "b", "c", "nueva"],
    }  # fmt: skip
    assert impossible == {"moved": "0: p/c after nothing", "undone": "", "slept": "", "migrated": ""}


def test_what_xml_cannot_hold_stops_no_log() -> None:
    case = reading.Case(1, "C\x00-1", "uno", "p", "", ())
    target = io.BytesIO()

    assert xes.write([case], target) == 1
    assert "C\ufffd-1" in target.getvalue().decode()


@pytest.mark.parametrize(
    ("diagram", "steps", "impossible"),
    [
        (TOGETHER, "a b c", ""),
        (TOGETHER, "b a c", ""),
        (TOGETHER, "a c", "1"),
        (TOGETHER, "a a", "1"),
        (FORKED, "pide revisa revisa firma archiva", ""),
        (FORKED, "pide archiva", ""),
        (FORKED, "pide firma revisa", "2"),
        (FORKED, "revisa", "0"),
        (INSIDE, "a b", ""),
        (INSIDE, "b", "0"),
        (INSIDE, "a b b", "2"),
    ],
)
def test_a_replay_finds_the_first_impossible_step(diagram: bytes, steps: str, impossible: str) -> None:
    model = read_diagram(diagram)

    found = Replay({"p": model}).impossible("p", [("p", name) for name in steps.split()])

    assert found.partition(":")[0] == impossible


def test_what_the_engine_did_is_possible_on_its_diagram(world: World) -> None:
    world.publish(FORKED)
    live(world, 10, seed=7)
    replay = Replay({"p": read_diagram(FORKED)})

    with world.database.reading() as session:
        cases: Sequence[reading.Case] = list(reading.cases(session, NOBODY))

    assert len(cases) == 10
    for case in cases:
        assert replay.impossible("p", [(event.process, event.element) for event in case.events]) == ""
