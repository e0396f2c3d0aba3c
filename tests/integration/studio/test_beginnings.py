"""How a process begins is chosen by menus, and what that does is shown before it is written."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import published_diagrams
from tests.integration.studio.conftest import LIAISON
from tests.integration.studio.test_calendar_effects import PAGE as PUBLISH
from tests.integration.studio.test_calendar_effects import draft, opened
from web.studio import overview
from workflows.calendar import WorkingCalendar
from workflows.cycles import cadence, rhythm

PAGE = "/procesos/arqueo/comienzo"
MONTHLY = {"como": "calendario", "cada": "mensual", "ancla": "cierre", "dias": "3", "unidad": "dh", "atraso": "todas"}


def start(application):
    with application.database.reading() as session:
        return read_diagram(overview.working_xml(session, "arqueo")[0]).elements["inicio"]


def revision(browser):
    return browser.get(PAGE).xpath("//input[@name='revision']/@value")[0]


def test_a_plain_process_is_made_monthly_in_menus_and_opens_nothing_of_the_past(leader, application):
    draft(application)
    leader.send(f"{PAGE}/inicio", revision=revision(leader), como="mano")
    by_hand = start(application)

    leader.send(f"{PAGE}/inicio", revision=revision(leader), **MONTHLY)
    made = start(application)
    leader.send(PUBLISH, reason="Se hará cada mes.", revision=revision(leader))

    assert (by_hand.event, by_hand.properties) == ("none", {})
    assert made.event == "timer"
    assert made.properties["cadencia"] == "mensual"
    assert made.properties["apertura"] == "cierre+3dh"
    assert opened(application) == []


def test_the_page_says_the_rule_in_words_with_twelve_dates_and_the_holidays_on_the_way(leader, application):
    draft(application)

    shown = leader.send(f"{PAGE}/inicio", 200, revision=revision(leader), _paso="seguir", **MONTHLY).text

    assert "Se abre cada mes, 3 días hábiles después del último día del mes." in shown
    assert "festivos y los días que el sector no trabaja no cuentan" in shown
    assert shown.count("<li><strong>") == 12
    assert start(application).properties["apertura"] == "cierre+1dh"


def test_saving_what_the_page_shows_changes_nothing(leader, application):
    with application.database.reading() as session:
        models = published_diagrams(session)
    timed = {key: model for key, model in models.items() if any(one.event == "timer" for one in model.starts())}

    for key, model in timed.items():
        page = leader.get(f"/procesos/{key}/comienzo")
        for one in model.starts():
            if one.event != "timer":
                continue
            form = next(each for each in page.forms if each.get("id") == one.id)
            fields = {}
            for name, value in form.form_values():
                fields.setdefault(name, []).append(value)
            leader.send(form.get("action"), **fields)
        with application.database.reading() as session:
            after = read_diagram(overview.working_xml(session, key)[0])
        assert {one.id: one.properties for one in after.starts()} == {one.id: one.properties for one in model.starts()}
    assert len(timed) > 5


def test_what_is_wrong_is_said_at_its_input_and_nothing_is_written(leader, application):
    draft(application)

    wrong = leader.send(f"{PAGE}/inicio", 422, revision=revision(leader), **MONTHLY | {"dias": "-2"})
    no_day = leader.send(
        f"{PAGE}/inicio", 422, revision=revision(leader), **MONTHLY | {"ancla": "fecha", "dia": "31", "mes": "2"}
    )
    stale = leader.send(f"{PAGE}/inicio", 409, revision="0", **MONTHLY)

    assert "Escriba un número entero, de 0 a 365." in wrong.text
    assert "Febrero no tiene ese día todos los años." in no_day.text
    assert "guarde otra vez" in stale.text
    assert start(application).properties["apertura"] == "cierre+1dh"


def test_only_leaders_choose_how_a_process_begins(sign_in, leader, application):
    draft(application)

    sign_in(LIAISON).send(f"{PAGE}/inicio", 403, **MONTHLY)


@pytest.mark.parametrize("text", ["cierre+1dh", "cierre", "inicio-1m", "inicio-10dh", "fecha:01-31", "fecha:11-15+2dh"])
def test_an_opening_is_read_and_written_alike(text):
    assert rhythm.read(text).written() == text


def test_a_holiday_that_moves_a_date_is_named():
    monthly = cadence.read({"cadencia": "mensual", "apertura": "cierre+1dh"})

    dates = rhythm.coming(WorkingCalendar(), monthly, dt.date(2018, 6, 15))

    assert len(dates) == rhythm.SHOWN
    assert dates[0].day == dt.date(2018, 7, 3)
    assert dates[0].moved == "el 2 de julio es festivo"
