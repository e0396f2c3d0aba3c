"""Incidents on screen: what failed, and the ways out, on a case that really fails."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import units
from engine.incidents import Incident
from engine.instances.models import Instance
from tests.support.web import Site
from web.examining import examine_content
from web.incidents.wording import typed_value
from workflows.cycles import opening as cycles
from workflows.monitoring import periods


@pytest.fixture
def broken(site: Site, monkeypatch: pytest.MonkeyPatch) -> int:
    """July's case, whose first automatic step fails as long as the patch holds."""
    site.clock.move_to(site.clock.now().replace(month=8))

    def fail(*_args: object, **_kwargs: object) -> list[str]:
        raise RuntimeError("el disco está lleno")

    with monkeypatch.context() as patch:
        patch.setattr(periods, "open_month", fail)
        with site.application.database.unit_of_work() as session:
            cycles.open_due(session, site.application.engine)
    return incident(site).id


def incident(site: Site) -> Incident:
    """The first one: what follows from leaving a step out may fail too."""
    with site.application.database.reading() as session:
        return session.scalars(sa.select(Incident).order_by(Incident.id).limit(1)).one()


def test_the_list_says_what_failed_and_where(site: Site, broken: int) -> None:
    visitor = site.visitor("amartinez")

    visitor.open("/incidentes/")

    assert "Falló un paso automático" in visitor.text()
    assert "Seguimiento de julio de 2018" in visitor.text()
    assert "el disco está lleno" in visitor.text()


def test_only_an_administrator_sees_the_trace(site: Site, broken: int) -> None:
    coordinator, administrator = site.visitor("amartinez"), site.visitor("admin")

    coordinator.open(f"/incidentes/{broken}")
    administrator.open(f"/incidentes/{broken}")

    assert "Traceback" not in coordinator.text()
    assert "Traceback" in administrator.text()


def test_a_retry_that_works_resolves_it_and_the_case_goes_on(site: Site, broken: int) -> None:
    visitor = site.visitor("amartinez")
    visitor.open(f"/incidentes/{broken}")

    visitor.press(f"/incidentes/{broken}/reintentar")

    assert "Se reintentó y funcionó" in visitor.text()
    assert incident(site).resolved_by == "amartinez"
    visitor.open("/seguimiento/2018-07")
    assert "Seguimiento de julio de 2018" in visitor.text()


def test_a_retry_that_fails_again_says_so(site: Site, broken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> list[str]:
        raise RuntimeError("sigue lleno")

    monkeypatch.setattr(periods, "open_month", fail)
    visitor = site.visitor("amartinez")
    visitor.open(f"/incidentes/{broken}")

    visitor.press(f"/incidentes/{broken}/reintentar")

    assert "Volvió a fallar: RuntimeError: sigue lleno" in visitor.text()
    assert incident(site).attempts == 2


def test_a_corrected_variable_is_tried_with_a_reason(site: Site, broken: int) -> None:
    visitor = site.visitor("amartinez")
    action = f"/incidentes/{broken}/corregir"
    visitor.open(f"/incidentes/{broken}")

    visitor.press(action, status=422, variable="vigencia", valor="2018")
    assert "Diga el motivo" in visitor.text()
    visitor.press(action, variable="vigencia", valor="2018", motivo="Venía mal.")

    assert "«vigencia» quedó corregida" in visitor.text()
    assert incident(site).resolution == "corrected"


def test_skipping_needs_a_reason_which_is_kept(site: Site, broken: int) -> None:
    visitor = site.visitor("amartinez")
    action = f"/incidentes/{broken}/omitir"
    visitor.open(f"/incidentes/{broken}")

    visitor.press(action, status=422)
    assert incident(site).state == "open"
    visitor.press(action, motivo="Se hizo a mano.")

    assert (incident(site).resolution, incident(site).reason) == ("skipped", "Se hizo a mano.")


def test_cancelling_ends_the_case(site: Site, broken: int) -> None:
    visitor = site.visitor("amartinez")
    visitor.open(f"/incidentes/{broken}")

    visitor.press(f"/incidentes/{broken}/cancelar", motivo="Se abrió por error.")

    assert "«Seguimiento de julio de 2018» quedó cancelado." in visitor.text()
    with site.application.database.reading() as session:
        assert session.get_one(Instance, incident(site).instance_id).state == "cancelled"


def test_people_without_the_role_have_no_incidents_in_their_menu(site: Site, broken: int) -> None:
    sandra = site.visitor("sruiz")

    assert "/incidentes/" not in sandra.page().xpath("//header//a/@href")
    sandra.open("/incidentes/", status=403)


@pytest.mark.parametrize(
    ("text", "before", "value"),
    [
        ("2018", 2017, 2018),
        ("2018", "2017", "2018"),
        ("sí", False, True),
        ('["SDG", "IDPAC"]', ["SDG"], ["SDG", "IDPAC"]),
        ("amartinez", None, "amartinez"),
    ],
)
def test_a_typed_value_keeps_the_kind_of_the_variable(text: str, before: object, value: object) -> None:
    assert typed_value(text, before) == value


def test_background_work_that_fails_stands_in_the_same_list_and_can_be_tried_at_once(site: Site) -> None:
    # Given a document of a month that could not be made
    def fail(_key: str) -> None:
        raise KeyError("el teléfono de alguien")

    database, clock = site.application.database, site.clock
    units.each(database, clock, "monthly_report", ["PES-GOB/informe_mensual/2018-05"], fail)
    visitor = site.visitor("amartinez")

    # When the coordinator opens the list and lets it be tried again
    visitor.open("/incidentes/")
    shown = visitor.text()
    visitor.press("/incidentes/sistema/1/reintentar")

    # Then it says what fails and what to do, without what the failure said, and it is due now
    assert "No se pudo hacer el informe de un mes: PES-GOB/informe_mensual/2018-05" in shown
    assert "KeyError" in shown
    assert "teléfono" not in shown
    assert "Se intenta otra vez" in visitor.text()
    assert units.begin(database, clock, "monthly_report").ready() == ["PES-GOB/informe_mensual/2018-05"]
    assert any(one.message.startswith("No se pudo hacer el informe") for one in examine_content(site.application))
