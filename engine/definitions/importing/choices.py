"""Gateways that do not say how to choose: a person chooses, with the names of the flows as answers."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from engine.definitions import vocabularies
from engine.definitions.importing.asking import understood
from engine.definitions.importing.draft import Draft, called, holder_of, id_of, slug
from engine.definitions.markup import XSI, Node, bpmn, child, local, one_line, text_of
from engine.expressions import compile_expression
from engine.expressions.compiling import unwrapped
from engine.expressions.wording import in_words

REMARKS = "observaciones"
NONE = "Ahí termina"
ALWAYS, OTHERWISE = "Siempre", "Solo si ninguna se cumple"
STOPS = "El caso se detiene y alguien lo mira"
_QUOTED = re.compile(r"(?:[$#]\{|=)?\s*(['\"])([^'\"]+)\1\s*\}?")
_IS_TRUTH = re.compile(r"([^\W\d]\w*)\s*(?:==?|\beq\b)\s*(true|false)")


def decisions(draft: Draft) -> list[tuple[Node, list[Node]]]:
    """Every gateway that chooses, with the ways it chooses among."""
    leaving = draft.by_end("sourceRef")
    gateways = draft.nodes("exclusiveGateway", "inclusiveGateway")
    return [(one, leaving[id_of(one)]) for one in gateways if len(leaving.get(id_of(one), ())) > 1]


def _choices(draft: Draft) -> None:
    for gateway, flows in decisions(draft):
        _complete(draft, gateway, flows)


def _read_conditions(draft: Draft) -> None:
    """What is no expression is what an analyst wrote for people: a name."""
    for gateway, flow in [(gateway, flow) for gateway, flows in decisions(draft) for flow in flows]:
        condition = child(flow, "conditionExpression")
        if condition is None:
            continue
        text = text_of(condition)
        if not understood(text) or _is_answer(draft, text):
            flow.remove(condition)
            if text and not one_line(flow.get("name")):
                flow.set("name", _without_quotes(one_line(text))[:100])
            if text:
                message = (
                    f"La condición «{one_line(text)[:60]}» de {called(gateway)} no se entiende: la decide una persona."
                )
                draft.repaired(flow, "expression", message)
                draft.worded.add(id_of(flow))


def _is_answer(draft: Draft, text: str) -> bool:
    """Whether a condition is one word that nothing in the file sets, or a value in quotes: what somebody answers."""
    said = compile_expression(text)
    if not said.names:
        return not isinstance(said.evaluate({}), bool)
    set_here = {one.strip() for node in draft.nodes() for one in property_of(draft, node, "salida").split(",")}
    return text.isidentifier() and text not in set_here


def _without_quotes(text: str) -> str:
    return found[2] if (found := _QUOTED.fullmatch(text)) else text


def _complete(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """With conditions on all but one, that one is the default; with fewer, a person decides."""
    default = next((flow for flow in flows if id_of(flow) == gateway.get("default")), None)
    if default is None:
        gateway.attrib.pop("default", "")
    free = [flow for flow in flows if child(flow, "conditionExpression") is None and flow is not default]
    if default is not None and not free:
        _bare(default)
        return
    if any(id_of(flow) in draft.worded for flow in free):
        _by_person(draft, gateway, flows, default)
        return
    if default is None and len(free) == 1 and local(gateway) == "inclusiveGateway" and _always(draft, gateway, free[0]):
        return
    if default is None and len(free) == 1 and len(flows) > 1 and len(free) < len(flows):
        gateway.set("default", id_of(free[0]))
        draft.repaired(
            gateway,
            "default_flow",
            f"En {called(gateway)}, «{_answer(free[0])}» es lo que se sigue en los demás casos.",
        )
    elif not free:
        _else(draft, gateway, flows)
    else:
        _by_person(draft, gateway, flows, default)


def _always(draft: Draft, gateway: Node, plain: Node) -> bool:
    """Whether the one way without a condition is taken beside the others, as BPMN has it; else it is the default."""
    question = (
        f"De {called(gateway)} sale «{_answer(plain)}» sin condición. "
        "¿Se sigue siempre, o solo si ninguna condición se cumple?"
    )
    if draft.ask(gateway, "plain_flow", question, ALWAYS, OTHERWISE, guess=ALWAYS) == OTHERWISE:
        return False
    _condition(draft, plain).text = "${true}"
    draft.repaired(plain, "plain_flow", f"De {called(gateway)}, «{_answer(plain)}» se sigue siempre.")
    return True


def _condition(draft: Draft, flow: Node) -> Node:
    condition = etree.SubElement(flow, bpmn("conditionExpression"))
    prefix = f"{draft.root.prefix}:" if draft.root.prefix else ""
    condition.set(f"{{{XSI}}}type", f"{prefix}tFormalExpression")
    return condition


def _else(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """Every way has a condition: of two opposite ones the last is the default, else a person says what happens."""
    if _opposite(flows):
        condition = one_line(text_of(child(flows[-1], "conditionExpression")))[:60]
        gateway.set("default", id_of(flows[-1]))
        _bare(flows[-1])
        message = f"En {called(gateway)}, «{_answer(flows[-1])}» se sigue en los demás casos; decía «{condition}»."
        draft.repaired(gateway, "default_flow", message)
    else:
        where_none_holds(draft, gateway, flows)


def where_none_holds(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """Where no condition holds the case stops, and somebody is told: what it did before. A person may say better."""
    names = {_answer(flow): flow for flow in flows}
    question = f"En {called(gateway)}, ¿por dónde se sigue si ninguna condición se cumple?"
    answer = draft.ask(gateway, "default_flow", question, STOPS, NONE, *names, guess=STOPS)
    if answer in names:
        chosen = names[answer]
        condition = one_line(text_of(child(chosen, "conditionExpression")))[:60]
        gateway.set("default", id_of(chosen))
        _bare(chosen)
        message = f"En {called(gateway)}, «{answer}» se sigue en los demás casos; decía «{condition}»."
        draft.repaired(gateway, "default_flow", message)
        return
    _end_where_none_holds(draft, gateway, stops=answer == STOPS)


def _end_where_none_holds(draft: Draft, gateway: Node, *, stops: bool) -> None:
    holder = holder_of(gateway)
    end = draft.add_node(holder, "endEvent", "Ninguna se cumple", gateway)
    gateway.set("default", id_of(draft.connect(holder, gateway, end)))
    if stops:
        error = draft.declare("error", f"ninguna_{id_of(gateway)}")
        etree.SubElement(end, bpmn("errorEventDefinition"), errorRef=error)


def _opposite(flows: list[Node]) -> bool:
    """Whether of two conditions always one holds: `a == 1` and `a != 1`."""
    if len(flows) != 2:
        return False
    one, other = (unwrapped(text_of(child(flow, "conditionExpression")))[0] for flow in flows)
    yes, no = (_IS_TRUTH.fullmatch(text.strip()) for text in (one, other))
    if yes and no:  # `a == true` and `a == false`: JUEL takes what is missing for the last
        return yes[1] == no[1] and yes[2] != no[2]
    return in_words(f"not ({one})", {}) == in_words(other, {}) or in_words(f"not ({other})", {}) == in_words(one, {})


def _bare(flow: Node) -> None:
    condition = child(flow, "conditionExpression")
    if condition is not None:
        flow.remove(condition)


def _answer(flow: Node) -> str:
    return one_line(flow.get("name")) or id_of(flow)


def _by_person(draft: Draft, gateway: Node, flows: list[Node], default: Node | None) -> None:
    """Every way becomes an answer of a form; of one answer the last way, or the default, needs no condition."""
    variable = f"respuesta_{slug(id_of(gateway))}"[:60]
    several = local(gateway) == "inclusiveGateway"
    last = None if several else flows[-1] if default is None else default
    answers = _answers(draft, gateway, flows)
    for flow, (value, label) in zip(flows, answers.items(), strict=True):
        flow.set("name", label)
        if said := one_line(text_of(child(flow, "conditionExpression"))):
            told = f"La condición «{said[:60]}» de {called(gateway)} la decide una persona, con las demás."
            draft.repaired(flow, "expression", told)
        _bare(flow)
        if flow is not last:
            test = f"contiene({variable}, '{value}')" if several else f"{variable} == '{value}'"
            _condition(draft, flow).text = f"${{{test}}}"
    if last is None:  # each that is ticked is followed, the last among them
        _end_where_none_holds(draft, gateway, stops=True)
    else:
        gateway.set("default", id_of(last))
    task = asking(draft, gateway)
    ask_in_form(draft, task, _field(gateway, variable, answers, several=several))
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


def asking(draft: Draft, gateway: Node) -> Node:
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


def property_of(draft: Draft, node: Node, name: str) -> str:
    """One of our properties of an element; empty if it has none."""
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


def ask_in_form(draft: Draft, task: Node, *questions: dict[str, Any]) -> None:
    """Ask these beside what the task's own form asks, and let the answers be the case's."""
    before = draft.forms.get(id_of(task), {}).get("components", [])
    asked = [one for one in before if one["type"] != "text" and one.get("key") != REMARKS]
    draft.forms[id_of(task)] = simple_form(draft, task, *asked, *questions)
    given = (property_of(draft, task, "salida"), *(str(one["key"]) for one in questions))
    draft.set_property(task, "salida", ",".join(filter(None, given)))


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


READING = (_read_conditions,)
"""Before it is known who fills what they read."""
STEPS = (_choices,)
