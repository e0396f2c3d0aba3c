"""A section of the document is written as it will be read, and its lines are what is kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from engine.definitions.publishing import publish
from engine.identity import SYSTEM
from engine.instances import commands
from engine.tasks.models import UserTask
from tests.browser.conftest import Live
from tests.support.diagrams import chain, end, process, start, user
from tests.support.plan import PLAN
from workflows.documents import versions
from workflows.documents.models import DocumentSection
from workflows.documents.states import DocumentKind, SectionState
from workflows.formulation import structure
from workflows.shipped import shipped_forms

KEY = "redactar_seccion"
WRITING = process(
    "escribir",
    start(entradas="plan,seccion"),
    user(KEY, role="coordinador_pes", form=KEY, registro=KEY),
    end(),
    chain("inicio", KEY, "fin"),
)
CODE = "1.2"


@pytest.fixture
def task(live: Live) -> int:
    """A section of the demo's plan that is to be written."""
    application = live.site.application
    with application.database.unit_of_work() as session:
        document = versions.find_or_begin(session, PLAN, DocumentKind.PES, "Plan")
        heading = next(one for one in structure.sections(session, PLAN) if one.code == CODE)
        session.add(
            DocumentSection(
                document_id=document.id, code=CODE, title=heading.title, position=1, state=SectionState.ASSIGNED,
                text="Nació en 2006.\n\n## Antes\n\n- Una norma",
            )
        )  # fmt: skip
        publish(session, application.engine, [WRITING], {KEY: shipped_forms()[KEY]}, actor=SYSTEM, reason="prueba")
        case = commands.start(
            session, application.engine, "escribir", business_key=f"{PLAN}/x", name="Escribir", scope=PLAN,
            tenant="GOB", variables={"plan": PLAN, "seccion": CODE}, actor=SYSTEM,
        )  # fmt: skip
        return session.query(UserTask).filter_by(instance_id=case.id).one().id


def lines(page: Page) -> str:
    return page.locator("textarea[name=contenido]").input_value()


def test_a_section_is_written_with_its_subheadings_lists_tables_notes_and_pictures(
    live: Live, task: int, tmp_path: Path
) -> None:
    page = live.page("amartinez")
    page.goto(f"/tareas/{task}")
    text = page.get_by_role("textbox", name="Contenido")
    expect(text.locator("h3")).to_have_text("Antes")
    expect(page.locator("textarea[name=contenido]")).to_be_hidden()
    expect(page.get_by_role("button", name="Fila debajo")).to_be_hidden()

    text.locator("li").last.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Dos acuerdos")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Subtítulo menor").click()
    page.keyboard.type("Después")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Párrafo").click()
    page.keyboard.type("Creció")
    page.get_by_role("button", name="Nota al pie…").click()
    page.get_by_label("Lo que dice").fill("Decreto 1 de 1994")
    page.get_by_role("button", name="Poner").click()
    expect(text).to_be_focused()
    page.keyboard.type(" mucho.")
    page.keyboard.press("Enter")
    picture = io.BytesIO()
    Image.new("RGB", (80, 40), "#7a1f4e").save(picture, "PNG")
    (tmp_path / "Mapa del Sector.png").write_bytes(picture.getvalue())
    page.get_by_role("button", name="Imagen…").click()
    page.get_by_label("Imagen PNG").set_input_files(tmp_path / "Mapa del Sector.png")
    page.get_by_label("Qué muestra").fill("El mapa del sector")
    page.get_by_role("button", name="Poner").click()
    expect(page.locator("ul.files a")).to_have_text("mapa-del-sector.png")
    expect(text).to_be_focused()
    page.keyboard.press("End")

    assert lines(page) == "\n\n".join((
        "Nació en 2006.", "## Antes", "- Una norma\n- Dos acuerdos", "### Después",
        "Creció^[Decreto 1 de 1994] mucho.", "![El mapa del sector](mapa-del-sector.png)",
    ))  # fmt: skip
    expect(page.get_by_role("status")).to_contain_text("Guardado a las")
    assert live.violations(page) == []

    page.reload()
    expect(page.get_by_role("textbox", name="Contenido").locator("img")).to_have_js_property("naturalWidth", 80)
    page.get_by_role("radio").or_(page.get_by_label("Ninguna")).first.check()
    page.get_by_role("button", name="Enviar").click()
    with live.site.application.database.reading() as session:
        kept = session.query(DocumentSection).filter_by(code=CODE).one()
        assert "![El mapa del sector](mapa-del-sector.png)" in kept.text
        assert len(kept.annexes) == 1
    assert live.complaints == []


def test_a_table_grows_by_its_buttons_and_the_lines_can_be_written_too(live: Live, task: int) -> None:
    page = live.page("amartinez")
    page.goto(f"/tareas/{task}")
    page.get_by_role("textbox", name="Contenido").locator("p").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tabla", exact=True).click()
    for word in ("Año", "Meta", "Nota", "2017"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Columna a la derecha").click()
    page.get_by_role("button", name="Quitar fila").click()

    assert "| Año | Meta |" in lines(page)
    page.get_by_role("button", name="Ver los renglones").click()
    page.locator("textarea[name=contenido]").fill("## Solo esto\n\n1. Uno\n2. Dos")
    page.get_by_role("button", name="Ver el texto").click()
    expect(page.get_by_role("textbox", name="Contenido").locator("ol li")).to_have_count(2)
    assert live.complaints == []
