"""People and the roles they hold, for whoever administers them."""

from __future__ import annotations

import datetime as dt

from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.shapes import Listing, Page, Shape
from web.auth import Of
from web.auth.scopes import Scope
from web.pages import actor, current
from web.people import everybody
from workflows.people.models import Person as PersonRow
from workflows.people.roles import ADMINISTRATING


class Held(Shape):
    """A role that somebody holds, where, and from when until when."""

    role: str
    sector: str
    entity: str
    since: dt.date | None
    until: dt.date | None


class Person(Shape):
    """Somebody who works here, or a service."""

    username: str
    name: str
    entity: str | None
    active: bool
    is_service: bool
    roles: list[Held]


class PersonPage(Page[Person]):
    """Some people, by username."""


@blueprint.get("/people")
@operation(Scope.PEOPLE_READ, PersonPage, of=Of.NONE, who=tuple(ADMINISTRATING))
def list_people(query: Listing) -> PersonPage:
    """The people of the sectors that are administered, with the roles they hold there."""
    after, within = cursors.read_text(query.cursor), actor().supervises
    with current().database.reading() as session:
        people = sorted(everybody(session, within, active_only=False), key=lambda one: one.username)
        found = [one for one in people if one.username > after]
        shown = found[: query.limit]
        following = cursors.of_text(shown[-1].username) if len(found) > query.limit else None
        return PersonPage(items=[_person(one, within) for one in shown], next=following)


def _person(one: PersonRow, within: frozenset[str]) -> Person:
    held = [
        Held(role=role.role_id, sector=role.sector_code, entity=role.entity_code, since=role.since, until=role.until)
        for role in one.roles
        if role.sector_code in within
    ]
    return Person(
        username=one.username, name=one.name, entity=one.entity_code, active=one.active, is_service=one.is_service,
        roles=held,
    )  # fmt: skip
