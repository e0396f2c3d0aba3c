from __future__ import annotations

import io
import re

import pytest
from lxml import etree
from PIL import Image

from workflows.documents import charts, fonts
from workflows.documents.pictures import png_of

LONG = "Consolidar la participación incidente de las organizaciones sociales en los asuntos públicos del territorio"


def bar(name: str = "L1", value: float | None = 50.0, label: str = "50,0 %", color: str = "verde") -> dict[str, object]:
    return {"name": name, "value": value, "label": label, "color": color}


def month(code: str, value: float) -> dict[str, object]:
    return {"month": code, "value": value, "label": f"{value} %"}


def tree(chart: charts.Chart) -> etree._Element:
    return etree.fromstring(charts.drawn(chart).encode())


def found(chart: charts.Chart, name: str) -> list[etree._Element]:
    return list(tree(chart).iter(f"{{http://www.w3.org/2000/svg}}{name}"))


def words(chart: charts.Chart) -> list[str]:
    return [one.text or "" for one in found(chart, "text") if one.get("aria-hidden") is None]


def test_a_bar_is_as_long_as_its_figure_from_zero() -> None:
    half, whole = (float(found(charts.bars("", [bar(value=value)]), "rect")[1].get("width")) for value in (50.0, 100.0))
    assert whole == pytest.approx(2 * half, abs=0.2)


def test_what_nobody_knows_has_no_bar_and_says_so() -> None:
    chart = charts.bars("", [bar(value=None, label="sin dato", color="gris")])
    assert len(found(chart, "rect")) == 1  # the paper
    assert "sin dato" in words(chart)


def test_more_than_a_hundred_stands_inside_the_axis() -> None:
    chart = charts.bars("", [bar(value=130.2, label="130,2 %", color="naranja")])
    assert "140 %" in words(chart)
    _paper, drawn = found(chart, "rect")
    assert float(drawn.get("x")) + float(drawn.get("width")) + fonts.width_of("130,2 %") * charts.LETTERS < charts.WIDE


@pytest.mark.parametrize("name", [f"O1 {LONG}", "a" * 200, "中" * 90, "O1 & <b>" + LONG])
def test_a_name_takes_more_lines_and_never_leaves_the_drawing(name: str) -> None:
    chart = charts.bars("", [bar(name)])
    lines = [one for one in found(chart, "text") if one.get("text-anchor") == "end"]
    assert 1 < len(lines) <= charts.MOST_LINES
    assert all(float(one.get("x")) >= fonts.width_of(one.text or "") * charts.LETTERS - 0.1 for one in lines)


def test_a_name_that_four_lines_do_not_hold_says_that_there_is_more() -> None:
    assert [one for one in words(charts.bars("", [bar(f"{LONG}. {LONG}")])) if one.endswith("…")]


def test_months_stand_where_their_time_is_and_a_gap_breaks_the_line() -> None:
    chart = charts.course("", [month("2018-01", 40), month("2018-02", 50), month("2018-05", 60)])
    first, second, third = (float(one.get("cx")) for one in found(chart, "circle"))
    assert third - second == pytest.approx(3 * (second - first), abs=0.2)
    assert [len((one.get("points") or "").split()) for one in found(chart, "polyline")] == [2, 1]


def test_the_axis_of_a_course_begins_at_zero() -> None:
    chart = charts.course("", [month("2018-01", 96), month("2018-02", 98)])
    assert "0 %" in words(chart)
    heights = {one.text: float(one.get("y")) for one in found(chart, "text") if one.get("text-anchor") == "end"}
    low, high = heights["0 %"] - 4, heights["100 %"] - 4
    assert float(found(chart, "circle")[0].get("cy")) == pytest.approx(low - 0.96 * (low - high), abs=0.2)


def test_four_years_of_months_have_as_many_figures_as_there_is_room_for_the_last_among_them() -> None:
    months = [month(f"{2017 + at // 12}-{at % 12 + 1:02}", 50) for at in range(48)]
    told = [one for one in words(charts.course("", months)) if re.fullmatch("[a-z]{3} [0-9]{2}", one)]
    assert told[-1] == "dic 20"
    assert 8 < len(told) < 20


def test_each_light_is_told_by_its_number_and_its_word() -> None:
    chart = charts.stacks("", [{"name": "A", "counts": {"verde": 14, "rojo": 3}}])
    assert {"3", "14", "En rojo", "En verde"} < set(words(chart))
    assert chart["told"] == "Barras apiladas. A: 3 en rojo y 14 en verde."


@pytest.mark.parametrize("kind", [charts.bars, charts.course, charts.stacks])
def test_a_chart_of_nothing_is_drawn(kind: object) -> None:
    assert png_of(charts.drawn(kind("", [])))  # type: ignore[operator]


def test_a_drawing_becomes_a_picture_of_twice_its_size_in_our_own_letters() -> None:
    chart = charts.bars("", [bar("L1 Gestión")])
    picture = Image.open(io.BytesIO(png_of(charts.drawn(chart))))
    assert picture.width == 2 * charts.WIDE
    names = picture.convert("L").crop((0, 0, 120, 60))
    assert names.getextrema()[0] < 60  # ink of the letters
