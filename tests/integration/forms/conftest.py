"""A small process with two forms, on the real engine and database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import workflows.goals.models
import workflows.indicators.models
import workflows.meetings.models
import workflows.monitoring.models
import workflows.people.models
import workflows.plan.models  # noqa: F401 — every table that a foreign key names
from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.calendar import WorkingCalendar
from workflows.documents.models import StoredFile
from workflows.forms.handlers import Chip, FieldError, FormContext, PlainForm, Prefill, Preview, Values
from workflows.forms.submissions import Forms

ANA = Actor("ana", frozenset({"responsable_meta"}))
LUIS = Actor("luis", frozenset({"enlace_planeacion"}))
ROLES = {"responsable_meta": "Responsable de meta", "enlace_planeacion": "Enlace"}

PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  targetNamespace="http://cauce">
 <process id="reporte" name="Reporte" isExecutable="true">
  <startEvent id="inicio"><outgoing>a</outgoing></startEvent>
  <sequenceFlow id="a" sourceRef="inicio" targetRef="reportar"/>
  <userTask id="reportar" name="Reportar" camunda:formRef="reportar" camunda:formRefBinding="deployment"
    camunda:candidateGroups="responsable_meta">
   <extensionElements><camunda:properties>
    <camunda:property name="pes.registro" value="reportar_avance"/>
    <camunda:property name="pes.salida" value="nota, fecha"/>
    <camunda:property name="pes.plazo" value="5dh"/>
   </camunda:properties></extensionElements><incoming>a</incoming><outgoing>b</outgoing></userTask>
  <sequenceFlow id="b" sourceRef="reportar" targetRef="avalar"/>
  <userTask id="avalar" name="Avalar" camunda:formRef="avalar" camunda:formRefBinding="deployment"
    camunda:candidateGroups="enlace_planeacion">
   <extensionElements><camunda:properties><camunda:property name="pes.plazo" value="2dh"/></camunda:properties>
   </extensionElements><incoming>b</incoming><outgoing>c</outgoing></userTask>
  <sequenceFlow id="c" sourceRef="avalar" targetRef="fin"/>
  <endEvent id="fin"><incoming>c</incoming></endEvent>
 </process>
</definitions>"""

REPORT: dict[str, Any] = {
    "type": "default",
    "id": "reportar",
    "components": [
        {
            "type": "dynamiclist",
            "key": "avances",
            "label": "Avances",
            "components": [
                {"type": "textfield", "key": "codigo", "label": "Indicador", "readonly": True},
                {"type": "textfield", "key": "semaforo_previsto", "label": "Quedaría", "readonly": True},
                {"type": "number", "key": "valor_periodo", "label": "Valor del mes", "validate": {"required": True}},
                {"type": "textarea", "key": "justificacion", "label": "Justificación", "validate": {"required": True},
                 "conditional": {"hide": '=semaforo_previsto != "rojo"'}},
                {"type": "filepicker", "key": "evidencias", "label": "Evidencias"},
            ],
        },
        {"type": "dynamiclist", "key": "temas", "label": "Temas", "components": [
            {"type": "textfield", "key": "tema", "label": "Tema", "validate": {"required": True}}]},
        {"type": "group", "label": "Cierre", "components": [
            {"type": "radio", "key": "decision", "label": "Decisión",
             "values": [{"value": "si", "label": "Sí"}, {"value": "no", "label": "No"}]},
            {"type": "textarea", "key": "nota", "label": "Nota", "conditional": {"hide": '=decision != "no"'}},
            {"type": "textarea", "key": "solo_revision", "label": "Solo para quien valida",
             "validate": {"required": True}, "conditional": {"hide": '=tipo != "revision"'}},
            {"type": "datetime", "key": "fecha", "label": "Fecha", "validate": {"required": True}},
        ]},
    ],
}  # fmt: skip
ENDORSE: dict[str, Any] = {
    "type": "default",
    "id": "avalar",
    "components": [{"type": "checkbox", "key": "avalo", "label": "Avalo", "validate": {"required": True}}],
}


class ReportProgress(PlainForm):
    """Red below ten; refuses thirteen; keeps in memory what it wrote."""

    def __init__(self) -> None:
        self.written: list[Values] = []
        self.validated = False

    def prepare(self, context: FormContext) -> Prefill:
        rows = [
            {"_fila": "IR-1", "indicator_id": 7, "codigo": "IR-1"},
            {"_fila": "IR-2", "indicator_id": 8, "codigo": "IR-2"},
        ]
        return Prefill(
            {"avances": rows},
            notes={"avances.1": "Devuelta: falta el soporte."},
            hints={"avances.0.valor_periodo": "personas"},
        )

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        return {
            f"avances.{place}.semaforo_previsto": "rojo" if value is not None and value < 10 else "verde"
            for place, row in enumerate(values["avances"])
            for value in [row["valor_periodo"]]
        }

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        return [
            FieldError(f"avances.{place}.valor_periodo", "Trece no se acepta.")
            for place, row in enumerate(values["avances"])
            if row["valor_periodo"] == Decimal(13)
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        self.written.append(values)
        return {"total": sum(row["valor_periodo"] for row in values["avances"])}

    def preview(self, context: FormContext, values: Values) -> Preview:
        chips = {}
        for place, row in enumerate(values["avances"]):
            red = row["semaforo_previsto"] == "rojo"
            chips[f"avances.{place}"] = Chip("rojo", "En rojo") if red else Chip("verde", "En verde")
        return Preview(chips)

    def may_amend(self, context: FormContext) -> bool:
        return not self.validated


class Groups:
    """Two roles of the whole sector."""

    def resolve(self, session: Session, role: str, variables: Mapping[str, Any], tenant: str) -> str:
        return role

    def exists(self, role: str) -> bool:
        return role in ROLES

    def needs(self, session: object) -> dict[str, frozenset[str]]:
        return {}

    def vacant(self, session: object, tenant: str) -> dict[str, str]:
        """Everybody is there."""
        return {}

    def roles(self, session: object = None) -> Mapping[str, str]:
        return ROLES


@pytest.fixture
def handler() -> ReportProgress:
    return ReportProgress()


@pytest.fixture
def forms(handler: ReportProgress) -> Forms:
    return Forms({"reportar_avance": handler}, {})


@pytest.fixture
def engine(clock: VirtualClock) -> ProcessEngine:
    return ProcessEngine(clock, WorkingCalendar(), Groups(), {})


@pytest.fixture
def task_id(database: Database, engine: ProcessEngine) -> int:
    """The open task *Reportar* of a new case."""
    with database.unit_of_work() as session:
        schemas = {"reportar": REPORT, "avalar": ENDORSE}
        publishing.publish(session, engine, [PROCESS], schemas, actor=SYSTEM, reason="prueba")
        instances.start(
            session, engine, "reporte", business_key="K", name="Caso", scope=None, variables={}, actor=SYSTEM
        )
        return session.scalars(sa.select(UserTask.id)).one()


GOOD: dict[str, Any] = {
    "avances": [{"valor_periodo": "1.234,5"}, {"valor_periodo": "20"}],
    "fecha": "22/11/2018",
    "decision": "no",
    "nota": "Con nota",
}
TODAY = dt.date(2018, 7, 2)


def stored_files(database: Database) -> list[StoredFile]:
    with database.reading() as session:
        return list(session.scalars(sa.select(StoredFile).order_by(StoredFile.id)))
