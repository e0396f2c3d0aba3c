"""Word to who asked for a modification of a plan that was denied."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from notifications import urgent
from notifications.mail_templates import written
from notifications.recipients import active_people
from notifications.states import MailKind
from workflows.approvals import modifying
from workflows.approvals.models import Modification
from workflows.events import ModificationDenied


def tell_denied(session: Session, event: ModificationDenied) -> None:
    """Write the mail with the reason; a second call writes none."""
    modification = session.get_one(Modification, event.modification_id)
    person = active_people(session).get(modification.requested_by)
    if person is None:
        return
    case = session.get_one(Instance, modification.instance_id)
    values = {
        "name": person.name,
        "modification": modification,
        "changes": modifying.changes_of(session, modification),
        "case_name": case.name,
    }
    urgent.tell(
        session,
        person,
        now=event.at,
        kind=MailKind.MODIFICATION_DENIED,
        dedup_key=f"modificacion_negada/{modification.id}",
        mail=written(session, event.at, "modification_denied", values, sector=case.tenant),
        sector=case.tenant,
    )
