"""Forms of the intermediate evaluation (`f6_evaluacion_semestral`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from engine.contracts import TEXT, Contract
from workflows.evaluation import cuts, evaluations, semester_writing, semesters, tables
from workflows.evaluation.evaluations import LINE, OBJECTIVE, Said
from workflows.evaluation.models import Evaluation
from workflows.evaluation.semesters import Decision, OwnView
from workflows.evaluation.tables import Table
from workflows.forms import arguing
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.goals.models import Line, Objective
from workflows.goals.names import named
from workflows.indicators.states import Status
from workflows.monitoring.period_figures import LevelFigure, PeriodFigures
from workflows.spanish import percentage

RETURNED = "devuelta"
YES = "si"


def panel(table: Table) -> Panel:
    """A table beside a form."""
    return Panel(table.caption, head=table.head, rows=table.rows)


class AssessOneself(PlainForm):
    """`autoevaluar`: an entity tells its semester."""

    contract = Contract(
        needs={"semestre": TEXT, "entidad": TEXT}, fields=frozenset({"dificultades", "factores", "logros"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """Its goals at the cut-off, to tell it by."""
        evaluation = _evaluation(context)
        period_figures = cuts.figures_at(context.session, context.plan_code, _month(evaluation))
        entity = str(context.variables["entidad"])
        money = tables.money(context.session, context.plan_code, _month(evaluation), entity)
        return Prefill(panels=[panel(tables.goals_of(period_figures, entity)), panel(money)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        view = OwnView(
            values["logros"], values["dificultades"], values["factores"], values.get("ajustes_propuestos") or ""
        )
        semesters.assess_oneself(
            context.session,
            context.engine,
            _evaluation(context),
            str(context.variables["entidad"]),
            view,
            actor=context.actor,
        )
        return {}


class PrepareBase(PlainForm):
    """`preparar_base`: the tables of the semester, once its months are closed."""

    contract = Contract(needs={"semestre": TEXT}, fields=frozenset({"tablas_revisadas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The tables; a note while a month is open."""
        evaluation = _evaluation(context)
        waiting = semesters.not_ready(context.session, evaluation)
        notes = {"tablas_revisadas": waiting} if waiting else {}
        return Prefill(panels=_base_panels(context, evaluation), notes=notes)

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Every month is frozen, and every table was looked at."""
        waiting = semesters.not_ready(context.session, _evaluation(context))
        return [FieldError("tablas_revisadas", f"{waiting} Ciérrelo antes de preparar la base.")] if waiting else []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep who looked at what."""
        evaluation = _evaluation(context)
        evaluation.tables_reviewed = list(values["tablas_revisadas"])
        evaluation.base_notes, evaluation.base_by = values.get("notas") or "", context.actor.id
        return {}


