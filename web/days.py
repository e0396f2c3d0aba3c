"""Days as people and browsers write them."""

from __future__ import annotations

import datetime as dt
import re

_OURS = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*")


def typed_day(text: str) -> dt.date | None:
    """`2026-11-09` (a browser's own field) or `9/11/2026` (ours, or typed); None for what is no day."""
    ours = _OURS.fullmatch(text)
    try:
        return dt.date(int(ours[3]), int(ours[2]), int(ours[1])) if ours else dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
