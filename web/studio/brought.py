"""A stranger's diagram: what becomes of it under this roof, and its way into the drafts."""

from __future__ import annotations

import base64
import functools
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.confinement import confined
from engine.definitions import catalogue, drafts, unpublished
from engine.definitions.importing import ImportResult, Kind, import_diagram
from engine.definitions.merging import merge
from engine.definitions.models import Draft, ProcessDefinition, ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.errors import StaleDraft, UnknownDefinition
from engine.identity import Actor
from web.pages import current
from web.studio import overview
from workflows.forms.schema import FormSchema
from workflows.sectors import registry

ADDRESSES: Final = frozenset(
    {"nuevo", "traer", "formularios", "variantes", "catalogos.json", "decisiones", "descartados"}
)
"""What a process can't be called: these are pages of the studio."""

ANSWER: Final = "respuesta:"
"""How the field of a question is called, before its key."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file.

    `process_key` is the name of what it will be a draft of: what all share, or what is a sector's own. `there` is what
    the sector's cases take under its key already (version 0 if only a draft has it), `draft` what is being drawn of it.
    `kept_forms` exist already and stay as they are; `new_forms` come with it.
    """

    result: ImportResult
    process_key: str
    name: str
    there: ProcessVersion | None
    draft: Draft | None
    new_forms: Mapping[str, dict[str, Any]]
    kept_forms: tuple[str, ...]


def taken(session: Session) -> set[str]:
    """The keys that a new process can't have: of those that are published or drawn, whosever they are, and of pages."""
    drawn = {Name.parse(name).key for name in drafts.names(session, drafts.PROCESS)}
    return {*session.scalars(sa.select(ProcessDefinition.key)), *drawn, *ADDRESSES}


def look(content: bytes, *, sector: str = "", new: bool = False, answers: Mapping[str, str] | None = None) -> Brought:
    """Repair a file in a process of its own; `new`: under a key that no process has. Raises `UnreadableDiagram`.

    With a sector it becomes that sector's own. Under the key of what another sector has alone it is new in any case.
    """
    bring = functools.partial(import_diagram, answers=dict(answers or {}))
    with current().database.reading() as session:
        known = replace(known_names(session, current().engine, tenant=sector), world=None)  # only names go elsewhere
        keys, others = taken(session), _of_others(session, sector)
    result = confined(bring, content, known)
    key = read_diagram(result.xml).process_key
    if key in ADDRESSES | others or (new and key in keys):
        under_another = functools.partial(bring, key=free_key(key, keys))
        result = confined(under_another, content, known)
    with current().database.reading() as session:
        return _beside_ours(session, result, sector)


def _of_others(session: Session, sector: str) -> set[str]:
    """The keys of what somebody else has for themselves, or draws anew."""
    drawn = unpublished.processes(session, ("", *registry.codes(session)))
    owners = catalogue.alone(session) | {one.process_key: one.tenant for one in drawn}
    return {key for key, tenant in owners.items() if tenant != sector}


def free_key(key: str, taken: set[str]) -> str:
    """A key like this one that nobody has."""
    return next(one for number in range(2, len(taken) + 3) if (one := f"{key[:90]}_{number}") not in taken)


def _beside_ours(session: Session, result: ImportResult, sector: str) -> Brought:
    diagram = read_diagram(result.xml)
    name = str(Name(diagram.process_key, sector))
    ours = set(overview.working_forms(session, sector))
    return Brought(
        result=result,
        process_key=name,
        name=diagram.name,
        there=_there(session, name),
        draft=drafts.find(session, drafts.PROCESS, name),
        new_forms={key: schema for key, schema in result.forms.items() if key not in ours},
        kept_forms=tuple(key for key in result.forms if key in ours),
    )


def _there(session: Session, name: str) -> ProcessVersion | None:
    for one in dict.fromkeys((name, Name.parse(name).key)):
        try:
            return overview.working_version(session, one)
        except UnknownDefinition:
            continue
    return None


def open_as_draft(session: Session, found: Brought, original: bytes, revision: int, actor: Actor) -> None:
    """Save the diagram over the draft at `revision` (0: there was none), its new forms, and what the importer said.

    Raises `StaleDraft` if somebody saved that draft meanwhile, `InvalidForm`.
    """
    save = functools.partial(drafts.save, session, current().engine, actor=actor)
    there, sector = found.there, Name.parse(found.process_key).tenant
    is_first = there is not None and there.tenant != sector  # a sector begins its variant of what all share
    base = there.version or None if there is not None and not is_first else None
    shared = there.version if there is not None and is_first else None
    try:
        save(
            drafts.PROCESS, found.process_key, found.result.xml,
            revision=revision, base_version=base, shared_version=shared,
        )  # fmt: skip
    except StaleDraft as stale:
        message = (
            "Alguien guardó o publicó ese borrador después de que usted vio esta página. Traiga el diagrama otra vez."
        )
        raise StaleDraft(message) from stale
    for key, schema in found.new_forms.items():
        FormSchema.from_dict(schema)
        save(drafts.FORM, str(Name(key, sector)), orjson.dumps(schema), revision=0, base_version=None)
    drafts.discard(session, drafts.IMPORT, found.process_key)
    save(drafts.IMPORT, found.process_key, notes(found.result, original), revision=0, base_version=None)


