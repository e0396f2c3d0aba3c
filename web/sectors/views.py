"""Sectors on screen: the list, and of each its card, entities, places and days not worked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from sqlalchemy.orm import Session

from engine.confinement import confined
from web import choosing
from web.auth import SIGNED_IN, Of, allow
from web.auth.gate import may_open
from web.days import typed_day
from web.navigation import keeps_many
from web.pages import actor, back_to, current, page, person
from web.sectors import loading, starting
from web.sectors.blueprint import blueprint
from workflows.auditing import recording as auditing
from workflows.errors import Conflict, NotFound, Refused
from workflows.people import holdings
from workflows.people.directory import seed_roles
from workflows.people.roles import ADMINISTRATING, INSTALLATION_ADMINISTRATOR
from workflows.plan.models import Plan
from workflows.sectors import identity, keeping, pictures, registry
from workflows.sectors.models import Entity, Sector, SectorEntity, SectorLogo
from workflows.sectors.states import EntityRole

__all__ = ["blueprint", "loading", "starting"]
"""The blueprint, and the modules that hang their pages on it."""

BLANK_PLACES = 3
DAYS_OF = ("coordinador_pes", *ADMINISTRATING)
"""Who says that a day is not worked: whoever coordinates moves deadlines anyway."""
ROLES = {
    EntityRole.HEAD: "Cabeza de sector",
    EntityRole.ATTACHED: "Adscrita",
    EntityRole.LINKED: "Vinculada",
    EntityRole.TECHNICAL_SUPPORT: "Soporte técnico",
}


@blueprint.get("/")
@allow(*ADMINISTRATING, of=Of.NONE)
def index() -> str:
    """The sectors that the reader keeps, and where another is made."""
    with current().database.reading() as session:
        return _listed(session, {})


def _listed(session: Session, typed: Mapping[str, str], error: str = "") -> str:
    sectors = choosing.choices(session)
    counted = sa.select(SectorEntity.sector_code, sa.func.count()).where(SectorEntity.until.is_(None))
    plans = sa.select(Plan.sector_code, sa.func.count()).group_by(Plan.sector_code)
    return page(
        "sectors/index.html",
        sectors=sectors,
        entities=dict(session.execute(counted.group_by(SectorEntity.sector_code)).all()),
        plans=dict(session.execute(plans).all()),
        may_add="" in actor().supervises,
        typed=typed,
        error=error,
    )


@blueprint.post("/")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def create() -> Any:
    """Make a sector; the first one takes over the roles that were given before."""
    application = current()
    typed = {name: request.form.get(name, "") for name in ("codigo", "nombre")}
    try:
        with application.database.unit_of_work() as session:
            seed_roles(session)
            is_first = not registry.codes(session)
            made = registry.create_named(session, typed["codigo"], typed["nombre"])
            if is_first:
                holdings.settle(session, made.code)
            auditing.record(
                session, application.clock, actor(), "crear_sector", ("sector", made.code),
                before={"roles": "sin sector"} if is_first else None, after={"nombre": made.name},
            )  # fmt: skip
            code, name = made.code, made.name
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _listed(session, typed, str(wrong)), 422
    return back_to("sectors.entities", f"El sector {name} quedó creado. Agregue ahora sus entidades.", sector=code)


@blueprint.get("/<sector>")
@allow(SIGNED_IN, of=Of.SECTOR)
def show(sector: str) -> str:
    """The card of a sector."""
    return _shown("card", sector)


@blueprint.get("/<sector>/entidades")
@allow(SIGNED_IN, of=Of.SECTOR)
def entities(sector: str) -> str:
    """The entities of a sector, with what each is in it and since when."""
    return _shown("entities", sector)


@blueprint.get("/<sector>/lugares")
@allow(SIGNED_IN, of=Of.SECTOR)
def places(sector: str) -> str:
    """The places by which a sector tells its work."""
    return _shown("places", sector)


@blueprint.get("/<sector>/dias")
@allow(SIGNED_IN, of=Of.SECTOR)
def days(sector: str) -> str:
    """The days that nobody of the sector works, or nobody of one of its entities."""
    return _shown("days", sector)


def _shown(part: str, code: str, typed: Mapping[str, str] | None = None, error: str = "") -> str:
    with current().database.reading() as session:
        sector = registry.find(session, code)
        linked = registry.entities(session, code) if part != "places" else []
        return page(
            f"sectors/{part}.html",
            sector=sector,
            linked=linked,
            others=_others(session, code) if part == "entities" else [],
            theirs=_only_here(session, code) if part == "entities" else frozenset(),
            places=[*((one.code, one.name) for one in registry.places(session, code)), *[("", "")] * BLANK_PLACES]
            if part == "places"
            else [],
            days=keeping.days(session, code) if part == "days" else [],
            roles=ROLES,
            look=identity.shown(session, [code])[code] if part == "card" else None,
            is_one_of_many=bool(person().looks) or keeps_many(),
            may_change=may_open("sectors.add_day" if part == "days" else "sectors.describe", sector=code),
            is_keeper="" in actor().supervises,
            trail=_trail(),
            typed=typed or {},
            error=error,
        )


def _trail() -> list[tuple[str, str]]:
    """The way here: from the sectors, or the people of the only one; while there is no plan, from the first steps."""
    ways = [("Primeros pasos", "sectors.start")] if starting.is_needed() else []
    ways.append(("Sectores", "sectors.index") if keeps_many() else ("Personas", "admin.people"))
    return [(label, url_for(endpoint)) for label, endpoint in ways if may_open(endpoint)]


def _others(session: Session, sector: str) -> list[Entity]:
    """Entities of other sectors, that may be linked."""
    here = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code == sector, SectorEntity.until.is_(None))
    query = sa.select(Entity).where(Entity.active, Entity.code.not_in(here))
    return list(session.scalars(query.order_by(Entity.code)))


def _only_here(session: Session, sector: str) -> frozenset[str]:
    """The entities that no other sector uses: who administers this one may rename them."""
    query = sa.select(SectorEntity.entity_code).group_by(SectorEntity.entity_code)
    query = query.having(sa.func.count() == 1, sa.func.min(SectorEntity.sector_code) == sector)
    return frozenset(session.scalars(query))


def _change(part: str, code: str, action: str, done: str, work: Callable[[Session, Sector], Mapping[str, Any]]) -> Any:
    """Change a sector in one transaction and write it down; what was typed stays where something is wrong."""
    application = current()
    try:
        with application.database.unit_of_work() as session:
            sector = registry.find(session, code)
            before = _state(session, sector, part)
            told = work(session, sector)
            session.flush()
            after = _state(session, sector, part)
            auditing.record(
                session, application.clock, actor(), action, ("sector", code),
                before={name: value for name, value in before.items() if value != after.get(name)},
                after={**told, **{name: value for name, value in after.items() if value != before.get(name)}},
            )  # fmt: skip
    except (Refused, Conflict, NotFound) as wrong:
        return _shown(part, code, request.form.to_dict(), str(wrong)), 422
    return back_to("sectors.show" if part == "card" else f"sectors.{part}", done, sector=code)


def _state(session: Session, sector: Sector, part: str) -> dict[str, Any]:
    """What one page of a sector says, in words that can be compared."""
    if part == "places":
        return {place.code: place.name for place in registry.places(session, sector.code)}
    if part == "days":
        own = (one for one in keeping.days(session, sector.code) if one.sector_code)
        return {" ".join(filter(None, (day.day.isoformat(), day.entity_code))): day.name for day in own}
    if part == "card":
        logo = sa.select(SectorLogo.sha256).where(SectorLogo.sector_code == sector.code)
        return {**_card(sector), "cabeza": sector.head_entity or "", "sha256_logo": session.scalar(logo) or ""}
    linked = sa.select(SectorEntity, Entity).join(Entity, Entity.code == SectorEntity.entity_code)
    return {"cabeza": sector.head_entity or ""} | {
        entity.code: [entity.name, entity.active, link.sector_role, link.position, _told(link.since), _told(link.until)]
        for link, entity in session.execute(linked.where(SectorEntity.sector_code == sector.code))
    }


def _card(sector: Sector) -> dict[str, str]:
    return {
        "nombre": sector.name,
        "primer_nivel": sector.first_level_name,
        "color": sector.colour,
        "lugar_actos": sector.act_place,
        "facultades": sector.act_powers,
    }


def _told(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


@blueprint.post("/<sector>")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def describe(sector: str) -> Any:
    """Write the card; the head is for who administers the installation."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        form = request.form
        keeping.describe(session, found, form.get("nombre", ""), form.get("primer_nivel", ""), form.get("color", ""))
        keeping.issue_acts(found, form.get("lugar_actos", ""), form.get("facultades", ""))
        head = form.get("cabeza", "")
        if head and head != found.head_entity:
            if "" not in actor().supervises:
                raise Refused("La cabeza del sector la cambia quien administra la instalación.")
            keeping.lead(session, found, head)
        return {**_card(found), "cabeza": head}

    return _change("card", sector, "cambiar_sector", "La ficha quedó guardada.", work)


