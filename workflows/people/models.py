"""Tables of people and roles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.people.states import ExtensionState, RoleScope
from workflows.sectors.models import SECTOR_CODE, Entity


class Role(Base):
    """What a person may be in the process.

    `sector_code` is empty for what every sector knows, else the sector that added it. `resembles` is the shipped role
    whose pages an added one opens. `approves_on_paper`: what its holders approve may come as a signed memorandum;
    `approves_by_mail`: at a link, with a code.
    """

    __tablename__ = "role"

    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    scope: Mapped[RoleScope] = mapped_column(states(RoleScope))
    position: Mapped[int] = mapped_column(default=0)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="", server_default="")
    resembles: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    approves_on_paper: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    approves_by_mail: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Person(Base):
    """Somebody who may sign in and receive tasks. `username` is also the actor id of the engine.

    `entity_code` is where they work, if it is in an entity at all; where their roles hold stands in `PersonRole`.
    A service is a program that has roles of its own: it uses tokens, never signs in and reads no mail.
    Of who was erased (`erased_at`) only the username is left, which names what they did.
    """

    __tablename__ = "person"

    username: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(200))
    entity_code: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    is_service: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    erased_at: Mapped[dt.datetime | None]

    entity: Mapped[Entity | None] = relationship()
    roles: Mapped[list[PersonRole]] = relationship(back_populates="person", cascade="all, delete-orphan")


class PersonRole(Base):
    """A role held by a person in a sector, or in an entity of it; empty codes: in the whole sector, in none at all.

    It holds from `since` to `until`, both included, where they are given.
    """

    __tablename__ = "person_role"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.ForeignKey("role.id"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), primary_key=True, default="")
    entity_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True, default="")
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]

    person: Mapped[Person] = relationship(back_populates="roles")
    role: Mapped[Role] = relationship()


class AskedRole(Base):
    """A role that whoever draws processes wants somebody to hold; it gives nothing until an administrator gives it."""

    __tablename__ = "asked_role"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.ForeignKey("role.id"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), primary_key=True)
    entity_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True, default="")
    asked_by: Mapped[str] = mapped_column(sa.String(60))
    asked_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship()


class Absence(Base):
    """That somebody is away, both days included, and who stands in for them (nobody yet: tasks wait, and it is told).

    `cancelled_at`: it did not happen, or ended before; what it moved went back.
    """

    __tablename__ = "absence"
    __table_args__ = (sa.Index("ix_absence_days", "until", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    replacement: Mapped[str | None] = mapped_column(sa.ForeignKey("person.username"), index=True)
    since: Mapped[dt.date]
    until: Mapped[dt.date]
    registered_at: Mapped[dt.datetime]
    registered_by: Mapped[str] = mapped_column(sa.String(60))
    cancelled_at: Mapped[dt.datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(sa.String(60))


class LentRole(Base):
    """A role that somebody has today because its holder is away. Made anew from the absences by the worker.

    It gives until `until`, whatever becomes of the worker.
    """

    __tablename__ = "lent_role"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.ForeignKey("role.id"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), primary_key=True, default="")
    entity_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True, default="")
    holder: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    since: Mapped[dt.date]
    until: Mapped[dt.date]


class StoodIn(Base):
    """That a task went to a replacement, and whether it went back."""

    __tablename__ = "stood_in"
    __table_args__ = (sa.Index("ix_stood_in_open", "returned_at", "task_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    absent: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    replacement: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    at: Mapped[dt.datetime]
    returned_at: Mapped[dt.datetime | None]


class Handover(Base):
    """That somebody handed their work over for good, in some sectors (`sectors`), and to whom.

    `content` is the record as it was signed, never changed: facts, tables, what stayed. `sha256` is its own.
    """

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    giver: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    receiver: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    sectors: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Comment(Base):
    """A question or comment about a task, a row of its form or a whole case; it stays with the case.

    `thread_id` is the first of its thread, which alone is resolved; empty in that one itself. `entity` is whose work it
    is about (empty: of the whole sector), `row` names the row. `mentioned` are the people it was written to.
    """

    __tablename__ = "comment"
    __table_args__ = (sa.Index("ix_comment_instance", "instance_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    entity: Mapped[str] = mapped_column(sa.String(20), default="")
    row: Mapped[str] = mapped_column(sa.String(200), default="")
    author: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    at: Mapped[dt.datetime]
    text: Mapped[str] = mapped_column(sa.Text)
    mentioned: Mapped[list[Any]] = mapped_column(default=list)
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(sa.String(60))


class Extension(Base):
    """That somebody asked for more time for a task, and what was answered.

    `about` is the month, entity and person of the task, where it has them: the work that goes on in another case is
    found by it. `carried_at`: the granted day was given to that other task.
    """

    __tablename__ = "extension"
    __table_args__ = (sa.Index("ix_extension_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    about: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[ExtensionState] = mapped_column(states(ExtensionState), default=ExtensionState.ASKED)
    asked_by: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    asked_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(sa.Text)
    wanted_on: Mapped[dt.date]
    due_before: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None] = mapped_column(sa.String(60))
    decided_at: Mapped[dt.datetime | None]
    granted_on: Mapped[dt.date | None]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    carried_at: Mapped[dt.datetime | None]
