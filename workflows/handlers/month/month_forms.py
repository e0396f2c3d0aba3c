"""Forms of the sector in the month: review, clarifications, bottlenecks, approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.handlers.month.periods_of_task import entity_of, month_of
from workflows.indicators.models import Indicator
from workflows.indicators.states import Measure, Status
from workflows.indicators.wording import known_words, level_word
from workflows.monitoring import alerts, bottlenecks, changing, figures
from workflows.monitoring.alerts import Answer
from workflows.monitoring.bottlenecks import Opinion
from workflows.monitoring.models import Alert, Bottleneck
from workflows.monitoring.period_figures import PeriodFigures
from workflows.monitoring.states import AlertState, BottleneckState
from workflows.spanish import percentage

APPROVED = "aprobado"


class ReviewConsolidated(PlainForm):
    """`revisar_consolidado`: of each alert, whether it is reasonable or has to be clarified."""

    contract = Contract(needs={"periodo": TEXT}, fills={"entidades_por_aclarar": LIST}, fields=frozenset({"alertas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The alerts that wait, with what was answered, and the month at a glance."""
        waiting = alerts.to_review(context.session, month_of(context))
        return Prefill(
            values={"alertas": [_alert_row(alert) for alert in waiting], "nota": month_of(context).note or None},
            notes={
                path_of("alertas", place): f"Se preguntó: {alert.question} Respondió: {alert.answer}"
                for place, alert in enumerate(waiting)
                if alert.state == AlertState.ANSWERED
            },
            panels=[at_a_glance(context), who_is_silent(context)],
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the decisions; `entidades_por_aclarar` are those with a question."""
        period = month_of(context)
        period.note = values.get("nota") or ""
        decisions = [(row["alert_id"], row["decision"], row.get("pregunta") or "") for row in values["alertas"]]
        return {"entidades_por_aclarar": alerts.decide(context.session, period, decisions)}


class ClarifyReport(PlainForm):
    """`aclarar_reporte`: an entity answers the questions about its figures."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({"aclaraciones"}))

    def prepare(self, context: FormContext) -> Prefill:
        asked = alerts.asked_of(context.session, month_of(context), entity_of(context))
        fixed = {
            path_of("aclaraciones", place, column)
            for place, alert in enumerate(asked)
            if not alerts.can_be_corrected(context.session, month_of(context), alert)
            for column in ("valor_corregido", "soporte")
        }
        return Prefill(values={"aclaraciones": [_question_row(alert) for alert in asked]}, locked=frozenset(fixed))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the answers; a corrected value changes the figure."""
        alerts.answer(
            context.session,
            context.engine,
            month_of(context),
            entity_of(context),
            actor=context.actor,
            answers=[
                Answer(row["alert_id"], row["respuesta"], row.get("valor_corregido"), row.get("soporte") or [])
                for row in values["aclaraciones"]
            ],
        )
        return {}


class QualifyBottlenecks(PlainForm):
    """`calificar_cuellos`: of each candidate, whether it is a bottleneck, why, and what is done."""

    contract = Contract(needs={"periodo": TEXT, "entidad": TEXT}, fields=frozenset({"cuellos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The candidates of the entity, with the measure the rule proposes."""
        kept = bottlenecks.of_period(context.session, month_of(context), entity_of(context))
        rows = [_candidate_row(context, bottleneck) for bottleneck in kept]
        notes = {path_of("cuellos", place): f"{one.why}." for place, one in enumerate(kept)}
        return Prefill(values={"cuellos": rows}, notes=notes)

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A measure has a day that has not passed."""
        today = bogota_day(context.now())
        return [
            FieldError(path_of("cuellos", place, "fecha"), "La fecha de la medida ya pasó. Escriba una futura.")
            for place, row in enumerate(values["cuellos"])
            if row.get("fecha") is not None and row["fecha"] < today
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record what is said of them."""
        opinions = [_opinion(row) for row in values["cuellos"]]
        bottlenecks.qualify(context.session, month_of(context), entity_of(context), opinions)
        return {}


class ApproveReport(PlainForm):
    """`aprobar_informe`: the coordinator approves the month, which then is frozen, or returns it."""

    contract = Contract(needs={"periodo": TEXT}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The figures of everything endorsed by now, what changed since the meeting, the introduction so far.

        The key of a change says what the figures became: what is endorsed while the form is open is another change,
        not seen yet, so that nobody approves what they did not read.
        """
        period = month_of(context)
        now = _as_they_are(context, period)
        found = changing.since_consolidated(context.session, period, now)
        rows = [{ROW_KEY: one.key, "cambio": one.text, "visto": None} for one in found]
        panels = [_glance(now), _silent(now), _note(period)]
        return Prefill(values={"mensaje": period.introduction or None, "cambios": rows}, panels=panels)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the introduction and who approved."""
        period = month_of(context)
        period.introduction = values.get("mensaje") or ""
        approved = values["decision"] == APPROVED
        if approved:
            period.approved_by, period.approved_at = context.actor.id, context.now()
        else:
            period.return_reason = values["motivo"]
        _note_down(context, period, "aprobar_informe" if approved else "devolver_informe", values.get("motivo") or "")
        return {}


class AdjustReport(PlainForm):
    """`ajustar_informe`: the sectoral team answers to what the coordinator returned."""

    contract = Contract(needs={"periodo": TEXT})

    def prepare(self, context: FormContext) -> Prefill:
        """The reason and the note written so far."""
        period = month_of(context)
        return Prefill(
            values={"nota": period.note or None}, panels=[Panel("Por qué se devolvió", text=period.return_reason)]
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the note; what changed goes into the *bitácora*."""
        period = month_of(context)
        period.note = values.get("nota") or period.note
        _note_down(context, period, "ajustar_informe", values["cambios"])
        return {}


def at_a_glance(context: FormContext) -> Panel:
    """The lines, the entities and the plan, with the traffic light of each."""
    period = month_of(context)
    kept = figures.kept(context.session, period)
    if kept is None:
        return Panel("El mes", text="Todavía no se ha consolidado.")
    return _glance(kept)


def who_is_silent(context: FormContext) -> Panel:
    """Who did not report what was due: for a telephone call, and nothing to decide about."""
    kept = figures.kept(context.session, month_of(context))
    return _silent(kept) if kept else Panel("Quién no reportó", text="Todavía no se ha consolidado.")


def _as_they_are(context: FormContext, period: Period) -> PeriodFigures:
    """The figures of everything endorsed by now; computed once while a form is laid out."""
    known = context.memo.get("figures")
    if not isinstance(known, PeriodFigures):
        known = context.memo["figures"] = figures.compute(context.session, period.plan_code, period.code)
    return known


def _glance(kept: PeriodFigures) -> Panel:
    levels = [*([kept.plan] if kept.plan else []), *kept.lines.values(), *kept.entities.values()]
    rows = [
        (
            f"{figure.code} {figure.name}",
            percentage(figure.capped) if figure.capped is not None else "sin dato",
            percentage(figure.coverage),
            percentage(figure.opportunity),
            level_word(figure.color, figure.status) + (" (por falta de dato)" if figure.by_silence else ""),
        )
        for figure in levels
    ]
    head = ("Nivel", "Cumplimiento a la fecha", "Cobertura", "Oportunidad", "Semáforo")
    return Panel("El mes de un vistazo", head=head, rows=rows)


def _silent(kept: PeriodFigures) -> Panel:
    rows = [
        (figure.entity, f"{figure.code} {figure.name}", known_words(found.status, found.data_month))
        for figure in sorted(kept.indicators.values(), key=lambda one: one.entity)
        if (found := figure.assessment).is_due and found.status != Status.REPORTED
    ]
    if not rows:
        return Panel("Quién no reportó", text="Todo lo exigible trae dato de este corte.")
    return Panel("Quién no reportó", head=("Entidad", "Indicador", "Qué se sabe"), rows=rows)


def _note(period: Period) -> Panel:
    return Panel("Nota del equipo sectorial", text=period.note or "Sin nota.")


def _note_down(context: FormContext, period: Period, action: str, reason: str) -> None:
    target = ("periodo", f"{period.plan_code}/{period.code}")
    auditing.record(context.session, context.engine.clock, context.actor, action, target, reason=reason)


def _alert_row(alert: Alert) -> Values:
    return {
        ROW_KEY: str(alert.id),
        "alert_id": alert.id,
        "alerta": f"{alert.entity_code} · {alert.text}",
        "decision": AlertState.PROCEEDS if alert.state == AlertState.ANSWERED else None,
        "pregunta": None,
    }


def _question_row(alert: Alert) -> Values:
    return {
        ROW_KEY: str(alert.id),
        "alert_id": alert.id,
        "alerta": alert.text,
        "pregunta": alert.question,
        "respuesta": alert.answer or None,
        "valor_corregido": None,
        "soporte": [],
    }


def _candidate_row(context: FormContext, kept: Bottleneck) -> Values:
    indicator = context.session.get_one(Indicator, kept.indicator_id)
    undecided = kept.state == BottleneckState.CANDIDATE
    return {
        ROW_KEY: indicator.code,
        "bottleneck_id": kept.id,
        "indicador": f"{indicator.code} {indicator.name}",
        "es_cuello": None if undecided else "si" if kept.state == BottleneckState.CONFIRMED else "no",
        "causa": kept.cause or None,
        "categoria": kept.category or None,
        "severidad": kept.severity or None,
        "medida": kept.measure or kept.proposed,
        "accion": kept.action or None,
        "responsable": kept.responsible or indicator.reports,
        "fecha": kept.due_on,
        "razon": kept.reason or None,
    }


def _opinion(row: Values) -> Opinion:
    confirmed = row["es_cuello"] == "si"
    if not confirmed:
        return Opinion(row["bottleneck_id"], confirmed=False)
    return Opinion(
        bottleneck_id=row["bottleneck_id"],
        confirmed=True,
        cause=row["causa"],
        category=row["categoria"],
        severity=row["severidad"],
        measure=Measure(row["medida"]),
        action=row.get("accion") or "",
        responsible=row.get("responsable"),
        due_on=row.get("fecha"),
        reason=row.get("razon") or "",
    )
