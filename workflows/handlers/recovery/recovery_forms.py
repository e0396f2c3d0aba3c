"""Forms of `sub_plan_choque`: a recovery plan formulated, reviewed, carried out, decided on, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.contracts import DATE, NUMBER, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.indicators.states import Annualization
from workflows.monitoring import facts
from workflows.monitoring.models import Bottleneck
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.recovery import plans
from workflows.recovery.models import RecoveryAction, RecoveryPlan
from workflows.recovery.plans import Formulation, PlannedAction
from workflows.recovery.states import OverdueDecision
from workflows.spanish import long_day, month_name, number, percentage

YES = "si"
QUARTER = 3
"""Months that a recovery is given."""
NOT_RETURNED = ("conforme", "aprobado")


def plan_of(context: FormContext) -> RecoveryPlan:
    """The recovery plan a task is about."""
    if "recovery" not in context.memo:
        context.memo["recovery"] = plans.of_case(context.session, context.instance, context.variables)
    plan: RecoveryPlan = context.memo["recovery"]
    return plan


class FormulatePlan(PlainForm):
    """`formular_plan_choque`: what holds the indicator back and what is done about it."""

    contract = Contract(
        needs={"cuello": NUMBER},
        fills={"fecha_verificacion": DATE, "corte_verificacion": TEXT},
        fields=frozenset({"acciones", "causa_raiz", "fecha_objetivo", "meta_recuperacion", "problema", "recursos"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What was said when it was returned; else the cause given with the bottleneck, and what was programmed."""
        plan = plan_of(context)
        panels = [_subject(context, plan)]
        if plan.return_reason:
            panels.insert(0, Panel("Por qué vuelve a formularse", plan.return_reason))
        if plan.problem:
            return Prefill(values=_as_formulated(plan), panels=panels)
        return Prefill(values=_proposal(context, plan), panels=panels, hints={"meta_recuperacion": _unit_hint(plan)})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        errors = _not_future(context, values["fecha_objetivo"])
        for place, row in enumerate(values["acciones"]):
            if row["fin"] < row["inicio"]:
                message = "Termina antes de empezar. Corrija una de las dos fechas."
                errors.append(FieldError(path_of("acciones", place, "fin"), message))
            elif row["fin"] > values["fecha_objetivo"]:
                message = "Termina después de la fecha en que el indicador debe estar recuperado."
                errors.append(FieldError(path_of("acciones", place, "fin"), message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep it; sets `corte_verificacion`."""
        plan = plan_of(context)
        plans.formulate(
            context.session,
            context.engine,
            plan,
            context.instance.id,
            _formulation(values),
            actor=context.actor,
        )
        return _verified(plan)


class ReviewPlan(PlainForm):
    """`revisar_plan_choque`: the liaison looks whether the actions go to the cause."""

    contract = Contract(fields=frozenset({"decision"}))
    decide = staticmethod(plans.review)

    def prepare(self, context: FormContext) -> Prefill:
        """The plan, to read."""
        return Prefill(panels=_whole(context, plan_of(context)))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        agrees, reason = values["decision"] in NOT_RETURNED, values.get("motivo") or ""
        self.decide(
            context.session, context.engine, plan_of(context), agrees=agrees, reason=reason, actor=context.actor
        )
        return {}


class ApprovePlan(ReviewPlan):
    """`aprobar_plan_choque`: the coordinator answers for those of high severity."""

    decide = staticmethod(plans.approve)


class DeclareActions(PlainForm):
    """`ejecutar_plan_choque`: which actions were done, with what shows it."""

    contract = Contract(fields=frozenset({"acciones"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The actions with what the months told of them."""
        plan = plan_of(context)
        rows = [
            {
                ROW_KEY: str(action.id),
                "action_id": action.id,
                "accion": action.action,
                "avance": percentage(action.percentage, 0),
                "cumplida": action.done,
                "soporte": [],
            }
            for action in plans.actions(plan)
        ]
        return Prefill(values={"acciones": rows}, panels=[_subject(context, plan)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What was done can be shown."""
        message = "Adjunte lo que muestra que se cumplió."
        return [
            FieldError(path_of("acciones", place, "soporte"), message)
            for place, row in enumerate(values["acciones"])
            if row["cumplida"] and not row["soporte"]
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        done = {row["action_id"]: (bool(row["cumplida"]), row["soporte"]) for row in values["acciones"]}
        plans.declare(context.session, context.engine, plan_of(context), done, actor=context.actor)
        return {}


class DecideOnPlan(PlainForm):
    """`escalar_plan_choque`: the head of the sector extends it, has it formulated anew, or lets it go."""

    contract = Contract(
        fills={"corte_verificacion": TEXT, "fecha_verificacion": DATE}, fields=frozenset({"argumento", "decision"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The plan and what the figures say of it."""
        return Prefill(panels=_whole(context, plan_of(context)))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A new target day lies ahead, and within the plan."""
        return (
            _wrong_extension(context, values["fecha_objetivo"]) if values["decision"] == OverdueDecision.EXTEND else []
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the decision; sets `corte_verificacion` again where it goes on."""
        plan = plan_of(context)
        plans.decide(
            context.session,
            context.engine,
            plan,
            decision=values["decision"],
            argument=values["argumento"],
            target_on=values.get("fecha_objetivo"),
            actor=context.actor,
        )
        return _verified(plan) if values["decision"] == OverdueDecision.EXTEND else {}


class VerifyEfficacy(PlainForm):
    """`verificar_eficacia`: whether it worked and what is learnt."""

    contract = Contract(fields=frozenset({"eficaz", "leccion"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The plan and what the figures say of it."""
        return Prefill(panels=_whole(context, plan_of(context)))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What did not bring the indicator back did not work."""
        if values["eficaz"] == YES and not plan_of(context).recovered:
            return [FieldError("eficaz", "El indicador no se recuperó: el plan no puede darse por eficaz.")]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        plans.close(
            context.session,
            context.engine,
            plan_of(context),
            effective=values["eficaz"] == YES,
            lesson=values["leccion"],
            actor=context.actor,
        )
        return {}


def _verified(plan: RecoveryPlan) -> Mapping[str, Any]:
    """When it is judged; cases that began with the first diagram wait for a day instead of a cut-off."""
    day = plan.verify_on.isoformat() if plan.verify_on else None
    return {"corte_verificacion": plan.verify_cutoff, "fecha_verificacion": day}


def _formulation(values: Values) -> Formulation:
    return Formulation(
        problem=values["problema"],
        root_cause=values["causa_raiz"],
        resources=values["recursos"],
        recovery_target=values["meta_recuperacion"],
        target_on=values["fecha_objetivo"],
        actions=[
            PlannedAction(row["accion"], row["responsable"], row["inicio"], row["fin"], row["producto"])
            for row in values["acciones"]
        ],
    )


def _as_formulated(plan: RecoveryPlan) -> Values:
    return {
        "problema": plan.problem,
        "causa_raiz": plan.root_cause,
        "recursos": plan.resources,
        "meta_recuperacion": plan.recovery_target,
        "fecha_objetivo": plan.target_on,
        "acciones": [_as_row(action) for action in plans.actions(plan)],
    }


def _as_row(action: RecoveryAction) -> Values:
    return {
        "accion": action.action,
        "responsable": action.responsible,
        "inicio": action.starts_on,
        "fin": action.ends_on,
        "producto": action.product,
    }


def _proposal(context: FormContext, plan: RecoveryPlan) -> Values:
    """The cause people gave with the bottleneck; as target, what was programmed for the quarter after it."""
    bottleneck = context.session.get(Bottleneck, plan.bottleneck_id)
    if bottleneck is None:
        return {}
    sheets = facts.sheets_of(context.session, context.session.get_one(Plan, context.plan_code))
    year, month = facts.read_month(plan.since_period)
    programmed = sheets[plan.indicator_id].programmed(year, min(month + QUARTER, 12))
    if programmed is not None:
        programmed = round(programmed, plan.indicator.decimals)
    return {"problema": bottleneck.why, "causa_raiz": bottleneck.cause, "meta_recuperacion": programmed}


def _unit_hint(plan: RecoveryPlan) -> str:
    accumulated = ", acumulado en el año" if plan.indicator.annualization == Annualization.SUM else ""
    return f"En {plan.indicator.unit}{accumulated}."


def _not_future(context: FormContext, day: dt.date) -> list[FieldError]:
    return [] if day > bogota_day(context.now()) else [FieldError("fecha_objetivo", "Elija una fecha futura.")]


def _wrong_extension(context: FormContext, day: dt.date) -> list[FieldError]:
    last = context.session.get_one(Plan, context.plan_code).ends_on
    if day > last:
        return [FieldError("fecha_objetivo", f"El plan termina el {long_day(last)}: elija una fecha anterior.")]
    return _not_future(context, day)


def _subject(context: FormContext, plan: RecoveryPlan) -> Panel:
    facts = [
        ("Indicador", plans.indicator_words(plan.indicator)),
        ("Cuello de botella de", month_name(plan.since_period)),
        ("Severidad", plan.severity or "sin calificar"),
    ]
    if plan.evidence:
        facts.append(("Qué dicen las cifras", plan.evidence))
    return Panel("El indicador", facts=facts)


def _whole(context: FormContext, plan: RecoveryPlan) -> list[Panel]:
    names = directory.display_names(context.session, [action.responsible for action in plan.actions])
    facts = [
        ("Problema", plan.problem),
        ("Causa raíz", plan.root_cause),
        ("Recursos", plan.resources),
        ("Meta de recuperación", f"{number(plan.recovery_target)} {plan.indicator.unit}"),
        ("Debe estar recuperado el", long_day(plan.target_on)),
        ("Se juzga con las cifras de", month_name(plan.verify_cutoff) if plan.verify_cutoff else "lo último cerrado"),
    ]
    rows = [
        (
            recovery_action.action,
            names[recovery_action.responsible],
            f"{long_day(recovery_action.starts_on)} a {long_day(recovery_action.ends_on)}",
            recovery_action.product,
            percentage(recovery_action.percentage, 0),
        )
        for recovery_action in plans.actions(plan)
    ]
    head = ("Acción", "Responsable", "Fechas", "Producto", "Avance")
    return [_subject(context, plan), Panel("El plan de choque", facts=facts, head=head, rows=rows)]
