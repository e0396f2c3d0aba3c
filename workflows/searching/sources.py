"""What can be found, as the index reads it: what only grows by its ids, what also changes whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from lxml import etree, html
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.documents.models import Document, FileContent, StoredFile
from workflows.documents.states import DocumentKind, Reserve
from workflows.indicators.models import Indicator
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole
from workflows.plan.models import Plan
from workflows.searching.states import Kind

LONGEST_TEXT = 60_000
"""Letters of a document that the index reads."""
_GROWING: Mapping[Kind, InstrumentedAttribute[int]] = {
    Kind.TASK: UserTask.id,
    Kind.CASE: Instance.id,
    Kind.DOCUMENT: Document.id,
}
_ENTITY = UserTask.variables["entidad"].as_string()


@dataclass(frozen=True, slots=True)
class Findable:
    """Something to be found, as `SearchEntry` keeps it."""

    kind: Kind
    ref: str
    sector: str
    title: str
    text: str = ""
    link: str = ""
    case_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it."""
        return self.kind, self.ref, self.sector


def newest(session: Session) -> dict[Kind, int]:
    """The newest id of each kind that only grows; one statement."""
    row = session.execute(sa.select(*(sa.select(sa.func.max(one)).scalar_subquery() for one in _GROWING.values())))
    return {kind: last or 0 for kind, last in zip(_GROWING, row.one(), strict=True)}


def ids_after(session: Session, kind: Kind, after: int, limit: int) -> list[int]:
    """The next ids of a kind."""
    column = _GROWING[kind]
    return list(session.scalars(sa.select(column).where(column > after).order_by(column).limit(limit)))


def between(session: Session, kind: Kind, first: int, last: int) -> Iterator[Findable]:
    """What has an id in this range, both ends included, in order."""
    read = {Kind.TASK: _tasks, Kind.CASE: _cases, Kind.DOCUMENT: _documents}[kind]
    return read(session, first, last)


def changing(session: Session) -> Iterator[Findable]:
    """All that also changes: people and indicators. Three statements."""
    yield from _indicators(session)
    yield from _people(session)


def _tasks(session: Session, first: int, last: int) -> Iterator[Findable]:
    query = (
        sa.select(UserTask.id, UserTask.name, _ENTITY, Instance.id, Instance.name, Instance.tenant)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.id.between(first, last), Instance.tenant != "")
        .order_by(UserTask.id)
    )
    for task_id, name, entity, case_id, case, sector in session.execute(query):
        about = f"{case} · {entity}" if entity and entity not in case else case
        yield Findable(Kind.TASK, str(task_id), sector, name, about, case_id=case_id)


def _cases(session: Session, first: int, last: int) -> Iterator[Findable]:
    query = sa.select(Instance.id, Instance.name, Instance.business_key, Instance.tenant)
    query = query.where(Instance.id.between(first, last), Instance.tenant != "").order_by(Instance.id)
    for case_id, name, key, sector in session.execute(query):
        yield Findable(Kind.CASE, str(case_id), sector, name, key, case_id=case_id)


def _documents(session: Session, first: int, last: int) -> Iterator[Findable]:
    """What was made of public documents; a newer version has the key of the one before."""
    printed = aliased(Document)
    query = (
        sa.select(Document, Plan.sector_code, FileContent.content, printed.file_id)
        .join(Plan, Plan.code == Document.plan_code)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .join(FileContent, FileContent.sha256 == StoredFile.sha256)
        .outerjoin(
            printed,
            sa.and_(
                printed.plan_code == Document.plan_code,
                printed.kind == Document.kind,
                printed.key == Document.key,
                printed.version == Document.version,
                printed.format == "pdf",
            ),
        )
        .where(Document.id.between(first, last), Document.format == "html", StoredFile.reserve == Reserve.PUBLIC)
        .order_by(Document.id)
    )
    for document, sector, content, file_id in session.execute(query):
        kind = Kind.MINUTES if document.kind == DocumentKind.MINUTES else Kind.DOCUMENT
        ref = f"{document.plan_code}/{document.kind}/{document.key}"
        yield Findable(kind, ref, sector, document.title, _text(content), str(file_id or document.file_id))


def _text(content: bytes) -> str:
    """What a page says, without what is only for machines."""
    page = html.fromstring(content)
    etree.strip_elements(page, "style", "script", "svg", "title", with_tail=False)
    return " ".join(" ".join(map(str, page.itertext())).split())[:LONGEST_TEXT]


def _indicators(session: Session) -> Iterator[Findable]:
    query = sa.select(
        Indicator.plan_code, Indicator.code, Indicator.name, Indicator.entity_code, Indicator.definition,
        Indicator.source, Plan.sector_code,
    ).join(Plan, Plan.code == Indicator.plan_code)  # fmt: skip
    for plan, code, name, entity, definition, source, sector in session.execute(query.order_by(Indicator.id)):
        text = " · ".join(part for part in (entity, definition, source) if part)
        yield Findable(Kind.INDICATOR, f"{plan}/{code}", sector, f"{code} {name}", text)


def _people(session: Session) -> Iterator[Findable]:
    query = (
        sa.select(Person.username, Person.name, PersonRole.role_id, PersonRole.sector_code, PersonRole.entity_code)
        .join(PersonRole, PersonRole.username == Person.username)
        .where(Person.active, PersonRole.sector_code != "")
        .order_by(Person.username, PersonRole.role_id, PersonRole.entity_code)
    )
    held: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for username, name, role, sector, entity in session.execute(query):
        held[username, sector, name].append(str(Group(role, sector, entity)))
    names = directory.group_names(session, {group for groups in held.values() for group in groups})
    for (username, sector, name), groups in held.items():
        yield Findable(Kind.PERSON, username, sector, name, "; ".join(names[group] for group in groups))
