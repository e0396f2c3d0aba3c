"""The comments of a file survive what importers and editors do to it."""

from __future__ import annotations

import re

import pytest

from engine.definitions import remarks
from engine.definitions.importing import import_diagram
from tests.support.diagrams import chain, end, process, start, user

DRAWN = process("p", start(), user("a"), user("b"), end(), chain("inicio", "a", "b", "fin"))
WRITTEN = (
    DRAWN.replace(b"<bpmn:definitions", b"<!-- de la oficina --><bpmn:definitions")
    .replace(
        b'<bpmn:userTask id="b"',
        b'<!-- revisar con jur&#237;dica --><bpmn:userTask id="b"',
    )
    .replace(b"</bpmn:process>", b"<!-- al final --></bpmn:process>")
)


def comments(xml: bytes) -> list[str]:
    return re.findall(r"<!--\s*(.*?)\s*-->", xml.decode())


def test_an_import_keeps_them_where_they_stood() -> None:
    found = import_diagram(WRITTEN).xml.decode()

    assert comments(found.encode()) == comments(WRITTEN)
    assert re.search(r'jur.*?-->\s*<bpmn:userTask id="b"', found)
    assert found.index("de la oficina") < found.index("definitions")


def test_what_an_editor_left_out_is_put_back_and_nothing_twice() -> None:
    moved = DRAWN.replace(b'name="a"', b'name="otra"')

    once = remarks.kept(WRITTEN, moved)

    assert comments(once) == comments(WRITTEN)
    assert remarks.kept(WRITTEN, once) == once
    assert b'name="otra"' in once


def test_the_comment_of_an_element_that_is_gone_stays_with_what_was_around_it() -> None:
    without = process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))

    assert sorted(comments(remarks.kept(WRITTEN, without))) == sorted(comments(WRITTEN))


@pytest.mark.parametrize("xml", [DRAWN, DRAWN.replace(b'name="a"', b'name="x"')])
def test_a_drawing_without_them_is_left_as_it_is(xml: bytes) -> None:
    assert remarks.kept(DRAWN, xml) is xml
