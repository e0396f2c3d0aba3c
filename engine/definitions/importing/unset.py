"""Decisions on data that no step of what is brought fills: a person decides, or is asked for the data before."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.definitions import vocabularies
from engine.definitions.dataflow.giving import COUNTERS
from engine.definitions.importing.asking import DRAWN
from engine.definitions.importing.choices import ask_in_form, asking, decisions, property_of
from engine.definitions.importing.draft import Draft, called, id_of, slug, words
from engine.definitions.importing.foreign_forms import as_key, as_words, rename
from engine.definitions.markup import CAMUNDA, Node, bpmn, child, local, one_line, text_of
from engine.expressions import compile_expression

PERSON: Final = "Lo decide una persona"
ASKED: Final = "Se pregunta en un paso antes, y la condición queda"

OTHER: Final = {"label": "Otra", "value": "otra"}
_WORD: Final = r"\b(?:and|or|not|if)\b|&&|\|\|"
_RUN: Final = ("serviceTask", "sendTask", "callActivity", "businessRuleTask")
"""Steps that fill what they say, and may fill what the file does not name."""


def _scripts(draft: Draft) -> None:
    """What a script of another tool computed is told by whom does its step now."""
    for task in draft.nodes("userTask"):
        name = vocabularies.attribute(task, "resultVariable")
        if name:
            task.attrib.pop(f"{{{CAMUNDA}}}resultVariable", "")
            key = _ask_before(draft, task, {name: _conditions(draft)}, required=False)
            message = f"«{as_words(name)}» ({key[0]}) lo calculaba {called(task)}: lo escribe quien hace la tarea."
            draft.repaired(task, "expression", message)


def _conditions(draft: Draft) -> str:
    return " ; ".join(text_of(one) for _gateway, flows in decisions(draft) for one in _of(flows))


def _ask_who_knows(draft: Draft) -> None:
    """A condition on data that no step of this process fills would never hold."""
    if _fills_unseen(draft):
        return
    for gateway, flows in decisions(draft):
        names = {name for one in _of(flows) for name in compile_expression(text_of(one)).names}
        unset = sorted(names - _filled(draft))
        if unset:
            _ask(draft, gateway, flows, unset)


def _ask(draft: Draft, gateway: Node, flows: list[Node], unset: list[str]) -> None:
    written = " ; ".join(text_of(one) for one in _of(flows))
    data = words([f"«{name}»" for name in unset])
    question = f"{called(gateway)} decide por {data}, que ningún paso de este proceso llena. ¿Quién lo decide?"
    simple = not any(re.search(rf"\b{re.escape(name)}\s*\.", written) for name in unset)
    answer = draft.ask(gateway, "unset", question, PERSON, *([ASKED] if simple else []), DRAWN)
    if answer == PERSON:
        _by_name(draft, gateway, flows)
    elif answer == ASKED:
        task = asking(draft, gateway)
        _ask_before(draft, task, dict.fromkeys(unset, written))
        draft.repaired(task, "unset", f"En {called(task)} se pregunta {data}, por lo que decide {called(gateway)}.")


def _by_name(draft: Draft, gateway: Node, flows: list[Node]) -> None:
    """The conditions go, and with them what they said but as the name of the way."""
    for flow in flows:
        condition = child(flow, "conditionExpression")
        if condition is not None:
            flow.remove(condition)
            said = one_line(text_of(condition))[:60]
            draft.repaired(flow, "expression", f"La condición «{said}» de {called(gateway)} la decide una persona.")
            if not one_line(flow.get("name")):
                flow.set("name", said)


def _ask_before(draft: Draft, task: Node, data: dict[str, str], *, required: bool = True) -> list[str]:
    """Fields for these data, each of the kind that the conditions read; the keys they have here."""
    fields = [_field(task, name, written, required=required) for name, written in data.items()]
    renamed = {
        name: str(field["key"]) for name, field in zip(data, fields, strict=True) if name != field["key"]
    }  # fmt: skip
    ask_in_form(draft, task, *fields)
    if renamed:
        rename(draft, renamed)
    return [str(field["key"]) for field in fields]


def _field(task: Node, name: str, written: str, *, required: bool) -> dict[str, Any]:
    key = as_key(name)
    field: dict[str, Any] = {"id": f"{slug(id_of(task))}_{key}"[:100], "key": key, "label": as_words(name)}
    around = rf"(?<![\w.'\"]){re.escape(name)}(?![\w'\"])"
    sign = r"\s*(?:==?|!=|<=?|>=?|\b(?:eq|ne|lt|le|gt|ge)\b)\s*"
    texts = re.findall(rf"{around}{sign}(?:'([^']*)'|\"([^\"]*)\")", written)
    if texts:
        values = dict.fromkeys(one or other for one, other in texts)
        options = [{"label": value, "value": value} for value in values if value]
        field |= {"type": "radio", "values": [*options, *([] if OTHER["value"] in values else [OTHER])]}
    elif re.search(rf"{around}\s*(?:[-+*/%<>]|{sign}-?\d|\b(?:mod|div|in|between)\b\s*\[?-?\d)", written):
        field |= {"type": "number"}
    elif re.search(rf"(?:[({{!=;]|^|{_WORD})\s*{around}\s*(?:[)}}=?;]|$|{_WORD})", written):
        return {**field, "type": "checkbox"}
    else:
        field |= {"type": "textfield"}
    return field | ({"validate": {"required": True}} if required else {})


def _of(flows: list[Node]) -> list[Node]:
    return [one for flow in flows if (one := child(flow, "conditionExpression")) is not None]


def _filled(draft: Draft) -> set[str]:
    """The data that the file itself says some step fills."""
    found = {one.strip() for node in draft.nodes() for one in property_of(draft, node, "salida").split(",")}
    for node in draft.nodes(*_RUN):
        found.add(vocabularies.attribute(node, "resultVariable"))
        found |= {str(one.get("target")) for one in node.iter()}
        found |= {str(one.get("name")) for one in node.iter() if isinstance(one.tag, str) and _is_output(one)}
    for one in draft.process.iter(bpmn("multiInstanceLoopCharacteristics")):
        found.add(vocabularies.repetition(one)[1])
    return found | set(COUNTERS)


def _is_output(node: Node) -> bool:
    return local(node) == "outputParameter"


def _fills_unseen(draft: Draft) -> bool:
    """Whether something gives data that the file does not name: a step of the house, a call, a form of ours."""
    forms = draft.known.forms
    return bool(draft.nodes(*_RUN)) or any(
        forms is not None and vocabularies.form(task) in forms for task in draft.nodes("userTask")
    )


STEPS = (_scripts, _ask_who_knows)