class AnalyseResults(PlainForm):
    """`analizar_resultados`, `ajustar_evaluacion`: a judgement per objective and per line, with its argument."""

    contract = Contract(needs={"semestre": TEXT}, fields=frozenset({"lineas", "objetivos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The rows with their figures, what was judged before, and why it came back."""
        evaluation = _evaluation(context)
        period_figures = cuts.figures_at(context.session, context.plan_code, _month(evaluation))
        known = {
            (judgement.level, judgement.code): judgement
            for judgement in evaluations.judgements(context.session, evaluation)
        }
        returned = [Panel("Por qué se devolvió", evaluation.return_reason)] if evaluation.return_reason else []
        return Prefill(
            values={
                "objetivos": [
                    _with_known(row, known.get((OBJECTIVE, row[ROW_KEY])))
                    for row in _objectives(context, period_figures)
                ],
                "lineas": [_with_known(row, known.get((LINE, row[ROW_KEY]))) for row in _lines(context)],
            },
            panels=[*returned, *_self_assessments(context, evaluation), *_base_panels(context, evaluation)],
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Two judgements that differ have each its own argument."""
        return list(
            arguing.shared(
                (path_of(table, place, "argumentacion"), row["juicio"], row["argumentacion"])
                for table in ("objetivos", "lineas")
                for place, row in enumerate(values[table])
            )
        )

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the judgements and write the evaluation down."""
        evaluation = _evaluation(context)
        period_figures = cuts.figures_at(context.session, context.plan_code, _month(evaluation))
        said = [*_said(OBJECTIVE, values["objetivos"], period_figures), *_said(LINE, values["lineas"], period_figures)]
        evaluations.judge(context.session, context.engine, evaluation, said, actor=context.actor)
        evaluation.written_by = context.actor.id
        semester_writing.write(context.session, context.engine, evaluation, actor=context.actor)
        return {}


class DecideMeasures(PlainForm):
    """`decidir_medidas`: recovery plans for bottlenecks, and whether the plan itself must change."""

    contract = Contract(needs={"semestre": TEXT}, fields=frozenset({"cuellos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The bottlenecks of the semester with what was said of them."""
        evaluation = _evaluation(context)
        decided = semesters.decisions(context.session, evaluation)
        rows = []
        for kept, indicator in semesters.bottlenecks(context.session, evaluation):
            answer = decided.get(kept.id)
            rows.append(
                {
                    ROW_KEY: indicator.code,
                    "bottleneck_id": kept.id,
                    "indicador": f"{indicator.code} {indicator.name}",
                    "causa": kept.cause or kept.why,
                    "severidad": answer.severity if answer else kept.severity or None,
                    "plan_de_choque": (YES if answer.recovery else "no") if answer else None,
                    "razon": answer.reason if answer else None,
                }
            )
        open_plans = tables.recovery_plans(context.session, context.plan_code)
        return Prefill(values={"cuellos": rows}, panels=[*_judgement_panels(context, evaluation), panel(open_plans)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        decided = [
            Decision(row["bottleneck_id"], row["severidad"], row["plan_de_choque"] == YES, row.get("razon") or "")
            for row in values["cuellos"]
        ]
        evaluation = _evaluation(context)
        semesters.decide(
            context.session,
            evaluation,
            decided,
            change_asked=values.get("que_modificar") or "",
            actor=context.actor,
        )
        semester_writing.write(context.session, context.engine, evaluation, actor=context.actor)
        return {}


class ApproveEvaluation(PlainForm):
    """`aprobar_evaluacion`: the head of the sector approves the semester or sends it back."""

    contract = Contract(needs={"semestre": TEXT}, fields=frozenset({"decision", "motivo"}))

    def prepare(self, context: FormContext) -> Prefill:
        evaluation = _evaluation(context)
        return Prefill(panels=[*_judgement_panels(context, evaluation), *_base_panels(context, evaluation)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        keep_decision(context, _evaluation(context), values)
        return {}


def keep_decision(context: FormContext, evaluation: Evaluation, values: Values) -> None:
    """Approve an evaluation, or send it back with the reason."""
    if values["decision"] == RETURNED:
        evaluations.send_back(evaluation, values["motivo"])
    else:
        evaluations.approve(context.engine, evaluation, actor=context.actor)


def _evaluation(context: FormContext) -> Evaluation:
    return semesters.of_semester(context.session, context.plan_code, str(context.variables["semestre"]))


def _month(evaluation: Evaluation) -> str:
    return evaluation.cutoff_on.strftime("%Y-%m")


def _base_panels(context: FormContext, evaluation: Evaluation) -> list[Panel]:
    base = tables.at_cutoff(context.session, context.plan_code, _month(evaluation))
    return [panel(table) for table in base.values()]


def _judgement_panels(context: FormContext, evaluation: Evaluation) -> list[Panel]:
    return [panel(semester_writing.judged(context.session, evaluation, level)) for level in (OBJECTIVE, LINE)]


def _self_assessments(context: FormContext, evaluation: Evaluation) -> list[Panel]:
    return [
        Panel(f"Autoevaluación de {assessment.entity_code}", semester_writing.self_assessment_words(assessment))
        for assessment in semesters.self_assessments(context.session, evaluation)
    ]


def _objectives(context: FormContext, found: PeriodFigures) -> list[Values]:
    rows = []
    for code, name in named(context.session, Objective, context.plan_code).items():
        level = found.objectives.get(code)
        shown = _shown(level)
        rows.append({ROW_KEY: code, "objetivo": f"{code} {name}", "cumplimiento": shown})
    return rows


def _shown(level: LevelFigure | None) -> str:
    if level is None or level.status == Status.NO_CUTOFF_YET:
        return "Nada exigible en este corte"
    if level.capped is None:
        return "Sin dato"
    known = f" · cobertura {percentage(level.coverage)}" if level.coverage is not None else ""
    if level.years is None or level.years.executed is None:
        return percentage(level.capped) + known
    return (
        f"{percentage(level.capped)}{known} · del cuatrienio {percentage(level.years.executed)} de "
        f"{percentage(level.years.programmed)} programado"
    )


def _lines(context: FormContext) -> list[Values]:
    query = (
        sa.select(Line.code, Objective.expected_result, Objective.name)
        .join(Objective, Objective.line_id == Line.id)
        .where(Line.plan_code == context.plan_code)
        .order_by(Line.position, Objective.position)
    )
    expected: dict[str, list[str]] = {}
    for code, result, name in context.session.execute(query):
        expected.setdefault(code, []).append(result or name)
    names = named(context.session, Line, context.plan_code)
    return [
        {ROW_KEY: code, "linea": f"{code} {name}", "resultado_esperado": "; ".join(expected.get(code, []))}
        for code, name in names.items()
    ]


def _with_known(row: Values, known: Any) -> Values:
    return {
        **row,
        "juicio": known.judgement if known else None,
        "argumentacion": known.argument if known else None,
    }


def _said(level: str, rows: Iterable[Values], found: PeriodFigures) -> list[Said]:
    at = found.objectives if level == OBJECTIVE else found.lines
    return [
        Said(
            level,
            row[ROW_KEY],
            at[row[ROW_KEY]].capped if row[ROW_KEY] in at else None,
            row["juicio"],
            row["argumentacion"],
        )
        for row in rows
    ]
