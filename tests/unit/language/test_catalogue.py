from __future__ import annotations

from docs import catalogue
from engine.definitions.elements import CATALOGUE, EVENTS
from engine.definitions.reading import NODES


def test_every_node_that_is_read_is_in_the_catalogue() -> None:
    assert set(CATALOGUE) == set(NODES)
    assert {event for kind in CATALOGUE.values() for event in kind.events} <= set(EVENTS)


def test_the_page_of_elements_is_the_one_that_the_code_writes() -> None:
    written = {path: (catalogue.FOLDER / path).read_text(encoding="utf-8") for path in catalogue.pages()}
    stale = [path for path, text in catalogue.pages().items() if written[path] != text]

    assert stale == [], "run: python -m docs.catalogue"
