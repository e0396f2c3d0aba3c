"""How two ranges stand to each other, or a point and a range: the functions of DMN 1.3, 10.3.2.7.

A point is the closed range of itself alone, so that one rule serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.decisions.values import Interval, compare

Relation = Callable[[Interval, Interval], bool]


class _Unlike(Exception):
    """Two ends can't be compared."""


def _is(sign: str, left: Any, right: Any) -> bool:
    found = compare(sign, left, right)
    if found is None:
        raise _Unlike
    return found


def _before(a: Interval, b: Interval) -> bool:
    return _is("<", a.high, b.low) or (_is("=", a.high, b.low) and not (a.with_high and b.with_low))


def _meets(a: Interval, b: Interval) -> bool:
    return a.with_high and b.with_low and _is("=", a.high, b.low)


def _overlaps(a: Interval, b: Interval) -> bool:
    return not _before(a, b) and not _before(b, a)


def _begins_first(a: Interval, b: Interval) -> bool:
    return _is("<", a.low, b.low) or (_is("=", a.low, b.low) and a.with_low and not b.with_low)


def _ends_no_later(a: Interval, b: Interval) -> bool:
    return _is("<", a.high, b.high) or (_is("=", a.high, b.high) and (not a.with_high or b.with_high))


def _begins_no_earlier(a: Interval, b: Interval) -> bool:
    return _is(">", a.low, b.low) or (_is("=", a.low, b.low) and (not a.with_low or b.with_low))


def _overlaps_before(a: Interval, b: Interval) -> bool:
    return _begins_first(a, b) and not _before(a, b) and _ends_no_later(a, b)


def _finishes(a: Interval, b: Interval) -> bool:
    return a.with_high == b.with_high and _is("=", a.high, b.high) and _begins_no_earlier(a, b)


def _during(a: Interval, b: Interval) -> bool:
    return _begins_no_earlier(a, b) and _ends_no_later(a, b)


def _starts(a: Interval, b: Interval) -> bool:
    return a.with_low == b.with_low and _is("=", a.low, b.low) and _ends_no_later(a, b)


def _coincides(a: Interval, b: Interval) -> bool:
    same = (a.with_low, a.with_high) == (b.with_low, b.with_high)
    return same and _is("=", a.low, b.low) and _is("=", a.high, b.high)


def _reversed(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


def _asked(relation: Relation) -> Callable[[Any, Any], bool | None]:
    """Of whatever is given; null where it can't be compared."""

    def run(left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        try:
            return relation(_range(left), _range(right))
        except _Unlike:
            return None

    return run


def _range(value: Any) -> Interval:
    return value if isinstance(value, Interval) else Interval(value, value, with_low=True, with_high=True)


RELATIONS: Mapping[str, Callable[[Any, Any], bool | None]] = {
    "before": _asked(_before),
    "after": _asked(_reversed(_before)),
    "meets": _asked(_meets),
    "met by": _asked(_reversed(_meets)),
    "overlaps": _asked(_overlaps),
    "overlaps before": _asked(_overlaps_before),
    "overlaps after": _asked(_reversed(_overlaps_before)),
    "finishes": _asked(_finishes),
    "finished by": _asked(_reversed(_finishes)),
    "includes": _asked(_reversed(_during)),
    "during": _asked(_during),
    "starts": _asked(_starts),
    "started by": _asked(_reversed(_starts)),
    "coincides": _asked(_coincides),
}
"""By FEEL's names."""
