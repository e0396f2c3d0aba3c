"""Questions and comments about a task, a row of it or a whole case: asked, answered, resolved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.calendar import bogota_day
from workflows.errors import Forbidden, NotFound, Refused
from workflows.people import contacts, directory
from workflows.people.contacts import Contact
from workflows.people.groups import Group
from workflows.people.holdings import HELD, in_force
from workflows.people.models import Comment, Person
from workflows.people.roles import READING

MOST_LETTERS = 4000
LONGEST_ROW = 200
_MENTION = re.compile(r"(?<![\w.])@([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class About:
    """What is talked about: a case, or a task of it with its entity (empty: of the whole sector)."""

    case: Instance
    task: UserTask | None = None

    @property
    def entity(self) -> str:
        """Whose work it is."""
        return str(self.task.variables.get("entidad") or "")[:20] if self.task is not None else ""


@dataclass(slots=True)
class Thread:
    """What was said first, and what was answered."""

    head: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def people(self) -> set[str]:
        """Who wrote, and to whom."""
        said = [self.head, *self.replies]
        return {one.author for one in said} | {str(name) for one in said for name in one.mentioned}


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader may see of a conversation. `open_count`: threads that are not resolved."""

    threads: Sequence[Thread]
    names: dict[str, str]

    @property
    def open_count(self) -> int:
        """How many questions wait."""
        return sum(one.head.resolved_at is None for one in self.threads)


def may_see(actor: Actor, sector: str, entity: str, said_by_or_to: Collection[str] = ()) -> bool:
    """Whether somebody may read what is said about work of an entity (empty: of the whole sector).

    Who coordinates, who is named in it, who has a role of the whole sector, or one in that entity.
    """
    if actor.may_supervise(sector) or actor.id in said_by_or_to:
        return True
    held = [group for group in map(Group.parse, actor.groups) if group.sector == sector]
    return any(not entity or group.entity in ("", entity) for group in held)


def say(
    session: Session,
    engine: ProcessEngine,
    about: About,
    text: str,
    *,
    actor: Actor,
    to: str = "",
    row: str = "",
    thread_id: int = 0,
) -> Comment:
    """Write a question or comment; with `thread_id`, an answer, which opens again what was resolved.

    `to` is a person to write to; so is every `@usuario` in the text. Raises `Forbidden`, `NotFound` (no such thread),
    `Refused` (nothing said; somebody who may not see it).
    """
    words = text.strip()
    if not words:
        raise Refused("Escriba su pregunta o comentario.")
    if len(words) > MOST_LETTERS:
        raise Refused(f"Tiene {len(words)} letras y caben {MOST_LETTERS}: acórtelo, o escríbalo en dos.")
    head = _head(session, about, thread_id, actor) if thread_id else None
    entity = head.entity if head is not None else about.entity
    if head is None and not may_see(actor, about.case.tenant, entity):
        raise Forbidden("De ese trabajo hablan quienes lo hacen, lo revisan o lo coordinan.")
    said = Comment(
        instance_id=about.case.id,
        task_id=head.task_id if head is not None else about.task.id if about.task is not None else None,
        thread_id=head.id if head is not None else None, entity=entity,
        row=head.row if head is not None else " ".join(row.split())[:LONGEST_ROW], author=actor.id, at=engine.now(),
        text=words, mentioned=_mentioned(session, engine, about, entity, words, to, actor),
    )  # fmt: skip
    session.add(said)
    if head is not None:
        head.resolved_at = head.resolved_by = None
    session.flush()
    return said


def resolve(session: Session, engine: ProcessEngine, comment_id: int, *, resolved: bool, actor: Actor) -> Comment:
    """Say that a thread is settled, or that it is not. A second time does nothing. Raises `NotFound`."""
    head = session.get(Comment, comment_id)
    if head is None or head.thread_id is not None or not _sees(session, head, actor):
        raise NotFound("Esa pregunta no existe.")
    if resolved != (head.resolved_at is not None):
        head.resolved_at = engine.now() if resolved else None
        head.resolved_by = actor.id if resolved else None
        session.flush()
    return head


