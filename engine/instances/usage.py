"""Which cases run on which version of a diagram or form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.models import Bundle
from engine.instances.models import Instance
from engine.states import InstanceState


@dataclass(frozen=True, slots=True)
class RunningCase:
    """An instance that has not ended, by what people call it."""

    id: int
    name: str
    tenant: str = ""


def of_process(session: Session, process_key: str) -> Mapping[int, Sequence[RunningCase]]:
    """The running cases by the `ProcessVersion.id` of this process that they use, also those that only call it."""
    return _by_version(session, "processes", process_key)


def of_form(session: Session, form_key: str) -> Mapping[int, Sequence[RunningCase]]:
    """The running cases by the `FormVersion.id` of this form that they use."""
    return _by_version(session, "forms", form_key)


def counts(session: Session) -> Mapping[int, int]:
    """How many running cases use each `ProcessVersion.id`, also those that only call it; of every process at once."""
    query = sa.select(Instance.bundle_sha256, sa.func.count()).where(Instance.state == InstanceState.ACTIVE)
    running = dict(session.execute(query.group_by(Instance.bundle_sha256)).all())
    bundles = sa.select(Bundle.sha256, Bundle.content).where(Bundle.sha256.in_(running))
    found: dict[int, int] = {}
    for sha256, content in session.execute(bundles):
        for version_id in set(orjson.loads(content).get("processes", {}).values()):
            found[version_id] = found.get(version_id, 0) + running[sha256]
    return found


def _by_version(session: Session, part: str, key: str) -> dict[int, list[RunningCase]]:
    running = sa.select(Instance.bundle_sha256).where(Instance.state == InstanceState.ACTIVE)
    bundles = session.execute(sa.select(Bundle.sha256, Bundle.content).where(Bundle.sha256.in_(running)))
    version_of = {sha256: orjson.loads(content).get(part, {}).get(key) for sha256, content in bundles}
    used = [sha256 for sha256, version_id in version_of.items() if version_id is not None]
    rows = session.execute(
        sa.select(Instance.id, Instance.name, Instance.tenant, Instance.bundle_sha256)
        .where(Instance.state == InstanceState.ACTIVE, Instance.bundle_sha256.in_(used))
        .order_by(Instance.started_at.desc())
    )
    found: dict[int, list[RunningCase]] = {}
    for instance_id, name, tenant, sha256 in rows:
        found.setdefault(version_of[sha256], []).append(RunningCase(instance_id, name, tenant))
    return found
