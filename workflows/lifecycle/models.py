"""Tables of the plan's life: who takes part, what its reviews checked, and its archive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class FollowUpStart(Base):
    """What was decided when a plan was adopted with months of it already gone: from which month it is followed.

    `choice`: desde_el_primer_mes_completo, cargue_retroactivo.
    """

    __tablename__ = "follow_up_start"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    choice: Mapped[str] = mapped_column(sa.String(40))
    first_month: Mapped[str] = mapped_column(sa.String(7))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_at: Mapped[dt.datetime]
    decided_by: Mapped[str] = mapped_column(sa.String(60))


class Changeover(Base):
    """A change of government within a plan (*empalme*): what was left to whoever came. The plan goes on.

    `content` is what there was at that moment, as the sections of a page; it never changes.
    """

    __tablename__ = "changeover"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.Text)
    content: Mapped[dict[str, Any]]


class PlanArchive(Base):
    """The archiving of a plan's file. `series` is that of the retention table (TRD); `file_id` the export.

    `entries` counts the pieces of the index; `index_sha256` is that of the index inside the export.
    """

    __tablename__ = "plan_archive"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    series: Mapped[str] = mapped_column(sa.String(60))
    remarks: Mapped[str] = mapped_column(sa.Text, default="")
    confirmed_at: Mapped[dt.datetime]
    confirmed_by: Mapped[str] = mapped_column(sa.String(60))
    archived_at: Mapped[dt.datetime | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    entries: Mapped[int] = mapped_column(default=0)
    index_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
