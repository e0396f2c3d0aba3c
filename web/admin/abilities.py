"""What people see and may do, in words: of a person, of a role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from web import choosing
from web.admin.blueprint import blueprint
from web.auth import Of, allow
from web.auth.table import Right, Row, reader_of, rights_of
from web.pages import current, page
from workflows.calendar import bogota_day
from workflows.people.directory import Directory
from workflows.people.holdings import holds_on
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import ADMINISTRATING, BY_ID

SEES = {
    "administrador_instalacion": "sectores, entidades y personas; no el trabajo de los sectores",
    "lider_proceso_instalacion": "los procesos y formularios compartidos",
    "coordinador_pes": "todo el trabajo del sector: reparte, atiende incidentes, carga el plan",
    "administrador": "personas, roles, correos e incidentes del sector",
    "profesional_sectorial": "el plan y las tareas de planeación del sector",
    "directivo_sector": "el plan y lo que avala la cabeza del sector",
    "juridica": "el plan y lo que revisa la dirección jurídica",
    "lider_proceso": "los procesos y formularios, que edita",
    "enlace_planeacion": "lo que su entidad reporta, antes de que salga",
    "directivo_entidad": "lo que avala su entidad",
    "responsable_meta": "sus indicadores, que reporta cada mes",
    "equipo_tecnico": "las tareas técnicas de su entidad",
    "comunicaciones": "lo que publica su entidad",
    "control_interno": "todo lo de su entidad y la bitácora, sin cambiar nada",
}
"""What each shipped role opens, as it goes on after «Ve»."""


class Sight:
    """A line on what a person will see."""

    def __init__(self, session: Session, on: dt.date) -> None:
        """`on` is the day on which roles count."""
        added = sa.select(Role.id, Role.resembles).where(Role.resembles != "")
        self._like, self._on = dict(session.execute(added).all()), on

    def __call__(self, person: Person, sector: str = "") -> str:
        """«Ve todo el trabajo del sector…»; of one sector, where it is given."""
        held = [one for one in person.roles if holds_on(one.since, one.until, self._on)]
        if sector:
            held = [one for one in held if one.sector_code in ("", sector)]
        order = list(SEES)
        ids = {self._like.get(one.role_id, one.role_id) for one in held} & SEES.keys()
        told = [SEES[role] for role in sorted(ids, key=order.index)]
        return f"Ve {'; '.join(told[:2])}." if told else "Sin rol vigente: solo ve su cuenta."


def readers(roles: Iterable[Role]) -> list[tuple[Row, Right]]:
    """What somebody with these roles may do with each thing of their sector."""
    return rights_of({reader_of(like) for role in roles if (like := role.resembles or role.id) in BY_ID})


def split(rights: Sequence[tuple[Row, Right]]) -> tuple[list[Row], list[Row], list[Row]]:
    """What is changed, what is only read, and what does not exist for them."""
    by_right = {right: [row for row, held in rights if held is right] for right in Right}
    return by_right[Right.CHANGE], by_right[Right.READ], by_right[Right.NOTHING]


@blueprint.get("/<username>/puede")
@allow(*ADMINISTRATING, of=Of.PERSON)
def of_person(username: str) -> str:
    """What a person may do, in each sector where they hold a role today."""
    application = current()
    today = bogota_day(application.clock.now())
    with application.database.reading() as session:
        found = Directory().person(session, username)
        named = {sector.code: sector.name for sector in choosing.choices(session)}
        query = sa.select(PersonRole, Role).join(Role, Role.id == PersonRole.role_id)
        rows = session.execute(query.where(PersonRole.username == username).order_by(Role.position, Role.id)).all()
        held = [(one, role) for one, role in rows if holds_on(one.since, one.until, today)]
        places = sorted({one.sector_code for one, _role in held if one.sector_code in {"", *named}})
        told = [
            (
                named.get(place, "La instalación"),
                [(role, one) for one, role in held if one.sector_code == place],
                split(readers(role for one, role in held if one.sector_code == place)),
            )
            for place in places
        ]
        return page("admin/abilities.html", person=found, told=told, nothing=split(readers([])))
