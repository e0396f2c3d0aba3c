"""What the pages of the studio show about processes and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts, retiring, reviewing, unpublished
from engine.definitions.comparison import Labels
from engine.definitions.diagram import DiagramModel
from engine.definitions.models import Draft, FormVersion, ProcessDefinition, ProcessVersion, Release
from engine.definitions.reading import read_diagram
from engine.errors import UnknownDefinition
from engine.instances import usage
from engine.instances.usage import RunningCase
from engine.runtime import ProcessEngine
from workflows.people.models import Person


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version and the cases that still run on it."""

    version: ProcessVersion | FormVersion
    author: str
    cases: Sequence[RunningCase]
    is_current: bool


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process of the list."""

    current: ProcessVersion
    author: str
    has_draft: bool
    is_retired: bool
    running: Mapping[int, int]
    """How many cases run on each version number."""


def process_list(session: Session) -> list[ProcessRow]:
    """Every published process, by name."""
    names, drafted, running = people(session), drafts.keys(session, drafts.PROCESS), _running(session)
    retired = retiring.retired(session)
    current = session.scalars(
        sa.select(ProcessVersion)
        .join(ProcessDefinition, ProcessDefinition.version_id == ProcessVersion.id)
        .order_by(ProcessVersion.name)
    )
    return [
        ProcessRow(
            current=version,
            author=names.get(version.published_by, version.published_by),
            has_draft=version.process_key in drafted,
            is_retired=version.process_key in retired,
            running=running.get(version.process_key, {}),
        )
        for version in current
    ]


def _running(session: Session) -> dict[str, dict[int, int]]:
    """By process: how many cases run on each of its version numbers, the newest first."""
    counts = usage.counts(session)
    query = sa.select(ProcessVersion.id, ProcessVersion.process_key, ProcessVersion.version)
    used = query.where(ProcessVersion.id.in_(counts)).order_by(ProcessVersion.version.desc())
    found: dict[str, dict[int, int]] = {}
    for id_, process_key, number in session.execute(used):
        found.setdefault(process_key, {})[number] = counts[id_]
    return found


def current_version(session: Session, process_key: str) -> ProcessVersion:
    """The version that new cases take; raises `UnknownDefinition`."""
    version = session.scalar(
        sa.select(ProcessVersion)
        .join(ProcessDefinition, ProcessDefinition.version_id == ProcessVersion.id)
        .where(ProcessDefinition.key == process_key)
    )
    if version is None:
        raise UnknownDefinition
    return version


def working_version(session: Session, process_key: str) -> ProcessVersion:
    """The current version; of a process that exists only as a draft, its version 0. Raises `UnknownDefinition`."""
    draft = drafts.find(session, drafts.PROCESS, process_key)
    if draft is None or session.get(ProcessDefinition, process_key) is not None:
        return current_version(session, process_key)
    return unpublished.as_version(draft)


def process_version(session: Session, process_key: str, number: int) -> ProcessVersion:
    """One version; raises `UnknownDefinition`."""
    version = session.scalar(
        sa.select(ProcessVersion).where(ProcessVersion.process_key == process_key, ProcessVersion.version == number)
    )
    if version is None:
        raise UnknownDefinition(f"Ese proceso no tiene una versión {number}. Elija una de la lista de versiones.")
    return version


def process_versions(session: Session, process_key: str) -> list[VersionRow]:
    """Every version of a process, newest first."""
    current = current_version(session, process_key)
    versions = session.scalars(
        sa.select(ProcessVersion)
        .where(ProcessVersion.process_key == process_key)
        .order_by(ProcessVersion.version.desc())
    )
    return _rows(session, list(versions), usage.of_process(session, process_key), current.id)


def form_versions(session: Session, form_key: str) -> list[VersionRow]:
    """Every version of a form, newest first; none of a form that is only a draft. Raises `UnknownDefinition`."""
    query = sa.select(FormVersion).where(FormVersion.form_key == form_key).order_by(FormVersion.version.desc())
    versions = list(session.scalars(query))
    if not versions and drafts.find(session, drafts.FORM, form_key) is None:
        raise UnknownDefinition("Ese formulario no está publicado. Elija uno de la lista de formularios.")
    return _rows(session, versions, usage.of_form(session, form_key), versions[0].id if versions else 0)


def _rows(session: Session, versions: Sequence[Any], cases: Mapping[int, Any], current_id: int) -> list[VersionRow]:
    names = people(session)
    return [
        VersionRow(one, names.get(one.published_by, one.published_by), cases.get(one.id, []), one.id == current_id)
        for one in versions
    ]


def current_forms(session: Session) -> dict[str, FormVersion]:
    """The newest version of every form, by key."""
    newest = sa.select(sa.func.max(FormVersion.id)).group_by(FormVersion.form_key)
    found = session.scalars(sa.select(FormVersion).where(FormVersion.id.in_(newest)).order_by(FormVersion.form_key))
    return {version.form_key: version for version in found}


def current_diagrams(session: Session) -> dict[str, DiagramModel]:
    """The current diagram of every process, by key."""
    query = sa.select(ProcessVersion).join(ProcessDefinition, ProcessDefinition.version_id == ProcessVersion.id)
    return {version.process_key: read_diagram(version.xml) for version in session.scalars(query)}


def drawn_diagrams(session: Session) -> dict[str, DiagramModel]:
    """The current diagrams, and those of processes that are only drafts."""
    new = {version.process_key: read_diagram(version.xml) for version in unpublished.processes(session)}
    return new | current_diagrams(session)


def form_names(
    diagrams: Mapping[str, DiagramModel], keys: Sequence[str], own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a form is called: by its own name (`own`), else after the task of its key or the first that asks it."""
    found = {key: key.replace("_", " ").capitalize() for key in keys}
    tasks = [task for diagram in diagrams.values() for task in diagram.of_kind("userTask") if task.form_key in found]
    found |= {task.form_key: task.name for task in reversed(tasks)}
    found |= {task.form_key: task.name for task in tasks if task.id == task.form_key}
    return found | {key: name for key, name in (own or {}).items() if key in found}


