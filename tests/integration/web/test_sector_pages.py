"""Sectores: made and kept on screen, each by who may."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.engine import make_url

from tests.integration.plan.test_sector_book import book
from tests.support.databases import with_tables
from tests.support.web import Site, Visitor, open_site
from workflows.auditing.models import AuditEntry
from workflows.people import directory
from workflows.people.models import Person, PersonRole
from workflows.sectors import keeping, registry
from workflows.sectors.holidays import known_days
from workflows.sectors.models import Entity, Sector, SectorEntity
from workflows.sectors.states import EntityRole
from workflows.shipped import publish_shipped

CIVIC = dt.date(2018, 8, 6)


@pytest.fixture
def keeper(office: Site) -> Visitor:
    """Who administers the installation, and no sector."""
    with office.application.database.unit_of_work() as session:
        session.add(Person(username="sistemas", name="Sistemas", email="s@bogota.gov.co"))
        session.flush()
        session.add(PersonRole(username="sistemas", role_id="administrador_instalacion"))
    office.give_password("sistemas")
    return office.visitor("sistemas")


@pytest.fixture
def empty(tmp_path: Path) -> Site:
    """An installation as `cauce admin create ana` leaves it."""
    path = tmp_path / "plantilla.sqlite"
    database = with_tables(make_url(f"sqlite:///{path}"))
    with database.unit_of_work() as session:
        directory.seed_roles(session)
        session.add(Person(username="ana", name="Ana", email="ana@bogota.gov.co"))
        session.flush()
        session.add(PersonRole(username="ana", role_id="administrador"))
        session.add(PersonRole(username="ana", role_id="administrador_instalacion"))
    database.dispose()
    (tmp_path / "sitio").mkdir()
    site = open_site(path, tmp_path / "sitio", demo=False)
    site.give_password("ana")
    return site


def test_a_sector_is_made_with_its_head_and_an_entity_that_another_one_uses_too(office: Site, keeper: Visitor) -> None:
    # Given who administers the installation, and makes a sector
    keeper.open("/sectores/")
    keeper.press("/sectores/", codigo="hab", nombre="Hábitat")
    assert keeper.address == "/sectores/HAB/entidades"

    # When they add its head, which is new, and link one of Gobierno's
    keeper.press(
        "/sectores/HAB/entidades", sigla="sdht", nombre="Secretaría Distrital del Hábitat", rol="cabeza_de_sector"
    )
    keeper.press("/sectores/HAB/entidades", sigla="IDPAC", nombre="", rol="adscrita", desde="2018-07-01")

    # Then the sector has both, and the entity is still one
    with office.application.database.reading() as session:
        assert session.get_one(Sector, "HAB").head_entity == "SDHT"
        assert [entity.code for entity, _link in registry.entities(session, "HAB")] == ["SDHT", "IDPAC"]
        assert set(keeping.sectors_using(session, "IDPAC")) == {"GOB", "HAB"}
        assert len(registry.places(session, "HAB")) == len(registry.LOCALITIES)


def test_an_entity_that_another_sector_uses_is_renamed_by_who_administers_the_installation(
    office: Site, keeper: Visitor
) -> None:
    # Given an entity of two sectors
    with office.application.database.unit_of_work() as session:
        registry.link(session, registry.create_named(session, "HAB", "Hábitat"), [("IDPAC", EntityRole.ATTACHED)])
    administrator = office.visitor("admin")

    # When the administrator of one of them, and of the installation, write another name
    administrator.open("/sectores/GOB/entidades")
    assert "su nombre lo cambia quien administra la instalación" in administrator.text()
    administrator.press("/sectores/GOB/entidades/IDPAC", 422, nombre="Otro nombre")
    keeper.open("/sectores/GOB/entidades")
    keeper.press("/sectores/GOB/entidades/IDPAC", nombre="Instituto de la Participación")

    # Then the second one's stands
    with office.application.database.reading() as session:
        assert session.get_one(Entity, "IDPAC").name == "Instituto de la Participación"


def test_an_entity_leaves_a_sector_on_a_day_and_its_head_does_not(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB/entidades")

    visitor.press("/sectores/GOB/entidades/DADEP", hasta="2018-12-31")
    visitor.press("/sectores/GOB/entidades/SDG", 422, hasta="2018-12-31")

    assert "SDG es la cabeza del sector" in visitor.text()
    with office.application.database.reading() as session:
        assert session.get_one(SectorEntity, ("GOB", "DADEP")).until == dt.date(2018, 12, 31)
        assert session.get_one(SectorEntity, ("GOB", "SDG")).until is None


def test_a_colour_that_cannot_be_read_is_refused_and_what_was_typed_stays(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB")

    visitor.press("/sectores/GOB", 422, nombre="Gobierno distrital", color="#ffcc00")

    assert "su contraste es 1,5 y debe ser de 4,5 o más" in visitor.text()
    assert dict(visitor.fields("/sectores/GOB"))["nombre"] == "Gobierno distrital"


def test_the_card_says_how_the_sector_calls_its_first_level(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB")

    visitor.press("/sectores/GOB", nombre="Gobierno", primer_nivel="eje", color="#1F4E79", lugar_actos="Ciudad Nueva")

    with office.application.database.reading() as session:
        sector = session.get_one(Sector, "GOB")
        assert (sector.name, sector.first_level_name, sector.colour) == ("Gobierno", "eje", "#1f4e79")
        assert sector.act_place == "Ciudad Nueva"


def test_a_day_of_a_sector_is_not_worked_in_its_plans_and_in_no_other(office: Site) -> None:
    # Given a second sector
    with office.application.database.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
    visitor = office.visitor("admin")

    # When the first one does not work on a day
    visitor.open("/sectores/GOB/dias")
    visitor.press("/sectores/GOB/dias", dia=CIVIC.isoformat(), motivo="Cumpleaños de Bogotá")

    # Then its plan does not, and everybody else does, until it is taken out again
    with office.application.database.reading() as session:
        assert known_days(session).local == {"GOB": frozenset({CIVIC}), "PES-GOB": frozenset({CIVIC})}
    visitor.press(f"/sectores/GOB/dias/{CIVIC}/quitar")
    with office.application.database.reading() as session:
        assert known_days(session).local == {}


def test_a_day_of_one_entity_is_not_worked_by_it_alone(office: Site) -> None:
    # Given the administrator of a sector
    visitor = office.visitor("admin")

    # When they say that IDPAC does not work on a day, and say it twice, or of who is not here
    visitor.open("/sectores/GOB/dias")
    visitor.press("/sectores/GOB/dias", dia=CIVIC.isoformat(), entidad="IDPAC", motivo="Traslado de sede")
    visitor.press("/sectores/GOB/dias", 422, dia=CIVIC.isoformat(), entidad="IDPAC", motivo="Otra vez")
    visitor.press("/sectores/GOB/dias", 422, dia=CIVIC.isoformat(), entidad="SDHT", motivo="De otro sector")

    # Then it stands there with its entity, counts in its plans, and goes as it came
    visitor.open("/sectores/GOB/dias")
    assert visitor.page().xpath("//tbody/tr/td[1]/small/text()") == ["solo IDPAC"]
    with office.application.database.reading() as session:
        assert known_days(session).local == {"GOB/IDPAC": frozenset({CIVIC}), "PES-GOB/IDPAC": frozenset({CIVIC})}
    visitor.press(f"/sectores/GOB/dias/{CIVIC}/quitar")
    with office.application.database.reading() as session:
        assert known_days(session).local == {}


def test_with_one_sector_its_days_are_everybodys(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB/dias")

    visitor.press("/sectores/GOB/dias", dia=CIVIC.isoformat(), motivo="Cumpleaños de Bogotá")

    with office.application.database.reading() as session:
        assert known_days(session).local == {None: frozenset({CIVIC})}


def test_places_are_what_the_table_says(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB/lugares")

    visitor.press("/sectores/GOB/lugares", codigo=["01", "", "X"], nombre=["Usaquén", "", "Centro"])

    with office.application.database.reading() as session:
        assert [(one.code, one.name) for one in registry.places(session, "GOB")] == [("01", "Usaquén"), ("X", "Centro")]


def test_with_one_sector_no_menu_names_sectors_and_its_entities_are_reached_from_people(office: Site) -> None:
    visitor = office.visitor("admin")

    page = visitor.open("/personas/")

    assert "Sectores" not in page.xpath("//nav[@aria-label='Principal']//a/text()")
    assert page.xpath("//a[@href='/sectores/GOB/entidades']")


@pytest.mark.parametrize(
    ("colour", "expected"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.5), ("#1f4e79", 8.66)]
)
def test_contrast_is_that_of_wcag(colour: str, expected: float) -> None:
    assert keeping.contrast(colour, keeping.PAPER) == pytest.approx(expected, abs=0.05)


def test_a_coordinator_reads_the_card_and_changes_nothing(office: Site) -> None:
    visitor = office.visitor("amartinez")

    page = visitor.open("/sectores/GOB/entidades")

    assert not page.xpath("//main//form")
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Sector)) == 1


def test_an_empty_installation_is_led_from_its_sector_to_its_plan(empty: Site) -> None:
    # Given an installation with nothing but who administers it
    visitor = empty.visitor("ana")
    visitor.open("/")
    assert visitor.address == "/sectores/primeros-pasos" and "cree el primero" in visitor.text()

    # When they make the sector, its head, and give themselves the coordination
    visitor.open("/sectores/")
    visitor.press("/sectores/", codigo="GOB", nombre="Gobierno")
    visitor.press("/sectores/GOB/entidades", sigla="SDG", nombre="Secretaría de Gobierno", rol="cabeza_de_sector")
    visitor.open("/personas/ana")
    rows = len([name for name, _value in visitor.fields("/personas/ana/roles") if name == "rol"])
    visitor.press(
        "/personas/ana/roles",
        rol=["administrador_instalacion", "administrador", "coordinador_pes", *[""] * (rows - 3)],
    )

    # Then each step is ticked, the last one is left, and it says how
    visitor.open("/")
    told = visitor.text()
    assert visitor.address == "/sectores/primeros-pasos"
    assert told.count("Hecho") == 3 and told.count("Falta") == 1
    assert "Cargar uno que ya va" in told and "Comenzar por la fase 1" in told


def test_with_a_plan_everybody_begins_in_the_inbox(office: Site) -> None:
    visitor = office.visitor("admin")

    visitor.open("/")

    assert visitor.address == "/bandeja"


def test_the_menu_is_what_one_works_with_and_one_line_of_it(site: Site) -> None:
    menus = {}
    for username in ("sruiz", "pcastro", "amartinez"):
        page = site.visitor(username).open("/bandeja")
        menus[username] = page.xpath("//nav[@aria-label='Principal']/ul/li/a/text()")

    assert menus["sruiz"] == ["Bandeja", "Plan", "Ayuda"]
    assert menus["pcastro"] == ["Bandeja", "Seguimiento", "Plan", "En curso", "Ayuda"]
    assert menus["amartinez"] == ["Bandeja", "Seguimiento", "Plan", "Ciclo de vida", "En curso", "Ayuda"]


def test_the_logo_of_a_sector_is_shown_at_an_address_of_anybody_and_in_the_header_of_several(
    office: Site, keeper: Visitor
) -> None:
    # Given a sector whose administrator hands in a logo
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB")
    assert "of-sector" not in visitor.last.text  # with one sector nothing has to be told apart
    visitor.press("/sectores/GOB/logo", logo=(io.BytesIO(_picture()), "logo.jpg"))

    # When a second sector comes, and who is of each opens a page
    with office.application.database.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
    header = visitor.open("/bandeja").find_class("of-sector")[0]
    keeper.open("/sectores/HAB")

    # Then the header says whose it is, and the portal shows the logo to anybody
    assert " ".join(header.text_content().split()) == "Gobierno"
    (address,) = header.xpath(".//img/@src")
    picture = office.app.test_client().get(address)
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert keeper.page().find_class("of-sector")[0].text_content().strip() == "Hábitat"
    assert office.app.test_client().get("/portal/sector/HAB/logo.png").status_code == 404
    assert "Secretaría Distrital de Gobierno" in visitor.open("/sectores/GOB").text_content()

    # And it goes as it came
    visitor.open("/sectores/GOB")
    assert address in visitor.page().xpath("//*[@class='sector-banner']//img/@src")
    visitor.press("/sectores/GOB/logo/quitar")
    assert office.app.test_client().get(address).status_code == 404


def test_what_is_no_picture_is_told_and_changes_nothing(office: Site) -> None:
    # Given the administrator of a sector
    visitor = office.visitor("admin")
    visitor.open("/sectores/GOB")

    # When they hand in something else
    visitor.press("/sectores/GOB/logo", 422, logo=(io.BytesIO(b"<svg onload='x'/>"), "logo.svg"))

    # Then it is told
    assert "no es una imagen que se pueda leer" in visitor.text()


def test_a_page_that_refuses_what_is_foreign_does_not_name_its_sector(office: Site) -> None:
    # Given two sectors, and somebody of one
    with office.application.database.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
    visitor = office.visitor("admin")

    # When they try a page of the other
    visitor.open("/sectores/HAB", 404)

    # Then it stays unnamed
    assert "Hábitat" not in visitor.last.text


def _picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (400, 100), "#1f4e79").save(target, "JPEG")
    return target.getvalue()


def test_people_come_by_a_workbook_that_is_looked_at_before_it_is_confirmed(office: Site) -> None:
    # Given the administrator of a sector, and a workbook with only people
    rows = [("nueva1", "Nora Díaz", "nora@demo.example", "IDPAC", "equipo_tecnico", None)]
    visitor = office.visitor("admin")
    visitor.open("/personas/")
    visitor.open("/sectores/cargar")

    # When they hand it in, look at it, and confirm
    visitor.press("/sectores/cargar", archivo=(io.BytesIO(book({"Personas": rows})), "personas.xlsx"))
    assert "nuevo" in visitor.text() and "Nora Díaz" in visitor.text()
    assert "ya no está" in visitor.text()
    with office.application.database.reading() as session:
        assert session.get(Person, "nueva1") is None
    visitor.press("/sectores/cargar/confirmar")

    # Then she is there, and the page of people says how she gets in
    assert visitor.address == "/personas/"
    assert "envíeles el enlace" in visitor.text()
    with office.application.database.reading() as session:
        assert session.get_one(Person, "nueva1").roles[0].role_id == "equipo_tecnico"
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cargar_sector")).one()
    given = entry.after["Personas nueva1 · roles"]
    assert given == "Equipo técnico de la entidad" and "Nora" not in str((entry.before, entry.after))


def test_who_administers_one_sector_and_coordinates_another_keeps_the_people_of_the_first_alone(office: Site) -> None:
    # Given the administrator of Gobierno, who also coordinates Hábitat
    with office.application.database.unit_of_work() as session:
        registry.link(session, registry.create_named(session, "HAB", "Hábitat"), [("IDPAC", EntityRole.HEAD)])
        session.add(PersonRole(username="admin", role_id="coordinador_pes", sector_code="HAB"))
    visitor = office.visitor("admin")

    # When they hand in a workbook of Hábitat, or give a role in it
    visitor.open("/sectores/cargar")
    content = book({"Sector": [("HAB", "Hábitat", None, None)]})
    visitor.press("/sectores/cargar", 422, archivo=(io.BytesIO(content), "habitat.xlsx"))

    # Then there is none such among theirs
    assert "No hay un sector «HAB» entre los que usted administra" in visitor.text()
    assert "HAB" not in visitor.open("/personas/rmora").xpath("//select[@name='sector']/option/@value")


def test_what_is_wrong_with_a_workbook_stands_in_a_table_with_its_place(office: Site, keeper: Visitor) -> None:
    # Given a workbook with two faults
    content = book({"Sector": [("H", "Hábitat", None, "#ffffff")]})

    # When it is handed in
    keeper.open("/sectores/cargar")
    keeper.press("/sectores/cargar", 422, archivo=(io.BytesIO(content), "habitat.xlsx"))

    # Then both are told
    assert [cell.text for cell in keeper.page().xpath("//tbody/tr/td[3]")] == ["Código", "Color"]


def test_the_first_steps_name_the_roles_that_nobody_holds_and_the_plan_says_what_reaches_nobody(empty: Site) -> None:
    # Given a sector whose coordinator is its only person, with the shipped processes
    application = empty.application
    with application.database.unit_of_work() as session:
        sector = registry.create_named(session, "GOB", "Gobierno")
        keeping.add_entity(session, sector, "SDG", "Secretaría de Gobierno", "cabeza_de_sector", None)
        session.add(PersonRole(username="ana", role_id="coordinador_pes", sector_code="GOB"))
        session.add(PersonRole(username="ana", role_id="administrador", sector_code="GOB"))
        publish_shipped(session, application.engine)
    visitor = empty.visitor("ana")

    # When they look at the first steps, begin a plan and create it as it is offered
    visitor.open("/sectores/primeros-pasos")
    told = visitor.text()
    visitor.open("/ciclo")
    visitor.press("/ciclo/nuevo", codigo="PES-GOB")
    visitor.open("/tareas/1")
    offered = dict(visitor.fields("/tareas/1"))
    frame = {"pdds.0.nombre": "El de la ciudad", "pdds.0.desde": "2016-06-09", "pdds.0.hasta": "2020-05-31"}
    visitor.press("/tareas/1", **frame, _accion="enviar")

    # Then what nobody would do is named before, and is red afterwards
    assert "Habría tareas sin quien las haga: nadie es «" in told and told.count("Hecho") == 2
    assert offered["anio_inicio"] == "2019" and offered["nombre_primer_nivel"] == "linea"
    visitor.open("/ciclo?plan=PES-GOB")
    assert "Sin quien lo haga" in visitor.text()


def test_who_may_not_change_the_places_reads_them_without_a_form(site: Site) -> None:
    page = site.visitor("nquiroga").open("/sectores/GOB/lugares")

    assert not page.xpath("//main//form[@method='post']")
    assert "quitar" not in page.xpath("string(//main)")
