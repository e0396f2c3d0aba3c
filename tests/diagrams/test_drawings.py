"""The shipped diagrams read well on the page, and the picture drawn from each shows all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from tests.diagrams.canvas import Canvas
from tests.diagrams.geometry import BPMNDI, DC, DI, Drawing
from tests.diagrams.pictures import FOLDER
from workflows.shipped import shipped_diagrams

DIAGRAMS = {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}
MOST_ELEMENTS, WIDEST = 15, 2200
LANES = (
    "responsable_meta",
    "equipo_tecnico",
    "enlace_planeacion",
    "directivo_entidad",
    "profesional_sectorial",
    "comunicaciones",
    "coordinador_pes",
    "juridica",
    "directivo_sector",
)
"""Roles from above to below, the same on every page: whom an entity has, then whom the sector has."""
EXAMPLE = "sub_reporte_entidad"
"""The diagram whose drawing is spoiled below: one pool, three lanes, borders and loops."""


@pytest.fixture(params=sorted(DIAGRAMS))
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def drawing(key: str) -> Drawing:
    return Drawing(DIAGRAMS[key])


def test_every_element_has_a_place(drawing: Drawing) -> None:
    assert drawing.undrawn() == []


def test_shapes_lines_and_labels_stay_where_they_belong_and_keep_clear_of_each_other(drawing: Drawing) -> None:
    assert drawing.faults() == []


def test_a_page_has_few_crossings(drawing: Drawing) -> None:
    assert len(drawing.crossings()) <= 3


def test_a_level_has_few_elements(drawing: Drawing) -> None:
    assert {level: count for level, count in drawing.levels().items() if count > MOST_ELEMENTS} == {}


def test_a_page_is_not_too_wide(drawing: Drawing) -> None:
    assert drawing.width() <= WIDEST


def test_every_event_of_a_page_says_what_happens(drawing: Drawing) -> None:
    assert drawing.nameless_events() == []


def test_lanes_stand_in_the_same_order_on_every_page(drawing: Drawing) -> None:
    drawn = [role for role in drawing.lanes() if not role.startswith("$")]

    assert drawn == [role for role in LANES if role in drawn]


def test_the_picture_shows_every_pool_lane_node_and_flow_where_the_file_says(key: str, drawing: Drawing) -> None:
    assert Canvas(drawing, draw_svg(DIAGRAMS[key], {})).faults() == []


def test_the_picture_in_the_documents_is_the_one_drawn_now(key: str) -> None:
    kept = (FOLDER / f"{key}.svg").read_text(encoding="utf-8")

    assert kept == draw_svg(DIAGRAMS[key], {}), "run: python -m tests.diagrams.pictures"


def test_the_documents_have_no_picture_of_another_diagram() -> None:
    assert {picture.stem for picture in FOLDER.glob("*.svg")} == set(DIAGRAMS)


SPOILED: dict[str, tuple[Callable[[etree._Element], None], str]] = {
    "a node on another": (
        lambda root: _move(root, "validar_reporte", to="reportar_avance"),
        "reportar_avance lies over validar_reporte",
    ),
    "a node in another lane": (
        lambda root: _move(root, "avalar_reporte", dy=-_height(root, "avalar_reporte") * 2),
        "avalar_reporte lies outside carril_direccion",
    ),
    "a node beside the pool": (
        lambda root: _move(root, "inicio", dx=-400),
        "inicio lies outside sub_reporte_entidad_pool",
    ),
    "an end beside the pool": (lambda root: _move(root, "fin", dx=900), "fin lies outside sub_reporte_entidad_pool"),
    "a pool too small": (
        lambda root: _resize(root, "sub_reporte_entidad_pool", width=-200),
        "carril_direccion lies outside sub_reporte_entidad_pool",
    ),
    "a lane too small": (
        lambda root: _resize(root, "carril_direccion", width=-400),
        "fin lies outside carril_direccion",
    ),
    "a lane over the next": (
        lambda root: _resize(root, "carril_enlace", height=60),
        "carril_enlace lies over carril_direccion",
    ),
    "a flow that ends in the air": (
        lambda root: _corner(root, -1).set("x", str(float(_corner(root, -1).get("x", 0)) - 25)),
        "reporte_avalado__fin does not reach fin",
    ),
    "a flow around the pool": (
        lambda root: _corner(root, 1).set("y", "5000"),
        "reporte_avalado__fin leaves sub_reporte_entidad_pool",
    ),
    "a label beside the pool": (
        lambda root: _label(root).set("y", "5000"),
        "lies outside sub_reporte_entidad_pool",
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_drawing_is_found(how: str) -> None:
    spoil, fault = SPOILED[how]

    found = Drawing(_spoiled(spoil)).faults()

    assert any(fault in one for one in found), found


@pytest.mark.parametrize("missing", ["sub_reporte_entidad_pool", "carril_enlace", "validar_reporte"])
def test_an_element_without_its_shape_is_found(missing: str) -> None:
    xml = _spoiled(lambda root: _remove(_shape(root, missing)))

    assert Drawing(xml).undrawn() == [missing]


@pytest.mark.parametrize("missing", ["sub_reporte_entidad_pool", "carril_enlace", "validar_reporte", "fin"])
def test_a_picture_that_leaves_something_out_is_found(missing: str) -> None:
    picture = etree.fromstring(draw_svg(DIAGRAMS[EXAMPLE], {}))
    _remove(picture.find(f"*[@data-element='{missing}']"))

    (fault,) = Canvas(Drawing(DIAGRAMS[EXAMPLE]), etree.tostring(picture, encoding="unicode")).faults()

    assert fault.endswith(f" {missing} is not drawn")


def test_a_picture_that_shows_something_elsewhere_or_cuts_it_off_is_found() -> None:
    drawing, picture = Drawing(DIAGRAMS[EXAMPLE]), etree.fromstring(draw_svg(DIAGRAMS[EXAMPLE], {}))
    pool = picture.find("*[@data-element='sub_reporte_entidad_pool']/{*}rect")
    x, y, width, height = picture.get("viewBox").split()
    picture.set("viewBox", f"{x} {y} {float(width) / 2} {height}")
    pool.set("width", "300")

    faults = Canvas(drawing, etree.tostring(picture, encoding="unicode")).faults()

    assert "sub_reporte_entidad_pool is drawn somewhere else" in faults
    assert {"fin is off the canvas", "reporte_avalado__fin is off the canvas"} <= set(faults)


def _spoiled(spoil: Callable[[etree._Element], None]) -> bytes:
    root = etree.fromstring(DIAGRAMS[EXAMPLE])
    spoil(root)
    return etree.tostring(root)


def _shape(root: etree._Element, element: str) -> etree._Element:
    return next(one for one in root.iter(f"{BPMNDI}BPMNShape") if one.get("bpmnElement") == element)


def _bounds(root: etree._Element, element: str) -> etree._Element:
    return _shape(root, element).find(f"{DC}Bounds")


def _height(root: etree._Element, element: str) -> float:
    return float(_bounds(root, element).get("height", 0))


def _move(root: etree._Element, element: str, *, to: str = "", dx: float = 0, dy: float = 0) -> None:
    bounds, start = _bounds(root, element), _bounds(root, to or element)
    bounds.set("x", str(float(start.get("x", 0)) + dx))
    bounds.set("y", str(float(start.get("y", 0)) + dy))


def _resize(root: etree._Element, element: str, *, width: float = 0, height: float = 0) -> None:
    bounds = _bounds(root, element)
    bounds.set("width", str(float(bounds.get("width", 0)) + width))
    bounds.set("height", str(float(bounds.get("height", 0)) + height))


def _corner(root: etree._Element, place: int) -> etree._Element:
    edge = next(one for one in root.iter(f"{BPMNDI}BPMNEdge") if one.get("bpmnElement") == "reporte_avalado__fin")
    return edge.findall(f"{DI}waypoint")[place]


def _label(root: etree._Element) -> etree._Element:
    return next(root.iterfind(f".//{BPMNDI}BPMNLabel/{DC}Bounds"))


def _remove(element: etree._Element) -> None:
    element.getparent().remove(element)
