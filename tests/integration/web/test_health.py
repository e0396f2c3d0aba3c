"""`/salud` tells anybody whether people can be served, and those who may know how the rest is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from notifications import outbox, servers
from notifications.models import OutboxMessage
from notifications.rendering import Mail
from tests.support.web import Site
from web import worker
from web.app import create_app
from web.health.beats import DELIVERY, beat
from web.health.models import Heartbeat

ELSEWHERE = {"REMOTE_ADDR": "10.0.0.7"}


def write(site: Site, key: str) -> None:
    with site.application.database.unit_of_work() as session:
        outbox.enqueue(
            session, now=site.clock.now(), kind="convocatoria", dedup_key=key, recipient=None,
            address=f"{key}@demo.example", mail=Mail("Convocatoria", "texto", "<p>texto</p>"),
        )  # fmt: skip


def test_from_elsewhere_it_says_no_more_than_that_people_can_be_served(office: Site) -> None:
    client = office.app.test_client()

    told = client.get("/salud", environ_overrides=ELSEWHERE)

    assert (told.status_code, told.json) == (200, {"estado": "bien"})


def test_a_token_opens_the_details_from_elsewhere(office: Site) -> None:
    config = replace(office.application.config, health_token="una ficha de monitoreo")
    client = create_app(replace(office.application, config=config)).test_client()

    def keys(authorization: str) -> set[str]:
        headers = {"Authorization": authorization}
        return set(client.get("/salud", environ_overrides=ELSEWHERE, headers=headers).json or {})

    assert "correos" in keys("Bearer una ficha de monitoreo")
    assert keys("Bearer otra ficha") == keys("Bearer ") == keys("Bearer ñ") == {"estado"}


def test_a_worker_that_works_and_mails_that_leave_are_well(office: Site) -> None:
    worker.tick(office.application)
    beat(office.application.database, office.application.clock, DELIVERY)

    told = office.app.test_client().get("/salud").json

    assert told is not None and (told["estado"], told["avisos"]) == ("bien", [])
    assert told["rondas"]["tick"]["hace_s"] == told["rondas"]["delivery"]["hace_s"] == 0
    assert told["incidentes_del_sistema"] == 0


def test_what_is_silent_or_stuck_is_told_and_people_are_served_all_the_same(office: Site) -> None:
    # Given a worker that was never seen, a delivery of an hour ago, a server that is down, and a mail that failed
    database, clock = office.application.database, office.clock
    beat(database, clock, DELIVERY)
    write(office, "una")
    write(office, "otra")
    servers.trouble(database, "correo.example:25", clock.now(), "no respondió")
    with database.unit_of_work() as session:
        failed = sa.update(OutboxMessage).where(OutboxMessage.dedup_key == "otra")
        session.execute(failed.values(state="fallido", fault="direccion"))
    clock.advance(dt.timedelta(minutes=90))

    # When a monitor asks
    answer = office.app.test_client().get("/salud")

    # Then it reads of each
    told = answer.json
    assert answer.status_code == 200 and told is not None and told["estado"] == "con avisos"
    assert told["correos"] == {"por_salir": 1, "espera_mas_larga_s": 5400, "fallidos": 1}
    (server,) = told["servidores_de_correo"]
    assert (server["nombre"], server["fallas_seguidas"]) == ("correo.example:25", 1)
    said = " ".join(told["avisos"])
    for word in ("señales del trabajador", "entrega de correos hace 90", "correo.example:25 no recibe hace 90",
                 "esperan hace 90", "1 correo no salió"):  # fmt: skip
        assert word in said, said


def test_signs_of_life_are_written_twice_a_minute_at_most(office: Site) -> None:
    database, clock, written = office.application.database, office.clock, []

    @sa.event.listens_for(database.engine, "after_cursor_execute")
    def count(_connection, _cursor, statement, *_):  # type: ignore[no-untyped-def]
        if statement.startswith("INSERT INTO heartbeat"):
            written.append(statement)

    for _ in range(12):
        beat(database, clock, DELIVERY)
        clock.advance(dt.timedelta(seconds=5))

    assert len(written) == 2


def test_it_is_alive_without_a_database_and_not_ready(office: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = office.app.test_client()
    assert client.get("/salud/vivo").status_code == client.get("/salud/listo").status_code == 200

    monkeypatch.setattr(office.application.database, "reading", lambda: 1 / 0)

    assert client.get("/salud/vivo").status_code == 200
    refused = client.get("/salud/listo")
    assert refused.status_code == 503 and refused.headers["Retry-After"]


def test_metrics_are_openmetrics_and_only_for_who_may_know(office: Site) -> None:
    client = office.app.test_client()
    client.get("/ingresar")
    with office.application.database.unit_of_work() as session:
        session.add(Heartbeat(name="tick", at=office.clock.now()))

    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 401
    answer = client.get("/metrics")

    assert answer.mimetype == "application/openmetrics-text"
    told = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    asked = ("endpoint", "auth.sign_in"), ("method", "GET"), ("status", "200")
    assert told["cauce_http_requests_total", *asked] == 1
    assert told["cauce_waits", ("kind", "task")] > 0 and told["cauce_waits", ("kind", "date")] > 0
    assert told["cauce_outbox_mails", ("state", "pendiente")] == 0
    assert told["cauce_export_files", ("state", "pending")] == 0
    assert told["cauce_incidents_open", ("of", "system")] == 0
    assert told["cauce_round_ended_timestamp_seconds", ("round", "tick")] == office.clock.now().timestamp()
