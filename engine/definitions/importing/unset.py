"""Decisions on data that no step of what is brought fills: a person decides, or is asked for the data before."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.definitions import vocabularies
from engine.definitions.dataflow.giving import COUNTERS
from engine.definitions.importing.asking import DRAWN, Kind, understood
from engine.definitions.importing.choices import ask_in_form, asking, decisions, property_of
from engine.definitions.importing.conditions import READING
from engine.definitions.importing.draft import Draft, called, id_of, slug, words
from engine.definitions.importing.events import host_of, take_away
from engine.definitions.importing.foreign_forms import as_key, as_words, rename
from engine.definitions.importing.unheard import CONFIRMED, confirmed_by_somebody
from engine.definitions.markup import CAMUNDA, Node, bpmn, child, children, local, one_line, text_of
from engine.expressions import compile_expression

PERSON: Final = "Lo decide una persona"
ALL: Final = "Sí, todas"
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
    _given_by_people(draft)
    for gateway, flows in decisions(draft):
        if any(id_of(flow) in draft.worded for flow in flows):
            continue  # a person decides by all of them
        asked = [flow for flow in flows if id_of(flow) != gateway.get("default")]
        names = {name for one in _of(asked) for name in compile_expression(text_of(one)).names}
        unset = sorted(names - _filled(draft))
        if unset:
            _ask(draft, gateway, flows, unset)
    if draft.is_foreign:
        for step in (_loops, _completions, _conditional_waits, _lists, _persons):
            step(draft, _filled(draft))


def _given_by_people(draft: Draft) -> None:
    """What plain BPMN and jBPM take out of a person's task is asked there, if something reads it."""
    read = " ; ".join(text_of(one) for one in draft.process.iter(*(bpmn(tag) for tag in READING)))
    for task in draft.nodes("userTask"):
        targets = [text_of(one.find(bpmn("targetRef"))) for one in children(task, "dataOutputAssociation")]
        names = [vocabularies.data_name(task, one) for one in targets]
        wanted = [name for name in names if name not in _filled(draft) and re.search(rf"\b{re.escape(name)}\b", read)]
        if wanted and not vocabularies.form(task):
            _ask_before(draft, task, dict.fromkeys(wanted, read))
            draft.repaired(task, "unset", f"{called(task)} daba {_quoted(wanted)}: lo pregunta su formulario.")


def _loops(draft: Draft, filled: set[str]) -> None:
    """Who does a task again and again says each time what that depends on; of anything else it is asked.

    So it is of a loop that tests before: nobody would have said it the first time, and the task never be done.
    """
    for task in draft.nodes():
        written = _inside(task, "standardLoopCharacteristics", "loopCondition")
        unset = _unset(written, filled)
        loop = child(task, "standardLoopCharacteristics")
        if unset and (local(task) != "userTask" or (loop is not None and loop.get("testBefore") == "true")):
            _ask_how_long(draft, task, written, unset)
        elif unset and not vocabularies.form(task):
            _ask_before(draft, task, dict.fromkeys(unset, written))
            said = f"{called(task)} se repite mientras «{one_line(written)[:60]}»"
            draft.repaired(task, "unset", f"{said}: su formulario pregunta {_quoted(unset)} cada vez.")


def _ask_how_long(draft: Draft, node: Node, written: str, unset: list[str]) -> None:
    said = f"{called(node)} se repite mientras «{one_line(written)[:60]}», y ningún paso llena {_quoted(unset)}"
    question = f"{said}. ¿Mientras se cumpla qué se repite? Por ejemplo «${{faltan > 0}}»."
    answer = draft.ask(node, "endless_loop", question, kind=Kind.EXPRESSION)
    condition = next(node.iter(bpmn("loopCondition")))
    if answer:
        condition.text = answer
        draft.repaired(node, "endless_loop", f"{called(node)} se repite mientras «{answer}».")


