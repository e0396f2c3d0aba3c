"""Forms of `sub_revision_documento` and of the adjustments that follow a feedback meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.approvals import reviewing
from workflows.approvals.models import Observation, ReviewRound
from workflows.approvals.reviewing import Subject
from workflows.approvals.states import ObservationOrigin, ReviewState
from workflows.documents import versions
from workflows.documents.models import DocumentVersion
from workflows.documents.states import DocumentKind
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values

DECISIONS = {
    "acogida": "Acogida",
    "acogida_parcialmente": "Acogida parcialmente",
    "no_acogida": "No acogida",
    "aclaracion": "Aclaración",
}
KINDS = {"forma": "Forma", "contenido": "Contenido", "cifra": "Cifra", "juridica": "Jurídica"}


def plan_of(context: FormContext) -> str:
    """The plan of a case: its variable, else the scope of the case."""
    return str(context.variables.get("plan") or context.plan_code)


def subject_of(context: FormContext) -> Subject:
    """The document that the case is about."""
    name = str(context.variables.get("documento") or DocumentKind.PES)
    return reviewing.subject(context.session, plan_of(context), context.instance.id, name)


def sections(context: FormContext) -> Sequence[Option]:
    """The catalogue `secciones`: those of the document under review, as it stands."""
    version = versions.present(context.session, subject_of(context).document)
    return [(one["code"], f"{one['code']} {one['title']}") for one in version.content["sections"]]


def document_panels(version: DocumentVersion, title: str) -> list[Panel]:
    """A version to read: what it is, its text, and what changed since the one before."""
    facts = [("Documento", title), ("Versión", version.number), ("Huella SHA-256", version.sha256)]
    changed = [
        (f"{one['code']} {one['title']}", change_in_words(one)) for one in version.changes if isinstance(one, Mapping)
    ]
    panels = [Panel("Lo que se revisa", facts=facts)]
    if changed:
        panels.append(Panel("Lo que cambió frente a la versión anterior", facts=changed))
    text = [(f"{one['code']} {one['title']}", one["text"]) for one in version.content["sections"]]
    return [*panels, Panel("Texto del documento", facts=text)]


def change_in_words(change: Mapping[str, Any]) -> str:
    """«se quita: … · se pone: …» from the pieces of a difference."""
    signs = {"igual": "{}", "sale": "[sale: {}]", "entra": "[entra: {}]"}
    return " ".join(signs[kind].format(words.strip()) for kind, words in change["pieces"])


class ReviewDocument(PlainForm):
    """`revisar_documento`: an entity observes the document, or says that it has nothing to observe."""

    contract = Contract(needs={"entidad": TEXT}, uses={"documento": TEXT})

    def prepare(self, context: FormContext) -> Prefill:
        """The version to read, and the answers to what the entity observed before."""
        about = subject_of(context)
        version = versions.present(context.session, about.document)
        panels = document_panels(version, about.document.title)
        return Prefill(panels=[*panels, *_earlier_answers(context, about)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        current = reviewing.open_round(context.session, context.engine, subject_of(context))
        reviewing.observe(
            context.session,
            context.engine,
            current,
            str(context.variables["entidad"]),
            values.get("observaciones") or [],
            actor=context.actor,
        )
        return {}


class AnswerObservations(PlainForm):
    """`responder_observaciones`: each observation gets a decision and an answer."""

    contract = Contract(uses={"documento": TEXT}, fields=frozenset({"respuestas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """One row per observation, and who said nothing."""
        about = subject_of(context)
        current, titles = reviewing.latest(context.session, about), _titles(context, about)
        rows = [_row(observation, titles) for observation in reviewing.observations(context.session, current.id)]
        states = reviewing.answers(context.session, current.id)
        panel = Panel("Qué dijo cada entidad", facts=[(answer.entity_code, STATES[answer.state]) for answer in states])
        return Prefill(values={"respuestas": rows}, panels=[panel])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        for row in values["respuestas"]:
            reviewing.respond(
                context.session,
                context.engine,
                row["observation_id"],
                decision=row["decision"],
                answer=row["respuesta"],
                change=row.get("cambio") or "",
                actor=context.actor,
            )
        return {}


class AdjustDocument(PlainForm):
    """`ajustar_documento`: changes of sections, by what was answered."""

    contract = Contract(uses={"documento": TEXT})

    def prepare(self, context: FormContext) -> Prefill:
        """What was taken in, and the text as it stands."""
        about = subject_of(context)
        current = reviewing.latest(context.session, about)
        version = versions.present(context.session, about.document)
        return Prefill(panels=[*_taken_in(context, about, current), *document_panels(version, about.document.title)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What was taken in changes the document."""
        current = reviewing.latest(context.session, subject_of(context))
        observed = reviewing.observations(context.session, current.id)
        if not values.get("cambios") and any(observation.decision in reviewing.TAKEN_IN for observation in observed):
            return [FieldError("cambios", "Hay observaciones acogidas: diga qué cambió en el documento.")]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Record the changes; the next version takes them in."""
        current = reviewing.latest(context.session, subject_of(context))
        reviewing.change_sections(
            context.session,
            context.engine,
            current,
            values.get("cambios") or [],
            values.get("archivo") or [],
            actor=context.actor,
        )
        return {}


class AdjustAfterMeeting(AdjustDocument):
    """`ajustar_o_aclarar`: changes that came out of the feedback meeting."""

    contract = Contract(uses={"documento": TEXT})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A meeting may change nothing."""
        return []


