"""The inbox: nearest deadline first, said in working days, page by page; a task is taken and given back."""

from __future__ import annotations

import datetime as dt
import gzip

import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.web import Site, Visitor
from web.inbox.views import PAGE

REPORT = "reportar_avance"
OWN = ["Reportar avance"]
OFFERED = "Reportar ejecución presupuestal y actividades"
"""To Sandra's group: it stands under what is hers, on every page."""


def names(visitor: Visitor) -> list[str]:
    links = visitor.page().xpath("//ul[@class='tasks']//a[@class='name']")
    return [name for link in links if (name := " ".join(link.text_content().split())) != OFFERED]


def add_copies(site: Site, count: int) -> None:
    """More tasks for Sandra: copies of hers, one hour apart, the last of them without a deadline."""
    with site.application.database.unit_of_work() as session:
        original = session.scalars(sa.select(UserTask).filter_by(assignee="sruiz", element_id=REPORT)).one()
        kept = {column.key for column in UserTask.__table__.columns} - {"id", "node_id", "name", "due_at"}
        columns = {name: getattr(original, name) for name in kept}
        for number in range(count):
            due_at = original.due_at + dt.timedelta(hours=number + 1) if number < count - 3 else None
            session.add(UserTask(node_id=f"copia{number}", name=f"Copia {number}", due_at=due_at, **columns))


def test_a_task_says_its_case_entity_and_distance_in_working_days(site: Site) -> None:
    visitor = site.visitor("sruiz")

    text = visitor.text()

    assert visitor.heading() == "Tiene 2 tareas"
    assert "La más próxima vence el lunes 9 de julio." in text
    assert "◐ Por vencer Reportar avance Seguimiento de junio de 2018 · IDPAC falta 1 día hábil lunes 9 jul." in text


def test_an_overdue_task_is_marked_with_a_sign_and_a_word(site: Site) -> None:
    site.clock.move_to(dt.datetime(2018, 7, 11, 15, tzinfo=dt.UTC))

    visitor = site.visitor("sruiz")

    assert "Vencidas" in visitor.text()
    assert "■ Vencida" in visitor.text()
    assert "venció hace 2 días hábiles" in visitor.text()


def test_the_heading_counts_what_is_overdue_in_ones_group_too(site: Site) -> None:
    # Given a month in which nobody took the task of the group, and one's own report was sent
    with site.application.database.unit_of_work() as session:
        own = sa.update(UserTask).where(UserTask.assignee == "sruiz").values(assignee="ynino")
        session.execute(own)
    site.clock.move_to(dt.datetime(2018, 7, 11, 15, tzinfo=dt.UTC))

    visitor = site.visitor("sruiz")

    assert "De mi grupo (1)" in visitor.text() and "Mías (0)" in visitor.text()
    assert "Una está vencida." in visitor.text() and "Ninguna tiene un plazo próximo" not in visitor.text()


def test_pages_follow_each_other_by_key_and_lose_nothing(site: Site) -> None:
    add_copies(site, 60)
    visitor = site.visitor("sruiz")

    seen, pages = names(visitor), 1
    while following := visitor.page().xpath("//a[@rel='next']/@href"):
        visitor.open(following[0])
        seen += names(visitor)
        pages += 1

    assert pages == 3
    assert seen == [*OWN, *(f"Copia {number}" for number in range(60))]


def test_the_first_page_is_small(site: Site) -> None:
    add_copies(site, 200)
    visitor = site.visitor("sruiz")

    assert len(names(visitor)) == PAGE
    pictures = [visitor.client.get(link, buffered=True).data for link in visitor.page().xpath("//link/@href")]
    assert visitor.last is not None

    assert sum(len(gzip.compress(part)) for part in (visitor.last.data, *pictures)) < 30_000


def test_a_mended_address_begins_at_the_start(site: Site) -> None:
    visitor = site.visitor("sruiz")

    for wrong in ("x", "~", "2018~x", "2018-07-01~3", "'; drop table~1"):
        visitor.open(f"/bandeja?desde={wrong}")
        assert names(visitor) == OWN


def test_a_group_task_is_taken_and_given_back(site: Site) -> None:
    sandra = site.visitor("sruiz")
    assert "De mi grupo (1)" in sandra.text()
    (action,) = [one for one in sandra.page().xpath("//form/@action") if one.endswith("/tomar")]

    sandra.press(action)
    assert "La tarea es suya" in sandra.text()
    assert "Usted la tomó de las tareas de su grupo." in sandra.text()
    sandra.open("/bandeja")
    assert "Mías (2)" in sandra.text() and "De mi grupo (1)" not in sandra.text()

    task = action.removesuffix("/tomar")
    sandra.open(task)
    sandra.press(f"{task}/devolver")
    assert "La tarea volvió al grupo" in sandra.text()
    assert "De mi grupo (1)" in sandra.text()


def test_a_task_put_in_ones_name_is_not_given_back(site: Site) -> None:
    visitor = site.visitor("sruiz")
    visitor.open(visitor.page().xpath("//a[@class='name']/@href")[0])

    assert "Devolver al grupo" not in visitor.text()


def test_an_empty_inbox_says_what_will_come(site: Site) -> None:
    visitor = site.visitor("hperez")

    assert visitor.heading() == "No tiene tareas"
    assert "Está al día." in visitor.text()


def test_what_the_name_of_the_case_says_is_not_said_again(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask).filter_by(assignee="sruiz", element_id=REPORT)).one()
        task.variables = {**task.variables, "tema": "junio de 2018"}
    visitor = site.visitor("sruiz")

    listed = visitor.text()
    visitor.open("/bandeja/filtrar")

    for text in (listed, visitor.text()):
        assert "Reportar avance Seguimiento de junio de 2018 · IDPAC" in text


def test_of_many_of_one_name_each_says_what_it_is_about_in_the_list_the_task_and_the_file(site: Site) -> None:
    # Given two tasks that differ in their subject alone
    about = ("Mesa de productos", "Mesa con directivos")
    add_copies(site, 2)
    with site.application.database.unit_of_work() as session:
        for number, topic in enumerate(about):
            copy = session.scalars(sa.select(UserTask).filter_by(name=f"Copia {number}")).one()
            copy.name, copy.variables = "Elaborar acta", {**copy.variables, "tema": topic}
        one = copy.id
    visitor = site.visitor("sruiz")

    listed = visitor.text()
    visitor.open(f"/tareas/{one}")
    task = visitor.text()
    file = visitor.client.get("/bandeja/filtrar?formato=csv").get_data(as_text=True)

    assert all(f"Elaborar acta Seguimiento de junio de 2018 · {topic} · IDPAC" in listed for topic in about)
    assert f"{about[1]} · " in task
    assert all(topic in file for topic in about)
