"""The page on which one looks for anything."""

from __future__ import annotations

import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.web import Site
from workflows.searching import indexing


def indexed(site: Site) -> Site:
    more = True
    while more:
        with site.application.database.unit_of_work() as session:
            more = indexing.catch_up(session, site.clock)
    return site


def test_from_any_page_one_finds_ones_task_and_what_others_do_by_its_case(site: Site) -> None:
    # Given what is open, in the index
    sandra = indexed(site).visitor("sruiz")
    with site.application.database.reading() as session:
        tasks = list(session.scalars(sa.select(UserTask).where(UserTask.element_id == "reportar_avance")))
    mine = next(one for one in tasks if one.assignee == "sruiz")
    theirs = next(one for one in tasks if one.assignee == "dsuarez")

    # When she looks for it from her inbox
    sandra.open("/bandeja")
    [form] = sandra.page().xpath("//header//form[@role='search']")
    sandra.open(f"{form.get('action')}?q=REPORTAR+ávance")

    # Then hers opens the task, and her colleague's the case
    links = {a.get("href") for a in sandra.page().xpath("//section[@class='found']//a")}
    assert f"/tareas/{mine.id}" in links
    assert f"/tareas/{theirs.id}" not in links
    assert f"/casos/{theirs.instance_id}" in links


def test_indicators_and_people_are_found_too_and_words_are_marked(site: Site) -> None:
    sandra = indexed(site).visitor("sruiz")

    sandra.open("/buscar?q=IR-1.1")
    assert sandra.page().xpath("//a[starts-with(@href, '/plan/PES-GOB/indicadores/IR-1.1')]//mark/text()") == ["IR-1.1"]

    sandra.open("/buscar?q=ricardo mora")
    assert "Enlace de planeación de la entidad · IDPAC" in sandra.text()
    assert sandra.page().xpath("//a[starts-with(@href, 'mailto:')]")


def test_what_is_nowhere_says_how_to_look(site: Site) -> None:
    visitor = indexed(site).visitor("sruiz")

    visitor.open("/buscar?q=<script>zzz")

    assert "No se encontró nada" in visitor.text()
    assert visitor.heading() == "Buscar «<script>zzz»"


def test_who_has_no_role_finds_nothing(site: Site) -> None:
    with indexed(site).application.database.unit_of_work() as session:
        session.execute(sa.text("DELETE FROM person_role WHERE username = 'sruiz'"))
    visitor = site.visitor("sruiz")

    visitor.open("/buscar?q=reportar", status=403)
