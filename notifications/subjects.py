"""The subject of a digest: the state, what, by when, how many more, in as many letters as a phone shows."""

from __future__ import annotations

import datetime as dt

from notifications.clipping import LONGEST, clipped
from notifications.contents import Digest, Item
from workflows.spanish import MONTHS, WEEKDAYS

NEAR = dt.timedelta(days=6)
"""Within a week a day is told by its name."""


def subject(digest: Digest, today: dt.date) -> str:
    """What is most urgent, so that who reads no more than this knows what to do and by when."""
    (before, what, after), count = _first(digest, today)
    more = count - 1
    tail = f" (y {more} más)" if more > 0 else ""
    room = LONGEST - len(before) - len(after) - len(tail)
    return before + clipped(what, room) + after + tail


def _first(digest: Digest, today: dt.date) -> tuple[tuple[str, str, str], int]:
    """What stands before, in and after the part that may be cut, and how many things there are in all."""
    mine, notes = digest.items(), digest.notes
    others = [*digest.escalated, *digest.without_people]
    count = len(mine) + len(notes) + len(digest.helping) + len(digest.promised) + len(others) + len(digest.incidents)
    if mine and (digest.returned or not notes or mine[0].is_late or mine[0].is_near):
        return _own(digest, today), count
    if notes:
        return ("", notes[0].subject, ""), count
    if digest.helping or digest.promised or others or digest.incidents:
        return _beside_tasks(digest), count
    week = digest.weeks[0]
    return (f"La semana en {week.whose}: ", week.sentence, ""), 1


def _beside_tasks(digest: Digest) -> tuple[str, str, str]:
    if digest.helping:
        return "Le piden ayuda: ", _named(digest.helping[0]), f": {digest.helping[0].when}"
    if digest.promised:
        return "Su compromiso: ", digest.promised[0].text, f": {digest.promised[0].when}"
    if digest.without_people:
        return "Sin quien la haga: ", _named(digest.without_people[0]), ""
    if digest.escalated:
        return "De otra persona, vencida: ", _named(digest.escalated[0]), ""
    return "Falló: ", digest.incidents[0].text, ""


def _own(digest: Digest, today: dt.date) -> tuple[str, str, str]:
    if digest.returned:
        return "Devuelto: ", _named(digest.returned[0]), ""
    if digest.overdue:
        worst = max(digest.overdue, key=_lateness)
        days = _lateness(worst)
        return f"Vencida hace {days} día{'s' if days != 1 else ''}: ", _named(worst), ""
    dated = [one for one in [*digest.due_soon, *digest.new] if one.due_on is not None]
    if not dated:
        return "Nueva: ", _named(digest.new[0]), ""
    first = min(dated, key=lambda one: one.due_on or today)
    if first.due_on == today:
        return "Vence hoy: ", _named(first), ""
    return "", _named(first), f": vence el {_day(first.due_on or today, today)}"


def _lateness(item: Item) -> int:
    return item.far.today if item.far is not None else 0


def _named(item: Item) -> str:
    return f"{item.title} · {item.task.entity}" if item.task.entity else item.title


def _day(day: dt.date, today: dt.date) -> str:
    if day - today <= NEAR:
        return f"{WEEKDAYS[day.weekday()]} {day.day}"
    return f"{day.day} de {MONTHS[day.month - 1]}"
