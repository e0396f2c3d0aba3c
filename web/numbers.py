"""Numbers that come in addresses and forms."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**63 - 1
"""What a column of ids holds; no database compares with more."""


class RowId(IntegerConverter):
    """The `int` of our addresses: what is larger than any id is the largest, which nothing has.

    A bound would make of it no address, and of one that others write to a wrong method.
    """

    def to_python(self, value: str) -> int:
        """The number, as one that a database can be asked for."""
        digits = value.lstrip("0") or "0"
        fits = len(digits) <= len(str(LARGEST_ID))
        return int(super().to_python(digits)) if fits and int(digits) <= LARGEST_ID else LARGEST_ID


def row_id(text: str) -> int:
    """An id or a revision that was sent, the `type` of `request.args.get`. Raises `ValueError`: it counts as absent."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST_ID)) or int(text) > LARGEST_ID:
        raise ValueError(text)
    return int(text)
