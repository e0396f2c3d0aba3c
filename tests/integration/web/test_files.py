"""Who reads which file: by what its form said, whose task it is, and whether it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa

from engine.identity import SYSTEM
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from tests.support.two_sectors import FIRST, REPORTERS, Things, add_second_sector
from tests.support.web import Site, file_address
from workflows.auditing.models import AuditEntry
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.forms.reserves import reserves
from workflows.forms.schema import FormSchema
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole

OF_IDPAC, OF_SDG = "IDPAC", "SDG"


@pytest.fixture
def things(site: Site) -> Things:
    """What Gobierno has one of; its task that was sent is of SDG."""
    with site.application.database.unit_of_work() as session:
        return add_second_sector(session, site.clock)[FIRST]


def _person(site: Site, username: str, role: str, entity: str) -> str:
    with site.application.database.unit_of_work() as session:
        session.add(
            Person(username=username, name=username.title(), email=f"{username}@x.gov.co", entity_code=entity or None)
        )
        session.flush()
        session.add(PersonRole(username=username, role_id=role, sector_code=FIRST, entity_code=entity))
    return username


def _status(site: Site, username: str, file_id: int) -> int:
    return site.visitor(username).client.get(file_address(site, file_id)).status_code


def _draft(site: Site, things: Things) -> int:
    with site.application.database.unit_of_work() as session:
        kept = files.keep(
            session, site.clock, REPORTERS[FIRST], "borrador.pdf", b"borrador", "application/pdf", task_id=things.task
        )
        return kept.id


def test_a_file_of_a_draft_is_of_who_has_or_may_take_the_task(site: Site, things: Things) -> None:
    colleague = _person(site, "colega", "responsable_meta", OF_SDG)
    draft = _draft(site, things)

    assert _status(site, REPORTERS[FIRST], draft) == 200
    assert _status(site, colleague, draft) == 200
    for other in ("cvega", "amartinez", "admin", "nquiroga"):
        assert _status(site, other, draft) == 403, other


@pytest.mark.parametrize("reserve", [Reserve.CLASSIFIED, Reserve.RESERVED])
def test_what_is_not_public_opens_to_who_works_on_it_reviews_it_or_controls_it(
    site: Site, things: Things, reserve: Reserve
) -> None:
    readers = {
        _person(site, "reporta", "responsable_meta", OF_SDG): 200,
        _person(site, "controla", "control_interno", OF_SDG): 200,
        _person(site, "controla2", "control_interno", OF_IDPAC): 403,
        _person(site, "reporta2", "responsable_meta", OF_IDPAC): 403,
        "amartinez": 200,
        "admin": 403,
    }

    got = {username: _status(site, username, things.files[reserve]) for username in readers}

    assert got == readers
    with site.application.database.reading() as session:
        taken = session.scalars(sa.select(AuditEntry.actor_id).where(AuditEntry.action == "descargar")).all()
    assert sorted(taken) == ["amartinez", "controla", "reporta"]


def _task_of(site: Site, things: Things, entity: str, group: Group, done_by: str = "") -> int:
    with site.application.database.unit_of_work() as session:
        like = session.get_one(UserTask, things.task)
        task = UserTask(
            instance_id=like.instance_id, node_id=f"{entity}{group}"[:32], process_key=like.process_key,
            element_id=like.element_id, name="Otra", form_key=like.form_key, properties={}, context={},
            variables={"plan": things.plan, "entidad": entity}, created_at=site.clock.now(),
            state=UserTaskState.COMPLETED if done_by else UserTaskState.OPEN, completed_by=done_by or None,
            completed_at=site.clock.now() if done_by else None,
        )  # fmt: skip
        session.add(task)
        session.flush()
        session.add(TaskCandidate(task_id=task.id, group_id=str(group)))
        return task.id


def test_who_worked_in_the_same_case_for_another_entity_reads_neither_file_nor_form(site: Site, things: Things) -> None:
    _task_of(site, things, OF_IDPAC, Group("responsable_meta", FIRST, OF_IDPAC), done_by="sruiz")
    with site.application.database.reading() as session:
        sent = session.get_one(StoredFile, things.files[Reserve.RESERVED]).task_id
        session.get_one(UserTask, sent)

    other = _person(site, "otra", "responsable_meta", OF_IDPAC)
    assert _status(site, other, things.files[Reserve.RESERVED]) == 403
    assert site.visitor(other).client.get(f"/tareas/{sent}/enviada").status_code == 403


def test_who_came_to_a_meeting_of_the_case_from_another_entity_reads_neither_file_nor_form(
    site: Site, things: Things
) -> None:
    other = _person(site, "otra", "responsable_meta", OF_IDPAC)
    of_sector = _person(site, "grupo", "profesional_sectorial", "")
    for attendant in (other, of_sector):
        _task_of(site, things, "", Group("asistente", FIRST, attendant), done_by=attendant)
    with site.application.database.reading() as session:
        sent = session.get_one(StoredFile, things.files[Reserve.RESERVED]).task_id

    reserved = things.files[Reserve.RESERVED]
    assert _status(site, other, reserved) == 403
    assert site.visitor(other).client.get(f"/tareas/{sent}/enviada").status_code == 403
    assert _status(site, of_sector, reserved) == 200


def test_what_is_not_public_and_of_no_task_opens_to_the_coordination_and_to_internal_control(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        kept = files.keep(
            session, site.clock, SYSTEM.id, "expediente.zip", b"PK", "application/zip", sector=FIRST,
            reserve=Reserve.CLASSIFIED,
        ).id  # fmt: skip
    controls = _person(site, "controla", "control_interno", OF_SDG)

    found = {who: _status(site, who, kept) for who in ("amartinez", controls, "cvega", "sruiz", "admin")}

    assert found == {"amartinez": 200, controls: 200, "cvega": 403, "sruiz": 403, "admin": 403}


def test_who_reviews_for_the_whole_sector_reads_it(site: Site, things: Things) -> None:
    reviewer = "bdiaz"
    with site.application.database.reading() as session:
        before = _status(site, "ocardenas", things.files[Reserve.RESERVED])
        group = next(
            Group(one.role_id, one.sector_code, one.entity_code)
            for one in session.scalars(sa.select(PersonRole).where(PersonRole.username == "ocardenas"))
        )
    assert before == 403 and reviewer

    _task_of(site, things, OF_SDG, group)

    assert _status(site, "ocardenas", things.files[Reserve.RESERVED]) == 200


def test_addresses_of_files_are_not_found_by_counting(site: Site, things: Things) -> None:
    visitor = site.visitor("amartinez")
    public = things.files[Reserve.PUBLIC]
    address = file_address(site, public)
    letters = address.rpartition("/")[2]

    assert len(letters) == 22
    assert file_address(site, public + 1)[-22:-11] != letters[:11]
    changed = f"/archivos/{'A' if letters[0] != 'A' else 'B'}{letters[1:]}"
    assert visitor.client.get(changed).status_code == 404
    assert visitor.client.get(f"/archivos/{'A' * 22}").status_code == 404


def test_an_old_address_leads_on_who_may_read_and_is_none_for_others(site: Site, things: Things) -> None:
    reserved = things.files[Reserve.RESERVED]

    led = site.visitor("amartinez").client.get(f"/archivos/{reserved}")
    refused = site.visitor("admin").client.get(f"/archivos/{reserved}")

    assert (led.status_code, led.headers["Location"]) == (308, file_address(site, reserved))
    assert refused.status_code == 404


def _schema_of(*components: Mapping[str, object]) -> FormSchema:
    return FormSchema.from_dict({"type": "default", "id": "f", "components": list(components)})


CHOICE = {
    "type": "select", "key": "reserva", "label": "Reserva",
    "values": [{"value": one, "label": one} for one in Reserve],
}  # fmt: skip
FILE = {"type": "filepicker", "key": "archivo", "label": "Archivo"}


def test_what_is_chosen_beside_a_file_is_how_it_is_kept_and_the_field_may_say_it_itself() -> None:
    table = {"type": "dynamiclist", "path": "filas", "key": "filas", "components": [FILE, CHOICE]}
    fixed = {**FILE, "key": "acta", "properties": {"pes.reserva": "clasificada"}}
    schema = _schema_of(table, fixed)
    rows = [
        {"archivo": [1], "reserva": "publica"}, {"archivo": [2, 3], "reserva": "reservada"},
        {"archivo": [1], "reserva": "clasificada"},
    ]  # fmt: skip

    found = reserves(schema, {"filas": rows, "acta": [4]})

    assert found == {1: Reserve.CLASSIFIED, 2: Reserve.RESERVED, 3: Reserve.RESERVED, 4: Reserve.CLASSIFIED}


def test_a_person_without_roles_sees_their_account_and_nothing_else(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        session.add(Person(username="nadie", name="Sin Rol", email="n@x.gov.co"))
    visitor = site.visitor("nadie")

    opened = [path for path in _pages(site) if visitor.client.get(path).status_code == 200]

    own = [
        "/ausencias", "/ayuda/", "/bandeja", "/bandeja/filtrar", "/bandeja/grupo", "/bandeja/novedades",
        "/bandeja/otros", "/bandeja/terminadas", "/compromisos", "/correos/preferencias", "/cuenta",
        "/cuenta/calendario", "/cuenta/datos", "/cuenta/tokens", "/entregas", "/prorrogas", "/sesion/ficha",
    ]  # fmt: skip
    assert set(opened) <= set(own) and "/cuenta" in opened
    visitor.open("/cuenta")
    assert visitor.page().xpath("//nav[@aria-label='Principal']//a/text()") == ["Bandeja", "Ayuda"]


def _pages(site: Site) -> Iterator[str]:
    """Every page of staff whose address needs nothing filled in."""
    from web.auth.access import declared

    for rule in sorted(site.app.url_map.iter_rules(), key=lambda one: one.rule):
        access = declared(site.app.view_functions[rule.endpoint])
        if "GET" in (rule.methods or ()) and not rule.arguments and access and not access.is_public:
            yield rule.rule
