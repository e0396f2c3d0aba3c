"""Who else hears of a task that stays undone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from engine.errors import UnknownRole
from engine.identity import CandidateGroups
from notifications.recipients import OpenTask

RULE = re.compile(r"\s*\+(\d+)\s*:\s*(\w+)\s*")


def rules(text: str) -> tuple[tuple[int, str], ...]:
    """Read `+3:coordinador_pes,+5:directivo_entidad` as (working days after the deadline, role)."""
    matches = (RULE.fullmatch(part) for part in text.split(","))
    return tuple((int(match[1]), match[2]) for match in matches if match)


def escalations(
    session: Session, task: OpenTask, groups: CandidateGroups, members: Mapping[str, frozenset[str]]
) -> Iterator[tuple[int, str]]:
    """Who must hear of `task`, and how many working days after its deadline, not counting those who have it."""
    for days, role in rules(str(task.properties.get("escalar") or "")):
        for username in holding(session, role, task, groups, members) - task.recipients:
            yield days, username


def holding(
    session: Session, role: str, task: OpenTask, groups: CandidateGroups, members: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Who holds a role where the task is."""
    try:
        return members.get(groups.resolve(session, role, task.variables, task.tenant), frozenset())
    except UnknownRole:  # a role without entity in this case: nobody to tell
        return frozenset()
