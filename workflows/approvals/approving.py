"""Electronic approval of a frozen version, and the rule that makes one decision of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals import reviewing
from workflows.approvals.models import Approval, ReviewRound
from workflows.approvals.reviewing import Subject
from workflows.approvals.states import ApprovalDecision, RoundOutcome
from workflows.auditing import recording as auditing
from workflows.documents import versions
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.errors import Refused
from workflows.plan.models import Plan
from workflows.plan.states import ApprovalRule
from workflows.spanish import long_moment

IN_FAVOUR = (ApprovalDecision.APPROVES, ApprovalDecision.WITH_REMARK)
RULES: Mapping[str, str] = {
    ApprovalRule.UNANIMITY: "unanimidad",
    ApprovalRule.MAJORITY: "mayoría",
    ApprovalRule.HEAD_DECIDES: "decisión de la cabeza de sector",
}


def ask(session: Session, engine: ProcessEngine, about: Subject) -> DocumentVersion:
    """Freeze the version that the heads of the entities will approve. Doing it twice gives the same one."""
    current = reviewing.latest(session, about)
    if current.approved_version_id is not None:
        return session.get_one(DocumentVersion, current.approved_version_id)
    version = reviewing.make_version(session, engine, about)
    version.frozen_at = version.frozen_at or engine.now()
    current.approved_version_id, current.approval_asked_at = version.id, engine.now()
    session.flush()
    return version


def version_asked(session: Session, current: ReviewRound) -> DocumentVersion:
    """The frozen version of a round. Raises `Refused` before it was sent to approval."""
    if current.approved_version_id is None:
        raise Refused("Todavía no se ha solicitado la aprobación de este documento.")
    return session.get_one(DocumentVersion, current.approved_version_id)


def text_of(document: PlanDocument, version: DocumentVersion, entity: str, decision: ApprovalDecision) -> str:
    """The sentence that a head agrees to with their account."""
    verb = {
        ApprovalDecision.APPROVES: "Apruebo",
        ApprovalDecision.WITH_REMARK: "Apruebo, con una observación,",
        ApprovalDecision.REFUSES: "No apruebo",
    }[decision]
    return (
        f"{verb} por {entity} la versión {version.number} de «{document.title}», congelada el "
        f"{long_moment(version.frozen_at)}, cuya huella SHA-256 es {version.sha256}."
    )


def decide(
    session: Session, engine: ProcessEngine, about: Subject, entity: str, *, decision: ApprovalDecision, reason: str,
    actor: Actor,
) -> Approval:  # fmt: skip
    """Record the electronic approval of an entity: person, time, hash and the text they agreed to."""
    current = reviewing.latest(session, about)
    version = version_asked(session, current)
    known = {one.entity_code: one for one in of_round(session, current.id)}
    approval = known.get(entity) or Approval(round_id=current.id, entity_code=entity)
    approval.version_id, approval.sha256 = version.id, version.sha256
    approval.decision, approval.reason = decision, reason
    approval.text = text_of(about.document, version, entity, decision)
    approval.approved_by, approval.approved_at = actor.id, engine.now()
    session.add(approval)
    target = ("documento", f"{about.plan_code}/{about.document.kind}/{version.number}")
    after = {"entidad": entity, "decision": decision, "huella": version.sha256}
    auditing.record(session, engine.clock, actor, "aprobar", target, reason=reason, after=after)
    session.flush()
    return approval


def of_round(session: Session, round_id: int) -> list[Approval]:
    """The approvals of a round, by entity."""
    query = sa.select(Approval).where(Approval.round_id == round_id)
    return list(session.scalars(query.order_by(Approval.entity_code)))


def resolve(session: Session, engine: ProcessEngine, about: Subject, entities: Sequence[str], rule: str) -> ReviewRound:
    """Make one decision of the approvals, by the plan's rule; whoever has not answered is not in favour.

    Doing it twice gives the same one.
    """
    current = reviewing.latest(session, about)
    if current.outcome:
        return current
    decisions = {approval.entity_code: approval.decision for approval in of_round(session, current.id)}
    current.rule = known_rule(rule or session.get_one(Plan, about.plan_code).approval_rule)
    if is_approved(current.rule, decisions, entities, _heads(session, about.plan_code, entities)):
        current.outcome = RoundOutcome.APPROVED
    else:
        current.outcome = RoundOutcome.ANOTHER_ROUND if current.number < current.max_rounds else RoundOutcome.NO_ROUNDS
    current.resolved_at = engine.now()
    session.flush()
    return current


def is_approved(
    rule: ApprovalRule, decisions: Mapping[str, str], entities: Sequence[str], heads: Iterable[str]
) -> bool:
    """Whether a rule holds. `heads` are the entities that lead the sector."""
    in_favour = {entity for entity in entities if decisions.get(entity) in IN_FAVOUR}
    if rule == ApprovalRule.MAJORITY:
        return 2 * len(in_favour) > len(entities)
    if rule == ApprovalRule.HEAD_DECIDES:
        return bool(in_favour & set(heads))
    return in_favour == set(entities)


def known_rule(text: str) -> ApprovalRule:
    """The rule that some text names; unanimity if it names none."""
    folded = text.strip().lower().replace("í", "i").replace(" ", "_")
    return ApprovalRule(folded) if folded in RULES else ApprovalRule.UNANIMITY


def decide_in_committee(
    session: Session, engine: ProcessEngine, about: Subject, *, decision: str, argument: str, files: Iterable[int],
    actor: Actor,
) -> None:  # fmt: skip
    """Record what the sector's committee decided when no rounds were left."""
    current = reviewing.latest(session, about)
    current.committee_decision, current.committee_argument = decision, argument
    current.committee_by, current.committee_at = actor.id, engine.now()
    reviewing.keep_files(session, current.id, files, "comite")
    number = versions.present(session, about.document).number
    target = ("documento", f"{about.plan_code}/{about.document.kind}/{number}")
    after = {"decision": decision}
    auditing.record(session, engine.clock, actor, "decidir_en_comite", target, reason=argument, after=after)


def _heads(session: Session, plan_code: str, entities: Sequence[str]) -> list[str]:
    head = session.get_one(Plan, plan_code).sector.head_entity
    return [head] if head is not None and head in entities else []
