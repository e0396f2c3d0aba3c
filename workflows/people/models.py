"""Tables of people and roles."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base
from workflows.sectors.models import Entity


class Role(Base):
    """What a person may be in the process. `scope`: sector, entidad or publico."""

    __tablename__ = "role"

    id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    scope: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int] = mapped_column(default=0)


class Person(Base):
    """Somebody who may sign in and receive tasks. `username` is also the actor id of the engine."""

    __tablename__ = "person"

    username: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str] = mapped_column(sa.String(200))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    entity: Mapped[Entity] = relationship()
    roles: Mapped[list[PersonRole]] = relationship(back_populates="person", cascade="all, delete-orphan")


class PersonRole(Base):
    """A role held by a person (of the person's entity, where the role's scope is entidad)."""

    __tablename__ = "person_role"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    role_id: Mapped[str] = mapped_column(sa.ForeignKey("role.id"), primary_key=True)

    person: Mapped[Person] = relationship(back_populates="roles")
    role: Mapped[Role] = relationship()