@blueprint.post("/<sector>/logo")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def set_logo(sector: str) -> Any:
    """Let the sector show the picture that is handed in, read where it can do no harm."""
    given = request.files.get("logo")
    try:
        if given is None or not given.filename:
            raise pictures.NoLogo("Elija la imagen del logo.")
        content = given.read(pictures.MOST_BYTES + 1)
        png = confined(pictures.logo_from, content, too_much=pictures.too_much)
    except pictures.NoLogo as wrong:
        return _shown("card", sector, error=str(wrong)), 422

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        identity.set_logo(session, found, png)
        return {"logo": len(png)}

    return _change("card", sector, "cambiar_logo", "El logo quedó guardado.", work)


@blueprint.post("/<sector>/logo/quitar")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def remove_logo(sector: str) -> Any:
    """Let the sector show no logo."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        identity.remove_logo(session, found)
        return {"logo": 0}

    return _change("card", sector, "cambiar_logo", "El logo se quitó.", work)


@blueprint.post("/<sector>/entidades")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def add_entity(sector: str) -> Any:
    """Make an entity of the sector, or link one that there is."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        form = request.form
        code, name, role = form.get("sigla", ""), form.get("nombre", ""), form.get("rol", "")
        entity, is_new = keeping.add_entity(session, found, code, name, role, _day("desde"))
        return {"entidad": entity.code, "es_nueva": is_new, "rol": role}

    return _change("entities", sector, "agregar_entidad", "La entidad quedó en el sector.", work)


