"""The page of running cases: what an act would do is seen first; who leads proposes, who coordinates does it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from engine import doctor
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.integration.web.test_managing_cases import begin, publish
from tests.support.web import Site, Visitor
from workflows.cycles import opening as cycles
from workflows.monitoring import periods

PAGE = "/casos/manejo?proceso=apoyo"
DO = "/casos/manejo/hacer"


def token(visitor: Visitor) -> tuple[str, str]:
    return "csrf_token", str(visitor.page().xpath("//input[@name='csrf_token']/@value")[0])


def ask(visitor: Visitor, act: str, *cases: int, **said: str) -> str:
    """Choose cases and try an act on them; what the page says."""
    fields = [("caso", str(one)) for one in cases] + [("acto", act), ("proceso", "apoyo"), *said.items()]
    fields.append(token(visitor))
    visitor.send("/casos/manejo", fields)
    return visitor.text()


def do(visitor: Visitor, **said: str) -> str:
    """Press what the trial offers; what the next page says."""
    visitor.press(DO, motivo="lo pidió la oficina", **said)
    return visitor.text()


def opened(site: Site, case: int) -> list[str]:
    with site.application.database.reading() as session:
        query = sa.select(UserTask.element_id).where(UserTask.instance_id == case, UserTask.state == "open")
        return list(session.scalars(query))


def test_a_trial_says_of_each_what_would_be_and_changes_nothing(site: Site) -> None:
    publish(site, "revisar", "firmar")
    case, other = begin(site, "A-1"), begin(site, "A-2")
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)
    ask(visitor, "move", case, hacia="firmar")
    do(visitor)
    publish(site, "revisar", "anotar")

    told = ask(visitor, "migrate", case, other, version_nueva="2")

    assert "Apoyo A-1: no puede: está en «firmar», que la versión 2 no tiene" in told
    assert "Apoyo A-2: sigue en «revisar»" in told
    assert "1 se puede" in told
    assert (opened(site, case), opened(site, other)) == (["firmar"], ["revisar"])
    visitor.open(f"{PAGE}&version=1&paso=firmar")
    assert "Apoyo A-2" not in visitor.page().xpath("string(//form[@aria-describedby or @method='post'])")


def test_several_steps_that_a_version_has_no_more_are_each_said_where_to_go_on(site: Site) -> None:
    publish(site, "revisar", "firmar", "archivar")
    cases = [begin(site, "A-1"), begin(site, "A-2")]
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)
    for case, step in zip(cases, ("firmar", "archivar"), strict=True):
        ask(visitor, "move", case, hacia=step)
        do(visitor)
    publish(site, "revisar", "anotar", "leer")

    fields = [("caso", str(one)) for one in cases] + [("acto", "migrate"), ("proceso", "apoyo"), ("version_nueva", "2")]
    for gone, instead in (("firmar", "anotar"), ("archivar", "leer")):
        fields += [("quitado", gone), ("en_su_lugar", instead)]
    visitor.send("/casos/manejo", [*fields, token(visitor)])
    asked = visitor.page().xpath("//input[@name='quitado'][@type='hidden']/@value")
    done = do(visitor)

    assert {"firmar", "archivar"} <= set(asked)
    assert "Hecho en 2 de 2 procesos" in done
    assert [opened(site, one) for one in cases] == [["anotar"], ["leer"]]


def test_what_was_done_is_written_and_undone(site: Site) -> None:
    publish(site, "revisar", "firmar")
    case, other = begin(site, "A-1"), begin(site, "A-2")
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)

    ask(visitor, "suspend", case, other)
    done = do(visitor)
    visitor.press("/casos/manejo/deshacer")
    undone = visitor.text()

    assert "Hecho en 2 de 2 procesos" in done
    assert "suspendió 2 procesos" in done
    assert "lo pidió la oficina" in undone
    with site.application.database.reading() as session:
        assert session.get_one(Instance, case).suspended_at is None
        assert doctor.examine(session, site.application.engine) == []


def test_a_datum_is_corrected_and_one_that_nobody_fills_is_refused(site: Site) -> None:
    publish(site, "revisar", "firmar")
    case = begin(site, "A-1")
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)

    unknown = ask(visitor, "correct", case, dato="monto", valor="7")
    seen = ask(visitor, "correct", case, dato="plan", valor="PES-OTRO")
    do(visitor)

    assert "no puede: en este proceso nadie llena «monto»" in unknown
    assert "«plan» pasa de" in seen
    with site.application.database.reading() as session:
        assert commands.variables_of(session, site.application.engine, case) == {"plan": "PES-OTRO"}


def test_who_leads_proposes_and_who_coordinates_decides(site: Site) -> None:
    publish(site, "revisar", "firmar")
    case, other = begin(site, "A-1"), begin(site, "A-2")
    leader, coordinator = site.visitor("jrojas"), site.visitor("amartinez")

    leader.open(PAGE)
    ask(leader, "cancel", case)
    offered = [str(one) for one in leader.page().xpath(f"//form[@action='{DO}']//button/text()")]
    leader.press(DO, motivo="se pidió dos veces", proponer="1")
    ask(leader, "suspend", other)
    leader.press(DO, motivo="espera un fallo", proponer="1")
    coordinator.open(PAGE)
    waiting = coordinator.text()
    refused = coordinator.page().xpath("//form[@action='/casos/manejo/decidir']//input[@name='cambio']/@value")
    said = [("cambio", str(refused[0])), ("motivo", "todavía no"), ("proceso", "apoyo"), token(coordinator)]
    coordinator.send("/casos/manejo/decidir", said)
    coordinator.press("/casos/manejo/decidir", aprobar="1")

    assert offered == ["Proponerlo a quien coordina"]
    assert "Jorge Rojas" in waiting
    assert "se pidió dos veces" in waiting
    with site.application.database.reading() as session:
        states = {one.id: (one.state, one.suspended_at) for one in session.scalars(sa.select(Instance))}
        assert states[case][0] == "cancelled"
        assert states[other] == ("active", None)


def test_more_than_ten_are_cancelled_by_two(site: Site) -> None:
    publish(site, "revisar", "firmar")
    cases = [begin(site, f"A-{number}") for number in range(11)]
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)
    ask(visitor, "cancel", *cases)

    visitor.press(DO, 422, motivo="se acabó")

    assert "Una sola persona cancela hasta 10" in visitor.text()
    assert opened(site, cases[0]) == ["revisar"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [({"acto": "move"}, "Elija al menos un proceso"), ({"acto": "nada", "caso": "1"}, "Elija al menos un proceso")],
)
def test_what_is_missing_is_said(site: Site, said: dict[str, str], sentence: str) -> None:
    publish(site, "revisar", "firmar")
    begin(site, "A-1")
    visitor = site.visitor("amartinez")
    visitor.open(PAGE)

    visitor.send("/casos/manejo", [token(visitor), ("proceso", "apoyo"), *({**said, "caso": "x"}.items())], 422)

    assert sentence in visitor.text()


def test_who_neither_leads_nor_coordinates_has_no_such_page(site: Site) -> None:
    visitor = site.visitor("cvega")

    visitor.open(PAGE, 403)
    visitor.open("/casos/")

    assert "Manejar varios" not in visitor.text()


def test_what_stopped_alike_is_repaired_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.clock.move_to(site.clock.now().replace(month=8))

    def fail(*_args: Any, **_kwargs: Any) -> list[str]:
        raise RuntimeError("el disco está lleno")

    with monkeypatch.context() as patch:
        patch.setattr(periods, "open_month", fail)
        with site.application.database.unit_of_work() as session:
            cycles.open_due(session, site.application.engine)
        visitor = site.visitor("amartinez")
        visitor.open("/casos/manejo?proceso=f5_ciclo_mensual")
        before = visitor.text()
        visitor.press("/casos/manejo/reparar", probar="1")
        again = visitor.text()

    visitor.press("/casos/manejo/reparar", probar="1")
    mended = visitor.text()
    visitor.open("/casos/manejo?proceso=f5_ciclo_mensual")
    visitor.press("/casos/manejo/reparar")

    assert "el disco está lleno" in before
    assert "vuelve a fallar" in again
    assert "✓" in mended and "vuelve a fallar" not in mended
    assert "1 de 1 reparados" in visitor.text()
    with site.application.database.reading() as session:
        assert list(session.scalars(sa.select(Incident.state).distinct())) == ["resolved"]


def test_the_drawing_is_told_what_holds_cases_at_each_step_inside_the_processes_it_calls_too(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open("/casos/manejo?proceso=f5_ciclo_mensual")

    drawn = json.loads(visitor.page().xpath("//details/@data-drawn")[0])

    assert drawn.keys() == {"paso_1"}
    assert "Reportar avance" in drawn["paso_1"]
    assert set(drawn["paso_1"]) <= set(visitor.page().xpath("//select[@id='desde']/option/text()"))
    assert "no está en la versión vigente" not in visitor.text()
