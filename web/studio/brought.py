"""A stranger's diagram: what becomes of it under this roof, and its way into the drafts."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from engine.confinement import confined
from engine.definitions import drafts
from engine.definitions.importing import ImportResult, import_diagram
from engine.definitions.models import Draft, ProcessVersion
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.errors import StaleDraft, UnknownDefinition
from engine.identity import Actor
from web.pages import current
from web.studio import overview
from workflows.forms.schema import FormSchema

ADDRESSES: Final = frozenset({"traer", "formularios", "variantes", "catalogos.json", "decisiones", "descartados"})
"""What a process can't be called: these are pages of the studio."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file.

    `there` is the process that has its key already (version 0 if only a draft has), `draft` what is being drawn of
    it. `kept_forms` exist already and stay as they are; `new_forms` come with it.
    """

    result: ImportResult
    process_key: str
    name: str
    there: ProcessVersion | None
    draft: Draft | None
    new_forms: Mapping[str, dict[str, Any]]
    kept_forms: tuple[str, ...]


def look(content: bytes, *, new: bool = False, answers: Mapping[str, str] | None = None) -> Brought:
    """Repair a file in a process of its own; `new`: under a key that no process has. Raises `UnreadableDiagram`."""
    bring = functools.partial(import_diagram, answers=dict(answers or {}))
    with current().database.reading() as session:
        known = replace(known_names(session, current().engine), world=None)  # only names reach the other process
        taken = {*ADDRESSES, *(known.processes or ()), *drafts.keys(session, drafts.PROCESS)}
    result = confined(bring, content, known)
    key = read_diagram(result.xml).process_key
    if key in ADDRESSES or (new and key in taken):
        under_another = functools.partial(bring, key=free_key(key, taken))
        result = confined(under_another, content, known)
    with current().database.reading() as session:
        return _beside_ours(session, result)


def free_key(key: str, taken: set[str]) -> str:
    """A key like this one that nobody has."""
    return next(one for number in range(2, len(taken) + 3) if (one := f"{key[:90]}_{number}") not in taken)


def _beside_ours(session: Session, result: ImportResult) -> Brought:
    diagram = read_diagram(result.xml)
    ours = set(overview.current_forms(session)) | drafts.keys(session, drafts.FORM)
    return Brought(
        result=result,
        process_key=diagram.process_key,
        name=diagram.name,
        there=_there(session, diagram.process_key),
        draft=drafts.find(session, drafts.PROCESS, diagram.process_key),
        new_forms={key: schema for key, schema in result.forms.items() if key not in ours},
        kept_forms=tuple(key for key in result.forms if key in ours),
    )


def _there(session: Session, process_key: str) -> ProcessVersion | None:
    try:
        return overview.working_version(session, process_key)
    except UnknownDefinition:
        return None


def open_as_draft(session: Session, found: Brought, revision: int, actor: Actor) -> None:
    """Save the diagram over the draft at `revision` (0: there was none), its new forms, and what the importer said.

    Raises `StaleDraft` if somebody saved that draft meanwhile, `InvalidForm`.
    """
    save = functools.partial(drafts.save, session, current().engine, actor=actor)
    base = found.there.version or None if found.there is not None else None
    try:
        save(drafts.PROCESS, found.process_key, found.result.xml, revision=revision, base_version=base)
    except StaleDraft as stale:
        message = (
            "Alguien guardó o publicó ese borrador después de que usted vio esta página. Traiga el diagrama otra vez."
        )
        raise StaleDraft(message) from stale
    for key, schema in found.new_forms.items():
        FormSchema.from_dict(schema)
        save(drafts.FORM, key, orjson.dumps(schema), revision=0, base_version=None)
    drafts.discard(session, drafts.IMPORT, found.process_key)
    save(drafts.IMPORT, found.process_key, notes(found.result), revision=0, base_version=None)


def notes(result: ImportResult) -> bytes:
    """What the editor shows of an import: `{"repairs": [{element, rule, message}], "questions": [{…, options}]}`.

    `answers` stay with it, by the key of each question.
    """
    repairs, questions = map(asdict, result.repairs), map(asdict, result.questions)
    return orjson.dumps(
        {
            "repairs": list(repairs),
            "questions": list(questions),
            "answers": {question.key: answer for question, answer in result.answered},
        }
    )
