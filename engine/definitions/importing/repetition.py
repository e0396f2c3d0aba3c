"""Repetitions that do not say over what, and events that would interrupt one half way."""

from __future__ import annotations

import re

from lxml import etree

from engine.definitions import vocabularies
from engine.definitions.importing.asking import Kind, understood
from engine.definitions.importing.draft import Draft, called, id_of
from engine.definitions.linting.repetition import MOST
from engine.definitions.markup import CAMUNDA, Node, bpmn, child, children, local, text_of

_WHOLE = re.compile(r"(?:[$#]\{|=)?\s*(\d{1,4})\s*\}?")
"""A number of times, as an expression or plain."""


def _collections(draft: Draft) -> None:
    for node in draft.nodes():
        multiple = child(node, "multiInstanceLoopCharacteristics")
        if multiple is None:
            continue
        times = child(multiple, "loopCardinality")
        if times is not None and (plain := _WHOLE.fullmatch(text_of(times))):
            times.text = plain[1]
        collection, variable = vocabularies.repetition(multiple)
        if understood(collection):
            if not variable:
                multiple.set(f"{{{CAMUNDA}}}elementVariable", f"cada_{id_of(node)}"[:60])
        elif not _bounded(text_of(child(multiple, "loopCardinality"))):
            _ask_over_what(draft, node, multiple, collection or text_of(child(multiple, "loopCardinality")))


def _ask_over_what(draft: Draft, node: Node, multiple: Node, written: str) -> None:
    said = (
        f"se repetía sobre «{written[:60]}», que aquí no se entiende" if written else "se repetía sin decir sobre qué"
    )
    question = f"{called(node)} {said}. ¿Sobre qué lista se repite? Por ejemplo «entidades»."
    answer = draft.ask(node, "collection", question, kind=Kind.EXPRESSION)
    if answer:
        for one in children(multiple, "loopCardinality"):
            multiple.remove(one)
        multiple.set(f"{{{CAMUNDA}}}collection", answer)
        multiple.set(f"{{{CAMUNDA}}}elementVariable", f"cada_{id_of(node)}"[:60])
        draft.repaired(node, "collection", f"{called(node)} se repite sobre «{answer}».")
    else:
        node.remove(multiple)
        draft.repaired(node, "collection", f"{called(node)} {said}: quedó sin repetición.")


def _bounded(written: str) -> bool:
    return written.isdecimal() and len(written) < 4 and 1 <= int(written) <= MOST


def _loops(draft: Draft) -> None:
    for node in draft.nodes():
        loop = child(node, "standardLoopCharacteristics")
        if loop is None:
            continue
        maximum = str(loop.get("loopMaximum") or "")
        condition = text_of(child(loop, "loopCondition"))
        if (
            (condition and not understood(condition))
            or (maximum and not _bounded(maximum))
            or not (condition or maximum)
        ):
            _ask_until_when(draft, node, loop, condition or maximum)


def _ask_until_when(draft: Draft, node: Node, loop: Node, written: str) -> None:
    said = (
        f"se repetía mientras «{written[:60]}», que aquí no se entiende"
        if written
        else "no decía hasta cuándo se repite"
    )
    question = f"{called(node)} {said}. ¿Mientras se cumpla qué se repite? Por ejemplo «${{faltan > 0}}»."
    answer = draft.ask(node, "endless_loop", question, kind=Kind.EXPRESSION)
    if answer:
        loop.attrib.pop("loopMaximum", "")
        for one in list(children(loop, "loopCondition")):
            loop.remove(one)
        etree.SubElement(loop, bpmn("loopCondition")).text = answer
        draft.repaired(node, "endless_loop", f"{called(node)} se repite mientras «{answer}».")
    else:
        node.remove(loop)
        draft.repaired(node, "endless_loop", f"{called(node)} {said}: quedó sin repetición.")


def _interrupted(draft: Draft) -> None:
    hosts = {id_of(node): node for node in draft.nodes()}
    for event in draft.nodes("boundaryEvent"):
        host = hosts.get(str(event.get("attachedToRef")))
        if host is None or event.get("cancelActivity") == "false":
            continue
        if child(host, "multiInstanceLoopCharacteristics") is not None:
            _wrap(draft, host)


def _wrap(draft: Draft, host: Node) -> None:
    """Put what repeats inside a subprocess, which carries the flows and the events."""
    holder = host.getparent()
    if holder is None:
        return
    outer = draft.add_node(holder, "subProcess", host.get("name") or "Repetir", host)
    for flow in draft.flows():
        if flow.get("sourceRef") == id_of(host):
            draft.turn(flow, source=outer)
        if flow.get("targetRef") == id_of(host):
            draft.turn(flow, target=outer)
    for event in draft.nodes("boundaryEvent"):
        if event.get("attachedToRef") == id_of(host):
            event.set("attachedToRef", id_of(outer))
    for ref in list(draft.process.iter()):
        parent = ref.getparent()
        if (
            isinstance(ref.tag, str)
            and local(ref) == "flowNodeRef"
            and text_of(ref) == id_of(host)
            and parent is not None
        ):
            parent.remove(ref)
    outer.append(host)
    start, end = draft.add_node(outer, "startEvent", "", None), draft.add_node(outer, "endEvent", "", None)
    draft.connect(outer, start, host)
    draft.connect(outer, host, end)
    draft.moved.add(id_of(host))
    message = (
        f"{called(host)} se repite y un evento lo interrumpía: se puso dentro de un subproceso que lleva el evento."
    )
    draft.repaired(outer, "interrupted_repetition", message)


STEPS = (_collections, _loops, _interrupted)
