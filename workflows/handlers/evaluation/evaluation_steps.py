"""Automatic steps of phase 6: of the intermediate evaluation, the annual report and the final evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.contracts import DATE, FLAG, LIST, NUMBER, TEXT, declares
from engine.runtime import ServiceCall
from workflows.evaluation import annual, documents, evaluations, final, final_writing, semester_writing, semesters
from workflows.evaluation.models import Evaluation
from workflows.forms.registration import plan_of
from workflows.handlers.evaluation.annual_forms import year_of
from workflows.lifecycle import early_end
from workflows.plan.models import Plan

CHANGE_MESSAGE = "solicitud_modificacion"


@declares(needs={"periodo": TEXT, "cierre": DATE}, fills={"semestre": TEXT, "entidades": LIST})
def abrir_evaluacion(call: ServiceCall) -> Mapping[str, Any]:
    """Begin the evaluation of the semester; sets `semestre` and `entidades`."""
    semester = str(call.variables["periodo"])
    codes = semesters.begin(
        call.session, call.engine, plan_of(call), semester, cutoff=_cutoff(call), instance_id=call.instance_id
    )
    return {"semestre": semester, "entidades": codes}


@declares(needs={"semestre": TEXT})
def certificar_meses(call: ServiceCall) -> None:
    """Certify the months as the base and write the first version down."""
    evaluation = _semester(call)
    semesters.certify(call.session, call.engine, evaluation)
    semester_writing.write(call.session, call.engine, evaluation)


@declares(
    uses={"semestre": TEXT, "motivo": TEXT},
    sends={CHANGE_MESSAGE: {"plan": TEXT, "origen": TEXT, "motivo": TEXT}},
)
def pedir_modificacion_pes(call: ServiceCall) -> Mapping[str, Any]:
    """Ask for a change of the plan: of what the evaluation found, or of what a change of budget does to its goals."""
    asked, origin = str(call.variables.get("motivo") or ""), call.process_key
    if "semestre" in call.variables:
        asked = _semester(call).change_asked
    variables = {"plan": plan_of(call), "origen": origin, "motivo": asked}
    return {"mensajes": [{"nombre": CHANGE_MESSAGE, "clave": plan_of(call), "variables": variables}]}


@declares(needs={"semestre": TEXT})
def publicar_evaluacion(call: ServiceCall) -> None:
    """Make the final version and put it on the portal."""
    evaluation = _semester(call)
    version = semester_writing.write(call.session, call.engine, evaluation, final=True)
    documents.freeze(call.engine, version)
    evaluations.publish(call.engine, evaluation)


@declares(uses={"vigencia": NUMBER}, fills={"vigencia": NUMBER, "entidades": LIST, "canales": LIST})
def abrir_informe(call: ServiceCall) -> Mapping[str, Any]:
    """Begin the report of the year; sets `vigencia`, `entidades` and `canales`."""
    year = year_of(call.variables)
    codes = annual.begin(call.session, call.engine, plan_of(call), year, call.instance_id)
    return {"vigencia": year, "entidades": codes, "canales": list(annual.CHANNELS)}


@declares(fills={"entidades": LIST, "empalme": FLAG})
def reunir_insumos(call: ServiceCall) -> Mapping[str, Any]:
    """Begin the final evaluation with what there is; sets `entidades`."""
    early = early_end.is_early(call.session.get_one(Plan, plan_of(call)))
    codes = final.begin(call.session, call.engine, plan_of(call), call.instance_id, handover=early)
    return {"entidades": codes, "empalme": early}


@declares()
def publicar_evaluacion_final(call: ServiceCall) -> None:
    """Make the final version, with the lessons, and put it on the portal."""
    evaluation = final.of_plan(call.session, plan_of(call))
    documents.freeze(call.engine, final_writing.finish(call.session, call.engine, evaluation))
    evaluations.publish(call.engine, evaluation)


def _cutoff(call: ServiceCall) -> dt.date:
    """The last day of the semester, or of the plan if that comes before."""
    ends_on = call.session.get_one(Plan, plan_of(call)).ends_on
    return min(dt.date.fromisoformat(str(call.variables["cierre"])[:10]), ends_on)


def _semester(call: ServiceCall) -> Evaluation:
    return semesters.of_semester(call.session, plan_of(call), str(call.variables["semestre"]))
