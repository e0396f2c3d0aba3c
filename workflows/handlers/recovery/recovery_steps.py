"""Automatic step of `sub_plan_choque`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import FLAG, TEXT, declares
from engine.definitions import catalogue
from engine.instances.models import Instance
from engine.runtime import ServiceCall
from workflows.recovery import cutoffs, plans, recovering

WAIT = "esperar_corte"


@declares(fills={"recuperado": FLAG, "falta_dato": FLAG, "corte_verificacion": TEXT})
def evaluar_recuperacion(call: ServiceCall) -> Mapping[str, Any]:
    """Ask the frozen figures; sets `recuperado`.

    Without a datum it waits for the next due cut-off, once: `falta_dato` and the new `corte_verificacion`. A case that
    began with the first diagram has no wait, and is judged by what is closed.
    """
    instance = call.session.get_one(Instance, call.instance_id)
    plan = plans.of_case(call.session, instance, call.variables)
    verdict = recovering.judge(call.session, plan)
    waits = WAIT in catalogue.by_sha(call.session, instance.bundle_sha256).diagrams[call.process_key].elements
    waits = waits and verdict.missing and not plan.verify_moved
    if waits and (later := cutoffs.next_after(call.session, plan, plan.verify_cutoff)):
        plans.wait_for_datum(call.session, call.engine, plan, later, evidence=verdict.evidence)
        return {"recuperado": False, "falta_dato": True, "corte_verificacion": later}
    plans.found(call.session, call.engine, plan, recovered=verdict.recovered, evidence=verdict.evidence)
    return {"recuperado": verdict.recovered, "falta_dato": False, "corte_verificacion": plan.verify_cutoff}
