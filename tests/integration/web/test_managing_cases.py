"""`cauce cases`: running cases are listed, looked at and managed; who leads proposes, who coordinates does."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from engine import doctor
from engine.definitions import publishing
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.diagrams import chain, end, process, service, start, user
from tests.support.web import Site
from web.cli import main
from workflows.people import directory


def drawn(*steps: str) -> bytes:
    tasks = [user(one, role="coordinador_pes", form="convocar") for one in steps]
    return process("apoyo", start(), *tasks, end(), chain("inicio", *steps, "fin"), name="Apoyo")


def publish(site: Site, *steps: str) -> None:
    with site.application.database.unit_of_work() as session:
        actor = directory.actor(session, "amartinez")
        publishing.publish(session, site.application.engine, [drawn(*steps)], {}, actor=actor, reason="prueba")


def begin(site: Site, key: str) -> int:
    with site.application.database.unit_of_work() as session:
        actor = directory.actor(session, "amartinez")
        about = {"business_key": key, "name": f"Apoyo {key}", "scope": "PES-GOB", "tenant": "GOB"}
        return commands.start(
            session, site.application.engine, "apoyo", variables={"plan": "PES-GOB"}, actor=actor, **about
        ).id


@pytest.fixture
def cauce(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CAUCE_DATABASE_URL", site.application.database.url.render_as_string(hide_password=False))

    def run(*words: str, ok: bool = True) -> Result:
        found = CliRunner().invoke(main, ["cases", *words])
        assert (found.exit_code == 0) is ok, found.output
        return found

    return run


def test_they_are_listed_shown_and_looked_at_before(site: Site, cauce: Any) -> None:
    publish(site, "revisar", "firmar")
    case = begin(site, "A-1")
    publish(site, "revisar", "anotar")

    listed = json.loads(cauce("list", "--process", "apoyo", "--version", "1", "--json").output)
    seen = cauce("migrate", "A-1", "--dry-run", "--as", "amartinez").output
    shown = json.loads(cauce("show", "A-1", "--json").output)

    assert [(one["clave"], one["version"], one["pasos"]) for one in listed] == [("A-1", 1, ["revisar"])]
    assert "· Apoyo A-1 (A-1): sigue en «revisar»" in seen
    assert shown["version"] == 1
    assert shown["datos"] == {"plan": "PES-GOB"}
    assert "Apoyo A-1" in cauce("list", "--process", "apoyo", "--step", "revisar").output
    assert "0 procesos" in cauce("list", "--process", "apoyo", "--step", "firmar").output
    with site.application.database.reading() as session:
        assert session.get_one(Instance, case).lock_version == 2


def test_they_are_moved_migrated_suspended_and_it_is_undone(site: Site, cauce: Any) -> None:
    publish(site, "revisar", "firmar")
    case, other = begin(site, "A-1"), begin(site, "A-2")
    by = ("--as", "amartinez", "--reason", "lo pidió la oficina")

    cauce("move", "A-1", "--to", "firmar", *by)
    publish(site, "revisar", "anotar")
    some = cauce("migrate", "--process", "apoyo", "--version", "1", *by, ok=False)
    all_of_it = cauce("migrate", "A-1", "--map", "firmar=anotar", *by, "--json")
    cauce("suspend", "A-2", *by)

    assert "✗ Apoyo A-1 (A-1): no se hizo: está en «firmar», que la versión 2 no tiene" in some.output
    assert "✓ Apoyo A-2 (A-2): sigue en «revisar»" in some.output
    assert "1 de 2 se hicieron" in some.output
    (told,) = json.loads(all_of_it.output)
    assert (told["frase"], told["nace"], told["se_cierra"]) == ("pasa de «firmar» a «anotar»", ["anotar"], ["firmar"])
    assert "suspendido" in cauce("list", "--process", "apoyo", "--state", "suspended").output
    assert "vuelve a donde estaba" in cauce("undo", str(told["cambio"]), *by).output
    with site.application.database.reading() as session:
        tasks = sa.select(UserTask.element_id).where(UserTask.instance_id == case, UserTask.state == "open")
        assert list(session.scalars(tasks)) == ["firmar"]
        assert session.get_one(Instance, other).suspended_why == "lo pidió la oficina"
        assert doctor.examine(session, site.application.engine) == []


def test_who_leads_the_processes_proposes_and_who_coordinates_does_it(site: Site, cauce: Any) -> None:
    publish(site, "revisar", "firmar")
    begin(site, "A-1")
    leader = ("--as", "jrojas", "--reason", "se pidió dos veces")

    refused = cauce("cancel", "A-1", *leader, ok=False)
    cauce("cancel", "A-1", *leader, "--propose")
    (asked,) = json.loads(cauce("proposals", "--json").output)
    stranger = cauce("cancel", "A-1", "--as", "sruiz", "--reason", "no me gusta", "--propose", ok=False)
    done = cauce("approve", asked["tanda"], "--as", "amartinez")

    assert "solo quien coordina ese sector" in refused.output
    assert "lidera los procesos" in stranger.output
    assert (asked["acto"], asked["propone"], asked["motivo"]) == ("cancelar", "jrojas", "se pidió dos veces")
    assert "✓ Apoyo A-1 (A-1): se cancela" in done.output
    assert "0 propuestas" in cauce("proposals").output


def test_a_suspended_case_says_so_on_its_pages_and_keeps_what_is_written(site: Site, cauce: Any) -> None:
    publish(site, "revisar", "firmar")
    case = begin(site, "A-1")
    cauce("suspend", "A-1", "--as", "amartinez", "--reason", "falta un concepto")
    visitor = site.visitor("amartinez")
    with site.application.database.reading() as session:
        task = session.scalars(sa.select(UserTask.id).where(UserTask.instance_id == case)).one()

    visitor.open(f"/casos/{case}")
    on_case = visitor.text()
    visitor.open(f"/tareas/{task}")

    assert "Este proceso está suspendido" in on_case and "falta un concepto" in on_case
    assert "suspendió el proceso" in on_case
    assert "Este proceso está suspendido" in visitor.text()


def broken_twice(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two cases whose step failed in the same way, and is mended since."""

    def fail(_call: object) -> None:
        raise RuntimeError("el disco está lleno")

    step = service("anotar", "prueba_de_anotar")
    xml = process("apoyo", start(), step, end(), chain("inicio", "anotar", "fin"), name="Apoyo")
    monkeypatch.setitem(site.application.engine.service_tasks, "prueba_de_anotar", fail)
    with site.application.database.unit_of_work() as session:
        actor = directory.actor(session, "amartinez")
        publishing.publish(session, site.application.engine, [xml], {}, actor=actor, reason="prueba")
    cases = [begin(site, key) for key in ("A-1", "A-2")]
    with site.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 2
    return cases


