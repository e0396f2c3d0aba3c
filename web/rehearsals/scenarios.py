"""What is kept of a rehearsal, and what a replay of it differs in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.rehearsals.order import Told


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a replay went: what differs from what was expected, in sentences; `stuck`: it no longer comes to its end."""

    name: str
    differences: Sequence[str]
    stuck: bool

    @property
    def is_same(self) -> bool:
        """Whether all is as it was kept."""
        return not self.differences and not self.stuck


def expected(told: Told) -> dict[str, Any]:
    """What is kept of a rehearsal: its way, decisions and deadlines, how long it took, how many mails left, its end."""
    return {
        "path": list(told.path),
        "decisions": {question: list(answers) for question, answers in told.decisions.items()},
        "working_days": told.working_days,
        "mails": len(told.mails),
        "ended": told.ended,
        "deadlines": {task: list(days) for task, days in told.deadlines.items()},
    }


def judge(name: str, kept: Mapping[str, Any], told: Told) -> Verdict:
    """What a replay differs in."""
    stuck = bool(told.stopped) or (kept["ended"] and not told.ended)
    found = (find(kept, told) for find in (_end, _path, _decisions, _deadlines, _measures))
    return Verdict(name, [sentence for sentences in found for sentence in sentences], stuck)


def _end(kept: Mapping[str, Any], told: Told) -> Iterator[str]:
    if told.stopped:
        yield f"Se detuvo: {told.stopped}"
    elif kept["ended"] and not told.ended:
        waits = f" {told.waits[0]}" if told.waits else ""
        yield f"Antes terminaba, y ahora no.{waits}"
    elif told.ended and not kept["ended"]:
        yield "Antes no terminaba, y ahora sí."


def _path(kept: Mapping[str, Any], told: Told) -> Iterator[str]:
    before, now = Counter(kept["path"]), Counter(told.path)
    for name in dict.fromkeys([*kept["path"], *told.path]):
        if not now[name]:
            yield f"Ya no pasa por «{name}»."
        elif not before[name]:
            yield f"Ahora pasa por «{name}»."
        elif before[name] != now[name]:
            yield f"Por «{name}» pasaba {_times(before[name])}, y ahora {_times(now[name])}."


def _times(count: int) -> str:
    return "una vez" if count == 1 else f"{count} veces"


def _decisions(kept: Mapping[str, Any], told: Told) -> Iterator[str]:
    for question, answers in told.decisions.items():
        before = kept["decisions"].get(question)
        if before is not None and list(before) != list(answers):
            yield f"{question}: antes {', '.join(before)}; ahora {', '.join(answers)}."


def _deadlines(kept: Mapping[str, Any], told: Told) -> Iterator[str]:
    for task, days in told.deadlines.items():
        before = kept.get("deadlines", {}).get(task)  # what was kept before deadlines were says nothing of them
        if before and list(before) != list(days):
            yield f"«{task}» tenía {_given(before)} de plazo; ahora, {_given(days)}."


def _given(days: Sequence[int]) -> str:
    least, most = min(days), max(days)
    return _days(least) if least == most else f"de {least} a {_days(most)}"


def _measures(kept: Mapping[str, Any], told: Told) -> Iterator[str]:
    if kept["working_days"] != told.working_days:
        yield f"Duraba {_days(kept['working_days'])}; ahora, {_days(told.working_days)}."
    if kept["mails"] != len(told.mails):
        yield f"Salían {kept['mails']} correos; ahora, {len(told.mails)}."


def _days(count: int) -> str:
    return "1 día hábil" if count == 1 else f"{count} días hábiles"
