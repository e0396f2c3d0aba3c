"""Drawings made to keep the server busy: every door of the studio answers within seconds, and the server lives."""

from __future__ import annotations

import pytest

from tests.support.counting import counted
from tests.support.diagrams import (
    call,
    chain,
    each,
    end,
    flow,
    gateway,
    node,
    process,
    service,
    start,
    sub,
    user,
)

KEY = "sub_reporte_entidad"
REPORT = f"/procesos/{KEY}"
MOST_CALLS = 12_000_000
"""About twice what the worst of the drawings takes; a process of its own stops what takes too long.

The drawings are half of what one may be (`engine.definitions.reading`): what grows with the square passes it too. Each
is saved, sent to be published and opened on one page in turn; in the long mode on every page.
"""


def _steps(count: int, **attributes: str) -> str:
    return "".join(user(f"t{i}", **attributes) for i in range(count))


def _row(count: int) -> str:
    return chain("inicio", *(f"t{i}" for i in range(count)), "fin")


def _inner(number: int) -> str:
    return sub(
        f"s{number}",
        start(f"i{number}"),
        user(f"x{number}"),
        end(f"e{number}"),
        chain(f"i{number}", f"x{number}", f"e{number}"),
    )


def _nested(depth: int) -> str:
    inside = _nested(depth - 1) if depth else user("x")
    return sub(
        f"s{depth}",
        start(f"i{depth}"),
        inside,
        end(f"e{depth}"),
        chain(f"i{depth}", f"s{depth - 1}" if depth else "x", f"e{depth}"),
    )


BRANCHES = "".join(chain("s", f"t{i}", "j") for i in range(950))
CONDITIONS = "".join(
    flow("g", "fin", " and ".join(f"v{i}x{k} == 2" for k in range(30)), id=f"c{i}") for i in range(5000)
)
SQUARE = "".join(flow(f"t{i}", f"t{j}", id=f"r{i}_{j}") for i in range(75) for j in range(75))
LINKED = "".join(
    node(f"intermediate{way}Event", f"{way}{i}", '<bpmn:linkEventDefinition name="L"/>')
    for way in ("Throw", "Catch")
    for i in range(350)
)
CARDINALITY = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>9**9**9</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)

HOSTILE = {
    "hundreds of branches": (
        start(),
        gateway("s", "parallel"),
        _steps(950),
        gateway("j", "parallel"),
        end(),
        chain("inicio", "s"),
        chain("j", "fin"),
        BRANCHES,
    ),
    "hundreds of subprocesses": (
        start(),
        *(_inner(i) for i in range(240)),
        end(),
        chain("inicio", *(f"s{i}" for i in range(240)), "fin"),
    ),
    "fifty levels": (start(), _nested(25), end(), chain("inicio", "s25", "fin")),
    "a thousand steps": (start(), _steps(995, role="responsable_meta", form="f5_reporte_avance"), end(), _row(995)),
    "everybody to everybody": (start(), _steps(75), end(), flow("inicio", "t0"), flow("t1", "fin"), SQUARE),
    "a token bomb": (
        start(),
        *(gateway(f"t{i}", "parallel") for i in range(900)),
        end(),
        _row(900),
        *(flow(f"t{i}", f"t{i + 1}", id=f"b{i}") for i in range(899)),
    ),
    "five thousand conditions": (
        start(),
        gateway("g", default="d"),
        end(),
        chain("inicio", "g"),
        flow("g", "fin", id="d"),
        CONDITIONS,
    ),
    "a hundred thousand roles": (start(), user("t0", role=",".join(f"r{i}" for i in range(100_000))), end(), _row(1)),
    "a role of two megabytes": (start(), user("t0", role="r{" * 1_000_000), end(), _row(1)),
    "a deadline of two megabytes": (start(), user("t0", plazo="9" * 2_000_000 + "d"), end(), _row(1)),
    "names nearly right": (
        start(),
        *(service(f"t{i}", topic="x" * 2000 + str(i)) for i in range(950)),
        end(),
        _row(950),
    ),
    "a hundred thousand attributes": (
        start(),
        "<bpmn:userTask id='t0' " + " ".join(f"x{i}='1'" for i in range(100_000)) + "/>",
        end(),
        _row(1),
    ),
    "linked all to all": (
        start(),
        LINKED,
        end(),
        chain("inicio", "Throw0"),
        *(flow(f"Catch{i}", "fin") for i in range(350)),
    ),
    "a call of itself": (start(), call("t0", KEY), end(), _row(1)),
    "a huge cardinality": (start(), user("t0", CARDINALITY), end(), _row(1)),
    "repeated inside repeated": (
        start(),
        sub("t0", start("i"), user("x", each("l", "y")), end("e"), chain("i", "x", "e"), each("l", "z")),
        end(),
        _row(1),
    ),
    "data that is nowhere": (
        start(),
        sub(
            "t0",
            start("i"),
            user("x"),
            end("e"),
            chain("i", "x", "e"),
            '<bpmn:dataObjectReference id="d" dataObjectRef="nada"/>',
        ),
        end(),
        _row(1),
    ),
    "markup in names": (
        start(),
        user("t0").replace('name="t0"', 'name="&lt;script&gt;alert(1)&lt;/script&gt;"'),
        end(),
        _row(1),
    ),
}


PAGES = ("", "/tareas", "/publicar", "/editar")


@pytest.mark.parametrize("case", HOSTILE)
def test_every_door_answers_with_little_work(leader, case, request):
    xml = process(KEY, *HOSTILE[case]).decode()
    in_turn = list(HOSTILE).index(case) % len(PAGES)
    pages = PAGES if request.config.getoption("--long") else PAGES[in_turn:][:1]

    def within(address, **content):
        with counted(most=MOST_CALLS):
            answer = leader.client.post(address, headers={"X-CSRFToken": leader.token()}, **content)
        assert answer.status_code in (200, 303, 409, 422), answer.text[:1000]
        assert answer.is_json or "<script>alert" not in answer.text
        return answer

    found = within(f"{REPORT}/hallazgos", json={"xml": xml})
    if within(f"{REPORT}/borrador", json={"xml": xml, "revision": 0}).status_code == 200:
        for page in pages:
            with counted(most=MOST_CALLS):
                assert leader.client.get(REPORT + page).status_code == 200, page
        said = within(f"{REPORT}/publicar", data={"csrf_token": leader.token(), "reason": "x", "revision": "1"})
        assert said.status_code == 422
    else:
        assert found.status_code == 422
    assert leader.client.get("/bandeja").status_code == 200
