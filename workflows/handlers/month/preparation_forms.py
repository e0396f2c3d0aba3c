"""Forms of `f5_preparacion`: who answers for each indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, PlainForm, Prefill, Values, path_of
from workflows.monitoring import responsibilities
from workflows.monitoring.models import Responsibility
from workflows.monitoring.responsibilities import Appointment
from workflows.monitoring.states import Acceptance
from workflows.people import directory

ACCEPTS = "acepto"


class SetResponsibles(PlainForm):
    """`establecer_responsables`: who reports, reviews and substitutes, for each row of an entity."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"matriz"}))

    def rows(self, context: FormContext) -> list[Responsibility]:
        """The rows to fill."""
        return responsibilities.of_case(context.session, context.instance.id, str(context.variables["entidad"]))

    def prepare(self, context: FormContext) -> Prefill:
        """The proposal, from the matrix in force; the choices are the people of the entity."""
        rows = self.rows(context)
        people = directory.everybody(context.session, context.sector, str(context.variables["entidad"]))
        choices = [(person.username, person.name) for person in people]
        return Prefill(
            values={"matriz": [_row(row) for row in rows]},
            options={f"matriz.{column}": choices for column in ("reporta", "revisa", "reemplazo")},
            notes={
                path_of("matriz", place): f"No aceptó: {row.reason}"
                for place, row in enumerate(rows)
                if row.answer == Acceptance.REFUSED
            },
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Nobody reviews or replaces themselves."""
        errors = []
        for place, row in enumerate(values["matriz"]):
            for column, verb in (("revisa", "revisar"), ("reemplazo", "reemplazar")):
                if row[column] == row["reporta"]:
                    message = f"Elija a otra persona: quien reporta no se puede {verb} a sí mismo."
                    errors.append(FieldError(path_of("matriz", place, column), message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        appointments = [
            Appointment(row["responsibility_id"], row["reporta"], row["revisa"], row["reemplazo"])
            for row in values["matriz"]
        ]
        responsibilities.appoint(context.session, context.instance.id, appointments)
        return {}


class ReassignResponsibles(SetResponsibles):
    """`reasignar_responsables`: only the rows that were refused."""

    def rows(self, context: FormContext) -> list[Responsibility]:
        """The refused rows of the entity."""
        return [row for row in super().rows(context) if row.answer == Acceptance.REFUSED]

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Who refused a row is not named for it again."""
        refused = {row.id: row.reports for row in self.rows(context)}
        errors = [
            FieldError(path_of("matriz", place, "reporta"), "Esta persona no aceptó. Elija a otra.")
            for place, row in enumerate(values["matriz"])
            if row["reporta"] == refused.get(row["responsibility_id"])
        ]
        return errors + super().check(context, values)


class AcceptResponsibility(PlainForm):
    """`aceptar_responsabilidad`: a person takes on their rows or says why not."""

    contract = Contract(uses={"responsable": TEXT}, fields=frozenset({"respuesta"}))

    def prepare(self, context: FormContext) -> Prefill:
        """Their rows, to read."""
        rows = [
            row for row in responsibilities.of_case(context.session, context.instance.id) if _is_theirs(context, row)
        ]
        return Prefill(values={"matriz": _in_words(context, rows)})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        responsibilities.answer(
            context.session,
            context.engine,
            context.instance.id,
            actor=context.actor,
            person=_person(context),
            accepts=values["respuesta"] == ACCEPTS,
            reason=values.get("motivo") or "",
        )
        return {}


def _person(context: FormContext) -> str:
    return str(context.variables.get("responsable") or context.actor.id)


def _is_theirs(context: FormContext, row: Responsibility) -> bool:
    return row.reports == _person(context) and row.answer == ""


def _object(row: Responsibility) -> str:
    return f"{row.indicator.code} {row.indicator.name}"


def _row(row: Responsibility) -> Values:
    return {
        ROW_KEY: row.indicator.code,
        "responsibility_id": row.id,
        "objeto": _object(row),
        "reporta": row.reports,
        "revisa": row.reviews,
        "reemplazo": row.substitute,
    }


def _in_words(context: FormContext, rows: Sequence[Responsibility]) -> list[Values]:
    usernames = {name for row in rows for name in (row.reports, row.reviews, row.substitute) if name}
    names = directory.display_names(context.session, usernames)
    return [
        {
            ROW_KEY: row.indicator.code,
            "objeto": _object(row),
            "reporta": names.get(row.reports or ""),
            "revisa": names.get(row.reviews or ""),
            "reemplazo": names.get(row.substitute or ""),
        }
        for row in rows
    ]
