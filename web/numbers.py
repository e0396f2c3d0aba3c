"""Numbers that come in addresses and forms."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1
"""What a column of ids holds; no database compares with more."""


class RowId(IntegerConverter):
    """The `int` of our addresses: what cannot be an id is no address of ours."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        """Bound it, unless the rule says its own bound."""
        super().__init__(map, *args, **{"max": LARGEST_ID, **options})


def row_id(text: str) -> int:
    """An id or a revision that was sent, the `type` of `request.args.get`. Raises `ValueError`: it counts as absent."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST_ID)) or int(text) > LARGEST_ID:
        raise ValueError(text)
    return int(text)
