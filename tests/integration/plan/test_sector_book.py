"""A sector, or its people alone, from a workbook: all findings at once, nobody written over."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.loading import sector_book, sector_loading, staff
from workflows.loading.sector_loading import SectorPreview
from workflows.people.models import Person, PersonRole, Role
from workflows.records.problems import InvalidPlan
from workflows.sectors import keeping, registry
from workflows.sectors.models import Entity, Sector, SectorEntity

ACTS = ("Dónde se dan sus actos", "Normas que dan la competencia")
PEOPLE = ("Usuario", "Nombre", "Correo", "Entidad", "Roles", "Activa")
HEADS: Mapping[str, tuple[str, ...]] = {
    "Sector": ("Código", "Nombre", "Nombre del primer nivel", "Color", *ACTS),
    "Entidades": ("Sigla", "Nombre", "Rol en el sector"),
    "Personas": PEOPLE,
    "Roles propios": ("Nombre", "Ámbito", "Se parece a"),
    "Lugares": ("Código", "Nombre"),
    "Días no hábiles": ("Fecha", "Motivo", "Entidad"),
}
HABITAT: Mapping[str, list[tuple[Any, ...]]] = {
    "Sector": [("HAB", "Hábitat", "eje", "#7a1f4e")],
    "Entidades": [
        ("SDHT", "Secretaría Distrital del Hábitat", "cabeza_de_sector"),
        ("IDPAC", "Instituto Distrital de la Participación y Acción Comunal", "adscrita"),
    ],
    "Personas": [
        ("vlopez", "Vera López", "vlopez@habitat.gov.co", "SDHT", "Mesa de vivienda; responsable_meta", None),
        ("rmora", "Otro Nombre", "rmora@demo.example", "IDPAC", "enlace_planeacion", None),
    ],
    "Roles propios": [("Mesa de vivienda", "sector", "equipo_tecnico")],
    "Lugares": [("21", "Borde norte")],
    "Días no hábiles": [
        (dt.date(2018, 8, 6), "Aniversario", None),
        (dt.date(2018, 8, 8), "Traslado de sede", "IDPAC"),
    ],
}


def book(sheets: Mapping[str, list[tuple[Any, ...]]]) -> bytes:
    """A workbook of these rows, as an office fills it."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        page = made.create_sheet(title)
        for row in (HEADS[title], *rows):
            page.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def looked_at(demo: Database, content: bytes, *, sector: str = "", keeps: bool = True) -> SectorPreview:
    with demo.reading() as session:
        return sector_loading.preview(session, sector_book.read(content), sector=sector, keeps=keeps)


def kinds(found: SectorPreview) -> dict[str, str]:
    return {one.username: one.kind for one in found.people}


def test_the_workbook_of_a_sector_as_it_stands_changes_nothing(demo: Database) -> None:
    with demo.reading() as session:
        content = sector_book.write(sector_book.stored(session, "GOB"))

    found = looked_at(demo, content)

    assert (found.errors, found.changes) == ([], [])
    assert set(kinds(found).values()) == {staff.UNTOUCHED}


def test_a_sector_comes_whole_from_a_workbook(demo: Database, clock: VirtualClock) -> None:
    # Given a workbook of a new sector that shares an entity and a person with the first
    content = book({**HABITAT, "Entidades": [HABITAT["Entidades"][0], ("IDPAC", _name(demo, "IDPAC"), "adscrita")]})
    assert looked_at(demo, content).errors == []

    # When it is loaded
    with demo.unit_of_work() as session:
        sector_loading.apply(session, clock, SYSTEM, sector_book.read(content), keeps=True)

    # Then all of it is there, and of the person whom the first sector knows only the role is new
    with demo.reading() as session:
        made = session.get_one(Sector, "HAB")
        assert (made.name, made.first_level_name, made.colour, made.head_entity) == (
            "Hábitat",
            "eje",
            "#7a1f4e",
            "SDHT",
        )
        assert [entity.code for entity, _link in registry.entities(session, "HAB")] == ["SDHT", "IDPAC"]
        role = session.get_one(Role, "mesa_de_vivienda")
        assert (role.sector_code, role.resembles) == ("HAB", "equipo_tecnico")
        held = sa.select(PersonRole.role_id, PersonRole.entity_code).where(PersonRole.sector_code == "HAB")
        assert set(session.execute(held.where(PersonRole.username == "vlopez"))) == {
            ("mesa_de_vivienda", ""), ("responsable_meta", "SDHT"),
        }  # fmt: skip
        assert session.execute(held.where(PersonRole.username == "rmora")).all() == [("enlace_planeacion", "IDPAC")]
        assert session.get_one(Person, "rmora").name != "Otro Nombre"
        assert [place.name for place in registry.places(session, "HAB")][-1] == "Borde norte"
        assert [(one.day.day, one.entity_code) for one in keeping.days(session, "HAB")] == [(8, "IDPAC"), (6, "")]

    # And loading it again changes nothing
    assert looked_at(demo, content).changes == []


