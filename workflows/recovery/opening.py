"""Recovery plans that a month or an evaluation asks for, as messages that open their cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from engine.contracts import NUMBER, TEXT, option
from engine.definitions.models import ProcessDefinition
from engine.runtime import ProcessEngine
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Bottleneck
from workflows.recovery import plans

MESSAGE, PROCESS = "cuello_detectado", "sub_plan_choque"
BRINGS = {
    "plan": TEXT,
    "entidad": TEXT,
    "indicador": TEXT,
    "cuello": NUMBER,
    "severidad": option("", baja="Baja", media="Media", alta="Alta"),
}
"""The variables of the message."""


def is_published(session: Session) -> bool:
    """Whether recovery plans are cases of their own here."""
    return session.get(ProcessDefinition, (PROCESS, "")) is not None


def messages(session: Session, engine: ProcessEngine, bottlenecks: Iterable[Bottleneck]) -> list[dict[str, Any]]:
    """One message per bottleneck whose indicator has no open recovery plan: what a send task returns.

    The plan is begun here, so that asking again opens nothing. Without the process there is nobody to ask.
    """
    if not is_published(session):
        return []
    opened = [(bottleneck, plans.open_for(session, engine, bottleneck)) for bottleneck in bottlenecks]
    return [_message(session, one) for one, plan in opened if plan is not None]


def _message(session: Session, bottleneck: Bottleneck) -> dict[str, Any]:
    indicator = session.get_one(Indicator, bottleneck.indicator_id)
    return {
        "nombre": MESSAGE,
        "clave": f"{indicator.plan_code}/{indicator.code}",
        "variables": {
            "plan": indicator.plan_code,
            "entidad": bottleneck.entity_code,
            "indicador": indicator.code,
            "cuello": bottleneck.id,
            "severidad": bottleneck.severity,
        },
    }
