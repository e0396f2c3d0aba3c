"""Personas: who may sign in, what they hold, and that somebody always administers."""

from __future__ import annotations

import pytest

from tests.support.web import Site
from workflows.people.models import Person, PersonRole


@pytest.mark.parametrize("act", ["/personas/admin/roles", "/personas/admin/acceso"])
def test_the_last_administrator_of_a_sector_is_taken_away_by_nobody(office: Site, act: str) -> None:
    # Given somebody who administers the installation, and a sector with one administrator
    with office.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hperez", role_id="administrador_instalacion"))
    office.give_password("hperez")
    visitor = office.visitor("hperez")

    # When they take that one's role, or access, away
    visitor.open("/personas/admin")
    visitor.press(act, 409, rol=[], activa="0")

    # Then nothing changes, and it says what to do first
    assert "Nadie más administra el sector" in visitor.text()
    with office.application.database.reading() as session:
        assert session.get_one(Person, "admin").active
        assert [held.role_id for held in session.get_one(Person, "admin").roles] == ["administrador"]


def test_with_another_administrator_the_first_may_go(office: Site) -> None:
    with office.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hperez", role_id="administrador", sector_code="GOB"))
    office.give_password("hperez")
    visitor = office.visitor("hperez")

    visitor.open("/personas/admin")
    visitor.press("/personas/admin/acceso", activa="0")

    with office.application.database.reading() as session:
        assert not session.get_one(Person, "admin").active