def test_people_alone_are_new_change_stay_or_are_gone_and_nobody_is_written_over(
    demo: Database, clock: VirtualClock
) -> None:
    # Given somebody who was deactivated, and a workbook with only people
    with demo.unit_of_work() as session:
        gone, sandra = session.get_one(Person, "rmora"), session.get_one(Person, "sruiz")
        gone.active = False
        rows = [
            ("nueva1", "Nora Díaz", "nora@demo.example", "IDPAC", "equipo_tecnico", None),
            ("rmora", "Ricardo M.", gone.email, gone.entity_code, "enlace_planeacion", "sí"),
            ("sruiz", "Sandra R.", "otra@demo.example", sandra.entity_code, "responsable_meta", "sí"),
        ]
        before = {one: (one.name, one.email, one.active) for one in (gone, sandra)}
        before_named = {one.username: said for one, said in before.items()}
    content = book({"Personas": rows})

    # When it is looked at, and loaded
    found = looked_at(demo, content, sector="GOB", keeps=False)
    with demo.unit_of_work() as session:
        sector_loading.apply(session, clock, SYSTEM, sector_book.read(content), sector="GOB")

    # Then each is told, those who are not in it too, and only roles changed
    told = kinds(found)
    assert (told["nueva1"], told["rmora"], told["sruiz"]) == (staff.NEW, staff.CHANGES, staff.UNTOUCHED)
    assert told["cvega"] == staff.GONE
    assert {field.name for one in found.people if one.username == "sruiz" for field in one.untouched} == {
        "nombre", "correo",
    }  # fmt: skip
    with demo.reading() as session:
        for username, said in before_named.items():
            one = session.get_one(Person, username)
            assert (one.name, one.email, one.active) == said
        assert session.get_one(Person, "nueva1").active
        assert session.get_one(Person, "cvega").active


def test_every_finding_comes_in_one_go_with_its_place(demo: Database) -> None:
    content = book(
        {
            "Sector": [("HAB", "Gobierno", None, "#ffffff")],
            "Entidades": [("SDHT", "Hábitat", "cabeza_de_sector"), ("CVP", "Caja", "cabeza_de_sector")],
            "Personas": [
                ("Con Espacio", "Ana", "ana", "SDHT", "responsable_meta", None),
                ("beto", "Beto", "sruiz@demo.example", "NADA", "coordinador_pes; desconocido", None),
            ],
            "Roles propios": [("Mesa", "sector", "administrador")],
        }
    )

    found = looked_at(demo, content, keeps=False)

    assert {(one.sheet, one.row, one.column) for one in found.errors} == {
        ("Sector", 2, "Código"), ("Sector", 2, "Nombre"), ("Sector", 2, "Color"), ("Entidades", 3, "Rol en el sector"),
        ("Personas", 2, "Usuario"), ("Personas", 2, "Correo"), ("Personas", 3, "Correo"), ("Personas", 3, "Entidad"),
        ("Personas", 3, "Roles"), ("Roles propios", 2, "Se parece a"),
    }  # fmt: skip


def test_only_who_keeps_the_installation_renames_what_two_sectors_use_or_changes_a_head(
    demo: Database, clock: VirtualClock
) -> None:
    # Given an entity of two sectors
    with demo.unit_of_work() as session:
        registry.link(session, registry.create_named(session, "HAB", "Hábitat"), [("IDPAC", keeping.EntityRole.HEAD)])
    content = book({"Entidades": [("SDG", "Secretaría", "adscrita"), ("IDPAC", "Otro", "cabeza_de_sector")]})

    # When the administrator of one hands in another name and another head
    refused = looked_at(demo, content, sector="GOB", keeps=False)
    allowed = looked_at(demo, content, sector="GOB")

    # Then it is refused to them, and not to who keeps the installation
    assert {one.column for one in refused.errors} == {"Nombre", "Rol en el sector"}
    assert allowed.errors == []
    with demo.unit_of_work() as session:
        sector_loading.apply(session, clock, SYSTEM, sector_book.read(content), sector="GOB", keeps=True)
    with demo.reading() as session:
        assert session.get_one(Sector, "GOB").head_entity == "IDPAC"
        assert session.get_one(SectorEntity, ("GOB", "SDG")).sector_role == "adscrita"
        assert session.get_one(Entity, "IDPAC").name == "Otro"


@pytest.mark.parametrize("content", [b"PK", book({"Personas": []})])
def test_what_is_no_workbook_or_an_empty_one_is_told(content: bytes) -> None:
    with pytest.raises(InvalidPlan):
        sector_book.read(content)


def test_the_template_has_every_sheet_and_says_what_each_is_for() -> None:
    made = openpyxl.load_workbook(io.BytesIO(sector_book.template()))

    assert made.sheetnames == ["Léame", *HEADS, "Roles"]
    assert all(tuple(cell.value for cell in made[title][1]) == heads for title, heads in HEADS.items())


def test_a_person_of_another_sector_under_another_mail_is_somebody_else(demo: Database) -> None:
    with demo.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
    people = [("sruiz", "Silvia Ruiz", "silvia@habitat.gov.co", "SDHT", "responsable_meta", None)]

    found = looked_at(demo, book({**HABITAT, "Entidades": HABITAT["Entidades"][:1], "Personas": people}))

    assert [one.message for one in found.errors if one.column == "Usuario"] == [
        "El usuario sruiz es de Sandra Ruiz (demo) (Gobierno). Escriba otro usuario."
    ]


def _name(demo: Database, code: str) -> str:
    with demo.reading() as session:
        return session.get_one(Entity, code).name


def test_an_export_names_no_role_that_no_file_gives(demo: Database) -> None:
    with demo.reading() as session:
        data = sector_book.stored(session, "GOB")
    read = sector_book.read(sector_book.write(replace(data, sector=None)))

    assert read.sector is None
    assert not {"coordinador_pes", "administrador"} & {role for one in read.people for role in one.roles}
