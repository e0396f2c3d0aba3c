"""Modifying a plan: asked for, judged, approved or denied, applied from the next month that opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import TEXT
from engine.database import replace_rows
from engine.identity import SYSTEM, Actor
from engine.instances import messages
from engine.runtime import ProcessEngine
from workflows.approvals import acts, elements
from workflows.approvals.models import Modification, ModificationChange, ModificationFile, PlanVersion
from workflows.approvals.states import Concept, ModificationState
from workflows.auditing import recording as auditing
from workflows.cycles import cadence
from workflows.cycles.models import Period
from workflows.documents import versions
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.errors import NotFound, Refused
from workflows.events import ModificationDenied
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.spanish import month_name

MESSAGE = "solicitud_modificacion"
BRINGS = {"plan": TEXT}
SENT_BY = "quien coordina, al pedir una modificación del plan"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `changes` are pairs of an element's path and its new value as written."""

    objects: Sequence[str]
    changes: Sequence[tuple[str, str]]
    justification: str
    files: Iterable[int] = ()


def ask(session: Session, engine: ProcessEngine, plan_code: str, *, actor: Actor) -> list[int]:
    """Open the case in which a change of the plan is formulated; gives its id. Raises `Forbidden` or `Refused`."""
    plan = session.get_one(Plan, plan_code)
    ensure_coordinator(actor, plan.sector_code)
    if plan.state != PlanState.IN_FORCE:
        raise Refused("Solo se modifica un plan vigente. Antes de su adopción, ajuste el documento.")
    return messages.send(session, engine, MESSAGE, plan_code, {"plan": plan_code}, actor=actor)


def of_case(session: Session, instance_id: int) -> Modification | None:
    """The modification of a case, if it was formulated."""
    return session.scalar(sa.select(Modification).where(Modification.instance_id == instance_id))


def existing(session: Session, instance_id: int) -> Modification:
    """The modification of a case. Raises `NotFound`."""
    modification = of_case(session, instance_id)
    if modification is None:
        raise NotFound("Todavía no se ha formulado la modificación.")
    return modification


def changes_of(session: Session, modification: Modification) -> list[ModificationChange]:
    """Its changes, in order."""
    query = sa.select(ModificationChange).where(ModificationChange.modification_id == modification.id)
    return list(session.scalars(query.order_by(ModificationChange.position)))


def changes_by(session: Session, modifications: Sequence[Modification]) -> dict[int, list[ModificationChange]]:
    """The changes of each of these modifications by its id, in order."""
    ids = [modification.id for modification in modifications]
    query = sa.select(ModificationChange).where(ModificationChange.modification_id.in_(ids))
    found: dict[int, list[ModificationChange]] = {id_: [] for id_ in ids}
    for change in session.scalars(query.order_by(ModificationChange.position)):
        found[change.modification_id].append(change)
    return found


def request(
    session: Session, engine: ProcessEngine, plan_code: str, instance_id: int, asked: Request, *, actor: Actor
) -> tuple[Modification, DocumentVersion]:
    """Write down what is asked for, and the document that says it; again when it was returned."""
    modification = of_case(session, instance_id) or Modification(
        plan_code=plan_code, instance_id=instance_id, number=_next_number(session, plan_code)
    )
    modification.objects, modification.justification = list(asked.objects), asked.justification
    modification.state = ModificationState.REQUESTED
    modification.requested_by, modification.requested_at = actor.id, engine.now()
    session.add(modification)
    session.flush()
    _write_changes(session, modification, asked)
    version = _document(session, engine, modification, actor)
    _audit(session, engine, modification, "solicitar_modificacion", actor, asked.justification)
    return modification, version


def judge(
    session: Session,
    engine: ProcessEngine,
    modification: Modification,
    *,
    concept: Concept,
    argument: str,
    actor: Actor,
) -> None:
    """Record the technical opinion."""
    modification.concept, modification.concept_argument = concept, argument
    modification.concept_by, modification.concept_at = actor.id, engine.now()
    modification.state = ModificationState.JUDGED
    modification.reason = argument if concept == Concept.UNFAVOURABLE else ""
    _audit(session, engine, modification, "conceptuar_modificacion", actor, argument)


def decide(
    session: Session,
    engine: ProcessEngine,
    modification: Modification,
    *,
    decision: ModificationState,
    reason: str,
    actor: Actor,
) -> None:
    """Record the coordinator's decision on a minor one: aprobada, devuelta, negada."""
    modification.state, modification.reason = decision, reason
    modification.decided_by, modification.decided_at = actor.id, engine.now()
    _audit(session, engine, modification, "decidir_modificacion", actor, reason)


