"""Whose a thing is that an address names: the sectors it is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.names import Name
from engine.errors import UnknownDefinition, UnknownInstance, UnknownTask
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from engine.units import SystemIncident
from notifications import failures
from notifications.models import OutboxMessage
from notifications.states import MailKind
from web.auth.access import Of
from workflows.documents.models import StoredFile
from workflows.people.models import Person, PersonRole
from workflows.plan.models import Plan
from workflows.sectors.models import Entity, Sector, SectorEntity

INSTALLATION = ""
"""Where a sector would stand, in what is of none: the installation's."""

ACCOUNT_MAILS = frozenset({MailKind.ACCESS_LINK, MailKind.ACCOUNT_CHANGED})


@dataclass(frozen=True, slots=True)
class Owner:
    """The sectors that a thing is of, and the person whose own it is.

    What is of the installation is foreign to nobody. `is_kept` says that whoever administers the installation has it in
    hand too, whatever sector it is of.
    """

    sectors: frozenset[str]
    person: str | None = None
    is_kept: bool = False

    @property
    def places(self) -> frozenset[str]:
        """Where a role counts."""
        return self.sectors | {INSTALLATION} if self.is_kept else self.sectors


_OF_TASK = (
    sa.select(Instance.tenant, UserTask.assignee)
    .join(UserTask, UserTask.instance_id == Instance.id)
    .where(UserTask.id == sa.bindparam("task_id"))
)
"""Asked by every request about a task: building a statement costs more than its answer."""

Values = Mapping[str, Any]
Find = Callable[[Session, Values], Owner | None]


def _of_the_installation(_session: Session, _values: Values) -> Owner:
    return Owner(frozenset({INSTALLATION}))


def _sector(session: Session, values: Values) -> Owner | None:
    code = session.scalar(sa.select(Sector.code).where(Sector.code == values["sector"]))
    return None if code is None else Owner(frozenset({code}), is_kept=True)


def _plan(session: Session, values: Values) -> Owner | None:
    return _one(session.scalar(sa.select(Plan.sector_code).where(Plan.code == values["plan_code"])))


def _case(session: Session, values: Values) -> Owner | None:
    return _one(session.scalar(sa.select(Instance.tenant).where(Instance.id == values["case_id"])))


def _task(session: Session, values: Values) -> Owner | None:
    found = session.execute(_OF_TASK, {"task_id": values["task_id"]}).first()
    return None if found is None else Owner(frozenset({found.tenant}), found.assignee)


def _incident(session: Session, values: Values) -> Owner | None:
    if "unit_id" in values:
        return _unit(session, values["unit_id"])
    query = sa.select(Instance.tenant).join(Incident, Incident.instance_id == Instance.id)
    return _one(session.scalar(query.where(Incident.id == values["incident_id"])))


def _unit(session: Session, unit_id: int) -> Owner | None:
    """Failing background work is of the sector that it is about, and of the installation's administrator."""
    unit = session.get(SystemIncident, unit_id)
    if unit is None:
        return None
    sector = failures.tenants(session, [unit])[unit.id]
    return Owner(frozenset({sector}), is_kept=True)


def _file(session: Session, values: Values) -> Owner | None:
    """A file says its sector; one that is of no sector and no task is of who stored it alone."""
    query = sa.select(StoredFile.sector_code, StoredFile.task_id, StoredFile.stored_by)
    found = session.execute(query.where(StoredFile.id == values["file_id"])).first()
    if found is None:
        return None
    is_placed = found.sector_code or found.task_id
    return Owner(frozenset({found.sector_code} if is_placed else ()), found.stored_by)


