"""Forms in which an entity's report is judged: validation, endorsement; on time and late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.forms.handlers import (
    ROW_KEY,
    FieldError,
    FormContext,
    Panel,
    PlainForm,
    Prefill,
    Preview,
    Values,
    path_of,
)
from workflows.handlers.month import execution_review, frozen_view, review_rows
from workflows.handlers.month.money_guards import pesos
from workflows.handlers.month.money_told import money_and_activities
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.monitoring import entity_reports, execution_rows
from workflows.monitoring.entity_reports import Decision
from workflows.monitoring.rows import ProgressRow
from workflows.monitoring.states import MeasurementState

ACCEPTED = "valida"
ENDORSES = "avalo"
ROWS, RETURNED = "validacion", "devueltas"


class ValidateReport(PlainForm):
    """`validar_reporte`, `validar_extemporaneo`: the liaison accepts or returns each row that was sent, also of money.

    `late`: its case has the time that corrections take; in the month, what is returned after the sixth day goes to the
    late case, so that it does not hold up the rest.
    """

    def __init__(self, *, late: bool = False) -> None:
        self.late = late

    contract = Contract(
        needs={"periodo": TEXT, "entidad": TEXT},
        fills={"responsables_por_corregir": LIST, "ejecucion_por_corregir": LIST, "responsables_calculado": LIST},
        fields=frozenset({"validacion"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The rows that wait, with what was promised, reported and proved of each, and those of the execution."""
        rows = review_rows.rows_in(context, (MeasurementState.SENT,))
        judged = review_rows.judged(context, rows)
        return Prefill(
            values={ROWS: [_row_to_validate(row) for row in rows], **execution_review.to_validate(context)},
            beside={f"{ROWS}:{row.indicator.code}": one for row, one in zip(rows, judged, strict=True)},
            courses={path_of(ROWS, place, "ultimos_tres"): row.course() for place, row in enumerate(rows)},
            row_titles={ROWS: [f"{row.indicator.code} {row.indicator.name}" for row in rows]},
            notes={
                path_of(ROWS, place): f"La dirección la devolvió: {row.measurement.return_reason}"
                for place, row in enumerate(rows)
                if row.measurement and row.measurement.return_reason
            },
            panels=[*self._no_time_left(context), *_returned_by_head(context), *_beyond_projects(context)],
        )

    def _no_time_left(self, context: FormContext) -> list[Panel]:
        if self.late or entity_reports.may_be_corrected(context.engine, month_of(context), entity_of(context)):
            return []
        told = "Ya pasó el día hábil 6: lo que devuelva se corrige en el reporte extemporáneo y no detiene lo demás."
        return [Panel("Si devuelve una fila", told)]

    def preview(self, context: FormContext, values: Values) -> Preview:
        """The light of each row."""
        rows = review_rows.rows_in(context, (MeasurementState.SENT,))
        return Preview({path_of(ROWS, place): review_rows.light(row) for place, row in enumerate(rows)})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Accept or return.

        `responsables_por_corregir` have a row of an indicator to correct, `ejecucion_por_corregir` one of money or of
        an activity, `responsables_calculado` a computed value to confirm.
        """
        rows = review_rows.rows_in(context, (MeasurementState.SENT,))
        said = {row[ROW_KEY]: _decided(row) for row in values[ROWS]}
        words = "Valida las filas que aceptó y devuelve las otras con su motivo."
        frozen_view.keep(context, words, rows, said, execution_review.words(values))
        back = entity_reports.decide(
            context.session,
            context.engine,
            month_of(context),
            entity_of(context),
            actor=context.actor,
            decisions=[
                Decision(row["measurement_id"], row["decision"] == ACCEPTED, row.get("motivo") or "")
                for row in values[ROWS]
            ],
            execution=execution_review.judged(context, values),
        )
        in_time = self.late or entity_reports.may_be_corrected(context.engine, month_of(context), entity_of(context))
        return {
            "responsables_por_corregir": list(back.rows) if in_time else [],
            "ejecucion_por_corregir": list(back.execution) if in_time else [],
            "responsables_calculado": list(back.computed) if in_time else [],
        }


def _beyond_projects(context: FormContext) -> list[Panel]:
    """A note, for the money of goals and of projects is told by different people, and any of both may be wrong."""
    found = execution_rows.beyond_projects(context.session, month_of(context), entity_of(context))
    rows = [(one.code, one.what, pesos(one.goals), pesos(one.project)) for one in found]
    told = "Las metas suman más que su proyecto. Puede validar; si una de las dos cifras está mal, devuélvala."
    if not rows:
        return []
    return [Panel("Dinero por revisar", told, head=("Proyecto", "Qué", "Sus metas", "El proyecto"), rows=rows)]


class _Endorsing(PlainForm):
    """The head reads what they answer for: the lights, the worst first, with their story, evidence and money."""

    def prepare(self, context: FormContext) -> Prefill:
        """What is endorsed, to read, and the rows that may be returned."""
        rows = _to_endorse(context)
        returnable = [*(_row_to_return(row) for row in rows), *execution_review.to_return(context)]
        return Prefill(
            values={RETURNED: returnable, "responde": _answering(rows)},
            panels=[_endorsed(context), *money_and_activities(context)],
            row_titles={RETURNED: [f"{row['codigo']} {row['nombre']}" for row in returnable]},
        )


class EndorseReport(_Endorsing):
    """`avalar_reporte`: the head answers for the figures, or returns them with a reason."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({"decision"}))

    def find(self, context: FormContext, values: Values) -> list[FieldError]:
        """What is returned has a reason: of each row, or of all."""
        told = values.get("motivo") or any(row["devolver"] for row in values.get(RETURNED) or ())
        if values["decision"] in (None, ENDORSES) or told:
            return []
        return [FieldError("motivo", "Marque las filas que devuelve, o escriba el motivo de devolver todo el reporte.")]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Endorse or send back."""
        session, engine, period, entity = context.session, context.engine, month_of(context), entity_of(context)
        rows = _to_endorse(context)
        if values["decision"] == ENDORSES:
            frozen_view.keep(context, f"Avala el reporte. {_answering(rows)}", rows)
            entity_reports.endorse(session, engine, period, entity, actor=context.actor)
            return {}
        returned = [row for row in values.get(RETURNED) or () if row["devolver"]]
        general = values.get("motivo") or ""
        said = general or " ".join(f"{row['codigo']} {row['nombre']}: {row['motivo_fila']}" for row in returned)
        why = {row[ROW_KEY]: f"Devuelta: {row['motivo_fila']}" for row in returned}
        frozen_view.keep(context, f"Devuelve el reporte. {said}", rows, why)
        entity_reports.send_back(
            session,
            engine,
            period,
            entity,
            actor=context.actor,
            reason=said,
            rows={row["measurement_id"]: row["motivo_fila"] or general for row in returned if row["measurement_id"]},
            execution=execution_review.sent_back(context, returned, general),
        )
        return {}


class EndorseLateReport(_Endorsing):
    """`avalar_extemporaneo`: the head answers for a late report."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Endorse what came late."""
        rows = _to_endorse(context)
        frozen_view.keep(context, f"Avala el reporte extemporáneo. {_answering(rows)}", rows)
        entity_reports.endorse(
            context.session, context.engine, month_of(context), entity_of(context), actor=context.actor
        )
        return {}