def apply(session: Session, engine: ProcessEngine, instance_id: int) -> Modification:
    """Write the changes into the plan, as a new version of it; what is open or frozen keeps its snapshot.

    Doing it twice changes nothing. Raises `Refused` if an element is not as it was when the change was asked for.
    """
    modification = existing(session, instance_id)
    if modification.state == ModificationState.APPLIED:
        return modification
    plan = session.get_one(Plan, modification.plan_code)
    changes = changes_of(session, modification)
    _ensure_unchanged(session, plan, changes)
    for change in sorted(changes, key=lambda one: elements.renames(one.element)):
        elements.write(session, plan.code, change.element, change.after)
    plan.version += 1
    modification.state, modification.plan_version = ModificationState.APPLIED, plan.version
    modification.valid_from, modification.applied_at = next_month(session, plan), engine.now()
    _keep_version(session, engine, plan, modification)
    _audit(session, engine, modification, "aplicar_modificacion", SYSTEM)
    session.flush()
    return modification


def deny(session: Session, engine: ProcessEngine, instance_id: int) -> Modification:
    """Close it with the reason on record, and tell who asked."""
    modification = existing(session, instance_id)
    modification.state = ModificationState.DENIED
    _audit(session, engine, modification, "negar_modificacion", SYSTEM, modification.reason)
    engine.tell(session, ModificationDenied(engine.now(), SYSTEM.id, instance_id, modification.id))
    session.flush()
    return modification


def next_month(session: Session, plan: Plan) -> str:
    """The next month of a plan that will open."""
    newest = session.scalar(sa.select(sa.func.max(Period.code)).where(Period.plan_code == plan.code))
    return cadence.next_month(newest) if newest else plan.first_month


def _ensure_unchanged(session: Session, plan: Plan, changes: Sequence[ModificationChange]) -> None:
    for change in changes:
        now = elements.present(session, plan.code, change.element)
        if now != change.before:
            raise Refused(
                f"«{change.label}» ya no está como cuando se pidió el cambio: era «{change.before}» y es «{now}». "
                "Pida una modificación nueva."
            )


def _write_changes(session: Session, modification: Modification, asked: Request) -> None:
    replace_rows(
        session,
        ModificationChange,
        {"modification_id": modification.id},
        (
            {
                "position": position,
                "element": path,
                "label": elements.find(session, modification.plan_code, path).label,
                "before": elements.present(session, modification.plan_code, path),
                "after": after.strip(),
            }
            for position, (path, after) in enumerate(asked.changes)
        ),
    )
    for file_id in asked.files:
        session.merge(ModificationFile(modification_id=modification.id, file_id=file_id))
    session.flush()


def _document(session: Session, engine: ProcessEngine, modification: Modification, actor: Actor) -> DocumentVersion:
    """The document that goes to formal approval if the change is major."""
    title = f"Modificación {modification.number} del plan {modification.plan_code}"
    document = versions.find_or_begin(
        session, modification.plan_code, DocumentKind.MODIFICATION, title, f"{modification.number:03}"
    )
    modification.document_id = document.id
    content = {"sections": _sections(session, modification)}
    if document.number and versions.present(session, document).content == content:
        return versions.present(session, document)
    number = versions.following(document.number)
    return versions.make(session, document, number, content, now=engine.now(), by=actor.id)


def _sections(session: Session, modification: Modification) -> list[dict[str, Any]]:
    changes = changes_of(session, modification)
    return [{"code": "1", "title": "Justificación", "text": modification.justification}] + [
        {
            "code": f"2.{place}",
            "title": change.label,
            "text": f"Está así: {change.before}\n\nQueda así: {change.after}",
        }
        for place, change in enumerate(changes, 1)
    ]


def _keep_version(session: Session, engine: ProcessEngine, plan: Plan, modification: Modification) -> None:
    act = acts.of_case(session, modification.instance_id)
    document = _modified_document(session, engine, plan, modification)
    session.add(
        PlanVersion(
            plan_code=plan.code,
            number=plan.version,
            valid_from=modification.valid_from,
            made_at=engine.now(),
            document_version_id=document.id if document else None,
            act_id=act.id if act else None,
            modification_id=modification.id,
        )
    )


def _modified_document(
    session: Session, engine: ProcessEngine, plan: Plan, modification: Modification
) -> DocumentVersion | None:
    """The plan's document with the modification at its end; nothing where the plan has none."""
    document: PlanDocument | None = versions.find(session, plan.code, DocumentKind.PES)
    if document is None or not document.number:
        return None
    before = versions.present(session, document)
    added = {
        "code": f"M{modification.number}",
        "title": f"Modificación {modification.number}, desde {month_name(modification.valid_from)}",
        "text": "\n\n".join(f"{one['title']}\n{one['text']}" for one in _sections(session, modification)),
    }
    content = {**before.content, "sections": [*before.content["sections"], added]}
    number = versions.following(document.number)
    return versions.make(session, document, number, content, now=engine.now(), by=SYSTEM.id, changes=[added["code"]])


def _next_number(session: Session, plan_code: str) -> int:
    counted = sa.select(sa.func.max(Modification.number)).where(Modification.plan_code == plan_code)
    return (session.scalar(counted) or 0) + 1


def _audit(
    session: Session, engine: ProcessEngine, modification: Modification, action: str, actor: Actor, reason: str = ""
) -> None:
    target = ("modificacion", f"{modification.plan_code}/{modification.number}")
    after = {"estado": modification.state, "concepto": modification.concept}
    auditing.record(session, engine.clock, actor, action, target, reason=reason, after=after)
