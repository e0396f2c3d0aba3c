"""Conditions that other tools write with calls of their own, in our words where these mean the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from engine.definitions.importing.asking import understood
from engine.definitions.importing.draft import Draft, called
from engine.definitions.markup import Node, bpmn, local, one_line, text_of
from engine.errors import InvalidExpression
from engine.expressions.compiling import MAX_LENGTH, unwrapped

READING: Final = ("conditionExpression", "condition", "completionCondition", "loopCondition", "loopCardinality")
"""Elements whose text is an expression."""

_LITERAL = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_DAY = re.compile(r"\bdate\(\s*(\"\d{4}-\d\d-\d\d\")\s*\)")
"""A day of FEEL: here days are compared as they are written."""
_X = r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)"
_Y = r"\(\s*([^()\s][^()]*?)\s*\)"
_ITEMS = r"\(([^(),]+(?:,[^(),]+)+)\)"
_SAME: Final = tuple(
    (re.compile(pattern), ours)
    for pattern, ours in (
        (r"\b(?:execution\s*\.\s*)?getVariable\(\s*\"(\d+)\"\s*\)", "\x00\\1\x00"),
        (rf"{_X}\.equals{_Y}", r"\1 == \2"),
        (rf"{_X}\.(?:contains){_Y}", r"contains(\1, \2)"),
        (rf"{_X}\.startsWith{_Y}", r"empieza(\1, \2)"),
        (rf"{_X}\.isEmpty\(\s*\)", r"vacio(\1)"),
        (rf"{_X}\.(?:size|length)\(\s*\)", r"count(\1)"),
        (r"\b(?:size|fn:length|string length)\(", "count("),
        (r"\b(?:fn:contains|list contains)\(", "contains("),
        (r"\b(?:fn:startsWith|starts with)\(", "empieza("),
        (r"\bis empty\(", "vacio("),
        (rf"\bis defined{_Y}", r"(\1 != null)"),
        (rf"\bin\s*{_ITEMS}", r"in [\1]"),
    )
)
"""What JUEL and FEEL write, and what says the same here."""


_RETURN = re.compile(r"\s*return\s+([^;]+?)\s*;\s*")
"""A condition of jBPM, in Java."""
_FUNCTION = re.compile(r"KieFunctions\.(\w+)\(\s*([\w.]+)\s*(?:,\s*(\"[^\"]*\"|[\w.]+)\s*)?\)")
_FUNCTIONS: Final = {
    "isTrue": "{0} == true", "isFalse": "{0} == false", "isNull": "{0} == null", "equalsTo": "{0} == {1}",
    "greaterThan": "{0} > {1}", "greaterOrEqualThan": "{0} >= {1}", "lessThan": "{0} < {1}",
    "lessOrEqualThan": "{0} <= {1}", "contains": "contains({0}, {1})", "startsWith": "empieza({0}, {1})",
    "isEmpty": "vacio({0})",
}  # fmt: skip


def _compared(java: str) -> str:
    """The comparisons that the designer of jBPM offers, as we write them."""

    def one(call: re.Match[str]) -> str:
        name, datum, value = call[1], call[2], call[3] or ""
        number = value.strip('"')
        value = number if name.endswith("Than") and re.fullmatch(r"-?\d+(\.\d+)?", number) else value
        return _FUNCTIONS[name].format(datum, value) if name in _FUNCTIONS else call[0]

    return _FUNCTION.sub(one, java)


def _translate(draft: Draft) -> None:
    for node in draft.process.iter(*(bpmn(tag) for tag in READING)):
        written = text_of(node)
        ours = in_our_words(written)
        if ours != written:
            node.text = ours
            draft.repaired(
                _owner(node), "expression", f"La condición «{one_line(written)[:60]}» de {called(_owner(node))} "
                f"quedó escrita «{one_line(ours)[:60]}».",
            )  # fmt: skip


def _owner(node: Node) -> Node:
    """The flow or step whose condition it is."""
    return next((one for one in node.iterancestors() if one.get("id") and not _is_detail(one)), node)


def _is_detail(node: Node) -> bool:
    return local(node).endswith(("EventDefinition", "Characteristics"))


def in_our_words(written: str) -> str:
    """The same condition as we write it; as it was if it is understood already, or can't be."""
    returned = _RETURN.fullmatch(written or "")
    if returned:
        inner = _compared(returned[1])
        return next((one for one in (f"${{{inner}}}", in_our_words(f"${{{inner}}}")) if understood(one)), written)
    if not written or len(written) > MAX_LENGTH or understood(written):
        return written
    try:
        inner = unwrapped(written)[0]
    except InvalidExpression:
        return written
    literals: list[str] = []
    inner = _LITERAL.sub(_kept(literals), _DAY.sub(r"\1", inner))
    for pattern, ours in _SAME:
        inner = pattern.sub(ours, inner)
    inner = re.sub("\x00(\\d+)\x00", lambda name: literals[int(name[1])][1:-1], inner)
    inner = re.sub(r'"(\d+)"', lambda place: literals[int(place[1])], inner)
    return f"${{{inner.strip()}}}" if understood(f"${{{inner}}}") else written


def _kept(literals: list[str]) -> Callable[[re.Match[str]], str]:
    def one(match: re.Match[str]) -> str:
        literals.append(match.group())
        return f'"{len(literals) - 1}"'

    return one


STEPS = (_translate,)
