"""Forms on the money of the whole plan: each entity's estimate, and what the sector says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.forms.handlers import FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import funding
from workflows.plan.models import Plan
from workflows.spanish import enumeration, number

TABLE = "recursos"


class EstimateFunding(PlainForm):
    """`estimar_financiamiento`: what each project of an entity is to receive from each source in each year."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"recursos", "soporte", "supuestos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each project with goals in the plan, and what was said so far."""
        session, code, entity = context.session, context.plan_code, _entity(context)
        rows = funding.estimated(session, code, entity)
        known = {row["proyecto"] for row in rows}
        rows += [
            {"proyecto": project.code, "fuente": next(iter(funding.SOURCES))}
            for project in funding.linked_projects(session, code, entity)
            if project.code not in known
        ]
        said = funding.note(session, code, entity)
        plan = session.get_one(Plan, code)
        facts = [(f"{name} año", str(year)) for name, year in zip(ORDINALS, funding.years(plan), strict=False)]
        return Prefill(
            values={TABLE: rows, "supuestos": said.text if said else None, "soporte": list(said.files) if said else []},
            panels=[Panel("Los años del plan", facts=facts)],
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Every project with goals is there with all its years, once for each source, and not empty of money."""
        plan, rows = context.session.get_one(Plan, context.plan_code), values[TABLE]
        errors: list[FieldError] = []
        seen: set[tuple[str, str]] = set()
        for place, row in enumerate(rows):
            if (row["proyecto"], row["fuente"]) in seen:
                errors.append(
                    FieldError(path_of(TABLE, place, "fuente"), "Este proyecto ya tiene una fila con esa fuente.")
                )
            seen.add((row["proyecto"], row["fuente"]))
            errors += _years(plan, place, row)
        return errors + self._missing(context, rows)

    def _missing(self, context: FormContext, rows: list[Values]) -> list[FieldError]:
        linked = funding.linked_projects(context.session, context.plan_code, _entity(context))
        said = {row["proyecto"] for row in rows}
        errors = []
        if absent := [project.code for project in linked if project.code not in said]:
            errors.append(FieldError(TABLE, f"Falta el dinero de {enumeration(absent)}: sus metas alimentan el plan."))
        empty = [project.code for project in linked if project.code in said and not _total(rows, project.code)]
        if empty:
            errors.append(
                FieldError(TABLE, f"{enumeration(empty)} no tiene pesos en ningún año, pero sí metas en el plan.")
            )
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the estimate and on what it rests."""
        session, code, entity = context.session, context.plan_code, _entity(context)
        funding.estimate(session, code, entity, values[TABLE])
        funding.keep_note(
            session,
            context.engine.clock,
            code,
            entity,
            values["supuestos"],
            files=values["soporte"],
            actor=context.actor,
        )
        return {}


class ConsolidateFunding(PlainForm):
    """`consolidar_financiamiento`: the sector's matrix, to read, and the text that opens its chapter."""

    contract = Contract(fields=frozenset({"texto"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The matrix, and on what each entity's part rests."""
        session, code = context.session, context.plan_code
        head, rows = funding.matrix(session, code)
        told = [[*row[:2], *(number(amount, 0) for amount in row[2:])] for row in rows]
        assumptions = [
            (entity, said.text)
            for entity in dict.fromkeys(row[0] for row in rows)
            if (said := funding.note(session, code, entity))
        ]
        kept = funding.note(session, code)
        return Prefill(
            values={"texto": kept.text if kept else None},
            panels=[
                Panel("Entidad, fuente y año (pesos)", head=head, rows=told),
                Panel("Supuestos de las entidades", facts=assumptions),
            ],
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep what opens the chapter."""
        funding.keep_note(
            context.session, context.engine.clock, context.plan_code, None, values["texto"], actor=context.actor
        )
        return {}


ORDINALS = ("Primer", "Segundo", "Tercer", "Cuarto")


def _entity(context: FormContext) -> str:
    return str(context.variables["entidad"])


def _total(rows: list[Values], project: str) -> bool:
    return any(row.get(f"anio_{place}") for row in rows if row["proyecto"] == project for place in range(1, 5))


def _years(plan: Plan, place: int, row: Values) -> list[FieldError]:
    errors = []
    for column in range(1, funding.MOST_YEARS + 1):
        amount, at = row.get(f"anio_{column}"), path_of(TABLE, place, f"anio_{column}")
        if column <= plan.years and amount is None:
            errors.append(FieldError(at, "Escriba el valor de este año, en pesos; 0 si no hay."))
        if column > plan.years and amount:
            errors.append(FieldError(at, f"El plan tiene {plan.years} años: este ya no es del plan."))
    return errors
