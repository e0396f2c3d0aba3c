"""Where a form is used: who asks it, who records it, what of it decides, and who is filling it in now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts, editing
from engine.definitions.dataflow.giving import outputs as outputs_of
from engine.definitions.dataflow.needing import names
from engine.definitions.dataflow.questions import variable_of
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from web.pages import actor, current
from web.studio import overview
from workflows.forms.models import FormDraft

Diagrams = Mapping[str, DiagramModel]


@dataclass(frozen=True, slots=True)
class Asking:
    """A task that asks a form, as it is drawn now. `hands_on` are the fields that it gives to its process."""

    process_key: str
    process: str
    task: Element
    hands_on: tuple[str, ...]
    decides: tuple[str, ...] = ()
    """What is decided with them, in words."""


@dataclass(frozen=True, slots=True)
class Output:
    """Whether a task hands a field to its process, and what is decided with it there."""

    process_key: str
    process: str
    task_id: str
    task: str
    is_on: bool
    decides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """Who is filling a form in: tasks that are open, and what was typed into them."""

    tasks: int
    drafts: int


def working_diagrams(session: Session, tenant: str = "") -> dict[str, DiagramModel]:
    """Every process that may ask a form of all, or of a sector, by name: its draft, else what is published."""
    whose, everything = {"", tenant}, overview.drawn_diagrams(session)
    drawn = {name: model for name, model in everything.items() if Name.parse(name).tenant in whose}
    for one in catalogue.variants(session):
        if one.tenant == tenant:
            name = str(Name(one.key, tenant))
            drawn[name] = read_diagram(overview.current_version(session, name).xml)
    for draft in (draft for one in sorted(whose) for draft in drafts.of_tenant(session, drafts.PROCESS, one)):
        drawn[draft.reference] = read_diagram(draft.content)
    return drawn


def asked_by(diagrams: Diagrams, form_key: str) -> list[Asking]:
    """Every task that asks a form (or what a sector has of it), and what of it its process decides with."""
    asked = Name.parse(form_key).key
    return [
        Asking(key, model.name or key, task, tuple(outputs_of(task)), _decided(model, outputs_of(task)))
        for key, model in diagrams.items()
        for task in model.of_kind("userTask", "startEvent")
        if task.form_key == asked
    ]


def _decided(model: DiagramModel, handed_on: Iterable[str]) -> tuple[str, ...]:
    """The decisions, repetitions and people of a process that read what is handed on."""
    known = {variable_of(name) for name in handed_on}
    found = []
    for element in model.elements.values():
        conditions = [model.flows[one].condition for one in element.outgoing if one in model.flows]
        read = frozenset[str]().union(*(names(text) for text in (*conditions, element.collection) if text))
        if read & known:
            found.append(element.name or model.way(model.flows[element.outgoing[0]]))
    return tuple(dict.fromkeys(found))


def recorded_by(session: Session, form_key: str) -> list[str]:
    """The records of the plan that are written from a form, by the tasks that ask it."""
    handlers = current().engine.form_handlers or {}
    return [
        task.name or task.id
        for model in overview.current_diagrams(session).values()
        for task in model.of_kind("userTask")
        if task.form_key == Name.parse(form_key).key and task.properties.get("registro", task.id) in handlers
    ]


def open_now(session: Session, form_key: str) -> Open:
    """The tasks in which people fill this form in now, and how many have typed something."""
    key, sector = Name.parse(form_key)
    mine = sa.select(UserTask.id).where(UserTask.form_key == key, UserTask.state == UserTaskState.OPEN)
    if sector:
        mine = mine.join(Instance, Instance.id == UserTask.instance_id).where(Instance.tenant == sector)
    tasks = session.scalar(sa.select(sa.func.count()).select_from(mine.subquery())) or 0
    typed = sa.select(sa.func.count(sa.distinct(FormDraft.task_id))).where(FormDraft.task_id.in_(mine))
    return Open(tasks, session.scalar(typed) or 0)


def name_of(session: Session, form_key: str) -> str:
    """What people call a form."""
    key, tenant = Name.parse(form_key)
    return overview.form_names(overview.drawn_diagrams(session), [key], overview.own_names(session, tenant))[key]


def outputs(session: Session, form_key: str, path: str) -> list[Output]:
    """Whether each task that asks a form hands this field of it to its process.

    Of what is a sector's own, those of its own processes: the rest is drawn by who leads what all share.
    """
    tenant = Name.parse(form_key).tenant
    diagrams = _of(working_diagrams(session, tenant), tenant)
    return [
        Output(
            one.process_key, one.process, one.task.id, one.task.name, path in one.hands_on,
            _decided(diagrams[one.process_key], [path]) if path in one.hands_on else (),
        )
        for one in asked_by(diagrams, form_key)
    ]  # fmt: skip


def _of(diagrams: Diagrams, tenant: str) -> Diagrams:
    return {name: model for name, model in diagrams.items() if Name.parse(name).tenant == tenant}


def give_form(session: Session, process_key: str, task_id: str, form_key: str) -> None:
    """Have a task ask a form, in the draft of its process."""
    xml, revision = overview.working_xml(session, process_key)
    xml = editing.set_attribute(xml, task_id, "camunda:formRef", Name.parse(form_key).key)
    xml = editing.set_attribute(xml, task_id, "camunda:formRefBinding", "deployment")
    _keep(session, process_key, xml, revision)


def _keep(session: Session, process_key: str, xml: bytes, revision: int) -> None:
    version = overview.working_version(session, process_key)
    drafts.save(
        session, current().engine, drafts.PROCESS, process_key, xml,
        actor=actor(), revision=revision, base_version=version.version or None, edited=True,
    )  # fmt: skip


def hand_on(session: Session, form_key: str, path: str, ticked: set[str]) -> list[str]:
    """Write into the drafts of the processes which tasks (`proceso/tarea`) hand a field on; the processes changed."""
    changed: dict[str, str] = {}
    tenant = Name.parse(form_key).tenant
    for one in asked_by(_of(working_diagrams(session, tenant), tenant), form_key):
        wanted = f"{one.process_key}/{one.task.id}" in ticked
        if wanted == (path in one.hands_on):
            continue
        kept = [name for name in one.hands_on if name != path] + ([path] if wanted else [])
        xml, revision = overview.working_xml(session, one.process_key)
        xml = editing.set_property(xml, one.task.id, "salida", ",".join(kept))
        _keep(session, one.process_key, xml, revision)
        changed[one.process_key] = f"«{one.process}»"
    return list(changed.values())
