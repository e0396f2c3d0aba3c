"""A draft walked by hand: its tasks answered in their forms on a copy, its days passed, each step taken back."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from engine.instances.models import Instance
from notifications.models import OutboxMessage
from tests.integration.studio.conftest import OTHER_LEADER, Browser
from tests.integration.studio.test_rehearsals import rehearse
from tests.support import petitions
from tests.support.web import Site

KEY = petitions.KEY


def begun(leader: Browser, key: str = KEY) -> str:
    """A walk that is ready; its address."""
    where = str(leader.send(f"/procesos/{key}/ensayo/a-mano").headers["Location"])
    deadline = time.monotonic() + 120
    while "Preparando" in leader.client.get(where).text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return where


def held(site: Site) -> list[int]:
    with site.application.database.reading() as session:
        counted = (session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Instance, OutboxMessage))
        return [int(one or 0) for one in counted]


def forms_of(leader: Browser, where: str) -> list[str]:
    return [str(one) for one in leader.get(where).xpath("//a[contains(@href, '/tareas/')]/@href") if where in str(one)]


def test_a_draft_is_answered_task_by_task_and_each_step_can_be_taken_back(leader: Browser, site: Site) -> None:
    # Given a small process
    petitions.publish(site)
    before = held(site)

    # When somebody walks it: a wrong answer, a right one, one that anybody gives
    where = begun(leader)
    (task,) = forms_of(leader, where)
    refused = leader.send(task, 422, _accion="enviar", decision="aceptada")
    leader.send(task, _accion="enviar", semaforo="verde", decision="aceptada")
    after_first = leader.text(where)
    (answering,) = forms_of(leader, where)
    leader.send(f"{answering}/alguien")
    after_second = leader.text(where)
    leader.send(f"{where}/volver")
    gone_back = leader.text(where)

    # Then each went where it goes, every step is told, and nothing of it is real
    assert "Semáforo" in refused.text
    assert "Responder" in after_first and "¿Procede? Sí" in after_first.replace("»", "").replace("«", "").replace(
        ":", ""
    )
    assert "Archivar" in after_second
    assert "Archivar" not in gone_back.split("Lo que ha pasado")[0]
    assert held(site) == before


def test_days_pass_one_by_one_or_until_something_happens_and_mails_are_dated(leader: Browser, site: Site) -> None:
    petitions.publish(site)
    where = begun(leader)

    leader.send(f"{where}/avanzar", hasta="dia")
    one_day = leader.text(where)
    leader.send(f"{where}/avanzar", hasta="siguiente")
    later = leader.text(where)

    assert "9 de julio de 2018" in one_day.split("Qué espera")[0]
    assert "✉ A " in later
    assert "Recibir la petición" in later


def test_a_walk_is_kept_as_a_scenario_and_done_again_with_the_same_answers(leader: Browser, site: Site) -> None:
    # Given a walk in which somebody answered, waited an hour and a day, and let others do the rest
    petitions.publish(site)
    where = begun(leader)
    leader.send(f"{where}/guardar", 409, name="Nada todavía")
    leader.send(f"{where}/avanzar", hasta="hora")
    assert "10:00" in leader.text(where).split("Qué espera")[0]
    (task,) = forms_of(leader, where)
    leader.send(task, _accion="enviar", semaforo="rojo", decision="devuelta")
    leader.send(f"{where}/avanzar", hasta="dia")
    for task in forms_of(leader, where):
        leader.send(f"{task}/alguien")

    # When it is kept, and done again
    leader.send(f"{where}/guardar", 422, name=" ")
    leader.send(f"{where}/guardar", name="Una petición que se rechaza")
    kept = leader.text(f"/procesos/{KEY}/ensayo").split("Ensayos guardados")[1]
    again = rehearse(leader, f"/procesos/{KEY}/ensayo/repetir")

    # Then it goes the same way
    assert "Una petición que se rechaza" in kept
    assert "como se recorrió a mano" in kept
    assert "Todo salió como cuando se guardó." in leader.text(again)


def test_who_began_it_walks_it_and_nobody_else(leader: Browser, sign_in, site: Site) -> None:  # type: ignore[no-untyped-def]
    petitions.publish(site)
    where = begun(leader)

    sign_in(OTHER_LEADER).get(where, 404)
    leader.get(f"/procesos/{KEY}/ensayo/a-mano/nadie", 404)

    assert Path(site.application.config.home, "ensayos", "a-mano").is_dir()
