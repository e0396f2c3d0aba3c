"""Forms on how the plan will be made: alternative, opinions, schedule, adjustments, approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.calendar import WorkingCalendar
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import methodology
from workflows.formulation.models import Methodology
from workflows.formulation.states import OpinionKind
from workflows.handlers.formulation.source_forms import repeated
from workflows.spanish import long_day


class PrepareAlternative(PlainForm):
    """`preparar_alternativa`: how the plan will be made; anew when it was returned."""

    contract = Contract(fields=frozenset({"documento", "pasos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The version before, and why it was returned."""
        before = methodology.find(context.session, context.plan_code)
        if before is None:
            return Prefill()
        return Prefill(
            values={"documento": list(before.files), "pasos": [dict(step) for step in before.steps]},
            panels=_opinions(context, before, OpinionKind.ALTERNATIVE, "Lo que pidieron las entidades"),
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A step is named once."""
        return repeated("pasos", "paso", values["pasos"], "Este paso ya está en la tabla.")

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep a new version."""
        methodology.prepare(
            context.session,
            context.plan_code,
            values["documento"],
            values["pasos"],
            actor=context.actor,
            now=context.now(),
        )
        return {}


class GiveOpinion(PlainForm):
    """`pronunciarse_alternativa`: what an entity says of the alternative."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"concepto"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The alternative, to read."""
        return Prefill(panels=_steps(context))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        _give(context, OpinionKind.ALTERNATIVE, values["concepto"], values.get("ajustes") or "")
        return {}


class FormulateSchedule(PlainForm):
    """`formular_cronograma`: activities on working days, each after the one it follows."""

    contract = Contract(fields=frozenset({"actividades"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The schedule so far."""
        rows = [
            {
                "actividad": activity.name,
                "paso": activity.step,
                "responsable": activity.responsible,
                "inicio": activity.starts_on,
                "fin": activity.ends_on,
                "predecesora": activity.predecessor or None,
            }
            for activity in methodology.activities(context.session, context.plan_code)
        ]
        return Prefill(values={"actividades": rows} if rows else {}, panels=_steps(context))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Working days, no circles, nothing begins before what it follows is over."""
        rows = values["actividades"]
        errors = repeated("actividades", "actividad", rows, "Esta actividad ya está en la tabla.")
        by_name = {row["actividad"]: row for row in rows}
        circular = methodology.in_a_circle({name: row["predecesora"] or "" for name, row in by_name.items()})
        for place, row in enumerate(rows):
            errors += [
                FieldError(path_of("actividades", place, column), message)
                for column, message in _wrong(context, row, by_name, circular)
            ]
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        methodology.schedule(context.session, context.plan_code, values["actividades"])
        return {}


def _wrong(
    context: FormContext, row: Values, by_name: Mapping[str, Values], circular: Sequence[str]
) -> list[tuple[str, str]]:
    errors = [
        (column, f"El {long_day(row[column])} no es día hábil.")
        for column in ("inicio", "fin")
        if not _is_working(context, row[column])
    ]
    before = by_name.get(row["predecesora"] or "")
    if row["fin"] < row["inicio"]:
        errors.append(("fin", "Termina antes de empezar."))
    if row["predecesora"] and before is None:
        errors.append(("predecesora", "Esa actividad no está en la tabla."))
    elif row["actividad"] in circular:
        errors.append(("predecesora", "Las actividades se esperan unas a otras en círculo."))
    elif before is not None and row["inicio"] < before["fin"]:
        errors.append(("inicio", f"Empieza antes de que termine «{before['actividad']}»."))
    return errors


def _is_working(context: FormContext, day: dt.date) -> bool:
    calendar = context.engine.calendar
    return not isinstance(calendar, WorkingCalendar) or calendar.is_working(day, context.plan_code)


class RegisterAdjustments(PlainForm):
    """`registrar_ajustes`: what an entity wants changed in method or schedule."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"ajustes"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The methodology, and why it was not approved."""
        current = methodology.latest(context.session, context.plan_code)
        told = [
            *_opinions(context, current, OpinionKind.ALTERNATIVE, "Lo que dijeron las entidades"),
            *_opinions(context, current, OpinionKind.ADJUSTMENTS, "Por qué no se aprobó"),
        ]
        return Prefill(panels=[*told, *_steps(context)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        entity = str(context.variables["entidad"])
        methodology.adjust(context.session, context.plan_code, entity, values["ajustes"] or [])
        return {}


class ApproveMethodology(PlainForm):
    """`aprobar_metodologia`: the head of an entity on method and schedule with their adjustments."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The methodology, its adjustments and the schedule."""
        current = methodology.latest(context.session, context.plan_code)
        asked = [
            (adjustment.entity_code, adjustment.text, "Sí" if adjustment.affects_schedule else "No")
            for adjustment in methodology.adjustments(context.session, current)
        ]
        adjusted = Panel("Ajustes", head=("Entidad", "Ajuste", "Afecta el cronograma"), rows=asked)
        return Prefill(panels=[*_steps(context), *([adjusted] if asked else []), *_schedule(context)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        _give(context, OpinionKind.ADJUSTMENTS, values["decision"], values.get("razon") or "")
        return {}


def steps_catalogue(context: FormContext) -> Sequence[Option]:
    """`pasos`: the steps of the methodology."""
    current = methodology.find(context.session, context.plan_code)
    return [(step["paso"], step["paso"]) for step in current.steps] if current else []


def _give(context: FormContext, kind: str, decision: str, reason: str) -> None:
    methodology.give(
        context.session,
        context.plan_code,
        kind,
        str(context.variables["entidad"]),
        decision,
        reason,
        actor=context.actor,
        now=context.now(),
    )


def _steps(context: FormContext) -> list[Panel]:
    current = methodology.find(context.session, context.plan_code)
    if current is None:
        return []
    rows = [(step["paso"], step["descripcion"], step["tecnica"]) for step in current.steps]
    return [Panel(f"Metodología, versión {current.number}", head=("Paso", "En qué consiste", "Técnica"), rows=rows)]


def _schedule(context: FormContext) -> list[Panel]:
    rows = [
        (activity.name, long_day(activity.starts_on), long_day(activity.ends_on))
        for activity in methodology.activities(context.session, context.plan_code)
    ]
    return [Panel("Cronograma", head=("Actividad", "Desde", "Hasta"), rows=rows)] if rows else []


def _opinions(context: FormContext, of: Methodology, kind: str, title: str) -> list[Panel]:
    said = [
        (opinion.entity_code, opinion.reason)
        for opinion in methodology.opinions(context.session, of, kind)
        if opinion.reason
    ]
    return [Panel(title, facts=said)] if said else []
