"""Automatic step of `sub_plan_choque`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import FLAG, declares
from engine.instances.models import Instance
from engine.runtime import ServiceCall
from workflows.recovery import plans, recovering


@declares(fills={"recuperado": FLAG})
def evaluar_recuperacion(call: ServiceCall) -> Mapping[str, Any]:
    """Ask the frozen figures; sets `recuperado`."""
    instance = call.session.get_one(Instance, call.instance_id)
    plan = plans.of_case(call.session, instance, call.variables)
    verdict = recovering.judge(call.session, plan)
    plans.found(call.session, call.engine, plan, recovered=verdict.recovered, evidence=verdict.evidence)
    return {"recuperado": verdict.recovered}