def own_names(session: Session) -> dict[str, str]:
    """The names that forms were given here, by key: of their drafts, else of what is published."""
    newest = sa.select(sa.func.max(FormVersion.id)).group_by(FormVersion.form_key)
    name = FormVersion.schema["name"].as_string()
    query = sa.select(FormVersion.form_key, name).where(FormVersion.id.in_(newest), name.is_not(None))
    found = {key: str(text) for key, text in session.execute(query)}
    for draft in session.scalars(sa.select(Draft).where(Draft.kind == drafts.FORM)):
        if text := orjson.loads(draft.content).get("name"):
            found[draft.key] = str(text)
    return found


def asked_by(diagrams: Mapping[str, DiagramModel], form_key: str) -> list[tuple[str, str]]:
    """The tasks that ask a form, each with its process."""
    return [
        (task.name, diagram.name)
        for diagram in diagrams.values()
        for task in diagram.of_kind("userTask")
        if task.form_key == form_key
    ]


def asked_reviews(session: Session) -> list[tuple[Release, str, str]]:
    """What waits for a second person: with the name of the process and of who asks."""
    names = people(session)
    return [
        (release, read_diagram(release.content).name, names.get(release.asked_by, release.asked_by))
        for release in reviewing.in_review(session)
    ]


def called_from(session: Session, process_key: str) -> list[str]:
    """The names of the processes that call one."""
    return [
        diagram.name
        for diagram in current_diagrams(session).values()
        if any(call.called_element == process_key for call in diagram.of_kind("callActivity"))
    ]


def labels(session: Session, engine: ProcessEngine) -> Labels:
    """How roles, forms and processes are called."""
    diagrams = current_diagrams(session)
    keys = [*current_forms(session), *unpublished.form_keys(session)]
    return Labels(
        roles=engine.groups.roles(session),
        forms=form_names(drawn_diagrams(session), keys, own_names(session)),
        processes={key: diagram.name for key, diagram in diagrams.items()},
    )


def people(session: Session) -> dict[str, str]:
    """Names by username, and of the engine itself."""
    found = {row.username: row.name for row in session.execute(sa.select(Person.username, Person.name))}
    return {"sistema": "Cauce", **found}


def working_xml(session: Session, process_key: str) -> tuple[bytes, int]:
    """The XML that an editor opens, and the draft's revision: the draft, else the current version with revision 0."""
    draft = drafts.find(session, drafts.PROCESS, process_key)
    if draft is not None:
        return draft.content, draft.revision
    return current_version(session, process_key).xml, 0


def working_forms(session: Session) -> dict[str, dict[str, Any]]:
    """The JSON of every form as it is being written, else as it is published, by key."""
    found = {key: version.schema for key, version in current_forms(session).items()}
    written = session.scalars(sa.select(Draft).where(Draft.kind == drafts.FORM))
    return found | {draft.key: orjson.loads(draft.content) for draft in written}


def working_form(session: Session, form_key: str) -> tuple[dict[str, Any], int]:
    """The JSON that the form editor opens, and the draft's revision, likewise."""
    draft = drafts.find(session, drafts.FORM, form_key)
    if draft is not None:
        schema: dict[str, Any] = orjson.loads(draft.content)
        return schema, draft.revision
    newest = form_versions(session, form_key)[0].version
    assert isinstance(newest, FormVersion)  # noqa: S101 - tells the type checker what the query says
    return newest.schema, 0
