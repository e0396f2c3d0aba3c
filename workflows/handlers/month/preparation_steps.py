"""Automatic steps of `f5_preparacion`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, NUMBER, TEXT, declares
from engine.runtime import ServiceCall
from workflows.calendar import bogota_day
from workflows.monitoring import responsibilities


@declares(uses={"vigencia": NUMBER, "persona": TEXT}, fills={"entidades": LIST})
def preparar_matriz(call: ServiceCall) -> Mapping[str, Any]:
    """Propose the matrix of the year, or only the rows of the person who leaves; sets `entidades`."""
    plan = str(call.variables.get("plan") or call.scope)
    year = int(call.variables.get("vigencia") or bogota_day(call.now).year)
    person = call.variables.get("persona")
    entities = responsibilities.propose(call.session, plan, call.instance_id, year, person)
    return {"entidades": entities}


@declares(fills={"responsables": LIST})
def reunir_responsables(call: ServiceCall) -> Mapping[str, Any]:
    """Find who has not answered; sets `responsables`."""
    return {"responsables": responsibilities.unanswered(call.session, call.instance_id)}


@declares(fills={"entidades_por_reasignar": LIST})
def resolver_aceptaciones(call: ServiceCall) -> Mapping[str, Any]:
    """Close the answers; sets `entidades_por_reasignar`."""
    return {"entidades_por_reasignar": responsibilities.close_answers(call.session, call.instance_id)}


@declares()
def poner_matriz_en_servicio(call: ServiceCall) -> None:
    """Put the matrix in force."""
    responsibilities.put_in_force(call.session, call.engine, call.instance_id)
