"""How open work stands as a week begins: of an entity for its liaison, of a sector for who coordinates it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from notifications.contents import Share, Week
from notifications.recipients import OpenTask
from workflows.calendar import bogota_day
from workflows.people.groups import Group

COORDINATOR, LIAISON = "coordinador_pes", "enlace_planeacion"


def weeks(
    tasks: Sequence[OpenTask],
    username: str,
    members: Mapping[str, frozenset[str]],
    today: dt.date,
    sectors: Mapping[str, str],
) -> list[Week]:
    """One for each entity whose liaison a person is, and for each sector they coordinate; none where all is done."""
    found = []
    for group in _held(username, members):
        mine = [one for one in tasks if one.tenant == group.sector and group.entity in ("", one.entity)]
        shares = [_share(entity, mine, today) for entity in sorted({one.entity or "" for one in mine})]
        if shares:
            found.append(Week(group.entity or sectors.get(group.sector, group.sector), shares))
    return found


def _held(username: str, members: Mapping[str, frozenset[str]]) -> Iterator[Group]:
    """What a person leads; of a sector that they coordinate no entity is told apart."""
    held = [Group.parse(name) for name, people in sorted(members.items()) if username in people]
    led = [one for one in held if one.role == COORDINATOR]
    yield from led
    yield from (one for one in held if one.role == LIAISON and one.sector not in {each.sector for each in led})


def _share(entity: str, tasks: Sequence[OpenTask], today: dt.date) -> Share:
    sunday = today + dt.timedelta(days=6 - today.weekday())
    mine = [one for one in tasks if (one.entity or "") == entity]
    due = [bogota_day(one.due_at) for one in mine if one.due_at is not None]
    return Share(entity, len(mine), sum(day < today for day in due), sum(today <= day <= sunday for day in due))
