"""What failing background work is about, and where to look at it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from engine.definitions.models import ProcessDefinition
from engine.instances.models import Instance
from engine.units import SystemIncident
from notifications import failures
from web.auth.gate import may_open
from workflows.documents.states import DocumentKind
from workflows.meetings.models import Meeting
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.spanish import month_name


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that a failure is about. `address` is empty where this reader may not open its page."""

    label: str
    name: str
    address: str


def subjects(session: Session, incident: SystemIncident) -> list[Subject]:
    """What it is about: the case, the person, or the plan with its process, month or meeting; what is gone is not."""
    if incident.kind in failures.OF_A_CASE:
        return _case(session, incident.key)
    if incident.kind == "digest":
        person = session.get(Person, incident.key)
        return [_subject("Persona", person.name, "admin.person", username=person.username)] if person else []
    plan_code, *rest = incident.key.split("/")
    plan = session.get(Plan, plan_code)
    if plan is None:
        return []
    return [_subject("Plan", plan.name, "lifecycle.show", plan=plan.code), *_within(session, plan, incident.kind, rest)]


def _within(session: Session, plan: Plan, kind: str, rest: list[str]) -> list[Subject]:
    """What it is about inside a plan."""
    first, last = (rest[0], rest[-1]) if rest else ("", "")
    if kind == "opening":
        process = session.get(ProcessDefinition, (first, ""))
        return [_subject("Proceso", process.name, "studio.process", process_key=first)] if process else []
    if first == DocumentKind.MONTHLY_REPORT:
        return [_subject("Mes", month_name(last), "boards.month", period=last, plan=plan.code)]
    if first == DocumentKind.MINUTES:
        meeting = session.get(Meeting, int(last)) if last.isdecimal() else None
        return _case(session, str(meeting.instance_id)) if meeting else []
    if first == DocumentKind.EXTERNAL_REPORT:
        return [_subject("Reporte", last, "plans.external", plan_code=plan.code)]
    return []


def _case(session: Session, key: str) -> list[Subject]:
    case = session.get(Instance, int(key)) if key.isdecimal() else None
    return [_subject("Proceso en curso", case.name, "cases.show", case_id=case.id)] if case else []


def _subject(label: str, name: str, endpoint: str, **values: object) -> Subject:
    return Subject(label, name, url_for(endpoint, **values) if may_open(endpoint, **values) else "")  # type: ignore[arg-type]
