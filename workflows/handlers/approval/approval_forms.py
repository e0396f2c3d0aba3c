"""Forms of `f3_aprobacion_pes`: terms, approval by the heads, the committee, the act, the presentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.contracts import DATE, FLAG, LIST, NUMBER, TEXT, Contract
from workflows.approvals import act_template, acts, adopting, approving, presenting, publishing, reviewing
from workflows.approvals.acts import Draft
from workflows.approvals.models import AdministrativeAct
from workflows.approvals.reviewing import Terms
from workflows.approvals.states import ActMode, ActState, ApprovalDecision
from workflows.calendar import bogota_day
from workflows.documents import versions
from workflows.forms.handlers import FieldError, FormContext, Panel, PlainForm, Prefill, Values
from workflows.handlers.approval.review_forms import document_panels, plan_of, subject_of
from workflows.people import directory
from workflows.spanish import long_moment

DAYS, MOST_ROUNDS = 10, 3
AUDIENCES = ("alta_direccion", "servidores_publicos", "partes_interesadas")


class SetTerms(PlainForm):
    """`fijar_plazos`: how and until when the entities look at the document."""

    contract = Contract(
        uses={"documento": TEXT, "canales": LIST, "entidad": TEXT},
        fills={"ronda": NUMBER, "vence_revision": DATE, "version": TEXT, "canales": LIST},
        fields=frozenset({"con_mesa", "medio", "plazo_dias_habiles", "ronda", "rondas_maximas"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The number of the round, and the terms of the one before."""
        about = subject_of(context)
        known = reviewing.rounds(context.session, about)
        number = len(known) + (not known or known[-1].closed_at is not None)
        values: Values = {
            "ronda": number,
            "medio": known[-1].medium if known else "plataforma",
            "plazo_dias_habiles": DAYS,
            "con_mesa": "no",
            "rondas_maximas": max(known[-1].max_rounds if known else MOST_ROUNDS, number),
        }
        version = versions.present(context.session, about.document)
        return Prefill(values=values, panels=document_panels(version, about.document.title)[:1])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """There are as many rounds as the one that begins."""
        if values["rondas_maximas"] < values["ronda"]:
            message = f"Esta ya es la ronda {values['ronda']}: el máximo no puede ser menor."
            return [FieldError("rondas_maximas", message)]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Begin the round; `vence_revision` is the last day to observe."""
        days = int(values["plazo_dias_habiles"])
        due_at = context.engine.calendar.deadline(
            f"{days}dh", since=context.now(), variables=context.variables, scope=plan_of(context)
        )
        terms = Terms(values["medio"], bogota_day(due_at), values["con_mesa"] == "si", int(values["rondas_maximas"]))
        about = subject_of(context)
        current = reviewing.set_terms(context.session, context.engine, about, terms, actor=context.actor)
        return {
            "ronda": current.number,
            "vence_revision": terms.due_on.isoformat(),
            "version": about.document.number,
            "canales": list(context.variables.get("canales") or publishing.CHANNELS),
        }


class ApprovePlan(PlainForm):
    """`aprobar_pes`: the head of an entity approves the frozen version electronically."""

    contract = Contract(needs={"entidad": TEXT}, uses={"documento": TEXT}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The version with its hash, what changed, and the text that is approved."""
        about = subject_of(context)
        version = approving.version_asked(context.session, reviewing.latest(context.session, about))
        said = approving.text_of(about.document, version, str(context.variables["entidad"]), ApprovalDecision.APPROVES)
        panels = document_panels(version, about.document.title)
        return Prefill(panels=[Panel("Lo que usted aprueba", text=said), *panels])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the approval, or the refusal with its reason."""
        approving.decide(
            context.session,
            context.engine,
            subject_of(context),
            str(context.variables["entidad"]),
            decision=ApprovalDecision(values["decision"]),
            reason=values.get("razon") or "",
            actor=context.actor,
        )
        return {}


class DecideInCommittee(PlainForm):
    """`decidir_en_comite`: no rounds are left; the sector's committee decides."""

    contract = Contract(uses={"documento": TEXT})

    def prepare(self, context: FormContext) -> Prefill:
        """What each entity said in the last round."""
        current = reviewing.latest(context.session, subject_of(context))
        rows = [
            (approval.entity_code, APPROVALS[approval.decision], approval.reason)
            for approval in approving.of_round(context.session, current.id)
        ]
        title = f"Ronda {current.number} de {current.max_rounds}, por {approving.RULES[current.rule]}"
        return Prefill(panels=[Panel(title, head=("Entidad", "Decisión", "Razón"), rows=rows)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        approving.decide_in_committee(
            context.session,
            context.engine,
            subject_of(context),
            decision=values["decision"],
            argument=values["argumento"],
            files=values["acta"],
            actor=context.actor,
        )
        return {}


class DraftAct(PlainForm):
    """`proyectar_acto`: the act, from the template; again when it was returned."""

    contract = Contract(
        uses={"documento": TEXT, "modalidad": TEXT}, fields=frozenset({"articulado", "considerandos", "tipo"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What the draft said, or the template; why it was returned."""
        session, about = context.session, subject_of(context)
        act = acts.of_case(session, context.instance.id)
        if act is None:
            return Prefill(
                values={
                    "tipo": acts.RESOLUTION,
                    "considerandos": act_template.recitals(session, about),
                    "articulado": act_template.articles(session, about, _mode(context)),
                }
            )
        values: Values = {
            "tipo": act.kind,
            "motivo_tipo": act.kind_reason or None,
            "considerandos": act.recitals,
            "articulado": act.articles,
        }
        returned = [Panel("Por qué se devolvió", text=act.return_reason)] if act.state == ActState.RETURNED else []
        return Prefill(values=values, panels=returned)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        proposal = Draft(
            mode=_mode(context),
            kind=values["tipo"],
            kind_reason=values.get("motivo_tipo") or "",
            recitals=values["considerandos"],
            articles=values["articulado"],
            annexes=values.get("anexos") or [],
        )
        acts.draft(context.session, context.engine, subject_of(context), proposal, actor=context.actor)
        return {}


class SignAct(PlainForm):
    """`suscribir_acto`: the head of the sector signs the act or returns it."""

    contract = Contract(fields=frozenset({"acto_suscrito", "decision", "motivo"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The whole text, as it would be issued."""
        return Prefill(panels=_act_panels(context, acts.existing(context.session, context.instance.id)))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the signature, or the reason of the return."""
        act = acts.existing(context.session, context.instance.id)
        if values["decision"] == ActState.RETURNED:
            acts.give_back(context.session, context.engine, act, reason=values["motivo"], actor=context.actor)
        else:
            file_id = values["acto_suscrito"][0]
            acts.sign(context.session, context.engine, act, file_id=file_id, actor=context.actor)
        return {}


class NumberAct(PlainForm):
    """`registrar_adopcion`: with number and date the act is in force, and so is the plan."""

    contract = Contract(
        fills={"hay_meses_anteriores": FLAG}, fields=frozenset({"archivo", "fecha", "numero", "registro_distrital"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The signed act, to number it."""
        act = acts.existing(context.session, context.instance.id)
        return Prefill(values={"archivo": [act.signed_file_id]}, panels=_act_panels(context, act))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """The date has come, and the number is free."""
        act, errors = acts.existing(context.session, context.instance.id), []
        if values["fecha"] > bogota_day(context.now()):
            errors.append(FieldError("fecha", "La fecha del acto no puede ser un día que no ha llegado."))
        if acts.is_taken(context.session, act, values["numero"], values["fecha"]):
            errors.append(FieldError("numero", "Ya hay otro acto de ese tipo y año con ese número. Revíselo."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Number the act; an adoption puts the plan in force. `hay_meses_anteriores`: months of it went by before."""
        act = acts.existing(context.session, context.instance.id)
        acts.number(
            context.session,
            context.engine,
            act,
            code=values["numero"],
            on=values["fecha"],
            gazette=values["registro_distrital"],
            file_id=values["archivo"][0],
            actor=context.actor,
        )
        if act.mode == ActMode.MODIFICATION:
            return {"hay_meses_anteriores": False}
        plan = adopting.adopt(context.session, context.engine, act, actor=context.actor)
        return {"hay_meses_anteriores": adopting.has_earlier_months(plan)}


class CallPresentation(PlainForm):
    """`convocar_presentacion`: the three audiences are called to the presentation of the plan."""

    contract = Contract(fields=frozenset({"fecha_prevista", "medio", "mensaje", "publicos"}))

    def prepare(self, context: FormContext) -> Prefill:
        return Prefill(values={"publicos": list(AUDIENCES), "medio": "correo"})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """All three are called, for a day to come."""
        errors = []
        if set(values["publicos"]) != set(AUDIENCES):
            errors.append(FieldError("publicos", "Convoque a los tres públicos: la guía los pide todos."))
        if _day(values["fecha_prevista"]) < bogota_day(context.now()):
            errors.append(FieldError("fecha_prevista", "La presentación no puede ser en un día que ya pasó."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        presenting.call(
            context.session,
            context.engine,
            plan_of(context),
            context.instance.id,
            presenting.Call(
                audiences=values["publicos"],
                planned_on=_day(values["fecha_prevista"]),
                medium=values["medio"],
                message=values["mensaje"],
                file_id=next(iter(values.get("pieza") or []), None),
            ),
            actor=context.actor,
        )
        return {}


APPROVALS = {
    ApprovalDecision.APPROVES: "Aprueba",
    ApprovalDecision.WITH_REMARK: "Aprueba con observación",
    ApprovalDecision.REFUSES: "No aprueba",
}


def _mode(context: FormContext) -> ActMode:
    return ActMode(context.variables.get("modalidad") or ActMode.ADOPTION)


def _day(value: dt.date | dt.datetime) -> dt.date:
    return bogota_day(value) if isinstance(value, dt.datetime) else value


def _act_panels(context: FormContext, act: AdministrativeAct) -> list[Panel]:
    names = directory.display_names(context.session, {act.drafted_by, act.signed_by or act.drafted_by})
    facts = [
        ("Tipo", acts.KINDS[act.kind] + (f" ({act.kind_reason})" if act.kind_reason else "")),
        ("Proyectó", f"{names[act.drafted_by]}, {long_moment(act.drafted_at)}"),
    ]
    if act.signed_by:
        facts.append(("Suscribió", f"{names[act.signed_by]}, {long_moment(act.signed_at)}"))
    return [
        Panel("El acto", facts=facts),
        Panel("Considerandos", text=act.recitals),
        Panel("Articulado", text=act.articles),
    ]
