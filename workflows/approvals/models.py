"""Tables of reviews, approvals, administrative acts, publications and modifications."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.approvals.states import (
    ActMode,
    ActState,
    ApprovalDecision,
    Audience,
    Channel,
    Concept,
    ModificationState,
    ObservationOrigin,
    PublicationState,
    ReviewState,
    RoundOutcome,
    SectionChangeKind,
)  # fmt: skip


class ReviewRound(Base):
    """One round in which the entities look at a document and then say whether they approve it.

    `version_id` is the version under review, `approved_version_id` the frozen one sent to approval.
    `committee_decision`: otra_ronda, se_adopta; empty where no committee was asked.
    """

    __tablename__ = "review_round"
    __table_args__ = (sa.UniqueConstraint("instance_id", "document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_document.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    approved_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document_version.id"))
    number: Mapped[int]
    medium: Mapped[str] = mapped_column(sa.String(20), default="")
    due_on: Mapped[dt.date | None]
    with_meeting: Mapped[bool] = mapped_column(default=False)
    max_rounds: Mapped[int] = mapped_column(default=3)
    opened_at: Mapped[dt.datetime]
    opened_by: Mapped[str] = mapped_column(sa.String(60))
    closed_at: Mapped[dt.datetime | None]
    approval_asked_at: Mapped[dt.datetime | None]
    rule: Mapped[str] = mapped_column(sa.String(20), default="")
    outcome: Mapped[RoundOutcome] = mapped_column(states(RoundOutcome), default=RoundOutcome.NONE)
    resolved_at: Mapped[dt.datetime | None]
    committee_decision: Mapped[str] = mapped_column(sa.String(20), default="")
    committee_argument: Mapped[str] = mapped_column(sa.Text, default="")
    committee_by: Mapped[str | None] = mapped_column(sa.String(60))
    committee_at: Mapped[dt.datetime | None]


class ReviewFile(Base):
    """A file of a round: the document as adjusted, the minutes of the committee. `purpose`: documento, comite."""

    __tablename__ = "review_file"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("review_round.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))


class ReviewAnswer(Base):
    """What an entity did in a round."""

    __tablename__ = "review_answer"
    __table_args__ = (sa.UniqueConstraint("round_id", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("review_round.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    state: Mapped[ReviewState] = mapped_column(states(ReviewState))
    answered_by: Mapped[str | None] = mapped_column(sa.String(60))
    answered_at: Mapped[dt.datetime]


class Observation(Base):
    """What an entity wants changed in a section, and the answer it got.

    `kind`: forma, contenido, cifra, juridica; empty if it is the reason of an approval.
    `decision`: acogida, acogida_parcialmente, no_acogida, aclaracion; empty until answered.
    """

    __tablename__ = "observation"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("review_round.id"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    origin: Mapped[ObservationOrigin] = mapped_column(states(ObservationOrigin), default=ObservationOrigin.REVIEW)
    section_code: Mapped[str] = mapped_column(sa.String(20), default="")
    kind: Mapped[str] = mapped_column(sa.String(20), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    proposal: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[dt.datetime]
    decision: Mapped[str] = mapped_column(sa.String(20), default="")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    change: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by: Mapped[str | None] = mapped_column(sa.String(60))
    answered_at: Mapped[dt.datetime | None]


class SectionChange(Base):
    """A change made to a section in a round.

    `version_id` is the version that took it in; empty until then.
    """

    __tablename__ = "section_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("review_round.id"), index=True)
    section_code: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[SectionChangeKind] = mapped_column(states(SectionChangeKind))
    text: Mapped[str] = mapped_column(sa.Text)
    made_by: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[dt.datetime]
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document_version.id"))


class Approval(Base):
    """An electronic approval: who, when, of which frozen version (by its hash), and the text they agreed to.

    `method` says how the person was known.
    """

    __tablename__ = "approval"
    __table_args__ = (sa.UniqueConstraint("round_id", "entity_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("review_round.id"))
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    decision: Mapped[ApprovalDecision] = mapped_column(states(ApprovalDecision, 30))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    text: Mapped[str] = mapped_column(sa.Text)
    method: Mapped[str] = mapped_column(sa.String(20), default="cuenta")
    approved_by: Mapped[str] = mapped_column(sa.String(60))
    approved_at: Mapped[dt.datetime]


class AdministrativeAct(Base):
    """The act that adopts a plan or a modification of it.

    `kind`: resolucion, circular, decreto, otro. `issuer` is the entity that issues it;
    `gazette` its publication in the Registro Distrital. `place` and `powers` are where it is given and by which norms,
    as the card of the sector said when it was drafted.
    """

    __tablename__ = "administrative_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("document_version.id"))
    mode: Mapped[ActMode] = mapped_column(states(ActMode))
    kind: Mapped[str] = mapped_column(sa.String(20))
    kind_reason: Mapped[str] = mapped_column(sa.Text, default="")
    recitals: Mapped[str] = mapped_column(sa.Text)
    articles: Mapped[str] = mapped_column(sa.Text)
    place: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    powers: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    state: Mapped[ActState] = mapped_column(states(ActState))
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    times_returned: Mapped[int] = mapped_column(default=0)
    issuer: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"))
    drafted_by: Mapped[str] = mapped_column(sa.String(60))
    drafted_at: Mapped[dt.datetime]
    signed_by: Mapped[str | None] = mapped_column(sa.String(60))
    signed_at: Mapped[dt.datetime | None]
    signed_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    number: Mapped[str] = mapped_column(sa.String(60), default="")
    dated_on: Mapped[dt.date | None]
    gazette: Mapped[str] = mapped_column(sa.Text, default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    numbered_by: Mapped[str | None] = mapped_column(sa.String(60))
    numbered_at: Mapped[dt.datetime | None]


class ActTemplate(Base):
    """The .docx from which the acts of a sector are made: the last `number` is in force; those before are kept."""

    __tablename__ = "act_template"
    __table_args__ = (sa.UniqueConstraint("sector_code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.ForeignKey("sector.code"))
    number: Mapped[int]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"))
    uploaded_by: Mapped[str] = mapped_column(sa.String(100))
    uploaded_at: Mapped[dt.datetime]


class ActAnnex(Base):
    """A file that goes with an act."""

    __tablename__ = "act_annex"

    act_id: Mapped[int] = mapped_column(sa.ForeignKey("administrative_act.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class PresentationCall(Base):
    """The call to the presentation of the adopted plan.

    `audiences`: alta_direccion, servidores_publicos, partes_interesadas.
    """

    __tablename__ = "presentation_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), unique=True)
    audiences: Mapped[list[Any]]
    planned_on: Mapped[dt.date]
    medium: Mapped[str] = mapped_column(sa.String(20))
    message: Mapped[str] = mapped_column(sa.Text)
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    called_by: Mapped[str] = mapped_column(sa.String(60))
    called_at: Mapped[dt.datetime]


class Publication(Base):
    """A publication in a channel of an entity. `object`: pes, modificacion, informe_anual."""

    __tablename__ = "publication"
    __table_args__ = (sa.UniqueConstraint("instance_id", "object", "entity_code", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    object: Mapped[str] = mapped_column(sa.String(30))
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document_version.id"))
    entity_code: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"))
    channel: Mapped[Channel] = mapped_column(states(Channel, 30))
    audience: Mapped[Audience] = mapped_column(states(Audience, 10))
    state: Mapped[PublicationState] = mapped_column(states(PublicationState), default=PublicationState.PENDING)
    url: Mapped[str] = mapped_column(sa.Text, default="")
    published_on: Mapped[dt.date | None]
    capture_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    published_by: Mapped[str | None] = mapped_column(sa.String(60))
    withdrawn_on: Mapped[dt.date | None]


class PublicationCheck(Base):
    """Somebody opened a publication: does its link work, can everybody read it."""

    __tablename__ = "publication_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(sa.ForeignKey("publication.id"), index=True)
    url: Mapped[str] = mapped_column(sa.Text)
    link_works: Mapped[bool]
    accessible: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    checked_by: Mapped[str] = mapped_column(sa.String(60))
    checked_at: Mapped[dt.datetime]


class Modification(Base):
    """A change of a plan that was asked for. `number` counts them within the plan.

    `objects`: meta, indicador, programacion, responsable, linea. `plan_version` and `valid_from` (a month) are set
    once it is applied.
    """

    __tablename__ = "plan_modification"
    __table_args__ = (sa.UniqueConstraint("plan_code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), unique=True)
    number: Mapped[int]
    objects: Mapped[list[Any]]
    justification: Mapped[str] = mapped_column(sa.Text)
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan_document.id"))
    state: Mapped[ModificationState] = mapped_column(states(ModificationState))
    requested_by: Mapped[str] = mapped_column(sa.String(60))
    requested_at: Mapped[dt.datetime]
    concept: Mapped[Concept] = mapped_column(states(Concept), default=Concept.NONE)
    concept_argument: Mapped[str] = mapped_column(sa.Text, default="")
    concept_by: Mapped[str | None] = mapped_column(sa.String(60))
    concept_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    decided_by: Mapped[str | None] = mapped_column(sa.String(60))
    decided_at: Mapped[dt.datetime | None]
    plan_version: Mapped[int | None]
    valid_from: Mapped[str] = mapped_column(sa.String(7), default="")
    applied_at: Mapped[dt.datetime | None]


class ModificationChange(Base):
    """An element of the plan before and after. `element` names it (`indicador/IR-1.1/meta/2018`)."""

    __tablename__ = "modification_change"
    __table_args__ = (sa.UniqueConstraint("modification_id", "element"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    modification_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_modification.id"))
    position: Mapped[int]
    element: Mapped[str] = mapped_column(sa.String(120))
    label: Mapped[str] = mapped_column(sa.String(600))
    before: Mapped[str] = mapped_column(sa.Text)
    after: Mapped[str] = mapped_column(sa.Text)


class ModificationFile(Base):
    """A file that supports a modification."""

    __tablename__ = "modification_file"

    modification_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_modification.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class PlanVersion(Base):
    """A version of a plan: 1 by adoption, one more by each modification. It counts from the month `valid_from`."""

    __tablename__ = "plan_version"

    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[str] = mapped_column(sa.String(7))
    made_at: Mapped[dt.datetime]
    document_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document_version.id"))
    act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("administrative_act.id"))
    modification_id: Mapped[int | None] = mapped_column(sa.ForeignKey("plan_modification.id"))
