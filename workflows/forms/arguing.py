"""An argument is of one verdict: what is said alike of two that differ argues neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows.errors import FieldError
from workflows.spanish import plain


def shared(given: Iterable[tuple[str, str, str]]) -> Iterator[FieldError]:
    """At each argument (its path, its verdict, its words) that stood already under another verdict."""
    known: dict[str, str] = {}
    for path, verdict, argument in given:
        words = " ".join(plain(argument).split()).rstrip(".")
        if words and known.setdefault(words, verdict) != verdict:
            yield FieldError(path, "Este argumento ya está en un juicio distinto. Diga el de este.")
