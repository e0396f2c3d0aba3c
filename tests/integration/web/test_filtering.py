"""A long inbox: filtered, saved, taken along, and several tasks at once with a way back."""

from __future__ import annotations

import io
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask
from tests.integration.web.test_task import task_of
from tests.support.web import Site, Visitor
from web.inbox.models import SavedView
from workflows.forms.models import Submission
from workflows.people.models import PersonRole

GROUP = "enlace_planeacion@GOB/IDPAC"


@pytest.fixture
def offered(site: Site) -> list[int]:
    """Three tasks of the liaisons of IDPAC, of which there are two."""
    with site.application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance).where(Instance.process_key == "f5_ciclo_mensual")).first()
        assert case is not None
        session.add(
            PersonRole(username="ynino", role_id="enlace_planeacion", sector_code=case.tenant, entity_code="IDPAC")
        )
        return [_task(session, site, case, number) for number in range(3)]


def _task(session: Session, site: Site, case: Instance, number: int) -> int:
    task = UserTask(
        instance_id=case.id, node_id=f"n{number}", process_key=case.process_key, element_id="e",
        name=f"Revisar el acta {number}", properties={}, context={"entidad": "IDPAC"}, variables={"entidad": "IDPAC"},
        state="open", assignee=None, created_at=site.clock.now(),
    )  # fmt: skip
    session.add(task)
    session.flush()
    session.add(TaskCandidate(task_id=task.id, group_id=GROUP.replace("GOB", case.tenant), due_at=None))
    return task.id


def chosen(visitor: Visitor, view: str, act: str, ids: list[int]) -> None:
    """Look at what would happen with several tasks."""
    visitor.open(f"/bandeja/filtrar?vista={view}")
    token = visitor.page().xpath("//input[@name='csrf_token']/@value")[0]
    fields = [("csrf_token", token), ("vista", view), ("acto", act), ("tarea", [str(one) for one in ids])]
    visitor.send("/bandeja/varias", fields)


def holders(site: Site, ids: list[int]) -> list[str | None]:
    with site.application.database.reading() as session:
        return [session.get_one(UserTask, one).assignee for one in ids]


def test_several_are_taken_after_a_look_and_given_back_within_ten_seconds(site: Site, offered: list[int]) -> None:
    # Given a look at taking two of three, which takes none
    ricardo = site.visitor("rmora")
    chosen(ricardo, "grupo", "tomar", offered[:2])
    assert "Todavía no ha pasado nada" in ricardo.text() and holders(site, offered) == [None] * 3

    # When he takes them, and thinks better of it
    ricardo.press("/bandeja/varias/hacer")
    taken = holders(site, offered)
    ricardo.press("/bandeja/varias/deshacer")

    # Then they were his, and are the group's again
    assert taken == ["rmora", "rmora", None]
    assert holders(site, offered) == [None] * 3 and "Se deshizo en 2 de 2" in ricardo.text()


def test_who_has_tasks_passes_them_to_a_colleague_and_to_nobody_else(site: Site, offered: list[int]) -> None:
    ricardo = site.visitor("rmora")
    chosen(ricardo, "grupo", "tomar", offered)
    ricardo.press("/bandeja/varias/hacer")

    chosen(ricardo, "mias", "reasignar", offered)
    offers = ricardo.page().xpath("//select[@name='persona']/option/@value")
    ricardo.press("/bandeja/varias/hacer", persona="ynino", motivo="Salgo a la alcaldía.")
    chosen(site.visitor("ynino"), "mias", "reasignar", offered)

    assert offers == ["", "ynino"]
    assert holders(site, offered) == ["ynino"] * 3


def test_a_colleague_of_another_group_is_refused(site: Site, offered: list[int]) -> None:
    ricardo = site.visitor("rmora")
    chosen(ricardo, "grupo", "tomar", offered[:1])
    ricardo.press("/bandeja/varias/hacer")
    chosen(ricardo, "mias", "reasignar", offered[:1])

    ricardo.press("/bandeja/varias/hacer", persona="dsuarez", motivo="Porque sí.")

    assert "no es del grupo de esta tarea" in ricardo.text() and holders(site, offered[:1]) == ["rmora"]


