"""Forms of `sub_modificacion_pes`: what is asked for, the technical opinion, the decision on a minor change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import LIST, NUMBER, TEXT, Contract
from workflows.approvals import elements, modifying, publishing
from workflows.approvals.models import Modification
from workflows.approvals.modifying import Request
from workflows.approvals.states import Concept, ModificationState
from workflows.cycles.cadence import month_bounds
from workflows.documents.states import DocumentKind
from workflows.errors import NotFound
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values, path_of
from workflows.handlers.approval.review_forms import plan_of
from workflows.people import directory
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.spanish import enumeration, month_name

TABLE = "cambios"
OBJECTS = {
    elements.TARGET: "Meta",
    elements.INDICATOR: "Indicador",
    elements.PROGRAMMING: "Programación",
    elements.RESPONSIBLE: "Responsable",
    elements.LINE: "Línea",
    elements.PROJECT: "Proyecto o meta de proyecto",
}


def plan_elements(context: FormContext) -> Sequence[Option]:
    """The catalogue `elementos_del_plan`: what may change from the next month that opens."""
    plan = context.session.get_one(Plan, plan_of(context))
    since = month_bounds(modifying.next_month(context.session, plan))[0]
    return [(element.path, element.label) for element in elements.all_of(context.session, plan.code, since=since)]


class RequestModification(PlainForm):
    """`formular_modificacion`: which elements change, from what to what, and why."""

    contract = Contract(
        fills={
            "modificacion": NUMBER,
            "documento": TEXT,
            "version": TEXT,
            "regla_aprobacion": TEXT,
            "canales": LIST,
            "entidades": LIST,
        },
        fields=frozenset({"cambios", "justificacion", "objeto", "soporte"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What was asked for before, where it was returned, and why it was."""
        known = modifying.of_case(context.session, context.instance.id)
        if known is None:
            return Prefill()
        values: Values = {
            "objeto": list(known.objects),
            TABLE: [
                {"elemento": change.element, "antes": change.before, "despues": change.after}
                for change in modifying.changes_of(context.session, known)
            ],
            "justificacion": known.justification,
        }
        return Prefill(values=values, panels=[Panel("Por qué se devolvió", text=known.reason)])

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """How each element stands now."""
        found = {}
        for place, row in enumerate(values.get(TABLE) or []):
            if row.get("elemento"):
                found[path_of(TABLE, place, "antes")] = _present(context, row["elemento"])
        return found

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Each change can be read, is of a kind that was ticked, and leaves the plan consistent."""
        errors = list(_wrong_rows(context, values))
        if not errors:
            errors = list(_gaps(context, values))
        touched = {_object(context, row["elemento"]) for row in values[TABLE]}
        idle = [OBJECTS[one] for one in values["objeto"] if one not in touched]
        if idle:
            message = f"Diga qué cambia de: {enumeration(idle).lower()}; o quite la marca."
            errors.append(FieldError("objeto", message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record it with its document, and what a formal approval needs to know."""
        plan = context.session.get_one(Plan, plan_of(context))
        asked = Request(
            objects=values["objeto"],
            changes=[(row["elemento"], row["despues"]) for row in values[TABLE]],
            justification=values["justificacion"],
            files=values["soporte"],
        )
        modification, version = modifying.request(
            context.session, context.engine, plan.code, context.instance.id, asked, actor=context.actor
        )
        return {
            "modificacion": modification.number,
            "documento": f"{DocumentKind.MODIFICATION}/{modification.number:03}",
            "version": version.number,
            "regla_aprobacion": plan.approval_rule,
            "canales": list(publishing.CHANNELS),
            "entidades": participants.entities(context.session, plan.code),
        }


