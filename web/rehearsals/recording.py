"""What was decided in a real case, for a rehearsal to decide alike: chosen options, nobody's words or names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.forms.models import Submission

SHOWN = 12


def cases(session: Session, process_key: str, sectors: Collection[str]) -> Sequence[tuple[int, str]]:
    """The newest cases in these sectors that did something of a process, own or called, by id with their names."""
    worked = sa.exists().where(UserTask.instance_id == Instance.id, UserTask.process_key == process_key)
    query = sa.select(Instance.id, Instance.name).where(
        sa.or_(Instance.process_key == process_key, worked), Instance.tenant.in_(sectors)
    )
    return [(id_, name) for id_, name in session.execute(query.order_by(Instance.id.desc()).limit(SHOWN))]


def decided(
    session: Session, case_id: int, offered: Mapping[tuple[str, str], Collection[str]]
) -> dict[tuple[str, str], str]:
    """What was answered first at each question that is `offered` (element and field, with its options), if anything.

    Whatever is none of the options stays behind: what people wrote, who they are, what they attached.
    """
    query = sa.select(UserTask.element_id, Submission.values).join(Submission, Submission.task_id == UserTask.id)
    found: dict[tuple[str, str], str] = {}
    for element, values in session.execute(query.where(UserTask.instance_id == case_id).order_by(Submission.id)):
        for (asked, name), options in offered.items():
            value = values.get(name)
            if asked == element and isinstance(value, str) and value in options:
                found.setdefault((asked, name), value)
    return found
