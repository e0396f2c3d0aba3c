"""Forms of `sub_encuesta`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import NUMBER, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values
from workflows.handlers.formulation.source_forms import repeated
from workflows.handlers.formulation.theme_forms import priorities
from workflows.plan.models import Plan
from workflows.prioritization import themes
from workflows.prioritization.states import ThemeSource
from workflows.prioritization.themes import Mention
from workflows.spanish import long_day
from workflows.surveys import conducting
from workflows.surveys.conducting import Design
from workflows.surveys.models import Survey

NOTICE = (
    "Esta encuesta es anónima: no pide su nombre ni guarda su dirección. No escriba datos personales. Sus respuestas "
    "se usan solo para priorizar los temas del plan y se publican sumadas."
)
MOST_OPTIONS = 8
"""Of the themes that were brought up, so many are proposed: more are not read on a telephone."""


class DesignSurvey(PlainForm):
    """`disenar_encuesta`: what is asked, of whom and until when."""

    contract = Contract(
        uses={"encuesta_id": NUMBER, "pregunta_sugerida": TEXT, "titulo": TEXT},
        fills={"encuesta_id": NUMBER},
        fields=frozenset(
            {"apertura", "aviso_privacidad", "canales", "cierre_encuesta", "opciones", "pregunta", "respuesta_multiple"}
        ),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The design that was returned, with the reason; else what the caller suggests, or the plan's themes."""
        survey_id = context.variables.get("encuesta_id")
        if survey_id:
            survey = conducting.find(context.session, survey_id)
            notes = {"pregunta": f"Devuelta: {survey.reason}"} if survey.reason else {}
            return Prefill(values=_designed(survey), notes=notes)
        told = [{"texto": name, "texto_libre": False} for name in _brought_up(context)]
        options = [*told, {"texto": "Otro, ¿cuál?", "texto_libre": True}]
        return Prefill(
            values={
                "pregunta": context.variables.get("pregunta_sugerida") or _question(context),
                "opciones": options,
                "respuesta_multiple": True,
                "canales": ["redes_sociales", "web"],
                "aviso_privacidad": NOTICE,
            }
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Two options or more, each once; a window that is not over."""
        errors = repeated("opciones", "texto", values["opciones"], "Esta opción ya está en la tabla.")
        if len(values["opciones"]) < 2:
            errors.append(FieldError("opciones", "Ofrezca al menos dos opciones."))
        if values["apertura"] < bogota_day(context.now()):
            errors.append(FieldError("apertura", "Esa fecha ya pasó."))
        if values["cierre_encuesta"] <= values["apertura"]:
            errors.append(FieldError("cierre_encuesta", "La encuesta cierra después de abrir."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the design; `encuesta_id` names the survey from here on."""
        asked = Design(
            title=str(context.variables.get("titulo") or "Encuesta"),
            question=values["pregunta"],
            options=values["opciones"],
            is_multiple=values["respuesta_multiple"],
            opens_on=values["apertura"],
            closes_on=values["cierre_encuesta"],
            channels=values["canales"],
            privacy_notice=values["aviso_privacidad"],
        )
        known = context.variables.get("encuesta_id")
        survey = conducting.design(context.session, context.plan_code, context.instance.id, known, asked)
        return {"encuesta_id": survey.id}


def _question(context: FormContext) -> str:
    """What is asked of the citizens of any sector."""
    plan = context.session.get_one(Plan, context.plan_code)
    years = "el próximo año" if plan.years == 1 else f"los próximos {plan.years} años"
    return f"¿Cuáles de los siguientes temas deben ser prioridad del sector {plan.sector.name} para {years}?"


def _brought_up(context: FormContext) -> list[str]:
    """The themes that were brought up so far, each once."""
    told = {themes.key_of(one.name): one.name for one in reversed(themes.mentions(context.session, context.plan_code))}
    return list(reversed(told.values()))[:MOST_OPTIONS]


class ApproveSurvey(PlainForm):
    """`aprobar_encuesta`: the coordination on a design."""

    contract = Contract(needs={"encuesta_id": NUMBER}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The survey as citizens would see it."""
        survey = conducting.find(context.session, context.variables.get("encuesta_id"))
        facts = [
            ("Pregunta", survey.question),
            ("Opciones", "; ".join(option.text for option in survey.options)),
            ("Abierta", f"del {long_day(survey.opens_on)} al {long_day(survey.closes_on)}"),
            ("Aviso de privacidad", survey.privacy_notice),
        ]
        return Prefill(panels=[Panel(survey.title, facts=facts)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        conducting.decide(
            context.session,
            context.variables.get("encuesta_id"),
            approved=values["decision"] == "aprobada",
            reason=values.get("motivo") or "",
            actor=context.actor,
        )
        return {}


class SpreadSurvey(PlainForm):
    """`acompanar_encuesta`: where it was made known; sending it closes the survey early."""

    contract = Contract(needs={"encuesta_id": NUMBER}, fields=frozenset({"difusion"}))

    def prepare(self, context: FormContext) -> Prefill:
        survey = conducting.find(context.session, context.variables.get("encuesta_id"))
        address, closes = f"/portal/encuesta/{survey.token}", long_day(survey.closes_on)
        return Prefill(panels=[Panel("Enlace para difundir", facts=[("Cierra", closes)], address=address)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        conducting.spread(context.session, context.variables.get("encuesta_id"), values["difusion"])
        return {}


class AnalyseSurvey(PlainForm):
    """`analizar_encuesta`: what the votes say of each theme."""

    contract = Contract(needs={"encuesta_id": NUMBER}, fields=frozenset({"nota", "temas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The options by votes, and what people wrote."""
        survey = conducting.find(context.session, context.variables.get("encuesta_id"))
        options = sorted(survey.options, key=lambda option: (-(option.votes or 0), option.position))
        rows = [
            {
                ROW_KEY: str(option.id),
                "tema": option.text,
                "votos": f"{option.votes or 0} de {survey.answers}",
                "prioridad": themes.MOST - min(place, themes.MOST - 1),
            }
            for place, option in enumerate(options)
        ]
        written = [(text, str(count)) for text, count in conducting.free_texts(context.session, survey.id)]
        panel = Panel("Lo que escribieron", head=("Texto", "Veces"), rows=written)
        return Prefill(values={"temas": rows}, panels=[panel] if written else [])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Priorities are whole, from 1 to 5."""
        return priorities("temas", "prioridad", values["temas"])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the analysis, and the themes as brought up by the community."""
        survey_id = context.variables.get("encuesta_id")
        conducting.analyse(context.session, survey_id, values["nota"])
        told = [
            Mention(row["tema"], None, f"{row['votos']} respuestas", int(row["prioridad"])) for row in values["temas"]
        ]
        themes.mention(context.session, context.plan_code, ThemeSource.COMMUNITY, f"encuesta/{survey_id}", told)
        return {}


def _designed(survey: Survey) -> Values:
    return {
        "pregunta": survey.question,
        "opciones": [{"texto": option.text, "texto_libre": option.takes_text} for option in survey.options],
        "respuesta_multiple": survey.is_multiple,
        "apertura": survey.opens_on,
        "cierre_encuesta": survey.closes_on,
        "canales": list(survey.channels),
        "aviso_privacidad": survey.privacy_notice,
    }
