"""Small diagrams for the tests of the language: the XML around what a test is about."""

from __future__ import annotations

import itertools

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:flowable="http://flowable.org/bpmn"'
    ' xmlns:operaton="http://operaton.org/schema/1.0/bpmn"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
    ' targetNamespace="http://example.org" id="defs">'
)


def definitions(body: str) -> bytes:
    """A file with this inside."""
    return f"{HEAD}{body}</bpmn:definitions>".encode()


def process(
    body: str, *, roots: str = "", key: str = "proceso", executable: bool = True, attributes: str = ""
) -> bytes:
    """A file with one process; `roots` holds messages, signals and the like."""
    flag = "true" if executable else "false"
    return definitions(
        f'{roots}<bpmn:process id="{key}" name="Proceso" isExecutable="{flag}"{attributes}>{body}</bpmn:process>'
    )


def properties(**values: str) -> str:
    """Our properties of an element, in `camunda:properties`."""
    items = "".join(f'<camunda:property name="pes.{name}" value="{value}"/>' for name, value in values.items())
    return f"<bpmn:extensionElements><camunda:properties>{items}</camunda:properties></bpmn:extensionElements>"


def user_task(task_id: str, *, plazo: str = "5dh", form: str = "formulario", extra: str = "", inside: str = "") -> str:
    """A user task that the linter has nothing against, inside a lane."""
    return (
        f'<bpmn:userTask id="{task_id}" name="Hacer {task_id}" camunda:formRef="{form}" {extra}>'
        f"{properties(plazo=plazo)}{inside}</bpmn:userTask>"
    )


def lane(*nodes: str, rol: str = "coordinador") -> str:
    """A lane set with one lane that holds these nodes."""
    refs = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes)
    return (
        f'<bpmn:laneSet id="carriles"><bpmn:lane id="carril" name="Coordinación">{properties(rol=rol)}{refs}'
        "</bpmn:lane></bpmn:laneSet>"
    )


def flow(flow_id: str, source: str, target: str, condition: str = "", name: str = "") -> str:
    """A sequence flow, with a condition if one is given (already escaped)."""
    inside = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
    return (
        f'<bpmn:sequenceFlow id="{flow_id}" name="{name}" sourceRef="{source}" targetRef="{target}">'
        f"{inside if condition else ''}</bpmn:sequenceFlow>"
    )


def chain(*ids: str) -> str:
    """Flows from each node to the next: `f1`, `f2`, …"""
    return "".join(flow(f"f{i}", a, b) for i, (a, b) in enumerate(itertools.pairwise(ids), start=1))


def start(node_id: str = "inicio", inside: str = "") -> str:
    """A start event."""
    return f'<bpmn:startEvent id="{node_id}" name="Inicio">{inside}</bpmn:startEvent>'


def end(node_id: str = "fin", inside: str = "") -> str:
    """An end event."""
    return f'<bpmn:endEvent id="{node_id}" name="Fin">{inside}</bpmn:endEvent>'


def multiple(collection: str = "${entidades}", variable: str = "entidad", sequential: str = "false") -> str:
    """A multi-instance marker in Camunda's notation."""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" camunda:collection="{collection}"'
        f' camunda:elementVariable="{variable}"/>'
    )
