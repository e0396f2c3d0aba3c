"""Gateways that do not say how to choose: a person chooses, with the names of the flows as answers."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.definitions import vocabularies
from engine.definitions.dataflow.giving import COUNTERS
from engine.definitions.importing.asking import understood
from engine.definitions.importing.draft import Draft, called, holder_of, id_of, slug, words
from engine.definitions.markup import CAMUNDA, XSI, Node, bpmn, child, local, one_line, text_of
from engine.expressions import compile_expression
from engine.expressions.compiling import unwrapped
from engine.expressions.wording import in_words

REMARKS = "observaciones"
NONE = "Ahí termina"
NAMING = ("target", f"{{{CAMUNDA}}}elementVariable", f"{{{CAMUNDA}}}resultVariable")
"""Attributes that say what a datum is called that is filled here."""
PERSON, DRAWN = "Lo decide una persona", "Lo completo en el editor"


def _choices(draft: Draft) -> None:
    leaving = draft.by_end("sourceRef")
    for gateway in draft.nodes("exclusiveGateway", "inclusiveGateway"):
        flows = leaving.get(id_of(gateway), [])
        if len(flows) > 1:
            _read_conditions(draft, gateway, flows)
            _ask_who_knows(draft, gateway, flows)
            _complete(draft, gateway, flows)


def _read_conditions(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """What is no expression is what an analyst wrote for people: a name."""
    for flow in flows:
        condition = child(flow, "conditionExpression")
        if condition is None:
            continue
        text = text_of(condition)
        if not understood(text) or _is_answer(draft, text):
            flow.remove(condition)
            if text and not one_line(flow.get("name")):
                flow.set("name", one_line(text)[:100])
            if text:
                message = (
                    f"La condición «{one_line(text)[:60]}» de {called(gateway)} no se entiende: la decide una persona."
                )
                draft.repaired(flow, "expression", message)


def _ask_who_knows(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """A condition on data that no step of this process fills would never hold."""
    conditions = [one for flow in flows if (one := child(flow, "conditionExpression")) is not None]
    names = {name for one in conditions for name in compile_expression(text_of(one)).names}
    unset = sorted(names - _filled(draft)) if names and not _fills_unseen(draft) else []
    if not unset:
        return
    data = words([f"«{name}»" for name in unset])
    question = f"{called(gateway)} decide por {data}, que ningún paso de este proceso llena. ¿Quién lo decide?"
    if draft.ask(gateway, "unset", question, PERSON, DRAWN) == PERSON:
        for flow in flows:
            condition = child(flow, "conditionExpression")
            if condition is not None:
                flow.remove(condition)
                said = one_line(text_of(condition))[:60]
                draft.repaired(flow, "expression", f"La condición «{said}» de {called(gateway)} la decide una persona.")
                if not one_line(flow.get("name")):
                    flow.set("name", said)


def _filled(draft: Draft) -> set[str]:
    """The data that the file itself says some step fills."""
    found = {one.strip() for node in draft.nodes() for one in _property(draft, node, "salida").split(",")}
    for node in draft.process.iter():
        if isinstance(node.tag, str):
            found |= {str(node.get(name)) for name in NAMING}
            if local(node) == "outputParameter":
                found.add(str(node.get("name")))
    return found | set(COUNTERS)


def _fills_unseen(draft: Draft) -> bool:
    """Whether something gives data that the file does not name: a step of the house, a call, a form of ours."""
    kept = draft.nodes("serviceTask", "sendTask", "callActivity", "businessRuleTask")
    forms = draft.known.forms
    return bool(kept) or any(forms is not None and vocabularies.form(task) in forms for task in draft.nodes("userTask"))


def _is_answer(draft: Draft, text: str) -> bool:
    """Whether a condition is one word that nothing in the file sets: «Aprobado» is what somebody answers."""
    set_here = {one.strip() for node in draft.nodes() for one in _property(draft, node, "salida").split(",")}
    return text.isidentifier() and text not in set_here


def _complete(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """With conditions on all but one, that one is the default; with fewer, a person decides."""
    default = next((flow for flow in flows if id_of(flow) == gateway.get("default")), None)
    if default is None:
        gateway.attrib.pop("default", "")
    free = [flow for flow in flows if child(flow, "conditionExpression") is None and flow is not default]
    if default is not None and not free:
        _bare(default)
        return
    if default is None and len(free) == 1 and len(flows) > 1 and len(free) < len(flows):
        gateway.set("default", id_of(free[0]))
        draft.repaired(
            gateway,
            "default_flow",
            f"En {called(gateway)}, «{_answer(free[0])}» es lo que se sigue en los demás casos.",
        )
    elif not free and local(gateway) == "inclusiveGateway":
        _end_for_none(draft, gateway)
    elif not free:
        _else(draft, gateway, flows)
    else:
        _by_person(draft, gateway, flows, default)


def _else(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """Every way has a condition: one of them is followed where none holds."""
    names = {_answer(flow): flow for flow in flows}
    chosen = names[_answer(flows[-1])]
    if not _opposite(flows):
        question = f"En {called(gateway)}, ¿por dónde se sigue si ninguna condición se cumple?"
        answer = draft.ask(gateway, "default_flow", question, *names, NONE, guess=_answer(chosen))
        if answer == NONE:
            end = draft.add_node(holder_of(gateway), "endEvent", "Ninguna se cumple", gateway)
            gateway.set("default", id_of(draft.connect(holder_of(gateway), gateway, end)))
            return
        chosen = names[answer]
    condition = one_line(text_of(child(chosen, "conditionExpression")))[:60]
    gateway.set("default", id_of(chosen))
    _bare(chosen)
    message = f"En {called(gateway)}, «{_answer(chosen)}» se sigue en los demás casos; decía «{condition}»."
    draft.repaired(gateway, "default_flow", message)


def _opposite(flows: list[Node]) -> bool:
    """Whether of two conditions always one holds: `a == 1` and `a != 1`."""
    if len(flows) != 2:
        return False
    one, other = (unwrapped(text_of(child(flow, "conditionExpression")))[0] for flow in flows)
    return in_words(f"not ({one})", {}) == in_words(other, {}) or in_words(f"not ({other})", {}) == in_words(one, {})


def _end_for_none(draft: Draft, gateway: Node) -> None:
    """Each condition that holds is followed, as BPMN says; where none does, its case would stop: it ends there."""
    holder = gateway.getparent()
    if holder is not None:
        end = draft.add_node(holder, "endEvent", "Ninguna se cumple", gateway)
        gateway.set("default", id_of(draft.connect(holder, gateway, end)))
        message = f"En {called(gateway)} puede que ninguna condición se cumpla: ahí termina el camino. ¿Está bien así?"
        draft.ask(gateway, "default_flow", message, "Sí, termina", "No, lo llevo a otro paso")


def _bare(flow: Node) -> None:
    condition = child(flow, "conditionExpression")
    if condition is not None:
        flow.remove(condition)


def _answer(flow: Node) -> str:
    return one_line(flow.get("name")) or id_of(flow)


def _by_person(draft: Draft, gateway: Node, flows: list[Node], default: Node | None) -> None:
    """Every way becomes an answer of a form; the last one, or the default, needs no condition."""
    last = flows[-1] if default is None else default
    variable = f"respuesta_{slug(id_of(gateway))}"[:60]
    several = local(gateway) == "inclusiveGateway"
    answers = _answers(draft, gateway, flows)
    for flow, (value, label) in zip(flows, answers.items(), strict=True):
        flow.set("name", label)
        _bare(flow)
        if flow is not last:
            test = f"contiene({variable}, '{value}')" if several else f"{variable} == '{value}'"
            condition = etree.SubElement(flow, bpmn("conditionExpression"))
            condition.set(
                f"{{{XSI}}}type", f"{draft.root.prefix}:tFormalExpression" if draft.root.prefix else "tFormalExpression"
            )
            condition.text = f"${{{test}}}"
    gateway.set("default", id_of(last))
    task = _asking(draft, gateway)
    draft.set_property(task, "salida", ",".join(filter(None, (_property(draft, task, "salida"), variable))))
    _ask_in_form(draft, task, _field(gateway, variable, answers, several=several))
    words = ", ".join(f"«{label}»" for label in answers.values())
    draft.repaired(
        gateway, "missing_condition", f"{called(gateway)} no decía cómo decidir: una persona elige entre {words}."
    )


def _answers(draft: Draft, gateway: Node, flows: list[Node]) -> dict[str, str]:
    """Value → label, all different; a flow without name is called after what it leads to."""
    targets = {id_of(node): node for node in draft.nodes()}
    found: dict[str, str] = {}
    for number, flow in enumerate(flows, start=1):
        target = targets[str(flow.get("targetRef"))]
        label = one_line(flow.get("name")) or one_line(target.get("name")) or f"Camino {number}"
        value = slug(label)[:60] or f"camino_{number}"
        if value in found:
            value, label = f"{value}_{number}", f"{label} ({number})"
        found[value] = label
    if not one_line(gateway.get("name")):
        gateway.set("name", "¿Cómo sigue?")
    return found


def _asking(draft: Draft, gateway: Node) -> Node:
    """The task where the question is asked: the one right before, or a new one."""
    nodes = {id_of(node): node for node in draft.nodes()}
    arriving = draft.by_end("targetRef").get(id_of(gateway), [])
    before = [nodes[str(flow.get("sourceRef"))] for flow in arriving]
    if len(before) == 1 and _is_free(before[0]):
        return before[0]
    holder = gateway.getparent()
    if holder is None:
        return gateway
    task = draft.add_node(holder, "userTask", f"Responder: {one_line(gateway.get('name'))}"[:290], gateway)
    for flow in arriving:
        draft.turn(flow, target=task)
    draft.connect(holder, task, gateway)
    return task


def _is_free(node: Node) -> bool:
    """A user task whose form is ours to write, done once."""
    repeats = (
        child(node, "multiInstanceLoopCharacteristics") is not None
        or child(node, "standardLoopCharacteristics") is not None
    )
    return local(node) == "userTask" and not repeats and not vocabularies.form(node)


def _property(draft: Draft, node: Node, name: str) -> str:
    return next((str(one.get("value")) for one in node.iter() if one.get("name") == draft.prefix + name), "")


def _field(gateway: Node, variable: str, answers: dict[str, str], *, several: bool) -> dict[str, Any]:
    return {
        "id": f"campo_{variable}",
        "type": "checklist" if several else "radio",
        "key": variable,
        "label": one_line(gateway.get("name")),
        "values": [{"label": label, "value": value} for value, label in answers.items()],
        "validate": {"required": True},
    }


def _ask_in_form(draft: Draft, task: Node, question: dict[str, Any]) -> None:
    """Beside what the task's own form of the other tool asks."""
    before = draft.forms.get(id_of(task), {}).get("components", [])
    asked = [one for one in before if one["type"] != "text" and one.get("key") != REMARKS]
    draft.forms[id_of(task)] = simple_form(draft, task, *asked, question)


def simple_form(draft: Draft, task: Node, *fields: dict[str, Any]) -> dict[str, Any]:
    """A form that any task can do with: what it is, the given fields, and room for remarks."""
    key = f"{slug(id_of(draft.process))}_{slug(id_of(task))}"[:100]
    text = (
        text_of(child(task, "documentation"))
        or one_line(task.get("name"))
        or "Haga lo que corresponde y termine la tarea."
    )
    remarks = {"id": f"{key}_observaciones", "type": "textarea", "key": REMARKS, "label": "Observaciones"}
    if any(field.get("key") == REMARKS for field in fields):
        remarks["key"] = f"{REMARKS}_del_paso"
    intro = {"id": f"{key}_texto", "type": "text", "text": text[:2_000]}
    return {"schemaVersion": 18, "type": "default", "id": key, "components": [intro, *fields, remarks]}


STEPS = (_choices,)
