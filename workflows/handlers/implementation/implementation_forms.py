"""Forms of `f4_implementacion_anual`: an entity plans its year and closes it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.contracts import NUMBER, TEXT, Contract
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values, path_of
from workflows.implementation import action_plans, execution, programming, resources, years
from workflows.implementation.action_plans import WHOLE, ActivityData, Proposal
from workflows.implementation.models import ActionPlan, FollowUpStrategy, PlannedActivity
from workflows.implementation.resources import Money, Strategy
from workflows.implementation.years import LinkedGoal
from workflows.indicators.sheets import IndicatorSheet
from workflows.monitoring import facts
from workflows.plan.models import Plan, Project
from workflows.spanish import number

MONTHS = range(1, 13)
DISTRICT = "recursos_del_distrito"


def plan_of(context: FormContext) -> ActionPlan:
    """The action plan a task is about."""
    return years.find(
        context.session, context.plan_code, str(context.variables["entidad"]), int(context.variables["vigencia"])
    )


class DefineActionPlan(PlainForm):
    """`definir_plan_accion`: the activities of the year, by project and goal, with their monthly programming."""

    contract = Contract(needs={"entidad": TEXT, "vigencia": NUMBER}, fields=frozenset({"actividades"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What was sent, where it was returned; else one activity per project goal, programmed linearly."""
        plan, linked = plan_of(context), _linked(context)
        rows = [_as_row(activity) for activity in plan.activities] or [
            _proposed(proposal, plan) for proposal in action_plans.propose(context.session, plan, _sheets(context))
        ]
        return Prefill(
            values={"actividades": rows},
            options={
                "actividades.proyecto": _projects([linked_goal.project for linked_goal in linked]),
                "actividades.meta_proyecto": [(str(goal.goal.id), _goal_words(goal)) for goal in linked],
                "actividades.meta_pes": _goals_of_plan(linked),
            },
            panels=[Panel("Por qué se devolvió", plan.return_reason)] if plan.return_reason else [],
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Dates in order, the goal of its project, weights that add up, and the year's target programmed."""
        rows = values["actividades"]
        return [*self._of_rows(context, rows), *_wrong_weights(rows), *_wrong_programming(context, rows)]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Send it to the head of the entity."""
        linked = {str(goal.goal.id): goal for goal in _linked(context)}
        rows = [_activity(row, linked) for row in values["actividades"]]
        action_plans.send(context.session, context.engine, plan_of(context), rows, actor=context.actor)
        return {}

    def _of_rows(self, context: FormContext, rows: list[Values]) -> list[FieldError]:
        year, errors = plan_of(context).year, []
        linked = {str(goal.goal.id): goal for goal in _linked(context)}
        for place, row in enumerate(rows):
            known = linked[row["meta_proyecto"]]
            if row["fin"] < row["inicio"]:
                message = "Termina antes de empezar. Corrija una de las dos fechas."
                errors.append(FieldError(path_of("actividades", place, "fin"), message))
            if {row["inicio"].year, row["fin"].year} != {year}:
                message = f"La actividad es de {year}: sus dos fechas deben ser de ese año."
                errors.append(FieldError(path_of("actividades", place, "inicio"), message))
            if (row["proyecto"], row["meta_pes"]) != (known.project.code, known.indicator.code):
                message = f"Esta meta es del proyecto {known.project.code} y aporta a {known.indicator.code}."
                errors.append(FieldError(path_of("actividades", place, "meta_proyecto"), message))
        return errors


class ApproveActionPlan(PlainForm):
    """`aprobar_plan_accion`: the head of the entity approves or returns it."""

    contract = Contract(needs={"entidad": TEXT, "vigencia": NUMBER}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The action plan, to read."""
        return Prefill(panels=[_activities_panel(context, plan_of(context))])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        plan = plan_of(context)
        if values["decision"] == "aprobado":
            action_plans.approve(context.session, context.engine, plan, actor=context.actor)
        else:
            action_plans.send_back(context.session, context.engine, plan, reason=values["motivo"], actor=context.actor)
        return {}


class AllocateResources(PlainForm):
    """`asignar_recursos`: the year's money of each project, by source and act."""

    contract = Contract(needs={"entidad": TEXT, "vigencia": NUMBER}, fields=frozenset({"recursos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per project of the action plan, with what is known of its appropriation."""
        plan = plan_of(context)
        projects = years.projects_of(plan)
        rows = [
            {
                "proyecto": project.code,
                "fuente": DISTRICT,
                "apropiacion_inicial": execution.appropriation_in_force(context.session, project.id, plan.year),
                "acto": None,
            }
            for project in projects
        ]
        return Prefill(values={"recursos": rows}, options={"recursos.proyecto": _projects(projects)})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Every project of the action plan has money."""
        given = {row["proyecto"] for row in values["recursos"] if row["apropiacion_inicial"] > 0}
        return _each_project(context, given, "recursos", "Falta la apropiación de: {}.")

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        plan = plan_of(context)
        ids = {project.code: project.id for project in years.projects_of(plan)}
        resources.allocate(
            context.session,
            context.engine,
            plan,
            [
                Money(ids[row["proyecto"]], row["fuente"], row["apropiacion_inicial"], row["acto"])
                for row in values["recursos"]
            ],
            other_resources=values.get("recursos_fisicos_y_humanos") or "",
            actor=context.actor,
        )
        return {}


class DefineStrategy(PlainForm):
    """`definir_estrategia`: how often, by what and by whom each project is followed."""

    contract = Contract(needs={"entidad": TEXT, "vigencia": NUMBER}, fields=frozenset({"estrategia"}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per project, with the people of the responsibility matrix."""
        plan = plan_of(context)
        rows = [_as_strategy(strategy) for strategy in plan.strategies] or [
            _proposed_strategy(project, plan) for project in years.projects_of(plan)
        ]
        return Prefill(values={"estrategia": rows}, options={"estrategia.proyecto": _projects(years.projects_of(plan))})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Every project is followed; nobody reviews or replaces themselves."""
        errors = _each_project(
            context, {row["proyecto"] for row in values["estrategia"]}, "estrategia", "Falta la estrategia de: {}."
        )
        for place, row in enumerate(values["estrategia"]):
            for column, verb in (("revisa", "revisar"), ("reemplazo", "reemplazar")):
                if row[column] == row["reporta"]:
                    message = f"Elija a otra persona: quien reporta no se puede {verb} a sí mismo."
                    errors.append(FieldError(path_of("estrategia", place, column), message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        plan = plan_of(context)
        ids = {project.code: project.id for project in years.projects_of(plan)}
        rows = [
            Strategy(
                ids[row["proyecto"]],
                row["frecuencia"],
                row["fuente_verificacion"],
                row["reporta"],
                row["revisa"],
                row["reemplazo"],
            )
            for row in values["estrategia"]
        ]
        resources.follow(context.session, context.engine, plan, rows, actor=context.actor)
        return {}


def _linked(context: FormContext) -> list[LinkedGoal]:
    if "linked" not in context.memo:
        entity = str(context.variables["entidad"])
        context.memo["linked"] = years.linked_goals(context.session, context.plan_code, entity)
    found: list[LinkedGoal] = context.memo["linked"]
    return found


def _sheets(context: FormContext) -> Mapping[int, IndicatorSheet]:
    if "sheets" not in context.memo:
        plan = context.session.get_one(Plan, context.plan_code)
        context.memo["sheets"] = facts.sheets_of(context.session, plan)
    found: Mapping[int, IndicatorSheet] = context.memo["sheets"]
    return found


def _projects(projects: list[Project]) -> list[Option]:
    return list({project.code: (project.code, f"{project.code} {project.name}") for project in projects}.values())


def _goals_of_plan(linked: list[LinkedGoal]) -> list[Option]:
    codes = {goal.indicator.code: f"{goal.indicator.code} {goal.indicator.name}" for goal in linked}
    return list(codes.items())


def _goal_words(one: LinkedGoal) -> str:
    return f"{one.project.code} · {one.goal.statement}"


def _proposed(one: Proposal, plan: ActionPlan) -> Values:
    known = one.linked
    return {
        "proyecto": known.project.code,
        "meta_proyecto": str(known.goal.id),
        "meta_pes": known.indicator.code,
        "actividad": None,
        "producto": None,
        "peso": one.weight,
        "inicio": action_plans.first_day(plan.year),
        "fin": action_plans.last_day(plan.year),
        "responsable": known.indicator.reports,
        **{f"mes_{month}": one.months.get(month) for month in MONTHS},
    }


def _as_row(one: PlannedActivity) -> Values:
    months = programming.months_of(one)
    return {
        "proyecto": one.project.code,
        "meta_proyecto": str(one.project_goal_id),
        "meta_pes": one.indicator.code,
        "actividad": one.name,
        "producto": one.product,
        "peso": one.weight,
        "inicio": one.starts_on,
        "fin": one.ends_on,
        "responsable": one.responsible,
        **{f"mes_{month}": months.get(month) for month in MONTHS},
    }


def _activity(row: Values, linked: Mapping[str, LinkedGoal]) -> ActivityData:
    known = linked[row["meta_proyecto"]]
    return ActivityData(
        project_id=known.project.id,
        goal_id=known.goal.id,
        indicator_id=known.indicator.id,
        name=row["actividad"],
        product=row["producto"],
        weight=row["peso"],
        starts_on=row["inicio"],
        ends_on=row["fin"],
        responsible=row["responsable"],
        months=_months(row),
    )


def _months(row: Values) -> dict[int, Decimal]:
    return {month: row[f"mes_{month}"] for month in MONTHS if row.get(f"mes_{month}") is not None}


def _wrong_weights(rows: list[Values]) -> list[FieldError]:
    totals: dict[str, Decimal] = {}
    for row in rows:
        totals[row["proyecto"]] = totals.get(row["proyecto"], Decimal(0)) + row["peso"]
    return [
        FieldError("actividades", f"Los pesos del proyecto {code} suman {number(total)} %: deben sumar 100 %.")
        for code, total in totals.items()
        if total != WHOLE
    ]


def _wrong_programming(context: FormContext, rows: list[Values]) -> list[FieldError]:
    """Where months are programmed, they end at the year's target."""
    year, errors = plan_of(context).year, []
    indicators = {goal.indicator.code: goal.indicator for goal in _linked(context)}
    for code in dict.fromkeys(row["meta_pes"] for row in rows):
        sheet = _sheets(context)[indicators[code].id]
        together = programming.combined(sheet.annualization, [_months(row) for row in rows if row["meta_pes"] == code])
        end, target = programming.reached(sheet.annualization, together), sheet.target(year)
        if end is not None and end != target:
            message = f"La programación de {code} llega a {number(end)}, y la meta de {year} es {number(target)}."
            errors.append(FieldError("actividades", message))
    return errors


def _each_project(context: FormContext, given: set[str], path: str, sentence: str) -> list[FieldError]:
    missing = [project.code for project in years.projects_of(plan_of(context)) if project.code not in given]
    return [FieldError(path, sentence.format(", ".join(missing)))] if missing else []


def _as_strategy(one: FollowUpStrategy) -> Values:
    return {
        "proyecto": one.project.code,
        "frecuencia": one.frequency,
        "fuente_verificacion": one.source,
        "reporta": one.reports,
        "revisa": one.reviews,
        "reemplazo": one.substitute,
    }


def _proposed_strategy(project: Project, plan: ActionPlan) -> Values:
    first = next(activity.indicator for activity in plan.activities if activity.project_id == project.id)
    return {
        "proyecto": project.code,
        "frecuencia": "mensual",
        "fuente_verificacion": first.source or None,
        "reporta": first.reports,
        "revisa": first.reviews,
        "reemplazo": first.substitute,
    }


def _activities_panel(context: FormContext, plan: ActionPlan) -> Panel:
    rows = action_plans.activity_rows(context.session, plan)
    return Panel(f"Plan de acción de {plan.entity_code}, {plan.year}", head=action_plans.ACTIVITY_HEAD, rows=rows)
