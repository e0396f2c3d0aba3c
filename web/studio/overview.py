"""What the pages of the studio show about processes and their versions.

A process or form is named as in an address: by its key what all share, `clave@SECTOR` what is a sector's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts, retiring, reviewing, unpublished, variants
from engine.definitions.comparison import Labels
from engine.definitions.diagram import DiagramModel
from engine.definitions.models import Draft, FormVersion, ProcessDefinition, ProcessVersion, Release
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import UnknownDefinition
from engine.instances import usage
from engine.instances.usage import RunningCase
from engine.runtime import ProcessEngine
from web.pages import actor
from workflows.people.groups import sectors_of
from workflows.people.models import Person

UNKNOWN_FORM = "Ese formulario no está publicado. Elija uno de la lista de formularios."


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version and the cases that still run on it, of the reader's sectors; `elsewhere` of others."""

    version: ProcessVersion | FormVersion
    author: str
    cases: Sequence[RunningCase]
    elsewhere: int
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
    part_of: str = ""
    """The name of the process that calls it, if one does."""
    depth: int = 0


def process_list(session: Session) -> list[ProcessRow]:
    """Every published process, after what calls it, what is the own of the reader's sectors too: variants follow."""
    names, drafted, running = people(session), drafts.names(session, drafts.PROCESS), _running(session)
    retired = retiring.retired(session)
    current = session.scalars(
        sa.select(ProcessVersion)
        .join(ProcessDefinition, ProcessDefinition.version_id == ProcessVersion.id)
        .where(ProcessDefinition.own, ProcessDefinition.tenant.in_(seen()))
        .order_by(ProcessVersion.process_key, ProcessVersion.tenant)
    ).all()
    called = {version.process_key: version.name for version in reversed(current)}
    placed = _parts({version.process_key: version.xml for version in reversed(current)}, called)
    return [
        ProcessRow(
            current=version,
            author=names.get(version.published_by, version.published_by),
            has_draft=version.reference in drafted,
            is_retired=version.process_key in retired,
            running=running.get(version.reference, {}),
            part_of=called.get(placed[version.process_key].caller, ""),
            depth=placed[version.process_key].depth,
        )
        for version in sorted(current, key=lambda one: placed[one.process_key].number)
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a process stands in the list, and below which other."""

    number: int
    caller: str
    depth: int


def _parts(diagrams: Mapping[str, bytes], called: Mapping[str, str]) -> dict[str, _Part]:
    """Each process below the first that calls it, in the order of its calls; what nobody calls by its name."""
    calls = {
        key: [one.called_element for one in read_diagram(xml).of_kind("callActivity") if one.called_element in diagrams]
        for key, xml in diagrams.items()
    }
    parts: dict[str, _Part] = {}

    def place(key: str, caller: str, depth: int) -> None:
        if key not in parts:
            parts[key] = _Part(len(parts), caller, depth)
            for one in calls[key]:
                place(one, key, depth + 1)

    is_part = {one for listed in calls.values() for one in listed}
    for key in sorted(diagrams, key=lambda one: (one in is_part, called[one])):
        place(key, "", 0)
    return parts


def _running(session: Session) -> dict[str, dict[int, int]]:
    """By process or variant: how many cases run on each of its version numbers, the newest first."""
    counts = usage.counts(session)
    columns = ProcessVersion.id, ProcessVersion.process_key, ProcessVersion.tenant, ProcessVersion.version
    used = sa.select(*columns).where(ProcessVersion.id.in_(counts)).order_by(ProcessVersion.version.desc())
    found: dict[str, dict[int, int]] = {}
    for id_, process_key, tenant, number in session.execute(used):
        found.setdefault(str(Name(process_key, tenant)), {})[number] = counts[id_]
    return found


def current_version(session: Session, name: str) -> ProcessVersion:
    """The version that new cases take; raises `UnknownDefinition`."""
    version = variants.in_force(session, drafts.PROCESS, name)
    if not isinstance(version, ProcessVersion):
        raise UnknownDefinition
    return version


def working_version(session: Session, name: str) -> ProcessVersion:
    """The current version; of what exists only as a draft, its version 0. Raises `UnknownDefinition`."""
    draft = drafts.find(session, drafts.PROCESS, name)
    if draft is None or variants.in_force(session, drafts.PROCESS, name) is not None:
        return current_version(session, name)
    return unpublished.as_version(draft)


def compared_version(session: Session, name: str) -> ProcessVersion:
    """What a draft is compared with: the current version; of a variant that is only a draft, the shared one."""
    version = working_version(session, name)
    if version.version or not version.tenant or variants.is_alone(session, drafts.PROCESS, name):
        return version
    return current_version(session, version.process_key)


def process_version(session: Session, name: str, number: int) -> ProcessVersion:
    """One version; raises `UnknownDefinition`."""
    key, tenant = Name.parse(name)
    versions = sa.select(ProcessVersion).where(ProcessVersion.process_key == key, ProcessVersion.tenant == tenant)
    version = session.scalar(versions.where(ProcessVersion.version == number))
    if version is None:
        raise UnknownDefinition(f"Ese proceso no tiene una versión {number}. Elija una de la lista de versiones.")
    return version


def process_versions(session: Session, name: str) -> list[VersionRow]:
    """Every version of a process, newest first."""
    current, (key, tenant) = current_version(session, name), Name.parse(name)
    return _rows(session, catalogue.versions(session, key, tenant), usage.of_process(session, key), current.id)


def form_versions(session: Session, name: str) -> list[VersionRow]:
    """Every version of a form, newest first; none of a form that is only a draft. Raises `UnknownDefinition`."""
    key, tenant = Name.parse(name)
    query = sa.select(FormVersion).where(FormVersion.form_key == key, FormVersion.tenant == tenant)
    versions = list(session.scalars(query.order_by(FormVersion.version.desc())))
    if (not versions or versions[0].withdrawn) and drafts.find(session, drafts.FORM, name) is None:
        raise UnknownDefinition(UNKNOWN_FORM)
    current = versions[0].id if versions and not versions[0].withdrawn else 0
    return _rows(session, versions, usage.of_form(session, key), current)


def _rows(session: Session, versions: Sequence[Any], cases: Mapping[int, Any], current_id: int) -> list[VersionRow]:
    names, whose = people(session), seen()
    shown = {id_: [case for case in running if case.tenant in whose] for id_, running in cases.items()}
    return [
        VersionRow(
            version=one,
            author=names.get(one.published_by, one.published_by),
            cases=shown.get(one.id, []),
            elsewhere=len(cases.get(one.id, [])) - len(shown.get(one.id, [])),
            is_current=one.id == current_id,
        )
        for one in versions
    ]


def running(session: Session, name: str) -> tuple[list[RunningCase], int]:
    """The cases going on of a process or variant, also where it is only called: the reader's, and how many others."""
    key, tenant = Name.parse(name)
    found = [case for cases in usage.of_process(session, key).values() for case in cases]
    if tenant:
        found = [case for case in found if case.tenant == tenant]
    shown = [case for case in found if case.tenant in seen()]
    return shown, len(found) - len(shown)


def current_forms(session: Session, tenant: str = "") -> dict[str, FormVersion]:
    """The newest version of every form that all share, or that a sector is asked, by key."""
    return catalogue.forms(session, tenant)


def current_diagrams(session: Session) -> dict[str, DiagramModel]:
    """The current diagram of every process that all share, or that the reader's sectors have alone, by name."""
    query = sa.select(ProcessVersion).join(ProcessDefinition, ProcessDefinition.version_id == ProcessVersion.id)
    alone = sa.and_(ProcessDefinition.own, ProcessDefinition.tenant.in_(seen()), ProcessVersion.based_on.is_(None))
    current = session.scalars(query.where(alone).order_by(ProcessVersion.tenant, ProcessVersion.process_key))
    return {version.reference: read_diagram(version.xml) for version in current}


def drawn_diagrams(session: Session) -> dict[str, DiagramModel]:
    """The current diagrams, and those of processes that are only drafts."""
    new = {version.reference: read_diagram(version.xml) for version in unpublished.processes(session, seen())}
    return new | current_diagrams(session)


def seen() -> frozenset[str]:
    """Whose definitions the reader sees: what all share, and what is their sectors' own."""
    return sectors_of(actor()) | {""}


def form_names(
    diagrams: Mapping[str, DiagramModel], keys: Sequence[str], own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a form is called: by its own name (`own`), else after the task of its key or the first that asks it."""
    found = {key: key.replace("_", " ").capitalize() for key in keys}
    tasks = [task for diagram in diagrams.values() for task in diagram.of_kind("userTask") if task.form_key in found]
    found |= {task.form_key: task.name for task in reversed(tasks)}
    found |= {task.form_key: task.name for task in tasks if task.id == task.form_key}
    return _apart(found | {key: name for key, name in (own or {}).items() if key in found}, diagrams)


def _apart(names: Mapping[str, str], diagrams: Mapping[str, DiagramModel]) -> dict[str, str]:
    """Forms of one name are told apart by the first process that asks each."""
    many = Counter(names.values())
    asking: dict[str, str] = {}
    for diagram in diagrams.values():
        for task in diagram.of_kind("userTask"):
            asking.setdefault(task.form_key or "", diagram.name)
    return {key: f"{name} ({asking[key]})" if many[name] > 1 and key in asking else name for key, name in names.items()}


def own_names(session: Session, tenant: str = "") -> dict[str, str]:
    """The names that forms were given here, by key: of their drafts, else of what is published."""
    theirs = FormVersion.tenant.in_({"", tenant})
    newest = sa.select(sa.func.max(FormVersion.id)).where(theirs).group_by(FormVersion.form_key)
    name = FormVersion.schema["name"].as_string()
    query = sa.select(FormVersion.form_key, name).where(FormVersion.id.in_(newest), name.is_not(None))
    found = {key: str(text) for key, text in session.execute(query)}
    for draft in session.scalars(sa.select(Draft).where(Draft.kind == drafts.FORM, Draft.tenant.in_({"", tenant}))):
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
    """The names of the processes that call one, by its key."""
    return [
        diagram.name
        for diagram in current_diagrams(session).values()
        if any(call.called_element == process_key for call in diagram.of_kind("callActivity"))
    ]


def labels(session: Session, engine: ProcessEngine, tenant: str = "") -> Labels:
    """How roles, forms and processes are called: those that all share, and those that a sector has alone."""
    keys = [*current_forms(session, tenant), *unpublished.form_keys(session), *unpublished.form_keys(session, tenant)]
    return Labels(
        roles=engine.groups.roles(session),
        forms=form_names(drawn_diagrams(session), keys, own_names(session, tenant)),
        processes={
            diagram.process_key: diagram.name
            for name, diagram in current_diagrams(session).items()
            if Name.parse(name).tenant in ("", tenant)
        },
    )


def people(session: Session) -> dict[str, str]:
    """Names by username, and of the engine itself."""
    found = {row.username: row.name for row in session.execute(sa.select(Person.username, Person.name))}
    return {"sistema": "Cauce", **found}


def working_xml(session: Session, name: str) -> tuple[bytes, int]:
    """The XML that an editor opens, and the draft's revision: the draft, else the current version with revision 0."""
    draft = drafts.find(session, drafts.PROCESS, name)
    if draft is not None:
        return draft.content, draft.revision
    return current_version(session, name).xml, 0


def working_forms(session: Session, tenant: str = "") -> dict[str, dict[str, Any]]:
    """The JSON of every form that is asked, as it is being written, else as it is published, by key."""
    found = {key: version.schema for key, version in current_forms(session, tenant).items()}
    written = sa.select(Draft).where(Draft.kind == drafts.FORM, Draft.tenant.in_({"", tenant})).order_by(Draft.tenant)
    return found | {draft.key: orjson.loads(draft.content) for draft in session.scalars(written)}


def form_references(session: Session, tenant: str, keys: Iterable[str]) -> dict[str, str]:
    """The names of the forms that a process of a sector asks by these keys: the sector's own, else what all share."""
    own = {one.form_key for one in catalogue.form_variants(session) if one.tenant == tenant}
    own |= {one.key for one in drafts.of_tenant(session, drafts.FORM, tenant)} if tenant else set()
    return {key: str(Name(key, tenant)) if key in own else key for key in keys}


def working_form(session: Session, name: str) -> tuple[dict[str, Any], int]:
    """The JSON that the form editor opens, and the draft's revision, likewise."""
    draft = drafts.find(session, drafts.FORM, name)
    if draft is not None:
        schema: dict[str, Any] = orjson.loads(draft.content)
        return schema, draft.revision
    newest = variants.in_force(session, drafts.FORM, name)
    if not isinstance(newest, FormVersion):
        raise UnknownDefinition(UNKNOWN_FORM)
    return newest.schema, 0
