"""Taking over into a variant of a form what the shared one changed since."""

from __future__ import annotations

from typing import Any

import orjson

from engine.definitions.merging import Merged
from workflows.forms.merging import merge


def form(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "id": "f", "components": list(fields)}


def field(key: str, label: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": label or key, **more}


def merged(base: dict[str, Any], shared: dict[str, Any], own: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    found: Merged = merge(*(orjson.dumps(one) for one in (base, shared, own)))
    return orjson.loads(found.content), found.kept


def test_a_field_of_each_stands_after_what_it_followed() -> None:
    base = form(field("a"), field("b"))

    result, kept = merged(base, form(field("a"), field("nuevo"), field("b")), form(field("a"), field("b"), field("z")))

    assert [one["key"] for one in result["components"]] == ["a", "nuevo", "b", "z"]
    assert kept == ()


def test_each_thing_that_a_field_says_is_taken_from_who_changed_it() -> None:
    base, shared, own = form(field("a")), form(field("a", "Compartida")), form(field("a", description="Nuestra ayuda"))

    result, kept = merged(base, shared, own)

    assert result == form(field("a", "Compartida", description="Nuestra ayuda"))
    assert kept == ()


def test_what_both_changed_stays_as_the_variant_has_it_and_is_told() -> None:
    result, kept = merged(form(field("a")), form(field("a", "Compartida")), form(field("a", "Propia")))

    assert result == form(field("a", "Propia"))
    assert kept == ("a",)


def test_a_column_of_a_table_is_told_with_its_table() -> None:
    base, shared, own = (
        form({"type": "dynamiclist", "key": "lista", "components": [field("c", label)]}) for label in ("1", "2", "3")
    )

    _result, kept = merged(base, shared, own)

    assert kept == ("lista.c",)


def test_a_field_that_the_shared_one_took_out_goes_unless_the_variant_changed_it() -> None:
    base, shared = form(field("a"), field("b")), form(field("a"))

    assert merged(base, shared, base) == (shared, ())
    assert merged(base, shared, form(field("a"), field("b", "Propia")))[1] == ("b",)