STATES = {
    ReviewState.WITH_OBSERVATIONS: "Con observaciones",
    ReviewState.WITHOUT_OBSERVATIONS: "Sin observaciones",
    ReviewState.SILENT: "Sin pronunciamiento",
}


def _titles(context: FormContext, about: Subject) -> dict[str, str]:
    version = versions.present(context.session, about.document)
    return {one["code"]: f"{one['code']} {one['title']}" for one in version.content["sections"]}


def _row(observation: Observation, titles: Mapping[str, str]) -> Values:
    return {
        ROW_KEY: str(observation.id),
        "observation_id": observation.id,
        "observacion": told(observation, titles),
        "decision": observation.decision or None,
        "respuesta": observation.answer or None,
        "cambio": observation.change or None,
    }


def told(observation: Observation, titles: Mapping[str, str]) -> str:
    """An observation in one line."""
    where = titles.get(observation.section_code, observation.section_code)
    if observation.origin == ObservationOrigin.APPROVAL:
        where = "Razón de la decisión sobre la versión anterior"
    parts = [observation.entity_code, where, KINDS.get(observation.kind, ""), observation.text]
    proposal = f"Propone: {observation.proposal}" if observation.proposal else ""
    return " · ".join(part for part in (*parts, proposal) if part)


def _earlier_answers(context: FormContext, about: Subject) -> list[Panel]:
    entity, titles = str(context.variables.get("entidad") or ""), _titles(context, about)
    answered = [
        (told(observation, titles), f"{DECISIONS[observation.decision]}: {observation.answer}")
        for earlier in reviewing.rounds(context.session, about)
        for observation in reviewing.observations(context.session, earlier.id)
        if observation.entity_code == entity and observation.decision
    ]
    return [Panel("Lo que observó antes y qué se le respondió", facts=answered)] if answered else []


def _taken_in(context: FormContext, about: Subject, current: ReviewRound) -> list[Panel]:
    titles = _titles(context, about)
    rows = [
        (told(observation, titles), DECISIONS[observation.decision], observation.answer, observation.change)
        for observation in reviewing.observations(context.session, current.id)
        if observation.decision
    ]
    head = ("Observación", "Decisión", "Respuesta", "Cambio")
    return [Panel("Respuestas de esta ronda", head=head, rows=rows)] if rows else []
