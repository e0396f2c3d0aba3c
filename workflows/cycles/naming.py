"""Names of the cases that a message opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.instances.models import Instance
from engine.naming import CaseName
from workflows.cycles.opening import NAMES
from workflows.errors import Refused
from workflows.plan.models import Plan

MESSAGE_PREFIXES = {
    "f4_modificacion_presupuestal": "f4m",
    "sub_modificacion_pes": "mod",
    "sub_plan_choque": "pc",
}
"""Part of the business key of a process that only messages open."""

ABOUT = ("asunto", "persona", "indicador", "proyecto")
"""The variables that tell one case from another on screen."""


def short_names() -> dict[str, str]:
    """What stands for a process in the keys of its cases → that process."""
    by_calendar = {prefix: process_key for process_key, (prefix, _name) in NAMES.items()}
    return by_calendar | {prefix: process_key for process_key, prefix in MESSAGE_PREFIXES.items()}


class PlanCases:
    """Numbers the cases of a process within a plan and a year: `PES-GOB/f5p/2018-001`; they are of its sector."""

    def name_case(self, session: Session, process_key: str, variables: Mapping[str, Any]) -> CaseName:
        """The next number of the process; the message must say of which `plan`."""
        plan = variables.get("plan")
        if not plan:
            raise Refused(f"El mensaje que abre «{process_key}» no dice de qué plan.")
        prefix = NAMES[process_key][0] if process_key in NAMES else MESSAGE_PREFIXES.get(process_key, process_key)
        year = variables.get("vigencia")
        stem = f"{plan}/{prefix}/{year}-" if year else f"{plan}/{prefix}/"
        number = _taken(session, stem) + 1
        sector = _tenant(session, str(plan))
        definition = catalogue.definition(session, process_key, sector)
        title = definition.name if definition else process_key
        about = next((variables[key] for key in ABOUT if variables.get(key)), None)
        called = f"{title}: {about}" if about else f"{title} {number}"
        return CaseName(f"{stem}{number:03}", called, str(plan), sector)


def _tenant(session: Session, plan_code: str) -> str:
    """The sector of a plan; of one that is not created yet, that of its cases."""
    plan = session.get(Plan, plan_code)
    if plan is not None:
        return plan.sector_code
    return session.scalar(sa.select(Instance.tenant).where(Instance.scope == plan_code).limit(1)) or ""


def _taken(session: Session, stem: str) -> int:
    query = (
        sa.select(sa.func.count()).select_from(Instance).where(Instance.business_key.startswith(stem, autoescape=True))
    )
    return session.scalar(query) or 0