def test_filters_narrow_the_sector_say_so_and_are_taken_along(site: Site, offered: list[int]) -> None:
    # Given the coordinator, who sees all
    ana = site.visitor("amartinez")
    ana.open("/bandeja/filtrar?vista=sector")
    everything = int(ana.heading().split()[0])

    # When she asks for one entity and a word, and for a file of it
    where = "/bandeja/filtrar?vista=sector&entidad=IDPAC&q=acta"
    ana.open(where)
    told, options = ana.text(), ana.text()
    book = load_workbook(io.BytesIO(ana.client.get(f"{where}&formato=xlsx").data))
    lines = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    text = ana.client.get(f"{where}&formato=csv").get_data(as_text=True)

    # Then three are left, what narrows them is said with a way out, and the files have the same
    assert everything > 3 and ana.heading() == "3 tareas"
    assert "IDPAC quitar" in told and "«acta» quitar" in told and "IDPAC (" in options
    assert [line[0] for line in lines] == ["Tarea", *(f"Revisar el acta {number}" for number in range(3))]
    assert text.count("Revisar el acta") == 3
    ana.open("/bandeja/filtrar?vista=sector&q=nadaquecoincida")
    assert "Ninguna tarea con esos filtros" in ana.text()


def test_a_view_is_saved_for_the_sector_found_by_others_and_taken_away_by_its_owner(site: Site) -> None:
    ana, sandra = site.visitor("amartinez"), site.visitor("sruiz")
    ana.open("/bandeja/filtrar?vista=sector&entidad=IDPAC")
    sector = ana.page().xpath("//select[@name='sector']/option/@value")[1]
    ana.press("/bandeja/vistas", nombre="Lo de IDPAC", sector=sector)
    ana.press("/bandeja/vistas", nombre="lo de idpac")
    assert "Ya tiene una vista" in ana.text()

    sandra.open("/bandeja/filtrar")
    shared = sandra.page().xpath("//nav[@aria-label='Vistas guardadas']//a")[0]
    sandra.open(shared.get("href"))  # she supervises no sector: her own stand there instead
    assert shared.text == "Lo de IDPAC" and not sandra.page().xpath("//form[@action='/bandeja/vistas/borrar']")

    ana.press("/bandeja/vistas/borrar")
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(SavedView)).all() == []


def test_a_view_for_others_holds_filters_and_nothing_that_acts_in_their_name(site: Site) -> None:
    ana, sandra = site.visitor("amartinez"), site.visitor("sruiz")
    ana.open("/bandeja/filtrar?vista=sector&entidad=IDPAC")
    sector = ana.page().xpath("//select[@name='sector']/option/@value")[1]
    trap = "vista=mias&q=a%26formato%3Dxlsx&formato=xlsx&hecho=x&persona=%22%3E%3Cscript%3E"

    ana.press("/bandeja/vistas", nombre="Lo de todos", sector=sector, consulta=trap)
    sandra.open("/bandeja/filtrar")
    address = sandra.page().xpath("//nav[@aria-label='Vistas guardadas']//a/@href")[0]

    kept = dict(parse_qsl(urlsplit(address).query))
    assert kept == {"vista": "mias", "q": "a&formato=xlsx", "persona": '"><script>'}
    assert sandra.open(address) is not None and sandra.last is not None and sandra.last.mimetype == "text/html"


def test_what_is_done_tells_what_was_answered(site: Site) -> None:
    # Given Sandra's report, sent
    task = task_of(site, "reportar_avance", "IDPAC")
    with site.application.database.unit_of_work() as session:
        done = session.get_one(UserTask, int(task.rpartition("/")[2]))
        done.state, done.completed_by, done.completed_at = "completed", "sruiz", site.clock.now()
        session.add(
            Submission(
                task_id=done.id,
                form_key="reportar_avance",
                form_version=1,
                username="sruiz",
                sent_at=site.clock.now(),
                values={"avances": [{}, {}], "fecha_soportes": None},
            )
        )

    sandra = site.visitor("sruiz")
    sandra.open("/bandeja/filtrar?vista=terminadas")

    assert "2 filas" in sandra.text()
