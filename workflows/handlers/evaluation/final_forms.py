"""Forms of the final evaluation (`f6_evaluacion_final`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import DATE, NUMBER, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.documents.states import DocumentKind
from workflows.evaluation import evaluations, final, final_writing
from workflows.evaluation.evaluations import CRITERION
from workflows.evaluation.final import CRITERIA
from workflows.evaluation.models import Evaluation
from workflows.evaluation.semester_writing import WORDS, semester_words
from workflows.evaluation.states import EvaluationKind
from workflows.forms.handlers import ROW_KEY, FormContext, Panel, PlainForm, Prefill, Values
from workflows.handlers.evaluation.evaluation_forms import keep_decision

YES = "si"
REVIEW_TIME = "10dh"


class DefineQuestions(PlainForm):
    """`definir_preguntas`: what is asked of the plan, by which criterion, and whether the citizens are asked too."""

    contract = Contract(fields=frozenset({"con_encuesta", "preguntas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The questions so far, and the inputs there are."""
        evaluation = _evaluation(context)
        rows = [
            {"pregunta": question.text, "criterio": question.criterion, "fuente": question.source}
            for question in final.questions(context.session, evaluation)
        ]
        return Prefill(values={"preguntas": rows}, panels=[_inputs(context, evaluation)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        final.ask(
            context.session,
            _evaluation(context),
            values["preguntas"],
            with_survey=values["con_encuesta"] == YES,
        )
        return {}


class WriteEvaluation(PlainForm):
    """`redactar_evaluacion`: a finding and a judgement per criterion, and the conclusions."""

    contract = Contract(
        uses={"encuesta_id": NUMBER, "entidad": TEXT},
        fills={"documento": TEXT, "version": TEXT, "vence_revision": DATE},
        fields=frozenset({"conclusiones", "hallazgos"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """A row per criterion, with what was written before and why it came back."""
        evaluation = _evaluation(context)
        known = {
            judgement.code: judgement for judgement in evaluations.judgements(context.session, evaluation, CRITERION)
        }
        rows = []
        for criterion in final.criteria(context.session, evaluation):
            kept = known.get(criterion)
            rows.append(
                {
                    ROW_KEY: criterion,
                    "criterio": CRITERIA[criterion],
                    "hallazgo": kept.argument if kept else None,
                    "juicio": kept.judgement if kept else None,
                }
            )
        values = {
            "hallazgos": rows,
            "conclusiones": evaluation.conclusions or None,
            "anexos": final.annexes(context.session, evaluation),
        }
        return Prefill(values=values, panels=[*_returned(evaluation), *_questions(context, evaluation)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep them, make the version the entities review, and say until when."""
        evaluation = _evaluation(context)
        survey = context.variables.get("encuesta_id")
        evaluation.survey_id = int(str(survey)) if survey else None
        final.find_out(
            context.session,
            context.engine,
            evaluation,
            [(row[ROW_KEY], row["hallazgo"], row["juicio"]) for row in values["hallazgos"]],
            conclusions=values["conclusiones"],
            annexes=values.get("anexos") or [],
            actor=context.actor,
        )
        version = final_writing.write(context.session, context.engine, evaluation, actor=context.actor)
        due = context.engine.calendar.deadline(
            REVIEW_TIME, since=context.now(), variables=context.variables, scope=context.plan_code
        )
        return {
            "documento": DocumentKind.FINAL_EVALUATION,
            "version": version.number,
            "vence_revision": bogota_day(due).isoformat(),
        }


class ApproveFinal(PlainForm):
    """`aprobar_evaluacion_final`: the head of the sector approves or sends it back."""

    contract = Contract(fields=frozenset({"decision", "motivo"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What is approved: the text as the review left it."""
        evaluation = _evaluation(context)
        document = final_writing.document_of(context.session, evaluation)
        texts = final_writing.current_texts(context.session, document)
        return Prefill(panels=[Panel(title, text) for title, text in texts])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        keep_decision(context, _evaluation(context), values)
        return {}


class RecordLessons(PlainForm):
    """`registrar_lecciones`: what who makes the next plan should know."""

    contract = Contract(fields=frozenset({"lecciones"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The findings, to learn from, and the lessons so far."""
        evaluation = _evaluation(context)
        rows = [
            {"leccion": lesson.text, "recomendacion": lesson.recommendation, "destinatario": lesson.addressee}
            for lesson in final.lessons(context.session, evaluation)
        ]
        found = evaluations.judgements(context.session, evaluation, CRITERION)
        told = [
            (CRITERIA.get(judgement.code, judgement.code), f"{WORDS[judgement.judgement]}. {judgement.argument}")
            for judgement in found
        ]
        return Prefill(values={"lecciones": rows}, panels=[Panel("Hallazgos", evaluation.conclusions, facts=told)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        final.learn(context.session, _evaluation(context), values["lecciones"])
        return {}


def _evaluation(context: FormContext) -> Evaluation:
    return final.of_plan(context.session, context.plan_code)


def _inputs(context: FormContext, evaluation: Evaluation) -> Panel:
    rows = [
        (
            f"Evaluación del {semester_words(evaluation_input.key)}"
            if evaluation_input.kind == EvaluationKind.INTERMEDIATE
            else f"Informe anual de {evaluation_input.key}",
            "Aprobado" if evaluation_input.available else "Falta",
        )
        for evaluation_input in final.inputs(context.session, evaluation)
    ]
    return Panel("Insumos de la evaluación", head=("Insumo", "Estado"), rows=rows)


def _returned(evaluation: Evaluation) -> list[Panel]:
    return [Panel("Por qué se devolvió", evaluation.return_reason)] if evaluation.return_reason else []


def _questions(context: FormContext, evaluation: Evaluation) -> list[Panel]:
    rows = [
        (question.text, CRITERIA.get(question.criterion, question.criterion), question.source)
        for question in final.questions(context.session, evaluation)
    ]
    return [Panel("Preguntas", head=("Pregunta", "Criterio", "Fuente"), rows=rows), _inputs(context, evaluation)]
