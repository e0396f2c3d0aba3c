"""Loading a sector, or only its people, from a workbook: hand in, look at what would change, confirm."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from web import choosing, loads
from web.answers import named
from web.auth import Of, allow
from web.pages import actor, back_to, current, page
from web.sectors.blueprint import blueprint
from workflows.auditing import recording as auditing
from workflows.documents import files
from workflows.errors import NotFound, Refused
from workflows.loading import sector_book, sector_loading, staff
from workflows.loading.sector_book import SectorData
from workflows.loading.workbook import MEDIA_TYPE
from workflows.people.roles import ADMINISTRATING
from workflows.records.problems import InvalidPlan

SALT = "sector-upload"


@blueprint.get("/cargar")
@allow(*ADMINISTRATING, of=Of.NONE)
def upload() -> str:
    """Where the workbook is handed in."""
    return _upload()


def _upload(**context: Any) -> str:
    with current().database.reading() as session:
        return page("sectors/upload.html", sectors=choosing.administered(session), keeps=_keeps(), **context)


def _keeps() -> bool:
    """Whether the reader administers the installation: they may make a sector."""
    return "" in actor().supervises


@blueprint.post("/cargar")
@allow(*ADMINISTRATING, of=Of.NONE)
def preview() -> Any:
    """Show what loading the workbook would change, or everything that is wrong with it. Nothing is written."""
    given, asked = request.files.get("archivo"), request.form.get("sector", "")
    if given is None or not given.filename:
        return _upload(error="Elija el libro que quiere cargar.", picked=asked), 422
    name, content = files.clean_name(given.filename), given.read()
    try:
        data = sector_book.read_strangers(content)
        with current().database.reading() as session:
            sector = _sector_of(session, data, asked)
            found = sector_loading.preview(session, data, sector=sector, keeps=_keeps())
    except InvalidPlan as refused:
        return page("sectors/problems.html", name=name, errors=loads.by_place(refused.problems), warnings=[]), 422
    except (Refused, NotFound) as wrong:
        return _upload(error=str(wrong), picked=asked), 422
    if found.errors:
        wrong_ones = loads.by_place(found.errors)
        return page("sectors/problems.html", name=name, errors=wrong_ones, warnings=found.warnings), 422
    return loads.shown("sectors/preview.html", name, content, found, sector, salt=SALT)


def _sector_of(session: Session, data: SectorData, asked: str) -> str:
    """Where it is loaded: in the sector that the workbook says, else in the chosen one, each the reader's to keep."""
    own = {one.code for one in choosing.administered(session)}
    said = data.sector.code if data.sector else asked or (next(iter(own)) if len(own) == 1 else "")
    if not said:
        raise Refused("El libro no dice su sector: llene la hoja Sector, o elíjalo en la lista.")
    if said not in own and not (_keeps() and data.sector):
        raise NotFound(f"No hay un sector «{said}» entre los que usted administra.")
    return said


@blueprint.post("/cargar/confirmar")
@allow(*ADMINISTRATING, of=Of.NONE)
def confirm() -> Any:
    """Load the workbook that was shown; refused if loading it would now do something else."""
    application, pending = current(), loads.pending(request.form.get("cargue", ""), salt=SALT)
    with application.database.reading() as session:
        content = files.read(session, pending.file_id)
    data = sector_book.read_strangers(content)
    with application.database.unit_of_work() as session:
        sector = _sector_of(session, data, pending.sector)
        now = sector_loading.preview(session, data, sector=sector, keeps=_keeps())
        loads.ensure_as_shown(now.changes, pending, "El sector")
        sector_loading.apply(session, application.clock, actor(), data, sector=sector, keeps=_keeps())
    new = sum(one.kind == staff.NEW for one in now.people)
    said = f"{now.name} quedó cargado: {len(now.changes)} {'cambio' if len(now.changes) == 1 else 'cambios'}."
    if new:
        said += " Elija a las personas nuevas y envíeles el enlace para escoger su contraseña."
    return back_to("admin.people", said)


@blueprint.get("/plantilla.xlsx")
@allow(*ADMINISTRATING, of=Of.NONE)
def template() -> Response:
    """The empty workbook."""
    return named(Response(sector_book.template(), mimetype=MEDIA_TYPE), "plantilla-sector.xlsx")


@blueprint.get("/<sector>/libro.xlsx")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def workbook(sector: str) -> Response:
    """The workbook that says the sector as it stands; it names people, so it is for who administers them."""
    application = current()
    with application.database.unit_of_work() as session:
        data = sector_book.stored(session, sector)
        auditing.record(session, application.clock, actor(), "exportar", ("sector", sector))
    return named(Response(sector_book.write(data), mimetype=MEDIA_TYPE), f"sector-{sector}.xlsx")
