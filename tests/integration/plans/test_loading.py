"""Loading a plan by its page: nothing is written before it is confirmed, and what is confirmed is what was shown."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.support.plan import PLAN
from tests.support.web import Site, Visitor
from workflows.auditing.models import AuditEntry
from workflows.indicators.models import Indicator
from workflows.plan.models import Plan


def workbook_of(visitor: Visitor) -> bytes:
    return visitor.client.get(f"/plan/{PLAN}/libro.xlsx").data


def changed(content: bytes, sheet: str, heading: str, row: int, value: object) -> bytes:
    """The workbook with one cell changed."""
    book = load_workbook(io.BytesIO(content))
    page = book[sheet]
    (column,) = [cell.column for cell in page[1] if cell.value == heading]
    page.cell(row, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def hand_in(visitor: Visitor, content: bytes, name: str = "plan.xlsx", status: int = 200) -> None:
    visitor.open("/plan/cargar")
    fields = dict(visitor.fields("/plan/cargar"))
    visitor.send(
        "/plan/cargar", [("csrf_token", fields["csrf_token"]), ("archivo", (io.BytesIO(content), name))], status
    )


def name_of(site: Site, code: str) -> str:
    with site.application.database.reading() as session:
        return session.scalars(sa.select(Indicator.name).where(Indicator.code == code)).one()


@pytest.fixture
def coordinator(site: Site) -> Visitor:
    return site.visitor("amartinez")


@pytest.fixture
def renamed(coordinator: Visitor) -> bytes:
    """The plan's own workbook with another name for its first indicator, IR-1.1."""
    return changed(workbook_of(coordinator), "Indicadores", "Nombre", 2, "Un nombre mejor")


def test_the_plans_own_workbook_changes_nothing(site: Site, coordinator: Visitor) -> None:
    hand_in(coordinator, workbook_of(coordinator))

    assert coordinator.heading() == "Nada cambiaría"
    assert not coordinator.page().xpath("//form[@action='/plan/cargar/confirmar']//button")


def test_the_preview_says_what_would_change_and_writes_nothing(
    site: Site, coordinator: Visitor, renamed: bytes
) -> None:
    before = name_of(site, "IR-1.1")

    hand_in(coordinator, renamed)

    assert "1 cambio. Todavía no se ha escrito nada." in coordinator.text()
    assert "Un nombre mejor" in coordinator.text()
    assert name_of(site, "IR-1.1") == before


def test_confirming_loads_what_was_shown(site: Site, coordinator: Visitor, renamed: bytes) -> None:
    before = name_of(site, "IR-1.1")
    hand_in(coordinator, renamed)

    coordinator.press("/plan/cargar/confirmar")

    assert "El plan quedó cargado: 0 nuevos, 1 con cambios, 0 retirados." in coordinator.text()
    assert name_of(site, "IR-1.1") == "Un nombre mejor"
    with site.application.database.reading() as session:
        entry = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "cargar_plan", AuditEntry.actor_id == "amartinez")
        ).one()
    assert entry.object_kind == "plan"
    assert entry.before == {"Indicadores IR-1.1 · nombre": before}
    assert entry.after["Indicadores IR-1.1 · nombre"] == "Un nombre mejor"


def test_a_preview_is_void_once_the_plan_has_changed(site: Site, coordinator: Visitor, renamed: bytes) -> None:
    hand_in(coordinator, renamed)
    with site.application.database.unit_of_work() as session:
        session.get_one(Plan, PLAN).sector.name = "Otro sector"

    coordinator.press("/plan/cargar/confirmar", status=409)

    assert "El plan cambió después de la vista previa" in coordinator.text()
    assert name_of(site, "IR-1.1") != "Un nombre mejor"


def test_confirming_twice_loads_once(coordinator: Visitor, renamed: bytes) -> None:
    hand_in(coordinator, renamed)
    fields = coordinator.fields("/plan/cargar/confirmar")

    coordinator.send("/plan/cargar/confirmar", fields)
    coordinator.send("/plan/cargar/confirmar", fields, 409)

    assert "no hay nada que cargar" in coordinator.text()


def test_somebody_elses_preview_cannot_be_confirmed(site: Site, coordinator: Visitor, renamed: bytes) -> None:
    hand_in(coordinator, renamed)
    sealed = dict(coordinator.fields("/plan/cargar/confirmar"))["cargue"]
    other = site.visitor("admin")
    other.open("/plan/cargar")
    token = dict(other.fields("/plan/cargar"))["csrf_token"]

    other.send("/plan/cargar/confirmar", [("csrf_token", token), ("cargue", sealed)], 409)
    other.send("/plan/cargar/confirmar", [("csrf_token", token), ("cargue", sealed + "x")], 409)

    assert "La vista previa venció" in other.text()


def test_every_error_has_sheet_row_column_and_a_sentence(site: Site, coordinator: Visitor) -> None:
    wrong = changed(workbook_of(coordinator), "Indicadores", "Peso (%)", 2, "mucho")

    hand_in(coordinator, wrong, status=422)

    (row,) = coordinator.page().xpath("//table/tbody/tr")
    sheet, number, column, sentence = [cell.text_content() for cell in row]
    assert (sheet, number, column) == ("Indicadores", "2", "Peso (%)")
    assert "mucho" in sentence
    assert "No se cargó nada." in coordinator.text()


@pytest.mark.parametrize("name", ["plan.pdf", "plan.xlsx"])
def test_a_file_of_another_kind_is_refused(coordinator: Visitor, name: str) -> None:
    hand_in(coordinator, b"%PDF-1.4 nada", name, 422)

    assert "Se reciben libros de Excel (.xlsx)" in coordinator.text()


def test_no_file_at_all_points_at_the_field(coordinator: Visitor) -> None:
    hand_in(coordinator, b"", "", 422)

    assert "Elija el archivo que quiere cargar." in coordinator.text()


def test_the_template_can_be_downloaded_and_is_empty(coordinator: Visitor) -> None:
    answer = coordinator.client.get("/plan/plantilla.xlsx")

    book = load_workbook(io.BytesIO(answer.data))
    assert book["Indicadores"].max_row == 1
    assert "plantilla-plan.xlsx" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("address", ["/plan/cargar", f"/plan/{PLAN}/libro.xlsx"])
def test_loading_is_for_coordinators(site: Site, address: str) -> None:
    site.visitor("sruiz").open(address, status=403)


def test_a_workbook_that_appoints_is_refused_at_its_cell(coordinator: Visitor) -> None:
    # Given the plan's workbook, in which a coordinator makes herself administrator
    content = changed(workbook_of(coordinator), "Personas", "Roles", 3, "administrador")

    # When she hands it in
    hand_in(coordinator, content, status=422)

    # Then nothing is loaded, and it says where that role is given
    assert "lo da en Personas quien administra" in coordinator.text()


def test_the_preview_says_what_comes_to_each_person_and_what_stays(coordinator: Visitor) -> None:
    # Given the plan's workbook with another mail and another role for somebody on record
    content = changed(workbook_of(coordinator), "Personas", "Correo", 4, "otro@gob.gov.co")
    content = changed(content, "Personas", "Roles", 4, "comunicaciones")

    hand_in(coordinator, content)

    told = coordinator.text()
    assert "Personas" in told and "No se toca" in told
    assert "correo:" in told and "(el libro dice otro@gob.gov.co)" in told
    assert "+ Comunicaciones" in told and "− Enlace de planeación de la entidad" in told
