"""Small diagrams for tests.

They read as sentences: `process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
ROLE = "analista"
FORM = "formulario"


def process(key: str, *parts: str, name: str = "", messages: Mapping[str, str] | None = None) -> bytes:
    """A whole file with one process. `messages` maps ids to names."""
    declared = "".join(f"<bpmn:message id={quoteattr(k)} name={quoteattr(v)}/>" for k, v in (messages or {}).items())
    return (
        f'<bpmn:definitions {NAMESPACES} id="d" targetNamespace="t">{declared}'
        f'<bpmn:process id="{key}" name={quoteattr(name or key)} isExecutable="true">{"".join(parts)}'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


def chain(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(a, b) for a, b in pairwise(ids))


def flow(source: str, target: str, condition: str = "", name: str = "", id: str = "") -> str:
    """One flow."""
    inside = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{id or f"f_{source}_{target}"}" name={quoteattr(name)} '
        f'sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
    )


def start(id: str = "inicio", event: str = "", *, interrupting: bool = True, **properties: str) -> str:
    """A start event; `event` is its definition, as from `message` or `timer`."""
    attributes = {} if interrupting else {"isInterrupting": "false"}
    return node("startEvent", id, event, attributes, properties)


def end(id: str = "fin", event: str = "", **properties: str) -> str:
    """An end event."""
    return node("endEvent", id, event, properties=properties)


def user(
    id: str, inside: str = "", *, role: str = ROLE, assignee: str = "", form: str = FORM, **properties: str
) -> str:
    """A user task."""
    attributes = {"camunda:candidateGroups": role, "camunda:assignee": assignee, "camunda:formRef": form}
    return node("userTask", id, inside, attributes, {"plazo": "5dh"} | properties)


def service(id: str, topic: str = "", inside: str = "", tag: str = "serviceTask", **properties: str) -> str:
    """A service (or send) task."""
    return node(tag, id, inside, {"camunda:topic": topic, "camunda:type": "external"}, properties)


def gateway(id: str, kind: str = "exclusive", default: str = "") -> str:
    """A gateway: exclusive, parallel, inclusive, eventBased. `default` is the id of a flow."""
    return node(f"{kind}Gateway", id, "", {"default": default})


def call(id: str, called: str, inside: str = "", *, ins: tuple[str, ...] = (), outs: tuple[str, ...] = ()) -> str:
    """A call activity; each in or out is `source` or `source:target`."""
    mappings = "".join(_mapping("in", text) for text in ins) + "".join(_mapping("out", text) for text in outs)
    return node("callActivity", id, inside, {"calledElement": called}, extensions=mappings)


def sub(id: str, *parts: str, **properties: str) -> str:
    """An embedded subprocess."""
    return node("subProcess", id, "".join(parts), properties=properties)


def event_sub(id: str, *parts: str) -> str:
    """An event subprocess: it begins by its own start event."""
    return node("subProcess", id, "".join(parts), {"triggeredByEvent": "true"})


def boundary(id: str, on: str, event: str, *, interrupting: bool = True, **properties: str) -> str:
    """A boundary event."""
    attributes = {"attachedToRef": on, "cancelActivity": "true" if interrupting else "false"}
    return node("boundaryEvent", id, event, attributes, properties)


def each(collection: str, variable: str, *, sequential: bool = False) -> str:
    """Multi-instance: goes inside a task, a subprocess or a call."""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{"true" if sequential else "false"}" '
        f'camunda:collection="{collection}" camunda:elementVariable="{variable}"/>'
    )


def message(ref: str) -> str:
    """The definition of a message event; `ref` is the id of a message."""
    return f'<bpmn:messageEventDefinition messageRef="{ref}"/>'


TIMER = "<bpmn:timerEventDefinition/>"


def node(
    tag: str,
    id: str,
    inside: str = "",
    attributes: Mapping[str, str] | None = None,
    properties: Mapping[str, str] | None = None,
    extensions: str = "",
) -> str:
    """Any element. Properties get the prefix `pes.`."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items() if value)
    ours = "".join(
        f'<camunda:property name="pes.{key}" value={quoteattr(value)}/>' for key, value in (properties or {}).items()
    )
    extensions += f"<camunda:properties>{ours}</camunda:properties>" if ours else ""
    extended = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{id}" name="{id}"{written}>{extended}{inside}</bpmn:{tag}>'


def _mapping(kind: str, text: str) -> str:
    if text == "*":
        return f'<camunda:{kind} variables="all"/>'
    source, _, target = text.partition(":")
    attribute = "sourceExpression" if source.startswith("${") else "source"
    return f"<camunda:{kind} {attribute}={quoteattr(source)} target={quoteattr(target or source)}/>"
