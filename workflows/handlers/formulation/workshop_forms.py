"""Forms of `sub_taller_dofa`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import sources
from workflows.prioritization import swot
from workflows.prioritization.swot import QUADRANTS


class RecordSwot(PlainForm):
    """`registrar_dofa`: the entries of an entity."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"entradas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What the entity said of itself."""
        entity = context.variables.get("entidad")
        found = [d for d in sources.diagnoses(context.session, context.plan_code) if d.entity_code == entity]
        return Prefill(panels=[Panel("Autodiagnóstico de su entidad", text=d.synthesis) for d in found[-1:]])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Whole points; something in every quadrant."""
        errors = whole_points("entradas", "puntaje", values["entradas"])
        missing = [word for key, word in QUADRANTS.items() if all(r["cuadrante"] != key for r in values["entradas"])]
        if missing:
            errors.append(FieldError("entradas", f"Falta al menos una entrada de: {', '.join(missing).lower()}."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        swot.record(context.session, context.plan_code, str(context.variables["entidad"]), values["entradas"])
        return {}


class ConsolidateSwot(PlainForm):
    """`consolidar_dofa`: entries of all entities, grouped and weighed."""

    contract = Contract(fields=frozenset({"matriz"}))

    def prepare(self, context: FormContext) -> Prefill:
        """Every entry with what is known of it."""
        rows = [
            {
                ROW_KEY: str(entry.id),
                "entry_id": entry.id,
                "entrada": f"{QUADRANTS[entry.quadrant]} · {entry.entity_code}: {entry.text}",
                "grupo": entry.cluster or None,
                "puntaje": entry.joint_score or entry.score,
                "prioritaria": entry.is_priority,
            }
            for entry in swot.entries(context.session, context.plan_code)
        ]
        return Prefill(values={"matriz": rows})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Whole points; something comes first."""
        errors = whole_points("matriz", "puntaje", values["matriz"])
        if values["matriz"] and not any(row["prioritaria"] for row in values["matriz"]):
            errors.append(FieldError("matriz", "Marque al menos una entrada prioritaria."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep groups, points and what comes first."""
        swot.consolidate(context.session, values["matriz"])
        return {}


class IdentifyProblems(PlainForm):
    """`identificar_problemas`: what no entity solves alone."""

    contract = Contract(fields=frozenset({"problemas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What comes first in the matrix."""
        entries = swot.entries(context.session, context.plan_code)
        rows = [(e.cluster, e.text, e.entity_code) for e in entries if e.is_priority]
        return Prefill(panels=[Panel("Lo prioritario de la matriz", head=("Grupo", "Entrada", "Entidad"), rows=rows)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        swot.identify_problems(context.session, context.plan_code, values["problemas"])
        return {}


def whole_points(table: str, column: str, rows: list[Values]) -> list[FieldError]:
    """An error at every cell that is no whole number."""
    return [
        FieldError(path_of(table, place, column), "Escriba un número entero.")
        for place, row in enumerate(rows)
        if row[column] % 1
    ]
