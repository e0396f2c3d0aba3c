"""The month and the entity that a task is about."""

from __future__ import annotations

from workflows.cycles.models import Period
from workflows.forms.handlers import FormContext
from workflows.monitoring import periods


def month_of(context: FormContext) -> Period:
    """The month a task is about."""
    if "month" not in context.memo:  # asked again for each of: prepare, check, record
        context.memo["month"] = periods.find(context.session, context.plan_code, context.variables["periodo"])
    month: Period = context.memo["month"]
    return month


def entity_of(context: FormContext) -> str:
    """The entity a task is about."""
    return str(context.variables["entidad"])
