"""The shipped diagrams read well on the page."""

from __future__ import annotations

import pytest

from engine.definitions.reading import read_diagram
from tests.diagrams.geometry import Drawing
from tests.diagrams.pictures import FOLDER
from workflows.shipped import shipped_diagrams

DIAGRAMS = {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}


@pytest.fixture(params=sorted(DIAGRAMS))
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return Drawing(DIAGRAMS[request.param])


def test_every_element_has_a_place(drawing: Drawing) -> None:
    assert drawing.undrawn() == []


def test_shapes_lines_and_labels_keep_clear_of_each_other(drawing: Drawing) -> None:
    assert drawing.faults() == []


def test_a_page_has_few_crossings(drawing: Drawing) -> None:
    assert len(drawing.crossings()) <= 3


def test_a_shape_moved_onto_another_is_found() -> None:
    xml = DIAGRAMS["sub_mesa"]
    broken = Drawing(_moved(xml, "convocar", to="enviar_convocatoria"))

    assert any("lies over" in fault for fault in broken.faults())


def _moved(xml: bytes, element: str, *, to: str) -> bytes:
    places = {shape.owner: shape for shape in Drawing(xml).shapes}
    old, new = places[element], places[to]
    return xml.replace(
        f'<dc:Bounds x="{old.x:g}" y="{old.y:g}"'.encode(), f'<dc:Bounds x="{new.x + 5:g}" y="{new.y:g}"'.encode(), 1
    )


def test_every_diagram_has_its_picture_in_the_documents() -> None:
    assert {picture.stem for picture in FOLDER.glob("*.svg")} == set(DIAGRAMS)
