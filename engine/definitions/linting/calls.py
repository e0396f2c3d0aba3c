"""Automatic steps and calls of other processes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.elements import CATALOGUE
from engine.definitions.linting.findings import Checked, Finding, error, meant, nearest, shown
from engine.definitions.linting.graph import reachable


def _topics(checked: Checked) -> Iterator[Finding]:
    known = checked.known.topics
    if known is None:
        return
    for element in checked.model.of_kind("serviceTask", "sendTask"):
        topic = element.topic or element.id
        if topic not in known:
            near = nearest(topic, known)
            fix = {"action": "set_attribute", "element": element.id, "name": "camunda:topic", "value": near}
            hint = meant(near) or " Pida que lo programen, o use una tarea de usuario."
            message = f"{shown(element)}: no existe el {CATALOGUE['serviceTask'].name} «{topic}».{hint}"
            yield error(element.id, "topic", message, **(fix if near else {}))


def _decisions(checked: Checked) -> Iterator[Finding]:
    """A business rule task names the decision it runs, and that has results a case can hold."""
    known = checked.known.decisions
    for task in checked.model.of_kind("businessRuleTask"):
        if not task.decision:
            message = f"{shown(task)} no dice qué tabla de decisión usa. Elíjala, o cámbiela por una tarea de usuario."
            yield error(task.id, "decision", message, action="change_kind", element=task.id, kind="userTask")
        elif known is not None and task.decision not in known:
            near = nearest(task.decision, known)
            fix = {"action": "set_attribute", "element": task.id, "name": "camunda:decisionRef", "value": near}
            hint = meant(near) or " Publíquela primero, o junto con el diagrama."
            message = f"{shown(task)} usa la tabla de decisión «{task.decision}», que no está publicada.{hint}"
            yield error(task.id, "decision", message, **(fix if near else {}))


def _called(checked: Checked) -> Iterator[Finding]:
    known = checked.known.processes
    for call in checked.model.of_kind("callActivity"):
        if not call.called_element:
            yield error(call.id, "call", f"{shown(call)} no dice a qué proceso llama. Elíjalo en sus propiedades.")
        elif "{" in call.called_element or call.called_element.startswith("="):
            message = f"{shown(call)} elige el proceso con una expresión, que no se admite. Escriba el proceso."
            yield error(call.id, "call", message)
        elif (
            known is not None and call.called_element not in known and call.called_element != checked.model.process_key
        ):
            near = nearest(call.called_element, known)
            fix = {"action": "set_attribute", "element": call.id, "name": "calledElement", "value": near}
            hint = meant(near) or " Publíquelo primero."
            message = f"{shown(call)} llama al proceso «{call.called_element}», que no está publicado.{hint}"
            yield error(call.id, "call", message, **(fix if near else {}))


def _circles(checked: Checked) -> Iterator[Finding]:
    """A process that calls itself, at once or through others, would never end."""
    key = checked.model.process_key
    others = {name: tuple(called) for name, called in checked.known.calls.items() if name != key}
    for call in checked.model.of_kind("callActivity"):
        if call.called_element and key in reachable({**others, key: ()}, [call.called_element]):
            message = f"{shown(call)} hace que el proceso se llame a sí mismo sin fin. Llame a otro proceso."
            yield error(call.id, "circular_call", message)


def _mappings(checked: Checked) -> Iterator[Finding]:
    for call in checked.model.of_kind("callActivity"):
        for mapping in (*call.in_mappings, *call.out_mappings):
            if not mapping.everything and not (mapping.target and (mapping.source or mapping.expression)):
                message = f"{shown(call)} pasa una variable sin decir cuál o con qué nombre. Complétela o quítela."
                yield error(call.id, "mapping", message)


RULES = (_topics, _decisions, _called, _circles, _mappings)