def _to_endorse(context: FormContext) -> list[ProgressRow]:
    """What the head answers for, the worst first."""
    states = (MeasurementState.VALIDATED, MeasurementState.ENDORSED)
    return review_rows.worst_first(review_rows.rows_in(context, states))


def _answering(rows: Sequence[ProgressRow]) -> str:
    """The words of what one answers for."""
    figures = "esta cifra" if len(rows) == 1 else f"estas {len(rows)} cifras"
    return f"Al avalar, responde por {figures} y por el presupuesto del mes ante la cabeza de sector."


def _row_to_return(row: ProgressRow) -> Values:
    return {
        ROW_KEY: row.indicator.code,
        "measurement_id": row.measurement.id if row.measurement else None,
        "codigo": row.indicator.code,
        "nombre": row.indicator.name,
        "devolver": False,
        "motivo_fila": None,
    }


def _decided(row: Values) -> str:
    return "Aceptada" if row["decision"] == ACCEPTED else f"Devuelta: {row.get('motivo') or ''}"


def _endorsed(context: FormContext) -> Panel:
    """How many of each light, then each row, the worst first."""
    rows = _to_endorse(context)
    names = review_rows.names_of(context, rows)
    counted = Counter(review_rows.light(row).word.lower() for row in rows)
    told = ", ".join(f"{count} {word}" for word, count in counted.items())
    sentence = f"{len(rows)} {'indicador' if len(rows) == 1 else 'indicadores'}: {told}."
    return Panel("Lo que avala", sentence, entries=[review_rows.beside(row, names) for row in rows])


def _row_to_validate(row: ProgressRow) -> Values:
    return {
        ROW_KEY: row.indicator.code,
        "measurement_id": row.measurement.id if row.measurement else None,
        "fila": f"{row.indicator.code} {row.indicator.name}",
        **review_rows.cells(row),
        # what the head returned comes as returned, with the head's reason
        "decision": "devuelta" if row.measurement and row.measurement.return_reason else None,
        "motivo": (row.measurement.return_reason or None) if row.measurement else None,
    }


def _returned_by_head(context: FormContext) -> list[Panel]:
    report = entity_reports.find(context.session, month_of(context), entity_of(context))
    return [Panel("La dirección devolvió el reporte", report.return_reason)] if report.return_reason else []
