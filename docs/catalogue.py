"""Writes docs/elements.md and a picture of each element, from the catalogue that the linter enforces.

Run it after a change of `engine/definitions/elements.py`:  python -m docs.catalogue
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import etree

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.drawing.geometry import Box, Shape
from engine.definitions.drawing.paper import Paper
from engine.definitions.drawing.shapes import ShapeArtist
from engine.definitions.elements import CATALOGUE, EVENTS, OPENING, Kind, kind_name, refusal

FOLDER = Path(__file__).parent
HEAD = """# Qué se puede dibujar

Estos son los elementos de BPMN 2.0 que Cauce ejecuta. Lo que no está aquí se rechaza al publicar, con el nombre
del elemento y qué dibujar en su lugar; nunca falla después, con el proceso en curso.

*(Página generada por `python -m docs.catalogue` del mismo código que revisa los diagramas: no la edite a mano.)*
"""
SIZES = {"Event": (36.0, 36.0), "Gateway": (50.0, 50.0)}


def pages() -> dict[str, str]:
    """Every file by its path under docs/."""
    drawn = {f"elements/{_file(element)}": _picture(element) for kind in CATALOGUE.values() for element in _of(kind)}
    return {"elements.md": _table(), **drawn}


def _of(kind: Kind) -> list[Element]:
    """The element of that kind, or one for each event it may be."""
    if kind.tag == "subProcess":
        plain = Element(id=kind.tag, kind=kind.tag)
        return [plain, replace(plain, triggered_by_event=True)]
    events = [event for event in EVENTS if event in kind.events] or [""]
    return [Element(id=kind.tag, kind=kind.tag, event=event) for event in events]


def _file(element: Element) -> str:
    what = element.event or ("event" if element.triggered_by_event else "")
    return f"{element.kind}{f'-{what}' if what else ''}.svg"


def _picture(element: Element) -> str:
    width, height = next((size for end, size in SIZES.items() if element.kind.endswith(end)), (100.0, 80.0))
    paper = Paper(Box(-4, -4, width + 8, height + 8), {})
    paper.describe(kind_name(element), "")
    model = DiagramModel("", "", "", True, {element.id: element}, {}, {})
    ShapeArtist(paper, model).draw(element.id, Shape(Box(0, 0, width, height), expanded=False), element.kind, "")
    return etree.tostring(paper.root, encoding="unicode") + "\n"


def _table() -> str:
    runs = [element for kind in CATALOGUE.values() for element in _of(kind) if not refusal(element)]
    refused = [kind for kind in CATALOGUE.values() if kind.refusal]
    lines = [HEAD, "| Dibujo | Nombre | En BPMN |", "|---|---|---|"]
    lines += [_row(kind_name(e), _file(e), f"`{e.kind}` {_remark(e)}") for e in runs]
    lines += ["", "## Qué no, y qué dibujar en su lugar", "", "| Dibujo | Nombre | En su lugar |", "|---|---|---|"]
    lines += [_row(kind.name, f"{kind.tag}.svg", kind.refusal) for kind in refused]
    return "\n".join([*lines, ""])


def _remark(element: Element) -> str:
    """What the tag alone doesn't say."""
    if element.triggered_by_event:
        return "`triggeredByEvent`; sin flechas: comienza cuando ocurre el evento de su inicio"
    if element.kind == "startEvent" and element.event not in OPENING:
        return f"{element.event}; solo como inicio de un subproceso de evento"
    return element.event


def _row(name: str, file: str, remark: str) -> str:
    return f"| ![{name}](elements/{file}) | {name.capitalize()} | {remark} |"


def main() -> None:
    """Write the files."""
    for path, text in pages().items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
