"""Workbooks that are looked at first and loaded once somebody confirms what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.pages import actor, current, page
from workflows.documents import files
from workflows.documents.states import Reserve
from workflows.errors import Conflict
from workflows.loading import staff
from workflows.records.columns import BY_KEY
from workflows.records.comparing import ADDED, CHANGED, REMOVED, Change
from workflows.records.problems import Problem

LIFETIME_S = 8 * 3600
SIGNS = {ADDED: ("verde", "+"), CHANGED: ("amarillo", "≠"), REMOVED: ("rojo", "−")}
"""Colour and sign of each kind of change."""
PEOPLE = BY_KEY["personas"].title
PEOPLE_SIGNS = {
    staff.NEW: ("verde", "+"),
    staff.CHANGES: ("amarillo", "≠"),
    staff.UNTOUCHED: ("gris", "–"),
    staff.GONE: ("gris", "○"),
}
"""What is told of each person has a table of its own."""


class Shown(Protocol):
    """What a preview of a plan and one of a sector have in common."""

    @property
    def changes(self) -> Sequence[Change]:
        """What loading would change."""

    @property
    def people(self) -> Sequence[staff.Told]:
        """What it would do to each person."""

    @property
    def changes_nothing(self) -> bool:
        """Whether all is as the file says."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that was looked at and waits to be confirmed, by whom, and what the preview said it would change."""

    file_id: int
    name: str
    username: str
    fingerprint: str
    sector: str


def shown(template: str, name: str, content: bytes, found: Shown, sector: str, *, salt: str) -> str:
    """The page of what loading a file would change, which puts the file aside if it would change anything."""
    sealed = "" if found.changes_nothing else put_aside(name, content, found.changes, sector, salt=salt)
    told = [one for one in found.people if one.kind != staff.UNTOUCHED or one.untouched]
    return page(
        template,
        name=name,
        found=found,
        groups=by_sheet(found.changes),
        signs=SIGNS,
        people=told,
        same=len(found.people) - len(told),
        people_signs=PEOPLE_SIGNS,
        sealed=sealed,
    )


def put_aside(name: str, content: bytes, changes: Sequence[Change], sector: str, *, salt: str) -> str:
    """Put the file aside, so that what is confirmed is what was shown. It is forgotten if nobody confirms."""
    application = current()
    with application.database.unit_of_work() as session:
        kept = files.keep(
            session, application.clock, actor().id, name, content, files.PUT_ASIDE, sector=sector,
            reserve=Reserve.RESERVED,
        )  # fmt: skip
    return _serializer(salt).dumps([kept.id, name, actor().id, fingerprint(changes), sector])


def pending(sealed: str, *, salt: str) -> Pending:
    """What waits. Raises `Conflict`: too long, or of somebody else."""
    try:
        found = Pending(*_serializer(salt).loads(sealed, max_age=LIFETIME_S))
    except (BadSignature, TypeError) as wrong:  # `TypeError`: sealed before it said its sector
        raise Conflict("La vista previa venció. Cargue el archivo otra vez.") from wrong
    if found.username != actor().id:
        raise Conflict("Esa vista previa es de otra persona. Cargue usted el archivo.")
    return found


def ensure_as_shown(changes: Sequence[Change], shown: Pending, what: str) -> None:
    """Raise `Conflict` where loading would do something else than what was shown; `what` is «El plan»."""
    if not changes:
        raise Conflict(f"{what} ya es como dice el archivo: no hay nada que cargar.")
    if fingerprint(changes) != shown.fingerprint:
        raise Conflict(f"{what} cambió después de la vista previa. Cargue el archivo otra vez y revise los cambios.")


def fingerprint(changes: Sequence[Change]) -> str:
    """What tells one list of changes from another."""
    text = "\n".join(repr((change.kind, change.sheet, change.code, change.text)) for change in changes)
    return hashlib.sha256(text.encode()).hexdigest()


def by_sheet(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    """The changes under the sheet they come from, in order; those of people have a table of their own."""
    others = [change for change in changes if change.sheet != PEOPLE]
    return [(sheet, list(group)) for sheet, group in groupby(others, lambda change: change.sheet)]


def by_place(problems: Sequence[Problem]) -> list[Problem]:
    """The problems as one would walk through the workbook."""
    return sorted(problems, key=lambda problem: (problem.sheet, problem.row or 0))


def _serializer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().config.secret_key, salt=salt)
