"""Automatic steps of phase 4: of the year, a change of budget, and the report to SDP/SDH."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, NUMBER, TEXT, declares
from engine.runtime import ServiceCall
from workflows.forms.registration import plan_of
from workflows.implementation import action_plans, budget, external_reports, programming, years


@declares(uses={"vigencia": NUMBER}, fills={"vigencia": NUMBER, "entidades": LIST})
def abrir_vigencia(call: ServiceCall) -> Mapping[str, Any]:
    """Begin the action plans of the year; sets `vigencia` and `entidades`."""
    year = _year(call)
    return {"vigencia": year, "entidades": years.open_year(call.session, plan_of(call), year, call.instance_id)}


@declares(uses={"vigencia": NUMBER})
def sembrar_programacion(call: ServiceCall) -> None:
    """Write the year's monthly programming from the approved action plans."""
    programming.seed(call.session, plan_of(call), _year(call))


@declares(uses={"vigencia": NUMBER})
def publicar_planes_accion(call: ServiceCall) -> None:
    """Write the action plans down as a document and put it on the portal."""
    action_plans.publish(call.session, call.engine, plan_of(call), _year(call))


@declares()
def actualizar_apropiacion(call: ServiceCall) -> None:
    """Put a registered modification in force."""
    budget.apply(call.session, call.engine, call.instance_id)


@declares(needs={"periodo": TEXT}, fills={"entidades": LIST})
def generar_reporte_externo(call: ServiceCall) -> Mapping[str, Any]:
    """Begin the quarter's reports, whose files are made outside this transaction; sets `entidades`."""
    quarter = str(call.variables["periodo"])
    entities = external_reports.open_quarter(call.session, call.engine, plan_of(call), quarter, call.instance_id)
    return {"entidades": entities}


def _year(call: ServiceCall) -> int:
    known = call.variables.get("vigencia") or str(call.variables["cierre"])[:4]
    return int(str(known))
