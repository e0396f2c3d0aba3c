"""The first page of a report: what changed, what is red and why, who did not report, how much is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.documents.rendering import Highlight
from workflows.indicators.states import Color
from workflows.reports.contents import BottleneckLine, ChangeLine, IndicatorLine, Report, SilentLine
from workflows.spanish import enumeration, percentage

MOST = 8
"""So many lines of a part are said; of the rest, how many there are."""

LONGEST_REASON = 220


@dataclass(frozen=True, slots=True)
class Change:
    """An indicator whose light is another than at the cut-off before."""

    code: str
    name: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Red:
    """An indicator in red, and what its responsible says of it."""

    code: str
    name: str
    entity: str
    compliance: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """What of a month its first page tells: coverage and opportunity are those of the whole plan."""

    indicators: Sequence[IndicatorLine]
    bottlenecks: Sequence[BottleneckLine]
    changes: Sequence[ChangeLine]
    changed_since: str
    silent: Sequence[SilentLine]
    coverage: Decimal | None
    opportunity: Decimal | None


def of_month(report: Report) -> tuple[Highlight, ...]:
    """The first page of a monthly report."""
    plan = report.plan
    return of_told(
        Told(
            report.indicators, report.bottlenecks, report.changes, report.changed_since, report.silent,
            plan.coverage, plan.opportunity,
        )
    )  # fmt: skip


def of_told(told: Told) -> tuple[Highlight, ...]:
    """The same, for who shows that page and not the report behind it."""
    causes = {one.indicator: one.cause for one in told.bottlenecks if one.cause}  # what the meeting found behind it
    red = [
        Red(one.code, one.name, one.entity, percentage(one.compliance), _why(one, causes))
        for one in told.indicators
        if one.light.color == Color.RED
    ]
    changes = [Change(one.code, one.name, one.before.word, one.now.word) for one in told.changes]
    known = () if told.coverage is None else (known_of(percentage(told.coverage), percentage(told.opportunity)),)
    return page(changes, red, silent_words(told.silent), known, since=told.changed_since)


def _why(one: IndicatorLine, causes: Mapping[str, str]) -> str:
    """Why it is in red, as the board says it: what the meeting found, why it is behind, or what was difficult."""
    return causes.get(one.code, "") or one.justification or one.difficulties


def page(
    changes: Sequence[Change], red: Sequence[Red], silent: Sequence[str], known: Sequence[str], *, since: str
) -> tuple[Highlight, ...]:
    """The four parts, each with something to read: nothing is left for the reader to guess."""
    before = f"Qué cambió desde {since}" if since else "Qué cambió"
    nothing = "Ningún indicador cambió de color." if since else "No hay un corte anterior con el que comparar."
    return (
        Highlight(before, _few([_change(one) for one in changes], "indicadores más cambiaron") or (nothing,)),
        Highlight("Qué está en rojo y por qué", _few([_red(one) for one in red], "más en rojo") or ("Nada.",)),
        Highlight("Quién no reportó", _few(silent, "más") or ("Todo lo que debía traer dato lo trajo.",)),
        Highlight("Cuánto se sabe", tuple(known) or ("En estos cortes no se medía cuánto se sabe.",)),
    )


def known_of(coverage: str, opportunity: str) -> str:
    """A sentence on how much stands behind the figures."""
    return f"Se conoce el {coverage} del peso de lo exigible; el {opportunity} llegó a tiempo."


def silent_words(lines: Iterable[SilentLine]) -> list[str]:
    """Who did not report what, an entity a line."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.entity, []).append(line.indicator)
    return [f"{entity}: {enumeration(codes)}." for entity, codes in found.items()]


def _few(lines: Sequence[str], rest: str) -> tuple[str, ...]:
    left = len(lines) - MOST
    return (*lines[:MOST], *([f"Y {left} {rest}."] if left > 0 else []))


def _change(one: Change) -> str:
    return f"{one.code} {one.name}: de «{one.before}» a «{one.now}»."


def _red(one: Red) -> str:
    why = " ".join(one.why.split())
    cut = why if len(why) <= LONGEST_REASON else why[:LONGEST_REASON].rsplit(" ", 1)[0] + "…"
    return f"{one.code} {one.name} ({one.entity}), {one.compliance}. {cut or 'Ese mes, quien reporta no dijo por qué.'}"
