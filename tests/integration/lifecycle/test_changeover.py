"""A change of government: what there is is kept, people hand over, and the plan goes on."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import Actor
from engine.instances.models import Instance
from engine.tasks import commands as tasks
from engine.tasks import inbox
from engine.tasks.models import TaskCandidate, UserTask
from tests.support.plan import MONTH, PLAN, House, build_house, day, publish
from workflows.auditing.models import AuditEntry
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import DocumentKind
from workflows.errors import Forbidden, Refused
from workflows.lifecycle import changeover, starting
from workflows.people import directory, holdings
from workflows.people.groups import Group
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

LEAVES, COMES = "sruiz", "nuevo"
"""Who reports for IDPAC, with open tasks; who comes in their place."""


@pytest.fixture
def house(database: Database) -> House:
    """The month of June being reported."""
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    play = house.play({("2018-06", "IDPAC"): "missing"})
    play.until(day("2018-07-05"))
    with database.unit_of_work() as session:
        session.add(Person(username=COMES, name="Nueva Persona", email="nueva@demo.example", entity_code="IDPAC"))
    return house


def _hand_over(house: House, who: str, given: dict[str, str], reason: str = "Cambio de gobierno") -> None:
    with house.database.unit_of_work() as session:
        actor = directory.actor(session, who)
        changeover.hand_over(session, house.engine, PLAN, given, actor=actor, reason=reason)


def _of(house: House, username: str) -> tuple[set[tuple[str, str]], int]:
    """The roles that somebody holds in the sector, and their open tasks."""
    with house.database.reading() as session:
        held = {(one.role_id, one.entity_code) for one in directory.person(session, username).roles}
        tasks = sa.select(sa.func.count()).where(UserTask.assignee == username, UserTask.state == "open")
        return held, session.scalars(tasks).one()


def test_who_leaves_hands_over_roles_and_tasks_and_the_plan_goes_on(house: House) -> None:
    held, tasks = _of(house, LEAVES)
    assert held and tasks

    _hand_over(house, "admin", {LEAVES: COMES})

    assert _of(house, LEAVES) == (set(), 0)
    assert _of(house, COMES) == (held, tasks)
    with house.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.reason == "Cambio de gobierno")).all()
        open_cases = sa.select(sa.func.count()).where(Instance.scope == PLAN, Instance.state == "active")
        going_on = session.scalars(open_cases).one()
        still = session.get_one(Person, LEAVES).active
    assert (plan.state, plan.ends_on) == (PlanState.IN_FORCE, day("2020-12-31"))
    assert {"empalme", "entregar_cargo"} <= set(acts)
    assert going_on > 0
    assert still  # they leave their roles, not the installation


def test_a_role_that_was_given_for_some_days_is_handed_over_with_its_days(house: House) -> None:
    until = day("2020-06-30")
    with house.database.unit_of_work() as session:
        for one in directory.person(session, LEAVES).roles:
            one.until = until

    _hand_over(house, "admin", {LEAVES: COMES})

    with house.database.reading() as session:
        assert {one.until for one in directory.person(session, COMES).roles} == {until}


def test_the_package_tells_what_there_was_with_the_digests_of_the_documents(house: House) -> None:
    with house.database.unit_of_work() as session:
        kept = files.keep(session, house.clock, "admin", "pes.pdf", b"%PDF-1.4 plan", "application/pdf")
        session.add(
            Document(
                plan_code=PLAN, kind=DocumentKind.PES, key="1.0", format="pdf", title="El plan", file_id=kept.id,
                dated_at=house.clock.now(), made_at=house.clock.now(),
            )
        )  # fmt: skip
        digest = session.get_one(StoredFile, kept.id).sha256

    _hand_over(house, "admin", {LEAVES: COMES})
    changeover.MAKER.make_missing(house.database, house.clock)

    with house.database.reading() as session:
        made = session.scalars(sa.select(Document).where(Document.kind == DocumentKind.CHANGEOVER)).all()
        page = next(files.read(session, one.file_id).decode() for one in made if one.format == "html")
        (told,) = changeover.of_plan(session, PLAN)
    assert {one.format for one in made} >= {"html", "pdf", "docx"}
    headings = [section["heading"] for section in told.content["sections"]]
    assert headings == [
        "Personas y cargos", "Compromisos abiertos", "Indicadores en rojo", "Planes de choque en curso",
        "Procesos en curso", "Documentos",
    ]  # fmt: skip
    assert "Nueva Persona" in page and "Cambio de gobierno" in page and digest in page


def test_what_was_kept_does_not_follow_what_changes_afterwards(house: House) -> None:
    _hand_over(house, "amartinez", {})
    with house.database.unit_of_work() as session:
        (kept,) = changeover.of_plan(session, PLAN)
        before = kept.content
        session.execute(sa.update(Person).values(name="Otra"))

    with house.database.reading() as session:
        assert changeover.of_plan(session, PLAN)[0].content == before
        assert any("Sandra Ruiz" in row[0] for row in before["sections"][0]["tables"][0]["rows"])


def test_who_coordinates_keeps_the_package_and_only_who_administers_hands_roles_over(house: House) -> None:
    with pytest.raises(Forbidden, match="administra"):
        _hand_over(house, "amartinez", {LEAVES: COMES})
    with pytest.raises(Forbidden):
        _hand_over(house, LEAVES, {})
    with pytest.raises(Refused, match="motivo"):
        _hand_over(house, "amartinez", {}, reason="  ")
    with pytest.raises(Refused, match="misma persona"):
        _hand_over(house, "admin", {LEAVES: LEAVES})
    with house.database.reading() as session:
        assert changeover.of_plan(session, PLAN) == []
    assert _of(house, COMES) == (set(), 0)


def test_what_somebody_holds_in_another_sector_stays(house: House) -> None:
    with house.database.unit_of_work() as session:
        holdings.hold(session.get_one(Person, LEAVES), "HAB", ["enlace_planeacion"])

    _hand_over(house, "admin", {LEAVES: COMES})

    assert _of(house, LEAVES)[0] == {("enlace_planeacion", "IDPAC")}


NEXT = "PES-GOB-2021"
CREATED = {
    "nombre": "Plan Estratégico Sectorial 2021–2024", "sector": "Gobierno", "anio_inicio": "2021", "anios": "4",
    "pdds": [{"nombre": "El que viene", "desde": "2020-06-01", "hasta": "2024-05-31"}],
    "entidades": ["SDG", "IDPAC"], "nombre_primer_nivel": "linea",
    "regla_aprobacion": "unanimidad", "guia_version": "2018-01",
}  # fmt: skip


def test_the_next_plan_is_formulated_while_the_present_one_goes_on_and_both_change_hands(house: House) -> None:
    # Given a plan in force, whose June is being reported, and a coordinator who begins the next one
    with house.database.unit_of_work() as session:
        publish(session, house.engine)
        coordinator = directory.actor(session, directory.people_with(session, "coordinador_pes", "GOB")[0].username)
        session.add(Person(username="entra", name="Quien entra", email="entra@demo.example", entity_code="SDG"))
        starting.start_plan(session, house.engine, "GOB", NEXT, actor=coordinator)
    _do(house, coordinator, "crear_plan", CREATED)
    liaison = _take(house, "alistar_fuentes", Group("enlace_planeacion", "GOB", "SDG"))
    month = _open_of(house, PLAN)
    formulation = _open_of(house, NEXT)
    assert month and formulation

    # When the government changes, and the coordination and an office of liaison are handed over
    _hand_over(house, "admin", {coordinator.id: "entra", liaison: "entra"})

    # Then both plans go on as they were, each in its state
    with house.database.reading() as session:
        states = {plan.code: plan.state for plan in session.scalars(sa.select(Plan))}
        comer = directory.actor(session, "entra")
        (package,) = changeover.of_plan(session, PLAN)
        assert changeover.of_plan(session, NEXT) == []
    assert states == {PLAN: PlanState.IN_FORCE, NEXT: PlanState.FORMULATION}
    assert month < _open_of(house, PLAN)  # whose indicators the liaison reviewed is asked of others
    assert _open_of(house, NEXT) == formulation
    assert package.reason == "Cambio de gobierno"

    # And who came coordinates both, and goes on in the next one with what who left had taken
    with house.database.reading() as session:
        going_on = {row.id for row in inbox.mine(session, comer)}
        left = directory.actor(session, coordinator.id)
        still = [row.id for row in inbox.mine(session, directory.actor(session, liaison))]
    assert going_on & formulation
    assert still == []
    assert comer.may_supervise("GOB") and not left.may_supervise("GOB")


def _take(house: House, element: str, group: Group) -> str:
    """Let who is of a group take a task that is offered to it; who that is."""
    with house.database.unit_of_work() as session:
        (somebody, *_) = directory.people_with(session, group.role, group.sector, group.entity)
        offered = sa.select(UserTask).join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        task = session.scalars(
            offered.where(UserTask.element_id == element, TaskCandidate.group_id == str(group))
        ).one()
        tasks.claim(session, house.engine, task.id, actor=directory.actor(session, somebody.username))
        return somebody.username


def _do(house: House, actor: Actor, element: str, raw: dict[str, object]) -> None:
    with house.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        ).one()
        house.forms.submit(session, house.engine, task.id, actor, raw)


def _open_of(house: House, plan: str) -> set[int]:
    """The open tasks of a plan's cases."""
    query = sa.select(UserTask.id).join(Instance, Instance.id == UserTask.instance_id)
    with house.database.reading() as session:
        return set(session.scalars(query.where(Instance.scope == plan, UserTask.state == "open")))