@blueprint.post("/<sector>/entidades/<code>")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def change_entity(sector: str, code: str) -> Any:
    """Write an entity's place and days here, and its name where only this sector uses it."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        form = request.form
        since, until = _day("desde"), _day("hasta")
        keeping.arrange(session, found, code, position=_number("orden"), since=since, until=until)
        entity = session.get_one(Entity, code)
        name, active = form.get("nombre", entity.name), form.get("activa", "1") == "1"
        if (name, active) != (entity.name, entity.active):
            if "" not in actor().supervises and list(keeping.sectors_using(session, code)) != [found.code]:
                raise Refused(f"Otro sector también usa {code}: su nombre lo cambia quien administra la instalación.")
            keeping.rename(session, code, name, active=active)
        return {"entidad": code, "nombre": name, "activa": active, "hasta": str(until or "")}

    return _change("entities", sector, "cambiar_entidad", f"{code} quedó guardada.", work)


@blueprint.post("/<sector>/lugares")
@allow(*ADMINISTRATING, of=Of.SECTOR)
def set_places(sector: str) -> Any:
    """Let the table say which places there are."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        pairs = zip(request.form.getlist("codigo"), request.form.getlist("nombre"), strict=False)
        named = [(code.strip(), " ".join(name.split())) for code, name in pairs if code.strip() or name.strip()]
        keeping.set_places(session, found, named)
        return {"lugares": len(named)}

    return _change("places", sector, "cambiar_lugares", "Los lugares quedaron guardados.", work)


@blueprint.post("/<sector>/dias")
@allow(*DAYS_OF, of=Of.SECTOR)
def add_day(sector: str) -> Any:
    """Nobody works on a day, or nobody of an entity: the open deadlines that it touches move."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        day = _day("dia")
        if day is None:
            raise Refused("Elija el día que no se trabaja.")
        reason, entity = request.form.get("motivo", ""), request.form.get("entidad", "")
        keeping.add_day(session, found, day, reason, entity)
        return {"dia": day.isoformat(), "motivo": reason, "entidad": entity}

    done = "El día quedó en el calendario. Los plazos abiertos que toca se corren en un minuto."
    return _change("days", sector, "agregar_dia", done, work)


@blueprint.post("/<sector>/dias/<day>/quitar")
@allow(*DAYS_OF, of=Of.SECTOR)
def remove_day(sector: str, day: str) -> Any:
    """The day is worked after all: the open deadlines move back."""

    def work(session: Session, found: Sector) -> Mapping[str, Any]:
        keeping.remove_day(session, found, _date(day), request.form.get("entidad", ""))
        return {"dia": day, "entidad": request.form.get("entidad", "")}

    done = "El día salió del calendario. Los plazos abiertos se corren en un minuto."
    return _change("days", sector, "quitar_dia", done, work)


def _day(name: str) -> dt.date | None:
    text = request.form.get(name, "").strip()
    return _date(text) if text else None


def _date(text: str) -> dt.date:
    day = typed_day(text)
    if day is None:
        raise Refused(f"«{text}» no es una fecha. Escríbala como 30/11/2026.")
    return day


def _number(name: str) -> int:
    text = request.form.get(name, "").strip()
    if not text.isdecimal() or len(text) > 4:
        raise Refused("El orden es un número: 1 va primero.")
    return int(text)
