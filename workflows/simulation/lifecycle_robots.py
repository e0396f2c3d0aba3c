"""Robots of the plan's life: the coordinator creates it, decides its start, archives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.forms.opening import OpenForm
from workflows.records.data import PlanRecord
from workflows.simulation.mindset import Mind, Raw, Upload


def _create(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    plan = mind.plan.plan
    return {
        "nombre": plan.name,
        "sector": plan.sector,
        "anio_inicio": str(plan.first_year),
        "anios": str(plan.years),
        "pdds": form.shown["pdds"] or _frame(plan),
        "entidades": [code for code, _name in form.options["entidades"]],
        "nombre_primer_nivel": form.shown["nombre_primer_nivel"],
        "regla_aprobacion": "unanimidad",
        "guia_version": form.shown["guia_version"],
    }


def _frame(plan: PlanRecord) -> list[Raw]:
    """The development plans that nobody registered, as long as the plan."""
    days = {"desde": f"{plan.first_year}-01-01", "hasta": f"{plan.last_year}-12-31"}
    return [{"nombre": name, **days} for name in plan.development_plans]


def _decide_start(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"cargue": "desde_el_primer_mes_completo"}


def _confirm_archive(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw | None:
    if any(panel.rows for panel in form.panels if panel.title == "Procesos abiertos del plan"):
        return None  # something is still open
    return {
        "indice_revisado": "on",
        "serie_documental": form.options["serie_documental"][0][0],
        "observaciones": "Expediente revisado con gestión documental.",
    }


LIFECYCLE_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "crear_plan": _create,
    "decidir_cargue": _decide_start,
    "confirmar_archivo": _confirm_archive,
}
"""A robot per form handler; one that gives nothing waits for another day."""