class JudgeModification(PlainForm):
    """`emitir_concepto`: whether the change is minor, major, or should not be made."""

    contract = Contract(fields=frozenset({"argumento", "concepto"}))

    def prepare(self, context: FormContext) -> Prefill:
        return Prefill(panels=request_panels(context, modifying.existing(context.session, context.instance.id)))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Only programming and people are minor."""
        modification = modifying.existing(context.session, context.instance.id)
        objects = {_object(context, change.element) for change in modifying.changes_of(context.session, modification)}
        larger = [OBJECTS[one].lower() for one in OBJECTS if one in objects - elements.MINOR]
        if values["concepto"] == Concept.MINOR and larger:
            message = f"Cambia {enumeration(larger)}: es una modificación mayor. Menor es programación o responsable."
            return [FieldError("concepto", message)]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        modifying.judge(
            context.session,
            context.engine,
            modifying.existing(context.session, context.instance.id),
            concept=Concept(values["concepto"]),
            argument=values["argumento"],
            actor=context.actor,
        )
        return {}


class ApproveModification(PlainForm):
    """`aprobar_modificacion`: the coordinator decides on a minor change."""

    def prepare(self, context: FormContext) -> Prefill:
        """The request, the opinion, and from when it would count."""
        modification = modifying.existing(context.session, context.instance.id)
        plan = context.session.get_one(Plan, modification.plan_code)
        since = month_name(modifying.next_month(context.session, plan))
        told = f"Si se aprueba, rige desde {since}. Los meses abiertos o cerrados no cambian."
        return Prefill(panels=[*request_panels(context, modification), Panel("Desde cuándo", text=told)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        modifying.decide(
            context.session,
            context.engine,
            modifying.existing(context.session, context.instance.id),
            decision=ModificationState(values["decision"]),
            reason=values.get("motivo") or "",
            actor=context.actor,
        )
        return {}


def request_panels(context: FormContext, modification: Modification) -> list[Panel]:
    """A modification, to read."""
    changes = modifying.changes_of(context.session, modification)
    names = directory.display_names(context.session, {modification.requested_by})
    facts = [("La pidió", names[modification.requested_by]), ("Justificación", modification.justification)]
    if modification.concept_argument:
        facts.append(("Concepto técnico", modification.concept_argument))
    rows = [(change.label, change.before, change.after) for change in changes]
    return [
        Panel(f"Modificación {modification.number}", facts=facts),
        Panel("Cambios", head=("Elemento", "Cómo está", "Cómo quedaría"), rows=rows),
    ]


def _wrong_rows(context: FormContext, values: Values) -> list[FieldError]:
    errors, seen = [], set()
    for place, row in enumerate(values[TABLE]):
        path, object_ = row["elemento"], _object(context, row["elemento"])
        if object_ not in values["objeto"]:
            message = f"Este cambio es de «{OBJECTS[object_]}»: márquelo arriba o elija otro elemento."
            errors.append(FieldError(path_of(TABLE, place, "elemento"), message))
        if path in seen:
            errors.append(FieldError(path_of(TABLE, place, "elemento"), "Este elemento ya está en otra fila."))
        seen.add(path)
        if wrong := elements.check(context.session, plan_of(context), path, row["despues"]):
            errors.append(FieldError(path_of(TABLE, place, "despues"), wrong))
        elif row["despues"].strip() == row["antes"]:
            errors.append(FieldError(path_of(TABLE, place, "despues"), "Quedaría como está: cambie el valor."))
    return errors


def _gaps(context: FormContext, values: Values) -> list[FieldError]:
    places = {row["elemento"]: place for place, row in enumerate(values[TABLE])}
    changes = {row["elemento"]: row["despues"] for row in values[TABLE]}
    found = elements.programming_gap(context.session, plan_of(context), changes)
    return [FieldError(path_of(TABLE, places[path], "despues"), message) for path, message in found]


def _object(context: FormContext, path: str) -> str:
    return elements.find(context.session, plan_of(context), path).object


def _present(context: FormContext, path: str) -> str | None:
    try:
        return elements.present(context.session, plan_of(context), path)
    except NotFound:
        return None
