"""Two who draw at once: what does not collide goes together, what does is chosen element by element."""

from __future__ import annotations

import datetime as dt

from engine.definitions import editing
from engine.definitions.reading import read_diagram
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER
from web.studio import overview

EDIT = "/procesos/sub_reporte_entidad"


def xml(application):
    with application.database.reading() as session:
        return overview.working_xml(session, "sub_reporte_entidad")[0]


def named(source, element, name):
    return editing.set_attribute(source, element, "name", name).decode()


def elements(application):
    return read_diagram(xml(application)).elements


def test_what_two_drew_goes_together_where_it_does_not_collide(leader, sign_in, application):
    base, other = xml(application), sign_in(OTHER_LEADER)
    other.call(f"{EDIT}/borrador", xml=named(base, "validar_reporte", "Validar todo"), revision=0)
    mine = named(base, "reportar_avance", "Contar avance")

    said = leader.call(f"{EDIT}/borrador", 409, xml=mine, revision=0)
    joined = leader.call(f"{EDIT}/borrador/juntar", xml=mine, revision=0, suya=said["revision"], elegidos="")

    assert (said["juntable"], said["choques"]) == (True, [])
    assert joined["revision"] == 2
    assert (elements(application)["reportar_avance"].name, elements(application)["validar_reporte"].name) == (
        "Contar avance",
        "Validar todo",
    )


def test_what_both_changed_is_chosen_by_element(leader, sign_in, application):
    base, other = xml(application), sign_in(OTHER_LEADER)
    theirs = named(named(base, "reportar_avance", "Suyo").encode(), "validar_reporte", "Suyo también")
    other.call(f"{EDIT}/borrador", xml=theirs, revision=0)
    mine = named(named(base, "reportar_avance", "Mío").encode(), "validar_reporte", "Mío también")

    said = leader.call(f"{EDIT}/borrador", 409, xml=mine, revision=0)
    leader.call(f"{EDIT}/borrador/juntar", xml=mine, revision=0, suya=said["revision"], elegidos="validar_reporte")

    assert {one["id"] for one in said["choques"]} == {"reportar_avance", "validar_reporte"}
    assert "Mío" in said["choques"][0]["mio"] + said["choques"][0]["nombre"]
    assert elements(application)["reportar_avance"].name == "Mío"
    assert elements(application)["validar_reporte"].name == "Suyo también"


def test_joining_with_what_is_no_longer_there_changes_nothing(leader, sign_in, application):
    base = xml(application)
    sign_in(OTHER_LEADER).call(f"{EDIT}/borrador", xml=named(base, "reportar_avance", "Suyo"), revision=0)

    leader.call(f"{EDIT}/borrador/juntar", 409, xml=base.decode(), revision=0, suya=7, elegidos="")
    leader.call(f"{EDIT}/borrador/juntar", 409, xml=base.decode(), revision=5, suya=1, elegidos="")

    assert elements(application)["reportar_avance"].name == "Suyo"


def test_who_has_it_open_is_seen_for_a_minute(leader, sign_in, site):
    other = sign_in(OTHER_LEADER)

    alone = leader.call(f"{EDIT}/presencia")
    seen = other.call(f"{EDIT}/presencia")
    site.clock.move_to(site.clock.now() + dt.timedelta(minutes=2))
    later = other.call(f"{EDIT}/presencia")

    assert (alone["otros"], seen["otros"], later["otros"]) == ([], ["Ana Martínez (demo)"], [])


def test_only_leaders_join_and_are_seen(sign_in):
    reader = sign_in(LIAISON)

    reader.call(f"{EDIT}/presencia", 403)
    reader.call(f"{EDIT}/borrador/juntar", 403, xml="", revision=0, suya=0, elegidos="")


def test_the_drawing_is_put_in_order_by_the_server(leader, application):
    said = leader.call(f"{EDIT}/orden", xml=xml(application).decode())

    assert elements(application).keys() <= said["shapes"].keys()
    leader.call(f"{EDIT}/orden", 422, xml="<a/>")
