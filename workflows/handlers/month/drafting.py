"""What a meeting begins with: an agenda of what is open and in red, and minutes that tell the facts known that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators.alerts import OPPORTUNITY
from workflows.indicators.wording import level_word
from workflows.meetings import commitments
from workflows.meetings.convening import FOLLOW_UP
from workflows.meetings.models import Commitment, Meeting
from workflows.monitoring import alerts, figures
from workflows.people.models import Person
from workflows.recovery import reds
from workflows.recovery.reds import Red
from workflows.spanish import long_day, month_name, percentage

OF_THE_PLAN = "reunion"
"""The kind of a meeting that whoever coordinates calls by hand."""
FOLLOWING = (FOLLOW_UP, OF_THE_PLAN)
"""Kinds of meeting that take up what was promised and what is in red."""
MOST = 8
"""Points of one kind that have a line of their own; the others share one."""
LETTERS = 200


def agenda(session: Session, plan_code: str, kind: str) -> list[dict[str, Any]]:
    """The points of a meeting that follows the plan; of any other none, for its topic is another."""
    if kind not in FOLLOWING:
        return []
    points = list(_promised(session, plan_code)) or [_point("Compromisos de la mesa anterior")]
    points.append(_point("Resultados del mes por línea y objetivo"))
    points += _in_red(session, plan_code)
    points.append(_point("Cuellos de botella y medidas"))
    return points


def named_in(points: Sequence[dict[str, Any]]) -> list[str]:
    """Who presents a point: they have to be there."""
    return [point["responsable"] for point in points if point["responsable"]]


def minutes_of(session: Session, meeting: Meeting) -> str:
    """What is known without having been there, to begin the minutes with; whoever writes them corrects it."""
    parts = [_who_came(meeting)]
    if meeting.kind in FOLLOWING:
        parts += _facts(session, meeting)
    return "\n\n".join(part for part in parts if part)


def _promised(session: Session, plan_code: str) -> Iterator[dict[str, Any]]:
    found = commitments.followed(session, plan_code)
    active = set(
        session.scalars(
            sa.select(Person.username).where(Person.active, Person.username.in_({one.responsible for one, _ in found}))
        )
    )
    for one, _name in found[:MOST]:
        until = f" (para el {long_day(one.due_on)})" if one.due_on else ""
        told = f"Compromiso: {_cut(one.text, LETTERS - len(until) - 12)}{until}"
        yield _point(told, one.responsible if one.responsible in active else None)
    if len(found) > MOST:
        yield _point(f"Los otros {len(found) - MOST} compromisos abiertos")


def _in_red(session: Session, plan_code: str) -> Iterator[dict[str, Any]]:
    month = _judged(session, plan_code)
    found = reds.of_month(session, plan_code, month) if month else []
    for one in found[:MOST]:
        yield _point(_cut(f"En rojo: {_named(one)}", LETTERS), one.reports or None)
    if len(found) > MOST:
        yield _point(f"Los otros {len(found) - MOST} indicadores en rojo")


def _facts(session: Session, meeting: Meeting) -> Iterator[str]:
    month = _judged(session, meeting.plan_code, meeting.period_code)
    if month:
        yield _standing(session, meeting.plan_code, month)
        yield _red_facts(reds.of_month(session, meeting.plan_code, month))
        yield _silence(session, meeting.plan_code, month)
    yield _promises(commitments.followed(session, meeting.plan_code), meeting.held_on)


def _judged(session: Session, plan_code: str, asked: str | None = None) -> str | None:
    """The month that was asked for, if it was consolidated; else the last one that was."""
    query = sa.select(Period.code).where(Period.plan_code == plan_code, Period.state.in_(figures.KEPT))
    query = query.order_by((Period.code == (asked or "")).desc(), Period.code.desc()).limit(1)
    return session.scalar(query)


def _standing(session: Session, plan_code: str, month: str) -> str:
    found = figures.levels(session, plan_code, month)
    if found is None or found.plan is None or found.plan.capped is None:
        return ""
    told = (
        f"A {month_name(month)} el plan lleva {percentage(found.plan.capped)}, {level_word(found.plan.color).lower()}"
    )
    if found.plan.coverage is not None:
        told += f", con cobertura de {percentage(found.plan.coverage)}"
    if found.plan.opportunity is not None:
        told += f" y oportunidad de {percentage(found.plan.opportunity)}"
    return f"{told}. Por línea: " + "; ".join(
        f"{line.code} {percentage(line.capped) if line.capped is not None else 'sin dato'}"
        for line in found.lines.values()
    ) + "."  # fmt: skip


def _red_facts(found: Sequence[Red]) -> str:
    if not found:
        return "Ningún indicador está en rojo."
    return "\n".join(["Se revisó lo que está en rojo:", *(f"- {_named(one)}. {_why(one)}" for one in found)])


def _named(one: Red) -> str:
    share = percentage(one.compliance) if one.compliance is not None else "sin dato"
    return f"{one.code} {one.name} ({one.entity}), {share}"


def _why(one: Red) -> str:
    told = one.cause or "Nadie ha dicho por qué."
    return f"{told} {one.recovery}." if one.recovery else f"{told} Sin plan de choque."


def _silence(session: Session, plan_code: str, month: str) -> str:
    silent = {one.entity_code for one in alerts.of_month(session, plan_code, month) if one.rule in OPPORTUNITY}
    return f"No reportaron completo: {', '.join(sorted(silent))}." if silent else ""


def _promises(found: Sequence[tuple[Commitment, str]], day: dt.date | None) -> str:
    if not found:
        return ""
    late = sum(1 for one, _name in found if one.due_on and day and one.due_on < day)
    told = "\n".join(
        f"- {one.text} ({name or 'sin responsable'}{f', {long_day(one.due_on)}' if one.due_on else ''})"
        + (f": {one.progress}" if one.progress else "")
        for one, name in found
    )
    return f"Compromisos abiertos: {len(found)}, {late or 'ninguno'} con la fecha vencida.\n{told}"


def _who_came(meeting: Meeting) -> str:
    entities = sorted({str(row["entidad"]) for row in meeting.attendance if row.get("entidad")})
    people = len(meeting.attendance)
    told = f"Asistieron {people} personas" if people != 1 else "Asistió una persona"
    return f"{told}, de {', '.join(entities)}." if entities else f"{told}."


def _point(text: str, who: str | None = None) -> dict[str, Any]:
    return {"punto": text, "responsable": who}


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
