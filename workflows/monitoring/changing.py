"""What was endorsed since a month was consolidated, entity by entity: each figure before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators.formulas import Assessment
from workflows.indicators.wording import known_words
from workflows.monitoring import figures
from workflows.monitoring.period_figures import IndicatorFigure, PeriodFigures
from workflows.spanish import magnitude, percentage


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of an entity, in words; `key` is another as soon as one of its figures is."""

    key: str
    text: str


def since_consolidated(session: Session, period: Period, now: PeriodFigures) -> list[Change]:
    """How the figures `now` differ from those of the month's last consolidation."""
    before = figures.kept(session, period)
    if before is None:
        return []
    parts: dict[str, list[str]] = {}
    for was, is_ in _changed(before, now):
        text = f"{is_.code}: {_said(was.assessment, is_.decimals)} → {_said(is_.assessment, is_.decimals)}"
        parts.setdefault(is_.entity, []).append(text)
    return [_change(entity, texts) for entity, texts in parts.items()]


def _changed(before: PeriodFigures, now: PeriodFigures) -> Iterator[tuple[IndicatorFigure, IndicatorFigure]]:
    for code, figure in now.indicators.items():
        was = before.indicators.get(code)
        if was is not None and _told(was.assessment) != _told(figure.assessment):
            yield was, figure


def _told(found: Assessment) -> tuple[object, ...]:
    return found.status, found.executed, found.compliance, found.data_month


def _said(found: Assessment, decimals: int) -> str:
    known = known_words(found.status, found.data_month)
    if found.compliance is None:
        return known or "sin cifra"
    return f"{magnitude(found.executed, decimals)} ({percentage(found.compliance)})" + (f", {known}" if known else "")


def _change(entity: str, texts: list[str]) -> Change:
    text = f"{entity}. " + "; ".join(texts)
    return Change(f"{entity}-{sha256(text.encode()).hexdigest()[:12]}", text)
