"""People choose when Cauce writes to them."""

from __future__ import annotations

from notifications import habits
from notifications.habits import Habits
from notifications.states import Urgent, Watching
from tests.support.web import Site


def test_who_chooses_is_written_to_as_they_chose(site: Site) -> None:
    visitor = site.visitor("sruiz")
    visitor.open("/correos/preferencias")

    visitor.press(
        "/correos/preferencias",
        urgente="con_el_resumen", de_otros="cada_semana", silencio_desde="18", silencio_hasta="7",
    )  # fmt: skip

    with site.application.database.reading() as session:
        chosen = habits.of_person(session, "sruiz")
    assert chosen == Habits(Urgent.WITH_DIGEST, Watching.WEEKLY, 18, 7)


def test_hours_that_no_day_has_are_refused_in_words(site: Site) -> None:
    visitor = site.visitor("sruiz")
    visitor.open("/correos/preferencias")

    visitor.press("/correos/preferencias", status=409, silencio_desde="26")

    assert "van de 0 a 24" in visitor.text()