def _completions(draft: Draft, filled: set[str]) -> None:
    for node in draft.nodes():
        multiple = child(node, "multiInstanceLoopCharacteristics")
        condition = None if multiple is None else child(multiple, "completionCondition")
        unset = _unset(text_of(condition), filled)
        if multiple is None or condition is None or not unset:
            continue
        said = f"{called(node)} dejaba de repetirse cuando «{one_line(text_of(condition))[:60]}»"
        question = f"{said}, y ningún paso llena {_quoted(unset)}. ¿Se hacen todas las veces?"
        if draft.ask(node, "unset", question, ALL, DRAWN, guess=ALL) == ALL:
            multiple.remove(condition)
            draft.repaired(node, "unset", f"{said}: se hacen todas las veces.")


def _conditional_waits(draft: Draft, filled: set[str]) -> None:
    for node in draft.nodes("intermediateCatchEvent", "boundaryEvent"):
        written = _inside(node, "conditionalEventDefinition", "condition")
        unset = _unset(written, filled)
        if not unset:
            continue
        why = f"espera a que «{one_line(written)[:60]}», y ningún paso llena {_quoted(unset)}"
        if local(node) == "boundaryEvent":
            take_away(draft, node, "unset", why, host_of(draft, node))
        elif (
            draft.ask(node, "unset", f"{called(node)} {why}. ¿Quién dice que ya?", CONFIRMED, DRAWN, guess=CONFIRMED)
            == CONFIRMED
        ):
            draft.repaired(node, "unset", f"{called(node)} {why}: quedó como tarea de quien dice que ya.")
            confirmed_by_somebody(draft, node)


def _lists(draft: Draft, filled: set[str]) -> None:
    for node in draft.nodes():
        multiple = child(node, "multiInstanceLoopCharacteristics")
        written = "" if multiple is None else vocabularies.repetition(multiple)[0]
        unset = _unset(written, filled)
        if multiple is None or not unset:
            continue
        question = (
            f"{called(node)} se repite por cada uno de «{written[:60]}», que ningún paso llena. ¿Sobre qué lista?"
        )
        answer = draft.ask(node, "collection", f"{question} Por ejemplo «entidades».", kind=Kind.EXPRESSION)
        if answer:
            multiple.set(f"{{{CAMUNDA}}}collection", answer)
            draft.repaired(node, "collection", f"{called(node)} se repite sobre «{answer}».")


def _persons(draft: Draft, filled: set[str]) -> None:
    """A person whom nobody will have named does nothing: the role does it."""
    for task in draft.nodes("userTask", "manualTask"):
        written = vocabularies.assignee(task)
        unset = _unset(written, filled) if "{" in written else []
        if unset:
            task.attrib.pop(f"{{{CAMUNDA}}}assignee", "")
            message = f"{called(task)} era de «{written[:60]}», que ningún paso llena: la hace quien tenga el rol."
            draft.repaired(task, "unset", message)
        groups = vocabularies.candidate_groups(task)
        known = [one for one in groups if "{" not in one or not _unset(one, filled)]
        if len(known) < len(groups):
            task.set(f"{{{CAMUNDA}}}candidateGroups", ",".join(known))
            gone = words([f"«{one[:60]}»" for one in groups if one not in known])
            message = f"{called(task)} era de {gone}, que ningún paso llena: la hace quien tenga el rol que se diga."
            draft.repaired(task, "unset", message)


def _inside(node: Node, outer: str, inner: str) -> str:
    holder = child(node, outer)
    return "" if holder is None else text_of(child(holder, inner))


def _unset(written: str, filled: set[str]) -> list[str]:
    """The data that an expression reads and nothing fills."""
    return sorted(set(compile_expression(written).names) - filled) if written and understood(written) else []


def _quoted(names: list[str]) -> str:
    return words([f"«{name}»" for name in names])


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
    for start in draft.nodes("startEvent"):
        found |= {one.strip() for one in property_of(draft, start, "entradas").split(",")}
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
