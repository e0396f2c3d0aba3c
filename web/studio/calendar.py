"""What publishing a process does by the calendar, as its page asks and its form answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from flask import request
from sqlalchemy.orm import Session

from engine.definitions import drafts, releasing
from engine.definitions.reading import read_diagram
from web.pages import current
from workflows.cycles import effects
from workflows.cycles.cadence import InvalidCadence
from workflows.cycles.effects import CalendarEffect

Begun = Callable[[str, bytes], bytes]
"""Writes the chosen beginnings into a drawing, by its name."""


def effects_of(session: Session, drawn: bytes, sector: str = "") -> list[CalendarEffect]:
    """What the calendar will do; nothing while its properties can't be read, which is a finding."""
    try:
        return effects.of_publication(session, current().engine, [read_diagram(drawn)], sector)
    except InvalidCadence:
        return []


def chosen(session: Session, process_key: str, beside: Collection[str] = ()) -> tuple[Begun, str]:
    """What writes the chosen beginnings into the draft, and what to ask again if more cases open than was typed.

    Those `beside` it begin with the period that is proposed.
    """
    draft = releasing.draft_of(session, drafts.PROCESS, process_key)
    found = effects_of(session, draft.content, draft.tenant)
    others = {
        name: effects_of(session, other.content, other.tenant)
        for name in beside
        for other in [releasing.draft_of(session, drafts.PROCESS, name)]
    }
    days = {effect.element_id: _day(request.form.get(f"desde-{effect.element_id}", "")) for effect in found}
    opens = sum(
        beginning.opens for effect in found if (beginning := effect.beginning(days[effect.element_id])) is not None
    )

    def begun(name: str, xml: bytes) -> bytes:
        for effect in others.get(name, found):
            xml = effects.begun(xml, effect, None if name in others else days[effect.element_id])
        return xml

    return begun, _unsure(opens, request.form.get("casos", ""))


def _unsure(opens: int, typed: str) -> str:
    if opens <= 1 or typed.strip() == str(opens):
        return ""
    return f"Se abrirían {opens} casos ahora. Si es lo que quiere, escriba {opens}; si no, elija un periodo posterior."


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
