"""A small process of an office, drawn whole, on which an owner's requests are tried, and its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import publishing
from engine.instances import commands
from engine.tasks.models import UserTask
from tests.support.diagrams import NAMESPACES
from tests.support.plan import PLAN
from tests.support.web import Site
from workflows.people import directory

KEY, NAME = "peticiones", "Atender peticiones"
BOSS = "amartinez"

PETITION: dict[str, Any] = {
    "schemaVersion": 18,
    "type": "default",
    "id": "peticion",
    "name": "Petición",
    "components": [
        {"type": "radio", "key": "semaforo", "label": "Semáforo", "validate": {"required": True}, "values": [
            {"value": "rojo", "label": "Rojo"}, {"value": "amarillo", "label": "Amarillo"},
            {"value": "verde", "label": "Verde"}]},
        {"type": "radio", "key": "decision", "label": "Decisión", "validate": {"required": True}, "values": [
            {"value": "aceptada", "label": "Aceptada"}, {"value": "devuelta", "label": "Devuelta"}]},
        {"type": "textarea", "key": "motivo", "label": "Motivo"},
        {"type": "dynamiclist", "key": "filas", "path": "filas", "label": "Filas", "components": [
            {"type": "textfield", "key": "asunto", "label": "Asunto"},
            {"type": "select", "key": "estado", "label": "Estado", "values": [
                {"value": "bien", "label": "Bien"}, {"value": "aclarar", "label": "Aclarar"}]}]},
    ],
}  # fmt: skip
NOTE: dict[str, Any] = {
    "schemaVersion": 18,
    "type": "default",
    "id": "nota",
    "name": "Nota",
    "components": [{"type": "textarea", "key": "texto", "label": "Texto"}],
}
_STEPS = (
    ("startEvent", "inicio", "Llega una petición", 240, 36),
    ("userTask", "recibir", "Recibir la petición", 340, 100),
    ("exclusiveGateway", "procede", "¿Procede?", 500, 50),
    ("userTask", "responder", "Responder", 620, 100),
    ("userTask", "archivar", "Archivar", 780, 100),
    ("endEvent", "fin", "Atendida", 940, 36),
)
_FLOWS = (
    ("f1", "inicio", "recibir", ""), ("f2", "recibir", "procede", ""), ("si", "procede", "responder", "Sí"),
    ("no", "procede", "fin_no", "No"), ("f3", "responder", "archivar", ""), ("f4", "archivar", "fin", ""),
)  # fmt: skip
_TASKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "recibir": ("peticion", {"plazo": "5dh", "recordatorios": "-1,0", "salida": "semaforo,decision"}),
    "responder": ("nota", {"plazo": "5dh"}),
    "archivar": ("nota", {"plazo": "3dh"}),
}


def drawn(*, entity: bool = True, role: str = "coordinador_pes") -> bytes:
    """The process; without `entity` its cases are of none."""
    names = ("inicio", "recibir", "procede", "responder", "archivar", "fin", "fin_no")
    refs = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in names)
    lane = f'<bpmn:laneSet id="ls"><bpmn:lane id="franja" name="Oficina">{_properties({"rol": role})}{refs}</bpmn:lane></bpmn:laneSet>'  # noqa: E501
    steps = "".join(_step(kind, key, name, entity) for kind, key, name, _x, _width in _STEPS)
    steps += '<bpmn:endEvent id="fin_no" name="No procede"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {NAMESPACES} {_DI} id="d" targetNamespace="t">'
        f'<bpmn:collaboration id="c"><bpmn:participant id="pool" name="{NAME}" processRef="{KEY}"/>'
        "</bpmn:collaboration>"
        f'<bpmn:process id="{KEY}" name="{NAME}" isExecutable="true">{lane}{steps}{_flows()}</bpmn:process>'
        f'<bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="pl" bpmnElement="c">{_picture()}</bpmndi:BPMNPlane>'
        "</bpmndi:BPMNDiagram></bpmn:definitions>"
    ).encode()


_DI = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)


def _properties(values: Mapping[str, str]) -> str:
    told = "".join(f'<camunda:property name="pes.{name}" value="{value}"/>' for name, value in values.items())
    return f"<bpmn:extensionElements><camunda:properties>{told}</camunda:properties></bpmn:extensionElements>"


def _step(kind: str, key: str, name: str, entity: bool) -> str:
    more, inside = "", ""
    if key in _TASKS:
        form, properties = _TASKS[key]
        more, inside = f' camunda:formRef="{form}" camunda:formRefBinding="deployment"', _properties(properties)
    elif key == "inicio" and entity:
        inside = _properties({"entradas": "entidad"})
    elif key == "procede":
        more = ' default="no"'
    return f'<bpmn:{kind} id="{key}" name="{name}"{more}>{inside}</bpmn:{kind}>'


def _flows() -> str:
    condition = (
        "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">${decision == 'aceptada'}"
        "</bpmn:conditionExpression>"
    )
    return "".join(
        f'<bpmn:sequenceFlow id="{key}" name="{name}" sourceRef="{source}" targetRef="{target}">'
        f"{condition if key == 'si' else ''}</bpmn:sequenceFlow>"
        for key, source, target, name in _FLOWS
    )


def _picture() -> str:
    boxes = {key: (x, 200 - _tall(width) / 2, width, _tall(width)) for _kind, key, _name, x, width in _STEPS}
    boxes["fin_no"] = (507, 320, 36, 36)
    frames = {"pool": (150, 80, 900, 320), "franja": (180, 80, 870, 320)}
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}"{" isHorizontal=" + chr(34) + "true" + chr(34) if key in frames else ""}>'  # noqa: E501
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        for key, (x, y, width, height) in {**frames, **boxes}.items()
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{key}_di" bpmnElement="{key}">{_line(boxes[source], boxes[target])}</bpmndi:BPMNEdge>'
        for key, source, target, _name in _FLOWS
    )
    return shapes + edges


def _tall(width: int) -> int:
    return 80 if width == 100 else width


def _line(source: Sequence[float], target: Sequence[float]) -> str:
    down = target[1] > source[1] + source[3]
    begin = (source[0] + source[2] / 2, source[1] + source[3]) if down else (source[0] + source[2], 200)
    end = (target[0] + target[2] / 2, target[1]) if down else (target[0], 200)
    return "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in (begin, end))


def publish(site: Site, xml: bytes | None = None) -> None:
    """Publish it with its forms."""
    with site.application.database.unit_of_work() as session:
        publishing.publish(
            session, site.application.engine, [xml or drawn()], {"peticion": PETITION, "nota": NOTE},
            actor=directory.actor(session, BOSS), reason="La oficina lo pidió.",
        )  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One petition, followed by its tasks."""

    site: Site
    id: int

    def open_tasks(self) -> list[UserTask]:
        """What waits for somebody now."""
        with self.site.application.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.instance_id == self.id, UserTask.state == "open")
            found = list(session.scalars(query.order_by(UserTask.id)))
            session.expunge_all()
        return found

    def at(self) -> list[str]:
        """The names of the steps that wait for somebody."""
        return [one.name for one in self.open_tasks()]

    def answer(self, raw: Mapping[str, Any], by: str = BOSS) -> list[str]:
        """Send the only open task as somebody; what waits then."""
        (task,) = self.open_tasks()
        application = self.site.application
        with application.database.unit_of_work() as session:
            actor = directory.actor(session, by)
            application.forms.submit(session, application.engine, task.id, actor, dict(raw))
        return self.at()


def begin(site: Site, key: str, entity: str = "IDPAC", process: str = KEY) -> Case:
    """A case of the process as it is published now."""

    def start(session: Session) -> int:
        return commands.start(
            session, site.application.engine, process, business_key=key, name=f"Petición {key}", scope=PLAN,
            tenant="GOB", variables={"plan": PLAN, **({"entidad": entity} if entity else {})},
            actor=directory.actor(session, BOSS),
        ).id  # fmt: skip

    with site.application.database.unit_of_work() as session:
        return Case(site, start(session))
