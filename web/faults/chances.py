"""Chance that can be had again."""

from __future__ import annotations

from random import Random


def of(*about: object) -> Random:
    """A stream of chances of its own for what it is about: the same seed gives the same one on every machine."""
    return Random("/".join(map(str, about)))  # noqa: S311  nobody is to guess nothing here
