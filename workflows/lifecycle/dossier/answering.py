"""Where a plan answers each row of the guide: the records that are there, and those that are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from workflows.lifecycle.dossier import reading
from workflows.lifecycle.dossier.execution import MEETINGS
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState


@dataclass(frozen=True, slots=True)
class Wanted:
    """Records that answer a row: of a kind; of meetings, those of a type and with a part of their subject."""

    kind: str
    meeting: str = ""
    topic: str = ""

    @property
    def title(self) -> str:
        """As people call them."""
        if not self.meeting:
            return reading.KINDS[self.kind].title
        about = f" sobre «{self.topic}»" if self.topic else ""
        return f"Actas de {reading.spoken(self.meeting)}{about}"

    def address(self, plan_code: str) -> str:
        """The page where they are."""
        asked = urlencode({key: value for key, value in (("tipo", self.meeting), ("q", self.topic)) if value})
        return f"/plan/{plan_code}/registros/{self.kind}{f'?{asked}' if asked else ''}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is of a row in a plan, and what there is not."""

    there: Sequence[Wanted]
    missing: Sequence[Wanted]

    @property
    def is_found(self) -> bool:
        """Whether each of its records is there and not empty."""
        return bool(self.there) and not self.missing


def of_plan(session: Session, plan_code: str) -> dict[str, Answer]:
    """Each row of the guide, by its id: in two statements."""
    counts = reading.counts(session, plan_code)
    query = sa.select(Meeting.kind, Meeting.topic).where(
        Meeting.plan_code == plan_code, Meeting.state == MeetingState.APPROVED
    )
    held = [(kind, topic) for kind, topic in session.execute(query)]
    answers = {}
    for row, wanted in _wanted().items():
        there = [one for one in wanted if _is_there(one, counts, held)]
        answers[row] = Answer(there, [one for one in wanted if one not in there])
    return answers


def _is_there(one: Wanted, counts: Mapping[str, int], held: Sequence[tuple[str, str]]) -> bool:
    if not one.meeting:
        return counts.get(one.kind, 0) > 0
    return any(kind == one.meeting and one.topic.casefold() in topic.casefold() for kind, topic in held)


@cache
def _wanted() -> Mapping[str, tuple[Wanted, ...]]:
    text = resources.files("workflows").joinpath("guide_records.yaml").read_text(encoding="utf-8")
    return {row: tuple(_read(one) for one in listed) for row, listed in yaml.safe_load(text).items()}


def _read(one: Any) -> Wanted:
    if isinstance(one, str):
        return Wanted(reading.KINDS[one].key)
    return Wanted(MEETINGS.key, one["mesas"], one.get("tema", ""))
