"""The board of the month: what it says, who may act from it, and that acting changes what is said."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.definitions import publishing
from engine.history import HistoryEntry
from engine.instances import commands
from engine.tasks.models import UserTask
from tests.support.diagrams import TIMER, chain, end, message, node, process, start
from tests.support.plan import demo_data
from tests.support.web import Site, Visitor
from workflows.cycles.models import PeriodStart
from workflows.monitoring.models import EntityReport
from workflows.people import directory
from workflows.people.models import Person
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality


def the_task(site: Site, element_id: str, entity: str) -> UserTask:
    with site.application.database.reading() as session:
        tasks = session.scalars(sa.select(UserTask).where(UserTask.element_id == element_id, UserTask.state == "open"))
        return next(one for one in tasks if one.variables.get("entidad") == entity)


def row(visitor: Visitor, entity: str) -> str:
    """A row of the matrix in one line."""
    (found,) = visitor.page().xpath(f"//table[@class='matrix']/tbody/tr[th/a='{entity}']")
    return " ".join(found.text_content().split())


def set_report(site: Site, entity: str, **values: object) -> None:
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(EntityReport).where(EntityReport.entity_code == entity).values(**values))


def test_one_sentence_says_what_matters_now(site: Site) -> None:
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert visitor.heading() == "Seguimiento de junio de 2018"
    assert "Ninguna de las tres entidades ha entregado." in visitor.text()
    assert "vencen el lunes 9 de julio (falta 1 día hábil)." in visitor.text()


def test_the_matrix_says_how_each_report_stands_and_who_has_it(site: Site) -> None:
    set_report(site, "SDG", state="avalado", first_sent_at=dt.datetime(2018, 7, 5, 15, tzinfo=dt.UTC))
    set_report(
        site, "DADEP", state="avalado", times_returned=1, first_sent_at=dt.datetime(2018, 7, 6, 15, tzinfo=dt.UTC)
    )
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento/2018-06")

    assert "✓ día 3" in row(visitor, "SDG")  # Monday 2 July is a holiday
    assert "↩ día 4 se devolvió y se ajustó" in row(visitor, "DADEP")
    assert "◐ en curso" in row(visitor, "IDPAC")
    assert "Sandra Ruiz desde el martes 3 jul., hasta el lunes 9 jul." in row(visitor, "IDPAC")
    assert "Dos de las tres entidades han entregado." in visitor.text()


def steps(visitor: Visitor, entity: str) -> list[str]:
    """What the matrix says of each step of the report of an entity."""
    cells = visitor.page().xpath(f"//table[@class='matrix']/tbody/tr[th/a='{entity}']/td[not(@data-l='Actuar')]")
    return [" ".join(one.text_content().split()) for one in cells]


def test_each_step_of_a_report_says_whether_it_is_done_who_has_it_or_what_it_waits_for(site: Site) -> None:
    # Given a report that was validated, one that was not, and one whose people left
    set_report(site, "SDG", state="validado", first_sent_at=dt.datetime(2018, 7, 5, 15, tzinfo=dt.UTC))
    with site.application.database.unit_of_work() as session:
        session.execute(
            sa.update(UserTask).where(UserTask.variables["entidad"].as_string() == "SDG").values(state="completed")
        )
        session.get_one(Person, "sruiz").active = False
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert steps(visitor, "SDG") == ["✓ día 3", "Entregado", "Validado", "Espera la validación"]
    assert steps(visitor, "DADEP")[2:] == ["Espera el reporte", "Espera la validación"]
    assert all("Sin quien lo haga" in one for one in steps(visitor, "IDPAC")[:2])


def test_what_never_came_is_a_sign_and_a_word(site: Site) -> None:
    set_report(site, "IDPAC", state="sin_reporte")
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert "✗ no llegó" in row(visitor, "IDPAC")


def test_figures_are_those_of_the_last_complete_month(site: Site) -> None:
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert "cumplimiento a mayo de 2018" in visitor.text()
    assert "junio se calcula al consolidar" in visitor.text()
    assert "Líneas estratégicas, a mayo de 2018" in visitor.text()


def test_overdue_tasks_are_counted_and_named(site: Site) -> None:
    site.clock.move_to(dt.datetime(2018, 7, 11, 15, tzinfo=dt.UTC))
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert "vencidas: «Reportar avance»" in visitor.text()
    assert "■ Vencida" in visitor.text()
    assert "venció hace 2 días hábiles" in visitor.text()


def test_a_task_whose_people_all_left_is_told_first(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = False
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento")

    assert "Hay 2 tareas sin quien las haga" in visitor.text()
    assert "▲ sin quien la haga" in visitor.text()


def test_a_coordinator_reassigns_a_task_with_a_reason(site: Site) -> None:
    task = the_task(site, "reportar_avance", "IDPAC")
    visitor = site.visitor("amartinez")
    address = f"/seguimiento/tareas/{task.id}/reasignar"

    visitor.open(address)
    offered = visitor.page().xpath("//select[@name='persona']//option/@value")
    visitor.press(address, persona="rmora", motivo="Sandra está en licencia.")

    assert "sruiz" not in offered
    assert len(offered) == len(set(offered))
    assert "«Reportar avance» le quedó a Ricardo Mora" in visitor.text()
    assert "la tiene Ricardo Mora" in visitor.text()
    with site.application.database.reading() as session:
        entry = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.kind == "task_reassigned")).one()
    assert (entry.actor_id, entry.data["motivo"]) == ("amartinez", "Sandra está en licencia.")


def test_a_report_done_by_the_only_one_who_checks_it_is_told_as_nobodys(site: Site) -> None:
    house = site.application
    robots = Robots(today=lambda: dt.date(2018, 7, 6), reality=Reality(7, demo_data().measurements))
    play = Play(house.database, house.engine, house.forms, robots, site.clock)
    coordinator = site.visitor("amartinez")
    address = f"/seguimiento/tareas/{the_task(site, 'reportar_avance', 'IDPAC').id}/reasignar"
    coordinator.open(address)
    coordinator.press(address, persona="rmora", motivo="Sandra está en licencia.")

    for element in ("reportar_avance", "reportar_ejecucion"):
        assert play.work(the_task(site, element, "IDPAC").id)
    coordinator.open("/seguimiento")
    told = coordinator.text()
    coordinator.open(f"/seguimiento/tareas/{the_task(site, 'validar_reporte', 'IDPAC').id}/reasignar")

    assert "Hay 1 tarea sin quien la haga: reasígnela." in told
    offered = coordinator.page().xpath("//select[@name='persona']//option/@value")
    assert "bdiaz" in offered and not {"sruiz", "rmora"} & set(offered)


def test_reassigning_without_person_or_reason_points_at_the_fields(site: Site) -> None:
    task = the_task(site, "reportar_avance", "IDPAC")
    visitor = site.visitor("amartinez")
    address = f"/seguimiento/tareas/{task.id}/reasignar"

    visitor.open(address)
    visitor.press(address, status=422)

    assert "Elija a quién le queda la tarea." in visitor.text()
    assert "Diga el motivo" in visitor.text()
    assert the_task(site, "reportar_avance", "IDPAC").assignee == "sruiz"


def test_others_read_the_board_and_may_not_act(site: Site) -> None:
    task = the_task(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")

    sandra.open("/seguimiento")
    assert "Reasignar" not in sandra.text()
    sandra.open(f"/seguimiento/tareas/{task.id}/reasignar", status=403)


def test_a_missed_period_waits_for_the_coordinator_who_skips_it_with_a_reason(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        session.execute(sa.delete(PeriodStart).where(PeriodStart.process_key == "f5_preparacion"))
        session.add(
            PeriodStart(
                process_key="f5_preparacion",
                plan_code="PES-GOB",
                period="2018",
                due_on=dt.date(2018, 1, 15),
                started_at=site.clock.now(),
                outcome="por_decidir",
            )
        )
    visitor = site.visitor("amartinez")
    visitor.open("/seguimiento")
    (link,) = visitor.page().xpath("//a[starts-with(@href, '/seguimiento/periodos/')]/@href")

    visitor.open(link)
    visitor.send(visitor.address, [*visitor.fields(visitor.address), ("omitir", "1")], 422)
    assert "Diga el motivo" in visitor.text()
    fields = [one for one in visitor.fields(visitor.address) if one[0] != "motivo"]
    visitor.send(visitor.address, [*fields, ("motivo", "Se hizo en papel."), ("omitir", "1")])

    assert "El periodo 2018 no se abrirá." in visitor.text()
    with site.application.database.reading() as session:
        rows = session.scalars(sa.select(PeriodStart).where(PeriodStart.process_key == "f5_preparacion")).all()
    assert [(one.outcome, one.reason) for one in rows] == [("omitido", "Se hizo en papel.")]


def test_a_period_to_come_is_skipped_from_the_calendar_which_tells_it_and_may_open_it_after_all(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open("/seguimiento/calendario")
    (link,) = visitor.page().xpath("//a[contains(@href, '/f5_ciclo_mensual/2018-07')]/@href")

    visitor.open(link)
    fields = [one for one in visitor.fields(visitor.address) if one[0] != "motivo"]
    visitor.send(visitor.address, [*fields, ("motivo", "Se sigue en agosto."), ("omitir", "1")])
    visitor.open("/seguimiento/calendario")

    told = visitor.text()
    assert "Seguimiento mensual, 2018-07 (era el 1 de agosto de 2018): Se sigue en agosto." in told
    assert "Seguimiento mensual: julio de 2018" not in told
    with site.application.database.reading() as session:
        start = session.scalars(sa.select(PeriodStart).where(PeriodStart.period == "2018-07")).one()
        assert (start.outcome, start.instance_id) == ("omitido", None)
    visitor.open(link)
    visitor.send(visitor.address, [*fields, ("motivo", "Sí se sigue."), ("abrir", "1")])
    visitor.open(link, status=409)


def test_an_unknown_month_is_not_found(site: Site) -> None:
    visitor = site.visitor("amartinez")

    visitor.open("/seguimiento/2031-01", status=404)

    assert "El plan no tiene el periodo «2031-01»" in visitor.text()


def begin_a_trial(site: Site, drawn: bytes) -> None:
    """Publish the process `prueba`, and begin a case of it called «Una prueba»."""
    with site.application.database.unit_of_work() as session:
        boss = directory.actor(session, "amartinez")
        publishing.publish(session, site.application.engine, [drawn], {}, actor=boss, reason="prueba")
        commands.start(
            session, site.application.engine, "prueba", business_key="PES-GOB/prueba/1", name="Una prueba",
            scope="PES-GOB", tenant="GOB", variables={"plan": "PES-GOB"}, actor=boss,
        )  # fmt: skip


def test_the_board_lists_what_no_open_task_takes_further(site: Site) -> None:
    catch = node("intermediateCatchEvent", "espera", message("m"))
    drawn = process("prueba", start(), catch, end(), chain("inicio", "espera", "fin"), messages={"m": "nadie"})
    begin_a_trial(site, drawn)
    visitor = site.visitor("amartinez")

    page = visitor.open("/seguimiento")

    (stuck,) = page.xpath("//ul[@aria-label='Qué está detenido']")
    assert "Una prueba" in stuck.text_content()
    assert "Espera en «espera» el mensaje «Nadie»; ningún proceso publicado lo envía" in stuck.text_content()
    assert "Seguimiento de junio" not in stuck.text_content()


def test_what_waits_for_its_moment_is_not_told_as_stuck_until_that_has_passed(site: Site) -> None:
    timer = node("intermediateCatchEvent", "espera", TIMER, properties={"plazo": "2dh"})
    drawn = process("prueba", start(), timer, end(), chain("inicio", "espera", "fin"))
    begin_a_trial(site, drawn)
    visitor = site.visitor("amartinez")

    page = visitor.open("/seguimiento")
    site.clock.move_to(dt.datetime(2018, 7, 21, 15, tzinfo=dt.UTC))
    later = site.visitor("amartinez").open("/seguimiento")

    (resting,) = page.xpath("//ul[@aria-label='Lo que espera su momento']")
    assert "Una prueba" in resting.text_content() and "Nada: cada proceso tiene" in page.text_content()
    (stuck,) = later.xpath("//ul[@aria-label='Qué está detenido']")
    assert "Una prueba" in stuck.text_content()
