"""The people one can be in the demo, by entity."""

from __future__ import annotations

from itertools import groupby

from web.pages import current
from web.people import everybody
from workflows.people.models import Person
from workflows.sectors.models import Entity


def people_by_entity() -> list[tuple[Entity | None, list[Person]]]:
    """Every active person, under their entity; those of the installation under none."""
    with current().database.reading() as session:
        return [(entity, list(people)) for entity, people in groupby(everybody(session), lambda one: one.entity)]
