"""Nothing that was being written is lost: what was discarded comes back for 30 days."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.definitions import drafts
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER
from web.studio import overview

REPORT = "/procesos/sub_reporte_entidad"
TASK = f"{REPORT}/tareas/reportar_avance"


@pytest.fixture
def drawn(leader, application):
    """A draft of the report's process."""
    with application.database.reading() as session:
        xml, _ = overview.working_xml(session, "sub_reporte_entidad")
    leader.call(f"{REPORT}/borrador", xml=xml.decode().replace("Reportar avance", "Contar lo hecho"), revision=0)
    return leader


def test_a_discarded_draft_comes_back_as_it_was(drawn, sign_in):
    drawn.send(f"{REPORT}/borrador/descartar")
    assert "Contar lo hecho" not in drawn.text(f"{REPORT}/tareas")

    other = sign_in(OTHER_LEADER)
    assert "Ana Martínez" in other.text("/procesos/descartados")
    other.send("/procesos/descartados/proceso/sub_reporte_entidad")

    assert "Contar lo hecho" in drawn.text(f"{REPORT}/tareas")
    assert "No hay borradores descartados" in drawn.text("/procesos/descartados")


def test_after_30_days_it_is_gone(drawn, site, sign_in):
    drawn.send(f"{REPORT}/borrador/descartar")

    site.clock.move_to(site.clock.now() + dt.timedelta(days=31))
    later = sign_in(OTHER_LEADER)  # the session is long over

    assert "No hay borradores descartados" in later.text("/procesos/descartados")
    later.send("/procesos/descartados/proceso/sub_reporte_entidad", 404)


def test_another_draft_is_not_overwritten(drawn, application):
    drawn.send(f"{REPORT}/borrador/descartar")
    with application.database.reading() as session:
        xml, _ = overview.working_xml(session, "sub_reporte_entidad")
    drawn.call(f"{REPORT}/borrador", xml=xml.decode(), revision=0)

    assert "Ya hay otro borrador" in drawn.send("/procesos/descartados/proceso/sub_reporte_entidad", 409).text


def test_a_form_that_was_thrown_away_comes_back(leader, application):
    leader.send("/procesos/formularios/nuevo", nombre="Revisar soportes")
    leader.send("/procesos/formularios/revisar_soportes/descartar")

    leader.send("/procesos/descartados/formulario/revisar_soportes")

    with application.database.reading() as session:
        assert drafts.find(session, drafts.FORM, "revisar_soportes") is not None


def test_only_leaders_bring_back(sign_in):
    sign_in(LIAISON).get("/procesos/descartados", 403)
