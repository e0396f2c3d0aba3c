"""Every form of phases 1 and 2 as the page that its person opens."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from pathlib import Path

import docx
from sqlalchemy.engine import make_url

from engine.clock import VirtualClock
from engine.tasks.models import UserTask
from tests.integration.formulation.conftest import ENTITIES, Office, found_plan
from tests.support.databases import with_tables
from tests.support.web import SECRET, Site, Visitor
from web.app import create_app
from web.bootstrap import assemble
from web.config import Config
from workflows.calendar import bogota_day
from workflows.simulation.playing import Play, who

PHASES = ("f1_conociendo_sector", "f2_elaboracion_pes")
FORMULATION = ("f1_", "f2_", "sub_encuesta", "sub_taller_dofa")


def open_site(folder: Path) -> Site:
    clock = VirtualClock(dt.datetime(2016, 8, 1, 14, 0, tzinfo=dt.UTC))
    url = f"sqlite:///{folder / 'cauce.sqlite'}"
    with_tables(make_url(url)).dispose()
    application = assemble(Config(folder, url, SECRET, base_url="http://127.0.0.1:8000", demo=True), clock=clock)
    found_plan(application.database, application.engine)
    return Site(application, create_app(application), clock)


@dataclass
class Looking(Play):
    """A play in which the first task of each form is opened as a page before it is done."""

    site: Site | None = None
    seen: dict[str, str] = field(default_factory=dict)
    brought: str = ""

    def work(self, task_id: int) -> bool:
        assert self.site is not None
        with self.database.reading() as session:
            task = session.get_one(UserTask, task_id)
            actor = who(session, task, bogota_day(self.clock.now())) if task.state == "open" else None
        if actor is not None and task.process_key.startswith(FORMULATION) and task.element_id not in self.seen:
            person = self.site.visitor(actor.id)
            person.open(f"/tareas/{task_id}")
            self.seen[task.element_id] = person.text()
            if task.element_id == "redactar_seccion":
                self.brought = to_word_and_back(person, task_id)
        return super().work(task_id)


def to_word_and_back(person: Visitor, task_id: int) -> str:
    """A section is taken to Word, written there and brought into the draft; what the task then shows."""
    address = f"/tareas/{task_id}/word"
    document = docx.Document(io.BytesIO(person.client.get(f"{address}/seccion.docx").data))
    document.add_heading("Antecedentes en Word", 1)
    document.add_paragraph("Una norma de 1994", style="List Bullet")
    saved = io.BytesIO()
    document.save(saved)
    person.open(address)
    person.send(address, [*person.fields(address), ("archivo", (io.BytesIO(saved.getvalue()), "seccion.docx"))])
    assert "Todavía no se ha escrito nada" in person.text()
    assert person.page().xpath("//ins[contains(., 'Antecedentes en Word')]")
    person.press(f"{address}/traer")
    person.open(f"/tareas/{task_id}")
    return "".join(person.page().xpath("//textarea[@name='contenido']/text()"))


def test_every_form_of_both_phases_opens(tmp_path: Path) -> None:
    site = open_site(tmp_path)
    application = site.application
    office = Office(application.database, site.clock, application.engine, application.forms)
    play = Looking(office.database, office.engine, office.forms, office.cast().robots, site.clock, site=site, seen={})
    day = site.clock.now().date()
    for process in PHASES:
        case = office.begin(process, resultado_metodologia="con_ajustes")
        while office.is_open(case):
            play.day(day)
            day += dt.timedelta(days=1)
            assert day < dt.date(2017, 6, 1)

    assert len(play.seen) == 37
    assert "¿Cuáles de los siguientes temas" in play.seen["disenar_encuesta"]
    assert play.brought.strip().split("\n\n")[-2:] == ["## Antecedentes en Word", "- Una norma de 1994"]
    assert all(entity in play.seen["asignar_tareas"] for entity in ENTITIES)
    assert "suman 105 y deben sumar 100" in play.seen["corregir_indicadores"]
    assert "versión 0.1" in play.seen["cerrar_fase_2"]
