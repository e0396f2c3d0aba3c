"""When a step is reminded of, and who else hears that it is overdue, as people say what a diagram writes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.enumerating import enumerated

_OFFSET = re.compile(r"[+-]?\d{1,3}")
_ESCALATION = re.compile(r"\+(\d+)\s*:\s*(\w+)")


def say_reminders(written: str) -> str:
    """`-3,-1,0,+1` as «3 y 1 días hábiles antes, el día que vence y 1 día hábil después»; anything else as written."""
    days = [one.strip() for one in written.split(",") if one.strip()]
    if not days or not all(_OFFSET.fullmatch(one) for one in days):
        return written
    offsets = sorted({int(one) for one in days})
    before, after = [-one for one in offsets if one < 0], [one for one in offsets if one > 0]
    return enumerated([
        *([f"{_days(before)} antes"] if before else []),
        *(["el día que vence"] if 0 in offsets else []),
        *([f"{_days(after)} después"] if after else []),
    ])  # fmt: skip


def say_escalations(written: str, roles: Mapping[str, str]) -> str:
    """`+1:coordinador_pes` as «a 1 día hábil de vencida, a «Coordinación»»; anything else as written."""
    steps = [_ESCALATION.fullmatch(one.strip()) for one in written.split(",") if one.strip()]
    if not steps or None in steps:
        return written
    return "; ".join(f"a {_days([int(one[1])])} de vencida, a «{roles.get(one[2]) or one[2]}»" for one in steps if one)


def _days(counts: Sequence[int]) -> str:
    return f"{enumerated([str(one) for one in counts])} {'día hábil' if list(counts) == [1] else 'días hábiles'}"
