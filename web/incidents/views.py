"""The list of incidents, each one, and the four ways out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import resolutions, units
from engine.errors import EngineError
from engine.incidents import Incident
from engine.instances import commands
from engine.instances.models import Instance
from engine.states import IncidentState
from notifications import failures
from notifications.digest import ADMINISTERING_ROLES
from web import exporting
from web.auth import Of, allow
from web.auth.gate import may_open
from web.incidents import subjects, wording
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.people.directory import display_names
from workflows.people.roles import COORDINATING, INSTALLATION_ADMINISTRATOR

blueprint = Blueprint("incidents", __name__, url_prefix="/incidentes")

WATCHING = (*COORDINATING, INSTALLATION_ADMINISTRATOR)
"""Who mends: in a sector who coordinates or administers it; what is of none, who administers the installation."""
RECENT = 20
"""How many resolved incidents the list shows."""

COLUMNS: list[Column[tuple[Incident, Instance]]] = [
    Column("Incidente", lambda row: wording.title(row[0])),
    Column("Dónde", lambda row: wording.place(row[0])),
    Column("Proceso", lambda row: row[1].name),
    Column("Qué pasó", lambda row: row[0].message),
    Column("Desde", lambda row: bogota_day(row[0].opened_at)),
    Column("Terminó", lambda row: bogota_day(row[0].resolved_at) if row[0].resolved_at else None),
    Column("Cómo terminó", lambda row: wording.RESOLUTIONS.get(row[0].resolution or "", row[0].resolution or "")),
]


@blueprint.get("/")
@allow(*WATCHING, of=Of.NONE)
def index() -> str | Response:
    """The open incidents, oldest first, and the last resolved ones."""
    with current().database.reading() as session:
        opened = _listed(session, Incident.state == IncidentState.OPEN, Incident.opened_at, Incident.id)
        resolved = _listed(session, Incident.state == IncidentState.RESOLVED, Incident.resolved_at.desc(), limit=RECENT)
        if exporting.is_asked():
            past = _listed(session, Incident.state == IncidentState.RESOLVED, Incident.resolved_at.desc(), limit=None)
            return exporting.as_file("incidentes", "Incidentes", COLUMNS, [*opened, *past])
        failing = _of_own_sectors(session, units.open_incidents(session))
        working = _of_own_sectors(session, units.resolved_lately(session, limit=RECENT))
        names = display_names(session, {incident.resolved_by for incident, _case in resolved if incident.resolved_by})
    return page(
        "incidents/index.html",
        opened=opened,
        resolved=resolved,
        failing=failing,
        working=working,
        names=names,
        wording=wording,
        failures=failures,
        files=exporting.files_of(),
        may_retry=may_open("incidents.retry_unit"),
    )


@blueprint.get("/sistema/<int:unit_id>")
@allow(*WATCHING, of=Of.INCIDENT)
def unit(unit_id: int) -> str:
    """Background work that fails: why, since when, what it is about, and when it is tried again."""
    with current().database.reading() as session:
        incident = session.get(units.SystemIncident, unit_id) or abort(404)
        about = subjects.subjects(session, incident)
    return page(
        "incidents/unit.html",
        incident=incident,
        subjects=about,
        failures=failures,
        administrators=ADMINISTERING_ROLES,
        may_retry=may_open("incidents.retry_unit"),
    )


@blueprint.post("/sistema/<int:unit_id>/reintentar")
@allow(*WATCHING, of=Of.INSTALLATION)
def retry_unit(unit_id: int) -> Any:
    """Let the worker try background work again at its next tick."""
    with current().database.unit_of_work() as session:
        incident = units.retry_now(session, current().clock, unit_id)
        subject = ("trabajo", f"{incident.kind}/{incident.key}")
        auditing.record(session, current().clock, actor(), "reintentar_trabajo", subject)
    told = "Se intenta otra vez en los próximos segundos; si vuelve a fallar, sigue abierto."
    return back_to("incidents.index", told if incident.state == IncidentState.OPEN else "Ya había vuelto a funcionar.")


def _of_own_sectors(session: Session, found: Sequence[units.SystemIncident]) -> list[units.SystemIncident]:
    """Those of the sectors that the reader supervises, with those of the whole installation."""
    tenants, own = failures.tenants(session, found), {"", *actor().supervises}
    return [incident for incident in found if tenants[incident.id] in own]


def _listed(session: Session, which: Any, *order: Any, limit: int | None = 200) -> list[tuple[Incident, Instance]]:
    """Those of the sectors that the reader supervises, with those that are of no sector."""
    query = sa.select(Incident, Instance).join(Instance, Instance.id == Incident.instance_id)
    query = query.where(which, Instance.tenant.in_({"", *actor().supervises}))
    return [(incident, case) for incident, case in session.execute(query.order_by(*order).limit(limit))]


@blueprint.get("/<int:incident_id>")
@allow(*WATCHING, of=Of.INCIDENT)
def show(incident_id: int) -> str:
    """What failed, where, and what can be done."""
    with current().database.reading() as session:
        return _show(session, incident_id)


def _show(session: Session, incident_id: int, **context: Any) -> str:
    incident = session.get(Incident, incident_id) or abort(404)
    names = display_names(session, {incident.resolved_by} if incident.resolved_by else ())
    return page(
        "incidents/show.html",
        incident=incident,
        case=session.get_one(Instance, incident.instance_id),
        variables=_variables(session, incident) if incident.state == IncidentState.OPEN else {},
        names=names,
        wording=wording,
        **context,
    )


def _variables(session: Session, incident: Incident) -> dict[str, Any]:
    """The variables of the case; none where its state cannot be read, which may be the incident itself."""
    try:
        return commands.variables_of(session, current().engine, incident.instance_id)
    except EngineError:
        return {}


@blueprint.post("/<int:incident_id>/reintentar")
@allow(*WATCHING, of=Of.INCIDENT)
def retry(incident_id: int) -> Any:
    """Try the failed step again."""
    with current().database.unit_of_work() as session:
        incident = resolutions.resolve_by_retry(session, current().engine, incident_id, actor=actor())
    return _back(incident, "Se reintentó y funcionó: el proceso sigue.")


@blueprint.post("/<int:incident_id>/omitir")
@allow(*WATCHING, of=Of.INCIDENT)
def skip(incident_id: int) -> Any:
    """Go on without the failed step."""
    if missing := _without_reason(incident_id, "omitir"):
        return missing
    with current().database.unit_of_work() as session:
        incident = resolutions.skip(session, current().engine, incident_id, actor=actor(), reason=_reason())
    return _back(incident, "El paso se omitió: el proceso sigue.")


@blueprint.post("/<int:incident_id>/corregir")
@allow(*WATCHING, of=Of.INCIDENT)
def correct(incident_id: int) -> Any:
    """Set a variable where it failed, and try again."""
    name, text = request.form.get("variable", "").strip(), request.form.get("valor", "")
    if missing := _without_reason(incident_id, "corregir", variable="" if name else "Diga qué variable corrige."):
        return missing
    with current().database.unit_of_work() as session:
        incident = session.get(Incident, incident_id) or abort(404)
        value = wording.typed_value(text, _variables(session, incident).get(name))
        incident = resolutions.correct_variable(
            session, current().engine, incident_id, name, value, actor=actor(), reason=_reason()
        )
    return _back(incident, f"«{name}» quedó corregida: el proceso sigue.")


@blueprint.post("/<int:incident_id>/cancelar")
@allow(*WATCHING, of=Of.INCIDENT)
def cancel(incident_id: int) -> Any:
    """Cancel the whole case."""
    if missing := _without_reason(incident_id, "cancelar"):
        return missing
    with current().database.unit_of_work() as session:
        incident = resolutions.cancel(session, current().engine, incident_id, actor=actor(), reason=_reason())
        name = session.get_one(Instance, incident.instance_id).name
    return back_to("incidents.index", f"«{name}» quedó cancelado.")


def _reason() -> str:
    return request.form.get("motivo", "").strip()


def _without_reason(incident_id: int, act: str, **errors: str) -> Any:
    """The page again with the errors at the form of `act`, or None if nothing is missing."""
    found = {field: sentence for field, sentence in errors.items() if sentence}
    if not _reason():
        found["motivo"] = "Diga el motivo: queda en la historia del proceso."
    if not found:
        return None
    with current().database.reading() as session:
        return _show(session, incident_id, act=act, errors=found, typed=request.form), 422


def _back(incident: Incident, success: str) -> Any:
    """To the incident with how it went: a retry that fails again leaves it open."""
    again = f"Volvió a fallar: {incident.message}"
    return back_to(
        "incidents.show", success if incident.state == IncidentState.RESOLVED else again, incident_id=incident.id
    )
