"""Who does a step, in words: its person, each of a list, its lane, or roles of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.definitions.diagram import DiagramModel, Element

_ION = re.compile(r"(?<=\w)ion\b")


def say_who(model: DiagramModel, element: Element, roles: Mapping[str, str]) -> str:
    """Who does a task: «cada uno de Responsables», «Enlace de planeación»; with whom it may not be, by four eyes."""
    return f"{_doer(model, element, roles)}{f' ({apart})' if (apart := kept_out(model, element)) else ''}"


def kept_out(model: DiagramModel, element: Element) -> str:
    """With whom it may not be, by four eyes: «no quien hizo «Revisar»»; empty where anybody may."""
    others = [one.strip() for one in element.properties.get("cuatro_ojos", "").split(",") if one.strip()]
    names = [f"«{model.elements[one].name or 'un paso sin nombre'}»" for one in others if one in model.elements]
    return f"no quien hizo {' ni '.join(names)}" if names else ""


def _doer(model: DiagramModel, element: Element, roles: Mapping[str, str]) -> str:
    if element.assignee:
        return _person(model, element)
    lane = model.lanes.get(element.lane_id or "")
    if lane is not None and lane.name and element.roles in ((), (lane.role,)):
        return lane.name
    return " o ".join(_role(role, roles) for role in element.roles) or "sin responsable"


def _person(model: DiagramModel, element: Element) -> str:
    variable = element.assignee.strip("${}=# ")
    around: Element | None = element
    while around is not None:
        if around.multiple and around.element_variable == variable:
            return f"cada uno de {_datum(around.collection)}"
        around = model.elements.get(around.parent_id or "")
    return f"la persona que sea «{_datum(variable)}» en el caso"


def _role(role: str, roles: Mapping[str, str]) -> str:
    if role.startswith("${"):
        return f"el rol que diga «{_datum(role)}»"
    return roles.get(role.partition("@")[0]) or role.replace("_", " ")


def _datum(name: str) -> str:
    """A name of data in words; «-ion», which names are written with, always has its accent."""
    return _ION.sub("ión", name.strip("${}=# ").replace("_", " ")).capitalize()