def notes(result: ImportResult, original: bytes) -> bytes:
    """What the editor shows of an import: `{"repairs": [{element, rule, message}], "questions": [{…, options}]}`.

    With them stay the file, what it became and the forms it brought, so that a question can be answered later.
    """
    return orjson.dumps(
        {
            "repairs": [asdict(one) for one in result.repairs],
            "questions": [asdict(one) | {"key": one.key} for one in result.questions],
            "answered": [asdict(one) | {"key": one.key, "answer": said} for one, said in result.answered],
            "answers": {question.key: answer for question, answer in result.answered},
            "original": _packed(original),
            "result": _packed(result.xml),
            "forms": dict(result.forms),
        }
    )


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


@dataclass(frozen=True, slots=True)
class Opened:
    """What the importer said of the draft of a process; `questions` and `answered` are as the editor shows them."""

    questions: list[dict[str, Any]]
    answered: list[dict[str, Any]]
    answers: dict[str, str]
    original: bytes
    result: bytes
    forms: dict[str, dict[str, Any]]


def opened(session: Session, process_key: str) -> Opened | None:
    """What is kept of the file that a draft came from; None if it came from none."""
    kept = drafts.find(session, drafts.IMPORT, process_key)
    if kept is None:
        return None
    said = orjson.loads(kept.content)
    original, result = (_unpacked(said[one]) if one in said else b"" for one in ("original", "result"))
    parts = said["questions"], said.get("answered", []), said.get("answers", {})
    return Opened(*parts, original=original, result=result, forms=said.get("forms", {}))


def look_again(content: bytes, process_key: str, answers: Mapping[str, str]) -> ImportResult:
    """Repair a file whose draft is open, with these answers, under the key of that draft."""
    bring = functools.partial(import_diagram, answers=dict(answers))
    sector = Name.parse(process_key).tenant
    with current().database.reading() as session:
        known = replace(known_names(session, current().engine, tenant=sector), world=None)
    result = confined(bring, content, known)
    key = Name.parse(process_key).key
    if read_diagram(result.xml).process_key != key:
        result = confined(functools.partial(bring, key=key), content, known)
    return result


def answer_later(session: Session, process_key: str, before: Opened, result: ImportResult, actor: Actor) -> int:
    """Bring what the answers decide into the draft, wherever nobody has changed it since; how many elements stay.

    A form that somebody has written on stays as it is. Raises `StaleDraft` if the draft was discarded or published.
    """
    draft = drafts.find(session, drafts.PROCESS, process_key)
    if draft is None:
        raise StaleDraft("Ese borrador ya se publicó o se descartó: no hay preguntas que responder.")
    merged = merge(before.result, result.xml, draft.content)
    save = functools.partial(drafts.save, session, current().engine, actor=actor)
    save(
        drafts.PROCESS, process_key, merged.content,
        revision=draft.revision, base_version=draft.base_version, edited=True,
    )  # fmt: skip
    published = set(overview.current_forms(session, draft.tenant))
    for key, schema in result.forms.items():
        name = str(Name(key, draft.tenant))
        there = drafts.find(session, drafts.FORM, name)
        untouched = there is not None and orjson.loads(there.content) == before.forms.get(key)
        if untouched or (there is None and key not in published):
            save(drafts.FORM, name, orjson.dumps(schema), revision=there.revision if there else 0, base_version=None)
    drafts.discard(session, drafts.IMPORT, process_key)
    save(drafts.IMPORT, process_key, notes(result, before.original), revision=0, base_version=None)
    return len(merged.kept)


def choices(session: Session, sector: str = "") -> dict[Kind, Mapping[str, str]]:
    """What there is of each kind that a question asks for, by its key."""
    known = known_names(session, current().engine, tenant=sector)
    return {
        Kind.ROLE: current().engine.groups.roles(session), Kind.FORM: known.forms or {},
        Kind.PROCESS: known.processes or {}, Kind.HANDLER: {one: one for one in known.topics or ()},
        Kind.DECISION: {one: one for one in known.decisions or ()},
    }  # fmt: skip
