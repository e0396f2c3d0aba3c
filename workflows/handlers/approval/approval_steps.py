"""Automatic steps of phase 3, of reviews, publications and modifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, NUMBER, TEXT, declares, option
from engine.runtime import ServiceCall
from workflows.approvals import approving, modifying, publishing, reviewing
from workflows.approvals.publishing import Batch
from workflows.approvals.reviewing import Subject
from workflows.approvals.states import RoundOutcome
from workflows.documents import versions
from workflows.documents.models import PlanDocument
from workflows.documents.states import DocumentKind
from workflows.forms.registration import plan_of


@declares(needs={"entidades": LIST}, uses={"documento": TEXT})
def marcar_sin_pronunciamiento(call: ServiceCall) -> None:
    """Close the time to observe: silence is recorded; reasons of a refused approval come in as observations."""
    reviewing.close_round(call.session, call.engine, _subject(call), _entities(call))


@declares(uses={"documento": TEXT}, fills={"version": TEXT})
def versionar_documento(call: ServiceCall) -> Mapping[str, Any]:
    """Make the version with the changes; sets `version`."""
    return {"version": reviewing.make_version(call.session, call.engine, _subject(call)).number}


@declares(uses={"documento": TEXT}, fills={"version": TEXT})
def solicitar_aprobacion(call: ServiceCall) -> Mapping[str, Any]:
    """Freeze the version that goes to approval; sets `version`."""
    return {"version": approving.ask(call.session, call.engine, _subject(call)).number}


@declares(
    needs={"entidades": LIST},
    uses={"regla_aprobacion": TEXT, "documento": TEXT},
    fills={
        "resultado_aprobacion": option(aprobado="Aprobado", otra_ronda="Otra ronda", sin_rondas="No quedan rondas"),
        "ronda": NUMBER,
    },
)
def resolver_aprobacion(call: ServiceCall) -> Mapping[str, Any]:
    """Apply the plan's rule; sets `resultado_aprobacion`, and `ronda` where there is another one."""
    rule = str(call.variables.get("regla_aprobacion") or "")
    done = approving.resolve(call.session, call.engine, _subject(call), _entities(call), rule)
    number = done.number if done.outcome == RoundOutcome.APPROVED else done.number + 1
    return {"resultado_aprobacion": done.outcome, "ronda": number}


@declares(needs={"objeto": TEXT, "entidades": LIST}, uses={"canales": LIST})
def preparar_publicacion(call: ServiceCall) -> None:
    """Say where it is to be published, and put it on our own portal."""
    batch = Batch(plan_of(call), call.instance_id, str(call.variables["objeto"]))
    channels = [str(channel) for channel in call.variables.get("canales") or ()]
    publishing.prepare(call.session, call.engine, batch, _entities(call), channels, _version_id(call))


@declares(fills={"version_del_plan": NUMBER, "rige_desde": TEXT})
def aplicar_modificacion(call: ServiceCall) -> Mapping[str, Any]:
    """Write the changes into the plan; sets `version_del_plan` and `rige_desde`."""
    done = modifying.apply(call.session, call.engine, call.instance_id)
    return {"version_del_plan": done.plan_version, "rige_desde": done.valid_from}


@declares()
def negar_modificacion(call: ServiceCall) -> None:
    """Close it with the reason, and tell who asked."""
    modifying.deny(call.session, call.engine, call.instance_id)


def _subject(call: ServiceCall) -> Subject:
    name = str(call.variables.get("documento") or DocumentKind.PES)
    return reviewing.subject(call.session, plan_of(call), call.instance_id, name)


def _entities(call: ServiceCall) -> list[str]:
    return [str(entity) for entity in call.variables.get("entidades") or ()]


def _version_id(call: ServiceCall) -> int | None:
    """The version that is published, where it is a document of the plan or a modification of this case."""
    name = str(call.variables["objeto"])
    document = versions.find(call.session, plan_of(call), name)
    modification = modifying.of_case(call.session, call.instance_id) if name == DocumentKind.MODIFICATION else None
    if modification is not None:
        document = call.session.get(PlanDocument, modification.document_id)
    return versions.present(call.session, document).id if document and document.number else None