def incidents_of(site: Site) -> list[tuple[int, str, str | None]]:
    with site.application.database.reading() as session:
        found = session.scalars(sa.select(Incident).order_by(Incident.id))
        return [(one.id, str(one.state), one.resolution and str(one.resolution)) for one in found]


def test_what_failed_alike_is_left_out_of_every_case_with_one_reason(
    site: Site, cauce: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = broken_twice(site, monkeypatch)
    first = incidents_of(site)[0][0]

    again = cauce("retry", str(first), "--same-cause", "--as", "amartinez")
    skipped = cauce("skip", str(first), "--same-cause", "--reason", "ya no hace falta", "--as", "amartinez")

    assert "0 de 2 incidentes resueltos" in again.output
    assert "2 de 2 incidentes resueltos" in skipped.output
    assert {(state, how) for _, state, how in incidents_of(site)} == {("resolved", "skipped")}
    with site.application.database.reading() as session:
        assert {session.get_one(Instance, one).state for one in cases} == {"completed"}
        assert doctor.examine(session, site.application.engine) == []


def test_without_same_cause_only_the_one_is_touched_and_who_may_not_is_refused(
    site: Site, cauce: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_twice(site, monkeypatch)
    first, second = (one for one, _, _ in incidents_of(site))

    stranger = cauce("skip", str(first), "--reason", "porque sí", "--as", "sruiz")
    alone = cauce("skip", str(first), "--reason", "ya no hace falta", "--as", "amartinez")

    assert "0 de 1 incidentes resueltos" in stranger.output
    assert "1 de 1 incidentes resueltos" in alone.output
    assert [(one, state) for one, state, _ in incidents_of(site)] == [(first, "resolved"), (second, "open")]
