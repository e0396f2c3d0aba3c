"""Corrects a variable of a running case, by the kind that its diagrams and forms give it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from engine.contracts import ANY, Datum, Kind
from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.giving import outputs
from engine.definitions.dataflow.questions import read_questions
from engine.errors import Invalid
from engine.instances.case import depth_first, process_key
from engine.instances.turn import Turn
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, UserTaskState
from engine.tasks.models import UserTask
from engine.variables import check_size, checked, kept, plain


def correct(turn: Turn, name: str, value: Any, reason: str) -> tuple[Any, Any]:
    """Set a variable wherever the process of the case, and what it embeds, knows it; what it was, and what it is.

    A called process has its own: what it was handed stays as it was handed. Raises `Invalid` (nobody fills it, or it
    can't be such a value), `InvalidVariables`.
    """
    key = turn.instance.process_key
    known = kinds(turn.engine, turn.bundle, key)
    nodes = [node for node in depth_first(turn.case) if process_key(node) == key]
    holders = [node for node in nodes if name in node.data]
    if not holders and name not in known:
        raise Invalid(f"En este proceso nadie llena «{name}»: use uno de sus datos ({_some(known, nodes)}).")
    new = kept(checked({name: typed(name, value, known.get(name, ANY))}))[name]
    before = next((node.data[name] for node in reversed(holders)), None)
    for node in holders or nodes:
        node.data[name] = new
        check_size(node.data)
    _show(turn, {node.id.hex for node in holders or nodes}, name, new)
    shown = {"variable": name, "valor_antes": _told(before), "valor_ahora": _told(new), "motivo": reason}
    turn.record(HistoryKind.VARIABLE_CORRECTED, **shown)
    return _told(before), _told(new)


def kinds(engine: ProcessEngine, bundle: BundleModel, process: str) -> dict[str, Datum]:
    """The data that the steps and forms of a process fill, and of which kind each is."""
    found: dict[str, Datum] = {}
    for element in bundle.diagrams[process].elements.values():
        asked = read_questions(bundle.form(element.form_key)) if element.form_key in bundle.form_versions else {}
        found |= {name: asked[name].datum for name in outputs(element) if name in asked}
        contract = engine.contracts.steps.get(element.topic or element.id) if engine.contracts else None
        if contract is not None:
            found = {**contract.may_fill, **contract.fills, **found}
    return found


def typed(name: str, value: Any, datum: Datum) -> Any:
    """A value, or the text of one, as its kind is kept. Raises `Invalid`."""
    text = value.strip() if isinstance(value, str) else value
    match datum.kind:
        case Kind.NUMBER:
            return _number(name, text)
        case Kind.FLAG:
            return _flag(name, text)
        case Kind.DATE:
            return _date(name, text)
        case Kind.OPTION:
            return _option(name, text, datum.options)
        case Kind.LIST:
            return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text
    return value


def _number(name: str, text: Any) -> Any:
    if isinstance(text, int | float) and not isinstance(text, bool):
        return text
    written = str(text).replace(".", "").replace(",", ".") if "," in str(text) else str(text)
    try:
        found = float(written)
    except ValueError as wrong:
        raise Invalid(f"«{name}» es un número: escriba por ejemplo 1234,5.") from wrong
    return int(found) if found.is_integer() else found


def _flag(name: str, text: Any) -> bool:
    if isinstance(text, bool):
        return text
    found = {"si": True, "sí": True, "true": True, "no": False, "false": False}.get(str(text).casefold())
    if found is None:
        raise Invalid(f"«{name}» es sí o no.")
    return found


def _date(name: str, text: Any) -> str:
    try:
        day, _, rest = str(text).partition("/")
        if rest:
            month, _, year = rest.partition("/")
            return dt.date(int(year), int(month), int(day)).isoformat()
        return dt.date.fromisoformat(str(text)).isoformat()
    except ValueError as wrong:
        raise Invalid(f"«{name}» es una fecha: escriba por ejemplo 2026-11-30 o 30/11/2026.") from wrong


def _option(name: str, text: Any, options: Mapping[str, str]) -> Any:
    for value, label in options.items():
        if str(text).casefold() in (value.casefold(), label.casefold()):
            return value
    offered = ", ".join(label or value for value, label in options.items())
    if options:
        raise Invalid(f"«{name}» es una de estas opciones: {offered}.")
    return text


def _show(turn: Turn, node_ids: set[str], name: str, new: Any) -> None:
    """Let open tasks show what the variable is now."""
    query = sa.select(UserTask).where(UserTask.instance_id == turn.instance.id, UserTask.state == UserTaskState.OPEN)
    for task in turn.session.scalars(query):
        if task.node_id in node_ids:
            task.variables = {**task.variables, **plain({name: new})}


def _told(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _some(known: Mapping[str, Datum], nodes: list[Any]) -> str:
    names = dict.fromkeys([*known, *(name for node in nodes for name in node.data)])
    return ", ".join(sorted(names)[:20]) or "no tiene ninguno"
