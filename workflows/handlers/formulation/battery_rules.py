"""What keeps the rows of an entity's battery from being written: each with its sentence, at its field."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from workflows.forms.handlers import FieldError, Values, path_of
from workflows.formulation import battery
from workflows.handlers.formulation.source_forms import repeated
from workflows.handlers.formulation.theme_forms import too_long
from workflows.indicators.states import Annualization
from workflows.plan.models import Plan

GOALS, INDICATORS, PROGRAMMING, PROJECT_GOALS = "metas", "indicadores", "programacion", "metas_proyecto"
NOT_HERE = "No está en la tabla de arriba. Agréguelo o elija otro."
WRONG_WAY = {Annualization.RISING: "disminuir", Annualization.FALLING: "aumentar"}
"""The direction that each annualisation contradicts."""


def errors_of(session: Session, plan_code: str, entity: str, values: Values) -> list[FieldError]:
    """Everything that is wrong with these rows by themselves; the rules of the plan come with the whole battery."""
    plan = session.get_one(Plan, plan_code)
    return [
        *repeated(GOALS, "codigo", values[GOALS], "Este código ya está en la tabla."),
        *repeated(INDICATORS, "codigo", values[INDICATORS], "Este código ya está en la tabla."),
        *too_long(GOALS, values[GOALS], {"codigo": 20}),
        *too_long(INDICATORS, values[INDICATORS], {"codigo": 20, "nombre": 500, "unidad": 100}),
        *_taken(session, plan_code, entity, values),
        *_references(values),
        *_sheets(values),
        *_years(plan, values),
    ]


def _taken(session: Session, plan_code: str, entity: str, values: Values) -> Iterator[FieldError]:
    of_others = {
        GOALS: {goal.code: goal.entity_code for goal in battery.goals(session, plan_code)},
        INDICATORS: {indicator.code: indicator.entity_code for indicator in battery.indicators(session, plan_code)},
    }
    for table, owners in of_others.items():
        for place, row in enumerate(values[table]):
            owner = owners.get(row["codigo"], entity)
            if owner != entity:
                yield FieldError(path_of(table, place, "codigo"), f"Ese código es de {owner}. Use otro.")


def _references(values: Values) -> Iterator[FieldError]:
    goals = {row["codigo"] for row in values[GOALS]}
    indicators = {row["codigo"] for row in values[INDICATORS]}
    named = (
        (INDICATORS, "meta", goals),
        (PROGRAMMING, "indicador", indicators),
        (PROJECT_GOALS, "indicador", indicators),
    )
    for table, column, known in named:
        for place, row in enumerate(values[table]):
            if row[column] not in known:
                yield FieldError(path_of(table, place, column), NOT_HERE)


def _sheets(values: Values) -> Iterator[FieldError]:
    for place, row in enumerate(values[INDICATORS]):
        for column in ("decimales", "rezago_dias", "anio_lb"):
            if row[column] is not None and row[column] % 1:
                yield FieldError(path_of(INDICATORS, place, column), "Escriba un número entero.")
        if row["fecha_fin"] < row["fecha_inicio"]:
            yield FieldError(path_of(INDICATORS, place, "fecha_fin"), "Termina antes de empezar.")
        if WRONG_WAY.get(row["anualizacion"]) == row["direccion"]:
            message = f"Un indicador {row['anualizacion']} no es para {row['direccion']}."
            yield FieldError(path_of(INDICATORS, place, "direccion"), message)


def _years(plan: Plan, values: Values) -> Iterator[FieldError]:
    last, seen = plan.first_year + plan.years - 1, set()
    for place, row in enumerate(values[PROGRAMMING]):
        if row["anio"] % 1 or not plan.first_year <= row["anio"] <= last:
            yield FieldError(path_of(PROGRAMMING, place, "anio"), f"El plan va de {plan.first_year} a {last}.")
        elif (row["indicador"], row["anio"]) in seen:
            yield FieldError(path_of(PROGRAMMING, place, "anio"), "Ese año ya está programado en otra fila.")
        seen.add((row["indicador"], row["anio"]))