def _mail(session: Session, values: Values) -> Owner | None:
    """A mail is of the sector that it tells of, else of all where its reader holds roles, and its reader's.

    Those on accounts are the installation's too.
    """
    query = sa.select(OutboxMessage.recipient, OutboxMessage.kind, OutboxMessage.sector_code, PersonRole.sector_code)
    query = query.outerjoin(PersonRole, PersonRole.username == OutboxMessage.recipient)
    found = session.execute(query.where(OutboxMessage.id == values["mail_id"])).all()
    if not found:
        return None
    recipient, kind, sector, _held = found[0]
    sectors = {sector} if sector else {held for *_, held in found if held is not None}
    return Owner(frozenset(sectors or {INSTALLATION}), recipient, is_kept=kind in ACCOUNT_MAILS)


def _person(session: Session, values: Values) -> Owner | None:
    """A person is of the sectors where they hold roles; who holds none, of those of the entity where they work."""
    query = (
        sa.select(PersonRole.sector_code.label("held"), SectorEntity.sector_code.label("worked"))
        .select_from(Person)
        .outerjoin(PersonRole, PersonRole.username == Person.username)
        .outerjoin(SectorEntity, SectorEntity.entity_code == Person.entity_code)
    )
    found = session.execute(query.where(Person.username == values["username"])).all()
    if not found:
        return None
    held = {row.held for row in found if row.held is not None}
    worked = {row.worked for row in found if row.worked is not None}
    return Owner(frozenset(held or worked or {INSTALLATION}), is_kept=True)


def _entity(session: Session, values: Values) -> Owner | None:
    query = sa.select(Entity.code, SectorEntity.sector_code).outerjoin(SectorEntity)
    found = session.execute(query.where(Entity.code == values["entity_code"])).all()
    sectors = {row.sector_code for row in found if row.sector_code is not None}
    return Owner(frozenset(sectors or {INSTALLATION}), is_kept=True) if found else None


def _definition(session: Session, values: Values) -> Owner | None:
    """What all share is the installation's; a variant is its sector's."""
    named = (values.get(name) for name in ("process_key", "form_key", "key"))
    tenant = Name.parse(str(next((one for one in named if one), ""))).tenant
    return _sectors_own(session, tenant) if tenant else _of_the_installation(session, values)


def _variant(session: Session, values: Values) -> Owner | None:
    return _sectors_own(session, Name.parse(values["variant"]).tenant)


def _sectors_own(session: Session, code: str) -> Owner | None:
    return _one(session.scalar(sa.select(Sector.code).where(Sector.code == code)))


def _one(sector: str | None) -> Owner | None:
    return None if sector is None else Owner(frozenset({sector}))


SECTOR_OF: Mapping[Of, Find] = {
    Of.SECTOR: _sector,
    Of.PLAN: _plan,
    Of.CASE: _case,
    Of.TASK: _task,
    Of.INCIDENT: _incident,
    Of.FILE: _file,
    Of.MAIL: _mail,
    Of.PERSON: _person,
    Of.ENTITY: _entity,
    Of.DEFINITION: _definition,
    Of.VARIANT: _variant,
    Of.INSTALLATION: _of_the_installation,
}
"""How the owner of each kind of thing is found, from the arguments of the address; None: there is no such thing."""

ABSENT: Mapping[Of, str] = {
    Of.SECTOR: "No hay un sector con ese código.",
    Of.PLAN: "No hay un plan con ese código. Elija uno de los suyos en «Plan».",
    Of.CASE: UnknownInstance.sentence,
    Of.TASK: UnknownTask.sentence,
    Of.INCIDENT: "Ese incidente no existe. Vuelva a la lista de incidentes.",
    Of.FILE: "Ese archivo no existe. Vuelva a la página donde estaba el enlace y actualícela.",
    Of.MAIL: "Ese correo no existe. Vuelva a la lista de correos.",
    Of.PERSON: "No hay nadie con ese usuario.",
    Of.ENTITY: "No hay una entidad con ese código.",
    Of.DEFINITION: UnknownDefinition.sentence,
    Of.VARIANT: UnknownDefinition.sentence,
}
"""What is said of a thing that is not there, or is foreign: the same."""
