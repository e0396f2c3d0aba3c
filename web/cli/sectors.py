"""`cauce sector`: the sectors of the installation."""

from __future__ import annotations

from pathlib import Path

import click

from engine.identity import Actor
from web import migrating
from web.bootstrap import Application
from web.cli.loading import ensure_new, problems_told
from web.cli.root import opened
from workflows.auditing import recording as auditing
from workflows.loading import sector_book, sector_loading, staff
from workflows.loading.sector_book import SectorData
from workflows.loading.sector_loading import SectorPreview
from workflows.people import holdings
from workflows.people.directory import seed_roles
from workflows.records.problems import InvalidPlan
from workflows.sectors import registry

CONSOLE = Actor("consola")
"""Who makes a sector from the command line."""


@click.group(help="Los sectores de la instalación.")
def sector() -> None:
    """Group the commands on sectors."""


@sector.command(
    help=(
        "Crea un sector.\n\n"
        "El CÓDIGO lleva hasta 20 letras mayúsculas y números, por ejemplo HAB; no cambia después. Sus entidades "
        "se agregan en Sectores, o llegan con su primer plan: cauce plan import ARCHIVO --sector CÓDIGO."
    )
)
@click.argument("code", metavar="CÓDIGO")
@click.argument("name", metavar="NOMBRE")
def create(code: str, name: str) -> None:
    """Make a sector; the first one takes over the roles that were given before."""
    with opened() as application:
        migrating.migrate(application.database)
        with application.database.unit_of_work() as session:
            seed_roles(session)
            is_first = not registry.codes(session)
            made = registry.create_named(session, code, name)
            if is_first:
                holdings.settle(session, made.code)
            auditing.record(
                session, application.clock, CONSOLE, "crear_sector", ("sector", made.code),
                before={"roles": "sin sector"} if is_first else None, after={"nombre": made.name},
            )  # fmt: skip
            code, name = made.code, made.name
    click.echo(f"Sector {code} · {name} creado. Quien lo administra: cauce admin create USUARIO --sector {code}")


@sector.command(
    "template", help="Escribe en FILE el libro de Excel vacío de un sector (sector.xlsx si no se dice otro)."
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path("sector.xlsx"))
@click.option("--force", is_flag=True, help="Reemplaza el archivo si ya existe.")
def template(file: Path, force: bool) -> None:
    """Write the empty workbook."""
    ensure_new(file, force=force)
    file.write_bytes(sector_book.template())
    click.echo(f"Formato escrito en {file}. Llénelo y cárguelo con: cauce sector load {file}")


@sector.command(
    help=(
        "Carga el libro «Sector» de FILE (.xlsx): el sector, sus entidades, personas, roles propios, lugares y días no "
        "hábiles, o solo las hojas que traiga. Todo o nada, y solo si no hay errores.\n\n"
        "Primero muestra qué es nuevo, qué cambia, qué no se toca y quién ya no está en el libro. De quien ya está en "
        "Cauce solo da o quita roles; a nadie desactiva ni reactiva."
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sector", "code", metavar="CÓDIGO", default="", help="El sector, si el libro no trae la hoja Sector.")
@click.option("--dry-run", is_flag=True, help="Solo muestra qué cambiaría y qué hay por corregir.")
@click.option("--yes", is_flag=True, help="Carga sin preguntar.")
def load(file: Path, code: str, dry_run: bool, yes: bool) -> None:
    """Load a workbook, after showing what would change."""
    with problems_told():
        data = sector_book.read_strangers(file.read_bytes())
        with opened() as application:
            migrating.migrate(application.database)
            loaded = _load(application, data, code, dry_run=dry_run, yes=yes)
    if loaded:
        click.echo(f"Sector {loaded} cargado. A las personas nuevas envíeles su enlace desde Personas.")


def _load(application: Application, data: SectorData, code: str, *, dry_run: bool, yes: bool) -> str:
    with application.database.unit_of_work() as session:
        seed_roles(session)
    with application.database.reading() as session:
        only = registry.only(session) if not (code or data.sector) else None
        code = only.code if only is not None else code
        preview = sector_loading.preview(session, data, sector=code, keeps=True)
    _show(preview)
    if preview.errors:
        raise InvalidPlan(problems=preview.errors)
    if dry_run or preview.changes_nothing:
        return ""
    if not yes:
        click.confirm("¿Cargar el libro?", abort=True)
    with application.database.unit_of_work() as session:
        return sector_loading.apply(session, application.clock, CONSOLE, data, sector=code, keeps=True).sector


def _show(found: SectorPreview) -> None:
    click.echo(f"{found.sector} · {found.name}")
    for change in found.changes:
        click.echo(f"  {change.kind}: {change.sheet} {change.code} {change.text}".rstrip())
    for person in found.people:
        for loss in person.losses:
            if loss.open_tasks:
                click.echo(f"  {person.name} deja de ser {loss.role}: quedan {loss.open_tasks} tareas abiertas.")
        if person.kind == staff.GONE:
            click.echo(f"  {person.kind}: {person.username} {person.name} (no le pasa nada)")
    if found.changes_nothing:
        click.echo("  Nada cambia: el sector ya es así.")
    for problem in found.warnings:
        click.echo(f"  advertencia: {problem}", err=True)


@sector.command("list", help="Muestra los sectores.")
def show() -> None:
    """Print every sector."""
    with opened() as application, application.database.reading() as session:
        for code in registry.codes(session):
            click.echo(f"{code} · {registry.find(session, code).name}")
