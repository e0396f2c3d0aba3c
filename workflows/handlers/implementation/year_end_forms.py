"""Forms with which a year is closed, its budget changed, and its report to SDP/SDH filed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.contracts import NUMBER, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.handlers.implementation.implementation_forms import plan_of
from workflows.implementation import activities, budget, closing, external_reports, years
from workflows.implementation.budget import KIND_WORDS, Change
from workflows.implementation.closing import Delivered, Lag, LagDecision
from workflows.implementation.external_reports import Filing
from workflows.implementation.states import BudgetChange
from workflows.plan.models import Project
from workflows.spanish import enumeration, month_name, number

YES = "si"


class CloseEntityYear(PlainForm):
    """`cerrar_vigencia_entidad`: what was handed over, what stays in reserve, and the goals left behind."""

    contract = Contract(
        needs={"entidad": TEXT, "vigencia": NUMBER}, fields=frozenset({"entregas", "reservas", "rezagadas"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """A row per project, with what the months told; a row per goal behind its target."""
        plan = plan_of(context)
        projects = years.projects_of(plan)
        told = {project.id: activities.deliveries(context.session, plan, project.id) for project in projects}
        return Prefill(
            values={
                "entregas": [{**_project_row(one), "entrega": "; ".join(told[one.id]) or None} for one in projects],
                "reservas": [{**_project_row(one), "valor": _reserve(context, one.id)} for one in projects],
                "rezagadas": [_lag_row(lag) for lag in closing.lags(context.session, plan)],
            }
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What is rescheduled is part of what was left behind, and there is a year to take it on."""
        errors, has_next = [], closing.has_next_year(context.session, plan_of(context))
        for place, row in enumerate(values["rezagadas"]):
            if row["reprogramar"] != YES:
                continue
            if not has_next:
                message = "El plan no tiene un año siguiente: no se puede reprogramar."
                errors.append(FieldError(path_of("rezagadas", place, "reprogramar"), message))
            elif row["valor"] is None or not 0 < row["valor"] <= row["lag"]:
                message = f"Escriba cuánto pasa al año siguiente: más de 0 y a lo sumo {number(row['lag'])}."
                errors.append(FieldError(path_of("rezagadas", place, "valor"), message))
        return errors + [
            FieldError(path_of("reservas", place, "valor"), "La reserva no puede ser negativa.")
            for place, row in enumerate(values["reservas"])
            if row["valor"] < 0
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Close the entity's year."""
        reserves = {row["project_id"]: row["valor"] for row in values["reservas"]}
        delivered = [
            Delivered(row["project_id"], row["entrega"], reserves[row["project_id"]], row["soporte"])
            for row in values["entregas"]
        ]
        decisions = [
            LagDecision(row["indicator_id"], row["lag"], row["valor"], row["motivo"]) for row in values["rezagadas"]
        ]
        closing.close(context.session, context.engine, plan_of(context), delivered, decisions, actor=context.actor)
        return {}


class RegisterModification(PlainForm):
    """`registrar_modificacion`: a change of a project's money, and the act that orders it."""

    contract = Contract(
        needs={"entidad": TEXT},
        uses={"proyecto": TEXT},
        fills={"motivo": TEXT},
        fields=frozenset({"acto", "afecta_metas", "fecha", "proyecto", "soporte", "tipo", "valor"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The project the message was about, and what is in force."""
        year = bogota_day(context.now()).year
        projects = _projects(context)
        rows = [
            (
                f"{project.code} {project.name}",
                number(budget.in_force(context.session, project.id, year)),
                number(budget.committed(context.session, project.id, year)),
            )
            for project in projects
        ]
        return Prefill(
            values={"proyecto": context.variables.get("proyecto")},
            options={"proyecto": [(one.code, f"{one.code} {one.name}") for one in projects]},
            panels=[
                Panel(
                    f"Presupuesto de {year}, en pesos",
                    head=("Proyecto", "Apropiación vigente", "Compromisos"),
                    rows=rows,
                )
            ],
            hints={"valor": "En pesos. En un traslado, negativo si el dinero sale de este proyecto."},
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A past act, a sign that agrees with the kind, and money left for what is committed."""
        errors, change = [], _change(context, values)
        if values["fecha"] > bogota_day(context.now()):
            errors.append(FieldError("fecha", "La fecha del acto no puede ser futura."))
        if change.amount == 0 or (change.amount < 0 and change.kind != BudgetChange.TRANSFER):
            errors.append(FieldError("valor", "Escriba el valor sin signo: el tipo dice si suma o resta."))
            return errors
        year = values["fecha"].year
        after = (budget.in_force(context.session, change.project_id, year) or Decimal(0)) + change.signed
        committed = budget.committed(context.session, change.project_id, year)
        if after < committed:
            message = f"Quedarían {number(after)} pesos, y ya hay {number(committed)} comprometidos."
            errors.append(FieldError("valor", message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the act; sets `motivo`, which a change of the plan's goals takes along."""
        change = _change(context, values)
        budget.register(
            context.session, context.engine, context.plan_code, context.instance.id, change, actor=context.actor
        )
        kind = KIND_WORDS[change.kind].lower()
        return {
            "motivo": f"{values['acto']}: {kind} de {number(change.amount)} pesos al proyecto {values['proyecto']}."
        }


class FileReport(PlainForm):
    """`radicar_reporte`: under which number an entity handed in its external report."""

    contract = Contract(
        needs={"entidad": TEXT, "periodo": TEXT}, fields=frozenset({"fecha", "numero_radicado", "sistema", "soporte"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What is in the report, and where its files are."""
        report = external_reports.find(
            context.session, context.plan_code, str(context.variables["entidad"]), str(context.variables["periodo"])
        )
        months = [month_name(month) for month in external_reports.months_of(report.quarter)]
        preliminary = [month_name(month) for month in report.preliminary.split()]
        facts = [
            ("Entidad", report.entity_code),
            ("Meses", enumeration(months)),
            ("Preliminares", enumeration(preliminary) or "ninguno: todos los meses están cerrados"),
            ("Archivos", "Excel y CSV, en la página «Reportes externos» del plan."),
        ]
        return Prefill(panels=[Panel("El reporte", facts=facts)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A past day, and a number nobody used."""
        errors = []
        if values["fecha"] > bogota_day(context.now()):
            errors.append(FieldError("fecha", "La fecha del radicado no puede ser futura."))
        other = external_reports.filed_under(
            context.session, context.plan_code, values["sistema"], values["numero_radicado"]
        )
        if other is not None:
            message = f"Ese radicado ya es del reporte de {other.entity_code}, {other.quarter}."
            errors.append(FieldError("numero_radicado", message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        report = external_reports.find(
            context.session, context.plan_code, str(context.variables["entidad"]), str(context.variables["periodo"])
        )
        filing = Filing(values["sistema"], values["numero_radicado"], values["fecha"], values["soporte"])
        external_reports.file(context.session, context.engine, report, filing, actor=context.actor)
        return {}


def _project_row(project: Project) -> Values:
    return {
        ROW_KEY: project.code,
        "project_id": project.id,
        "proyecto": f"{project.code} {project.name}",
        "soporte": [],
    }


def _reserve(context: FormContext, project_id: int) -> Decimal:
    """What is committed and not yet paid: what a reserve is made of."""
    (known,) = [
        year
        for year in budget.of_year(context.session, context.plan_code, plan_of(context).year)
        if year.project.id == project_id
    ]
    return (known.commitments or Decimal(0)) - (known.payments or Decimal(0))


def _lag_row(one: Lag) -> Values:
    unit = one.indicator.unit
    return {
        ROW_KEY: one.indicator.code,
        "indicator_id": one.indicator.id,
        "lag": one.amount,
        "meta": f"{one.indicator.code} {one.indicator.name}",
        "rezago": f"{number(one.amount)} {unit}: llegó a {number(one.executed)} de {number(one.target)}",
        "reprogramar": None,
        "valor": None,
        "motivo": None,
    }


def _projects(context: FormContext) -> list[Project]:
    query = sa.select(Project).where(Project.plan_code == context.plan_code)
    query = query.where(Project.entity_code == context.variables["entidad"])
    return list(context.session.scalars(query.order_by(Project.code)))


def _change(context: FormContext, values: Values) -> Change:
    (project,) = [one for one in _projects(context) if one.code == values["proyecto"]]
    return Change(
        project_id=project.id,
        kind=BudgetChange(values["tipo"]),
        amount=values["valor"],
        act=values["acto"],
        dated_on=values["fecha"],
        affects_goals=values["afecta_metas"] == YES,
        files=values["soporte"],
    )
