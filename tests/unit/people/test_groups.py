from __future__ import annotations

import pytest

from engine.errors import UnknownRole
from workflows.people.directory import SectorGroups, group

GROUPS = SectorGroups()


def test_a_role_of_the_sector_is_its_own_group() -> None:
    assert GROUPS.resolve("coordinador_pes", {"entidad": "IDPAC"}) == "coordinador_pes"


def test_a_role_of_an_entity_is_bound_to_the_entity_of_the_case() -> None:
    assert GROUPS.resolve("enlace_planeacion", {"entidad": "IDPAC"}) == "enlace_planeacion@IDPAC"
    assert group("enlace_planeacion", "IDPAC") == "enlace_planeacion@IDPAC"


def test_a_role_of_an_entity_where_no_entity_is_known_is_refused() -> None:
    with pytest.raises(UnknownRole, match="falta la variable «entidad»"):
        GROUPS.resolve("enlace_planeacion", {})


def test_a_role_that_is_in_no_catalogue_is_refused() -> None:
    with pytest.raises(UnknownRole, match="jefe"):
        GROUPS.resolve("jefe", {})
    assert not GROUPS.exists("jefe")


def test_every_role_of_the_catalogue_has_a_name_to_show() -> None:
    assert len(GROUPS.roles()) == 13
    assert all(GROUPS.roles().values())
