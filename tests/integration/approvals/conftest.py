"""A house with the demo plan still in formulation, its document drafted, and phase 3 about to begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.listeners import MailListener
from tests.support.plan import PLAN, House, build_house, day, once
from workflows.documents import files, versions
from workflows.documents.models import DocumentSection, DocumentVersion
from workflows.forms.opening import OpenForm
from workflows.people import directory
from workflows.plan.models import Plan

COORDINATOR = Actor("amartinez", frozenset({"coordinador_pes@GOB"}))
SUPPORT = b"%PDF-1.4\n"
ENTITIES = ["SDG", "IDPAC", "DADEP"]
CHANGING = frozenset(
    {
        "pes_maestro",
        "f1_conociendo_sector",
        "f1_paso1_que_sabemos",
        "f1_paso2_sensibilizacion",
        "f1_paso3_estrategia",
        "f2_analizar_y_escuchar",
        "f2_documento",
        "f2_elaboracion_pes",
        "f2_marco_y_metas",
        "f2_paso1_propuesta_metodologica",
        "f2_paso2_asignacion",
        "f2_paso3_manos_a_la_obra",
        "f3_aprobacion_pes",
        "f3_paso1_presentacion_aprobacion",
        "f3_paso2_socializacion",
        "sub_acto_administrativo",
        "sub_encuesta",
        "sub_mesa",
        "sub_modificacion_pes",
        "sub_publicacion",
        "sub_revision_documento",
        "sub_taller_dofa",
    }
)
"""What adopts a plan and what changes it: the calendar opens none of them."""

SECTIONS = (
    ("1.2", "Antecedentes", "El sector nace con el acuerdo de 2006 y se reorganiza en 2016."),
    ("4.1", "Recursos de la entidad", "Los recursos del cuatrienio suman lo previsto en el plan de desarrollo."),
    ("5.1", "Metas de resultado", "Las metas de resultado miden el cambio que se espera en la ciudad."),
)


@dataclass
class Office:
    """The people of the house, each doing their task by hand or by robot."""

    house: House

    def begin(self, process: str = "f3_aprobacion_pes", **variables: Any) -> int:
        """Open a case; gives its id."""
        with self.house.database.unit_of_work() as session:
            case = instances.start(
                session,
                self.house.engine,
                process,
                business_key=f"{PLAN}/{process}",
                name=process,
                scope=PLAN,
                tenant="GOB",
                variables={
                    "plan": PLAN,
                    "entidades": ENTITIES,
                    "modalidad": "adopcion",
                    "documento": "pes",
                    **variables,
                },
                actor=COORDINATOR,
            )
            return case.id

    def task(self, element: str, **about: str) -> int:
        """The one open task of an element."""
        with self.house.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
            found = [
                one.id
                for one in session.scalars(query)
                if all(one.variables.get(key) == value for key, value in about.items())
            ]
        assert len(found) == 1, (element, about, self.open_tasks())
        return found[0]

    def open_tasks(self) -> list[str]:
        """The elements with an open task."""
        with self.house.database.reading() as session:
            query = sa.select(UserTask.element_id).where(UserTask.state == "open").order_by(UserTask.id)
            return list(session.scalars(query))

    def form(self, element: str, username: str, **about: str) -> OpenForm:
        """The form as its person sees it."""
        task_id = self.task(element, **about)
        with self.house.database.reading() as session:
            actor = directory.actor(session, username)
            return self.house.forms.open(session, self.house.engine, task_id, actor)

    def send(self, element: str, username: str, raw: Mapping[str, Any], **about: str) -> None:
        """Send a form by hand."""
        task_id = self.task(element, **about)
        with self.house.database.unit_of_work() as session:
            actor = directory.actor(session, username)
            self.house.forms.submit(session, self.house.engine, task_id, actor, dict(raw))

    def upload(self, element: str, username: str, **about: str) -> int:
        """A file attached to a task."""
        task_id = self.task(element, **about)
        with self.house.database.unit_of_work() as session:
            return files.store(session, self.house.clock, username, "soporte.pdf", SUPPORT, task_id=task_id).id

    def play(self, until: str, profiles: Mapping[tuple[str, str], str] | None = None) -> None:
        """Let robots do everything until a day."""
        self.house.play(profiles).until(day(until))

    def tick(self, moment: dt.datetime) -> None:
        """Time passes and nobody acts."""
        self.house.clock.move_to(moment)
        self.house.play().tick()

    def state_of(self, case_id: int) -> str:
        """The state of a case, with its incidents."""
        with self.house.database.reading() as session:
            incidents = session.scalars(sa.select(Incident.message)).all()
            assert incidents == []
            return session.get_one(Instance, case_id).state


def _march() -> VirtualClock:
    """Monday 5 March 2018, 9:00 in Bogotá."""
    return VirtualClock(dt.datetime(2018, 3, 5, 14, 0, tzinfo=dt.UTC))


def draft_document(house: House) -> DocumentVersion:
    """The document of the plan, version 0.1, with three sections."""
    with house.database.unit_of_work() as session:
        document = versions.find_or_begin(session, PLAN, "pes", "Plan Estratégico Sectorial")
        for position, (code, title, text) in enumerate(SECTIONS):
            session.add(
                DocumentSection(
                    document_id=document.id, code=code, title=title, text=text, position=position, state="aprobada"
                )
            )
        content = {"sections": [{"code": c, "title": t, "text": text} for c, t, text in SECTIONS]}
        return versions.make(session, document, "0.1", content, now=house.clock.now(), by="jrojas")


@pytest.fixture
def office(database: Database) -> Office:
    """Before adoption: the plan is in formulation and nothing was measured."""
    house = build_house(database, _march(), measured_before=(2017, 1))
    with house.database.unit_of_work() as session:
        plan = session.get_one(Plan, PLAN)
        plan.state, plan.adoption_act, plan.approval_rule = "formulacion", {}, "unanimidad"
    draft_document(house)
    return Office(house)


@pytest.fixture
def adopted(office: Office) -> Office:
    """After phase 3, which robots walked; it is 15 June."""

    def walk() -> None:
        office.begin()
        office.play("2018-06-15")

    once(office.house, "phase 3", walk)
    return office


@pytest.fixture
def running(database: Database) -> Office:
    """The plan in force, measured until May 2018; it is 3 July, and June is open."""
    return _in_force(database, None)


@pytest.fixture
def unfollowed(database: Database) -> Office:
    """The same, with nothing published but what changes a plan: nobody reports meanwhile."""
    return _in_force(database, CHANGING)


def _in_force(database: Database, only: frozenset[str] | None) -> Office:
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    house = build_house(
        database, clock, measured_before=(2018, 6), only=only, listeners=(MailListener("http://127.0.0.1:8000"),)
    )

    def open_june() -> None:
        draft_document(house)
        house.play().tick()

    return Office(once(house, f"in force with {sorted(only) if only else 'everything'}", open_june))
