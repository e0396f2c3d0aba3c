"""A business rule task runs a decision table, at the version that was published with its process."""

from __future__ import annotations

from typing import Any

import pytest

from engine import doctor, resolutions
from engine.contracts import FLAG, NUMBER
from engine.definitions import catalogue, publishing
from engine.definitions.deciding import PublishedDecision, contract_of
from engine.definitions.decisions import read_decisions
from engine.definitions.reading import read_diagram
from engine.errors import InvalidDecision, InvalidDiagram
from tests.support.decisions import alone, data, decision, file, table
from tests.support.diagrams import FORM, chain, end, flow, gateway, node, process, start, user
from tests.support.engine import BOSS, World


def rule(id: str = "regla", ref: str = "d", result: str = "") -> str:
    return node("businessRuleTask", id, "", {"camunda:decisionRef": ref, "camunda:resultVariable": result})


def drawn(*, result: str = "") -> bytes:
    return process(
        "p", start(), user("a"), rule(result=result), gateway("g", default="no"), user("b"), user("c"), end(),
        chain("inicio", "a", "regla", "g"), flow("g", "b", 'nivel == "alto"'), flow("g", "c", id="no"),
        chain("b", "fin"), chain("c", "fin"),
    )  # fmt: skip


def levels(limit: int = 100, policy: str = "U") -> bytes:
    return alone(policy, "monto:number", "nivel:string", [f'> {limit} | "alto"', f'<= {limit} | "bajo"'])


def publish(world: World, *diagrams: bytes, decisions: tuple[bytes, ...] = ()) -> list[Any]:
    with world.database.unit_of_work() as session:
        form = {FORM: {"components": []}}
        return publishing.publish(
            session, world.engine, diagrams, form, actor=BOSS, reason="prueba", decisions=decisions
        )


@pytest.mark.parametrize(("amount", "following"), [(101, "b"), (100, "c")])
def test_what_the_table_says_decides_the_way(world: World, amount: int, following: str) -> None:
    publish(world, drawn(), decisions=(levels(),))
    case = world.start(monto=amount)

    world.do("a")

    assert world.names() == [following]
    (entry,) = [one for one in world.history(case) if one.kind == "table_decided"]
    assert (entry.element_id, entry.data["filas"], entry.data["version"]) == ("regla", [1 if amount > 100 else 2], 1)
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def test_a_case_keeps_the_version_it_began_with(world: World) -> None:
    publish(world, drawn(), decisions=(levels(),))
    old = world.start(monto=101)
    assert publish(world, decisions=(levels(limit=1000),)) == []
    new = world.start(business_key="C-2", monto=101)

    for case in (old, new):
        world.complete(world.open_tasks(case)[0].id)

    assert [world.open_tasks(case)[0].element_id for case in (old, new)] == ["b", "c"]
    with world.database.reading() as session:
        assert catalogue.current(session, "p").decisions["d"].version == 2
        assert catalogue.by_sha(session, world.instance(old).bundle_sha256).decisions["d"].version == 1


def test_a_decision_that_cannot_be_made_is_an_incident_and_goes_on_when_the_datum_is_right(world: World) -> None:
    publish(world, drawn(), decisions=(levels(),))
    case = world.start(monto="mucho")

    world.do("a")

    (incident,) = world.incidents()
    assert "«monto» debe ser número, y vale «mucho»" in incident.message
    assert world.instance(case).state == "active"
    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident.id, "monto", 5, actor=BOSS, reason="era")
    assert world.names() == ["c"]


def test_lists_and_several_results_become_variables(world: World) -> None:
    rows = ['> 1 | "uno" | 1', '> 2 | "dos" | 2']
    many = file(
        decision("d", table("R", "monto:number", "quien:string; cuanto:number", rows), "in_monto"),
        data("monto", "number"),
    )
    publish(
        world, process("p", start(), rule(), user("b"), end(), chain("inicio", "regla", "b", "fin")), decisions=(many,)
    )

    case = world.start(monto=3)

    found = world.variables(case)
    assert (found["quien"], found["cuanto"]) == (["uno", "dos"], [1, 2])


def test_the_result_is_called_as_the_task_says(world: World) -> None:
    xml = process("p", start(), rule(result="aval"), user("b"), end(), chain("inicio", "regla", "b", "fin"))
    publish(world, xml, decisions=(levels(),))

    case = world.start(monto=500)

    assert world.variables(case)["aval"] == "alto"


def test_a_task_without_its_table_is_not_published(world: World) -> None:
    with pytest.raises(InvalidDiagram, match="usa la tabla de decisión «d», que no está publicada"):
        publish(world, drawn())
    with pytest.raises(InvalidDiagram, match="no dice qué tabla de decisión usa"):
        publish(world, process("p", start(), rule(ref=""), end(), chain("inicio", "regla", "fin")))


def test_a_wrong_table_and_a_second_of_the_same_name_are_not_published(world: World) -> None:
    with pytest.raises(InvalidDecision, match="Las filas 1 y 2 se cumplen a la vez"):
        publish(world, decisions=(alone("U", "x:number", "y:number", ["> 1 | 1", "> 2 | 2"]),))
    publish(world, decisions=(levels(),))
    other = levels().replace(b'id="tabla" name="Tabla"', b'id="otra" name="Otra"')
    with pytest.raises(InvalidDecision, match="La decisión «d» ya está en «Tabla»"):
        publish(world, decisions=(other,))


def test_the_linter_knows_what_a_table_reads_and_gives() -> None:
    xml = alone("U", "monto:number", 'vale:boolean; nivel:string="alto","bajo"', ['> 1 | true | "alto"'])
    model = read_decisions(xml)
    element = read_diagram(process("p", start(), rule(), end(), chain("inicio", "regla", "fin"))).elements["regla"]

    found = contract_of(PublishedDecision(model, model.decisions["d"], 1), element)

    assert found.uses == {"monto": NUMBER}
    assert found.fills["vale"] == FLAG
    assert list(found.fills["nivel"].options) == ["alto", "bajo"]