def of_case(session: Session, case: Instance, actor: Actor, entity: str | None = None) -> Said:
    """The threads of a case that somebody may see, those that wait first; of one entity and of none, where it is given.

    Two statements, one where nobody said anything.
    """
    query = sa.select(Comment).where(Comment.instance_id == case.id).order_by(Comment.id)
    if entity is not None:
        query = query.where(Comment.entity.in_(("", entity)))
    return _said(session, query, case.tenant, actor)


def of_row(session: Session, plan: str, sector: str, code: str, actor: Actor) -> Said:
    """The threads about what has this code, in whatever case of a plan, that somebody may see; those that wait first.

    Two statements, one where nobody said anything.
    """
    is_it = sa.or_(Comment.row == code, Comment.row.startswith(f"{code} ", autoescape=True))
    query = sa.select(Comment).join(Instance, Instance.id == Comment.instance_id).where(Instance.scope == plan, is_it)
    return _said(session, query.order_by(Comment.id), sector, actor)


def _said(session: Session, query: sa.Select[Comment], sector: str, actor: Actor) -> Said:
    threads: dict[int, Thread] = {}
    for one in session.scalars(query):
        if one.thread_id is None:
            threads[one.id] = Thread(one)
        elif one.thread_id in threads:
            threads[one.thread_id].replies.append(one)
    seen = [one for one in threads.values() if may_see(actor, sector, one.head.entity, one.people)]
    seen.sort(key=lambda one: one.head.resolved_at is not None)
    return Said(seen, directory.display_names(session, {name for one in seen for name in one.people}))


def thread_of(session: Session, one: Comment) -> Thread:
    """The whole thread in which something was said."""
    head = one if one.thread_id is None else session.get_one(Comment, one.thread_id)
    replies = session.scalars(sa.select(Comment).where(Comment.thread_id == head.id).order_by(Comment.id))
    return Thread(head, list(replies))


def to_ask(session: Session, about: About, actor: Actor, on: dt.date) -> list[Contact]:
    """Whom to write to first: the contacts of a task, and who has it where that is somebody else."""
    if about.task is None:
        return []
    found = contacts.of_task(session, about.task, about.case.tenant, but=actor.id, on=on)
    holder = about.task.assignee
    if holder and holder != actor.id and all(one.person.username != holder for one in found):
        found.append(Contact(directory.person(session, holder), "tiene la tarea"))
    return found


def readers(session: Session, sector: str, entity: str, on: dt.date) -> list[Person]:
    """Who may be named in what is said about work of an entity (empty: of the whole sector), by name. One statement."""
    held = sa.select(HELD.c.username).where(HELD.c.sector_code == sector, in_force(on, HELD.c))
    held = held.where(HELD.c.role_id.not_in(READING))  # who could not answer
    if entity:
        held = held.where(HELD.c.entity_code.in_(("", entity)))
    query = sa.select(Person).where(Person.username.in_(held), Person.active, ~Person.is_service)
    return list(session.scalars(query.order_by(Person.name)))


def _head(session: Session, about: About, thread_id: int, actor: Actor) -> Comment:
    head = session.get(Comment, thread_id)
    if (
        head is None
        or head.thread_id is not None
        or head.instance_id != about.case.id
        or not _sees(session, head, actor)
    ):
        raise NotFound("Esa pregunta no existe.")
    return head


def _sees(session: Session, head: Comment, actor: Actor) -> bool:
    case = session.get_one(Instance, head.instance_id)
    return may_see(actor, case.tenant, head.entity, thread_of(session, head).people)


def _mentioned(
    session: Session, engine: ProcessEngine, about: About, entity: str, text: str, to: str, actor: Actor
) -> list[str]:
    """The people whom a text names, in the order in which it does; never oneself."""
    named = list(dict.fromkeys(name.lower() for name in ([to] if to else []) + _MENTION.findall(text)))
    wanted = [name for name in named if name != actor.id]
    if not wanted:
        return []
    known = set(session.scalars(sa.select(Person.username).where(Person.username.in_(wanted), Person.active)))
    today = bogota_day(engine.now())
    for name in wanted:
        has_it = about.task is not None and name == about.task.assignee
        if name not in known or not (
            has_it or may_see(directory.actor(session, name, today), about.case.tenant, entity)
        ):  # in the same words: who is of another sector is nobody here
            raise Refused(
                f"«@{name}» no es el usuario de nadie que trabaje en esto y pueda verlo. Elija a la persona de la "
                "lista, o escriba su usuario completo."
            )
    return wanted
