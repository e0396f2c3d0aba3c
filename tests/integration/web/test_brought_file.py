"""A file of the office is brought into the draft of a report: looked at first, with columns named once."""

from __future__ import annotations

import io

import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.web import Site, Visitor
from workflows.forms import drafts
from workflows.monitoring.models import FileMapping
from workflows.plan.models import Project


def money_task(site: Site) -> tuple[int, list[str]]:
    """The task that reports IDPAC's money, and the codes of its projects."""
    with site.application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == "reportar_ejecucion", UserTask.state == "open")
        task = next(one for one in session.scalars(query) if one.context.get("entidad") == "IDPAC")
        codes = session.scalars(sa.select(Project.code).where(Project.entity_code == "IDPAC").order_by(Project.code))
        return task.id, list(codes)


def hand_in(visitor: Visitor, address: str, text: str) -> str:
    """Send a CSV; the text of what is shown."""
    visitor.open(address)
    given = io.BytesIO(text.encode()), "ejecucion.csv"
    visitor.send(address, [*visitor.fields(address), ("archivo", given)])
    return visitor.text()


def test_amounts_of_a_file_come_into_the_draft_and_its_columns_are_remembered(site: Site) -> None:
    task, codes = money_task(site)
    address, rosa = f"/tareas/{task}/archivo", site.visitor("sruiz")
    rosa.open(f"/tareas/{task}")
    assert rosa.page().xpath(f"//a[@href='{address}']")

    shown = hand_in(rosa, address, f"Proyecto;Valor comprometido;Girado\n{codes[0]};1.000;400\n7777;5;5\n")

    assert "7777" in shown and "No es un proyecto de este reporte" in shown
    rosa.press(f"{address}/traer")
    with site.application.database.reading() as session:
        draft = drafts.of(session, task, "sruiz")
        assert draft is not None
        first = draft.values["presupuesto"][0]
        assert (first["_fila"], first["compromisos"], first["giros"]) == (codes[0], "1000", "400")
        kept = session.scalars(sa.select(FileMapping)).one()
        assert kept.columns == {"codigo": "Proyecto", "compromisos": "Valor comprometido", "giros": "Girado"}
    again = hand_in(rosa, address, f"Girado;Proyecto;Valor comprometido\n4;{codes[0]};9\n")
    assert "las de la última vez" in again


def test_a_file_whose_columns_are_not_known_asks_for_them_and_writes_nothing(site: Site) -> None:
    task, codes = money_task(site)
    rosa = site.visitor("sruiz")

    shown = hand_in(rosa, f"/tareas/{task}/archivo", f"A;B;C\n{codes[0]};1;1\n")

    assert "no se reconocieron todas" in shown
    with site.application.database.reading() as session:
        assert drafts.of(session, task, "sruiz") is None


def test_only_who_reports_that_money_may_bring_it(site: Site) -> None:
    task, _codes = money_task(site)

    site.visitor("dsuarez").open(f"/tareas/{task}/archivo", status=403)


def test_the_monthly_matrix_of_an_office_fills_the_draft_of_whoever_reports_and_leaves_the_rest(site: Site) -> None:
    with site.application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.state == "open")
        task = next(one.id for one in session.scalars(query) if one.context.get("entidad") == "IDPAC")
    address, sandra = f"/tareas/{task}/archivo", site.visitor("sruiz")
    sandra.open(f"/tareas/{task}")
    code = sandra.page().xpath("//input[contains(@name, '_fila')]/@value")[0]

    shown = hand_in(sandra, address, f"Código;Mayo;Junio;Avance cualitativo\n{code.lower()};3;7,5;Tres jornadas\n")
    sandra.press(f"{address}/traer")

    assert "Tres jornadas" in shown
    with site.application.database.reading() as session:
        draft = drafts.of(session, task, "sruiz")
        assert draft is not None
        row = next(one for one in draft.values["avances"] if one["_fila"] == code)
        assert (row["valor_periodo"], row["avance_cualitativo"]) == ("7,5", "Tres jornadas")
        assert "evidencias" in row


def test_the_liaison_leaves_each_person_a_draft_from_the_matrix_of_the_whole_entity(site: Site) -> None:
    with site.application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.state == "open")
        task = next(one.id for one in session.scalars(query) if one.context.get("entidad") == "IDPAC")
    sandra, liaison, address = site.visitor("sruiz"), site.visitor("rmora"), "/plan/PES-GOB/matriz?entidad=IDPAC"
    sandra.open(f"/tareas/{task}")
    code = sandra.page().xpath("//input[contains(@name, '_fila')]/@value")[0]
    liaison.open("/plan/")
    assert liaison.page().xpath("//a[@href='/plan/PES-GOB/matriz']")

    shown = hand_in(liaison, address, f"Código;Junio;Avance cualitativo\n{code};7,5;Tres jornadas\nIP-9.9;1;x\n")
    liaison.press("/plan/PES-GOB/matriz/dejar?entidad=IDPAC")

    assert "Sandra Ruiz" in shown and "IP-9.9" in shown
    assert "Quedó un borrador para Sandra Ruiz" in liaison.text()
    with site.application.database.reading() as session:
        draft = drafts.of(session, task, "rmora")
        assert draft is not None and drafts.of(session, task, "sruiz") is None
        row = next(one for one in draft.values["avances"] if one["_fila"] == code)
        assert (row["valor_periodo"], row["avance_cualitativo"]) == ("7,5", "Tres jornadas")
    sandra.open(f"/tareas/{task}")
    assert "Ricardo Mora" in sandra.text() and "Partir de su borrador" in sandra.text()


def test_who_is_no_liaison_of_the_entity_brings_no_matrix(site: Site) -> None:
    site.visitor("sruiz").open("/plan/PES-GOB/matriz", status=403)
    site.visitor("bdiaz").open("/plan/PES-GOB/matriz?entidad=IDPAC", status=403)
