from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import UnknownRole
from workflows.people.groups import Group, SectorGroups, role_needs
from workflows.people.models import Role

GROUPS = SectorGroups()


@pytest.fixture
def session() -> Iterator[Session]:
    """A database with one role that no catalogue knows."""
    engine = sa.create_engine("sqlite://")
    Role.metadata.tables["role"].create(engine)
    with Session(engine) as session:
        session.add(Role(id="observador", name="Observador", scope="entidad"))
        session.commit()
        yield session
    engine.dispose()


@pytest.mark.parametrize(
    ("group", "text"),
    [
        (Group("administrador_instalacion"), "administrador_instalacion"),
        (Group("coordinador_pes", "GOB"), "coordinador_pes@GOB"),
        (Group("enlace_planeacion", "GOB", "IDPAC"), "enlace_planeacion@GOB/IDPAC"),
    ],
)
def test_a_group_is_written_and_read_by_one_grammar(group: Group, text: str) -> None:
    assert str(group) == text
    assert Group.parse(text) == group


def test_a_role_of_the_sector_is_held_in_the_sector_of_the_case(session: Session) -> None:
    assert GROUPS.resolve(session, "coordinador_pes", {"entidad": "IDPAC"}, "GOB") == "coordinador_pes@GOB"


def test_a_role_of_an_entity_is_bound_to_the_entity_of_the_case(session: Session) -> None:
    found = GROUPS.resolve(session, "enlace_planeacion", {"entidad": "IDPAC"}, "GOB")

    assert found == "enlace_planeacion@GOB/IDPAC"
    assert role_needs("enlace_planeacion") == {"entidad"}


def test_no_variable_carries_a_task_into_another_sector(session: Session) -> None:
    found = GROUPS.resolve(session, "coordinador_pes", {"tenant": "HAB", "sector": "HAB"}, "GOB")

    assert found == "coordinador_pes@GOB"


def test_a_role_of_a_sector_in_a_case_of_none_is_refused(session: Session) -> None:
    with pytest.raises(UnknownRole, match="no es de ninguno"):
        GROUPS.resolve(session, "coordinador_pes", {}, "")


def test_a_role_of_an_entity_where_no_entity_is_known_is_refused(session: Session) -> None:
    with pytest.raises(UnknownRole, match="falta la variable «entidad»"):
        GROUPS.resolve(session, "enlace_planeacion", {}, "GOB")


def test_a_role_that_was_added_here_is_held_as_its_scope_says(session: Session) -> None:
    assert GROUPS.resolve(session, "observador", {"entidad": "SDG"}, "GOB") == "observador@GOB/SDG"


def test_a_former_name_of_a_role_is_the_role(session: Session) -> None:
    assert GROUPS.resolve(session, "juridica_sdg", {}, "GOB") == "juridica@GOB"
    assert GROUPS.exists("juridica_sdg")


def test_a_role_that_is_nowhere_is_refused(session: Session) -> None:
    with pytest.raises(UnknownRole, match="jefe"):
        GROUPS.resolve(session, "jefe", {}, "GOB")
    assert not GROUPS.exists("jefe")


def test_every_role_of_a_sector_has_a_name_to_show() -> None:
    assert len(GROUPS.roles()) == 13
    assert all(GROUPS.roles().values())
