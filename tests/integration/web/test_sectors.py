"""Every route, asked by every role for the things of two sectors, answers what the table of permissions says."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import session as flask_session
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from engine.clock import Clock
from engine.identity import Actor
from engine.states import IncidentState
from engine.units import SystemIncident
from notifications.models import OutboxMessage
from notifications.states import MailKind
from tests.support.plan import demo_data
from tests.support.two_sectors import (
    COORDINATORS,
    FIRST,
    REPORTERS,
    SECOND,
    SHARED_ENTITY,
    SHARED_PERSON,
    Things,
    add_second_sector,
)
from tests.support.web import Site, Visitor, open_site
from web.answering import status_of
from web.auth import sessions, tokens
from web.auth.access import Of
from web.auth.owners import SECTOR_OF
from web.auth.scopes import Scope
from web.auth.table import TABLE, Answer, Reader, expected, reader_of, row_of
from web.errors import WebError
from workflows.documents.states import Reserve
from workflows.loading import workbook
from workflows.people.models import Person, PersonRole
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope

NOBODY, WITHOUT_ROLE = "", "sin_rol"
ANSWERS = {403: Answer.REFUSED, 404: Answer.ABSENT, 401: Answer.SIGN_IN, 302: Answer.SIGN_IN}
BESIDE = {
    "role_id": "enlace_planeacion", "day": "2018-08-06",
    "period": "2018-06", "period_code": "2018-06", "label": "2018-06", "kind": "plan", "what": "proceso",
    "code": "X", "key": "x",
    "indicator_code": "X", "project_code": "X", "node_id": "x", "element_id": "x", "process_key": "f5_ciclo_mensual",
    "form_key": "reportar_avance", "path": "x", "number": 1, "token": "x", "filename": "x", "suffix": "pdf",
    "webhook_id": 1, "release_id": 1, "scenario_id": 1, "commitment_id": 1,
    "meeting_id": 1, "export_id": 1, "delivery_id": 1, "decision_key": "x", "image": "svg",
}  # fmt: skip
"""What an address says beside the thing that it is of: the gate does not ask whether that is there."""


@dataclass(frozen=True)
class House:
    """A site, and what an address names in each of its two sectors."""

    site: Site
    named: Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    site = open_site(template, tmp_path_factory.mktemp("sectores"))
    with site.application.database.unit_of_work() as session:
        things = add_second_sector(session, site.clock)
        named = {code: named_things(session, site.clock, things[code]) for code in (FIRST, SECOND)}
        session.add_all(_holders())
    yield House(site, named)
    site.application.database.dispose()


def test_every_route_has_a_row_and_every_row_its_routes(house: House) -> None:
    routes = {rule.endpoint for rule in house.site.app.url_map.iter_rules()}

    told = [endpoint for row in TABLE for endpoint in row.reads | row.changes]

    assert sorted(told) == sorted(routes)


def test_every_kind_of_thing_has_a_way_to_its_owner() -> None:
    assert set(Of) - {Of.NONE, Of.OWN} == SECTOR_OF.keys()


@pytest.mark.parametrize("role", [NOBODY, WITHOUT_ROLE, *BY_ID])
def test_every_route_answers_a_role_as_the_table_says(house: House, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.site.app.config, "WTF_CSRF_METHODS", set())
    reader, token = _reader(role), _signed_in(house, role)
    answer = partial(_answer, house, token, _token(house, role))

    with house.site.application.database.reading_once():
        wrong = [
            (rule.rule, method, sector, told, wanted)
            for rule, method, sector in _requests(house)
            if (told := answer(rule, method, sector)) is not (wanted := _wanted(rule, reader, sector))
        ]

    assert wrong == []


@pytest.mark.parametrize("name", ["plan_code", "case_id", "task_id", "incident_id", "unit_id", "file_id", "mail_id"])
def test_what_is_foreign_is_answered_as_if_it_did_not_exist(house: House, name: str) -> None:
    visitor = house.site.visitor(REPORTERS[FIRST] if name not in ("incident_id", "unit_id") else COORDINATORS[FIRST])
    absent: object = "PES-NADA" if name == "plan_code" else 999_999
    pages = {
        "plan_code": "/plan/{}/presupuesto", "case_id": "/casos/{}", "task_id": "/tareas/{}", "mail_id": "/correos/{}",
        "incident_id": "/incidentes/{}", "unit_id": "/incidentes/sistema/{}", "file_id": "/archivos/{}",
    }  # fmt: skip

    visitor.open(pages[name].format(house.named[SECOND][name]), status=404)
    foreign = _without_code(visitor)
    visitor.open(pages[name].format(absent), status=404)

    assert _without_code(visitor) == foreign


def test_a_plan_of_ones_own_beside_a_foreign_one_opens_neither(house: House) -> None:
    own, foreign = (house.named[sector]["plan_code"] for sector in (FIRST, SECOND))

    for address in (f"/seguimiento?plan={own}&plan={foreign}", f"/seguimiento?plan={foreign}&plan={own}"):
        house.site.visitor(REPORTERS[FIRST]).open(address, status=404)


def test_who_holds_roles_in_two_sectors_opens_things_of_both_and_each_role_counts_in_its_own(house: House) -> None:
    shared = house.site.visitor(SHARED_PERSON)

    for sector in (FIRST, SECOND):
        shared.open(f"/plan/{house.named[sector]['plan_code']}/presupuesto")
        shared.open(f"/casos/{house.named[sector]['case_id']}")
    shared.open(f"/incidentes/{house.named[SECOND]['incident_id']}", status=403)


def test_the_account_of_who_works_in_two_sectors_is_no_single_administrators_to_take(house: House) -> None:
    administrator = house.site.visitor("admin")

    administrator.open(f"/personas/{SHARED_PERSON}")

    administrator.press(f"/personas/{SHARED_PERSON}/enlace", status=403)
    administrator.open(f"/personas/{REPORTERS[FIRST]}")
    administrator.press(f"/personas/{REPORTERS[FIRST]}/enlace")


def test_a_mail_to_somebody_of_two_sectors_is_read_by_who_coordinates_both(house: House) -> None:
    coordinator, reader = house.site.visitor(COORDINATORS[FIRST]), house.site.visitor(SHARED_PERSON)
    own, both = house.named[FIRST]["mail_id"], house.named[SECOND]["mail_to_both"]

    coordinator.open(f"/correos/{own}")

    coordinator.open(f"/correos/{both}", status=404)
    reader.open(f"/correos/{both}")


def test_a_workbook_with_a_plan_of_another_sector_is_refused(house: House) -> None:
    sent = {"archivo": (io.BytesIO(workbook.write_workbook(demo_data())), "plan.xlsx")}
    coordinator = house.site.visitor(COORDINATORS[SECOND])
    coordinator.open("/plan/cargar")

    coordinator.press("/plan/cargar", status=422, **sent)

    assert "es del sector" in coordinator.text()


def _without_code(visitor: Visitor) -> str:
    """What the page says, but for the code of the request."""
    return re.sub(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", "", visitor.text())


def named_things(session: Session, clock: Clock, things: Things) -> Mapping[str, object]:
    unit = SystemIncident(
        kind="timer", key=str(things.case), state=IncidentState.OPEN, attempts=1, retry_at=clock.now(),
        first_failed_at=clock.now(), last_failed_at=clock.now(), error="ValueError", message="No se pudo.",
    )  # fmt: skip
    mail = OutboxMessage(
        kind=MailKind.DIGEST, dedup_key=f"dos/{things.sector}", recipient=SHARED_PERSON, address="r@demo.example",
        subject="Lo de dos sectores", text="Texto", html="<p>Texto</p>", created_at=clock.now(), send_at=clock.now(),
    )  # fmt: skip
    session.add_all([unit, mail])
    session.flush()
    return {
        "sector": things.sector,
        "plan_code": things.plan, "case_id": things.case, "task_id": things.task, "incident_id": things.incident,
        "file_id": things.files[Reserve.PUBLIC], "mail_id": things.mail, "unit_id": unit.id, "mail_to_both": mail.id,
        "username": REPORTERS[things.sector], "variant": f"f5_ciclo_mensual@{things.sector}",
    }  # fmt: skip


def _holders() -> Iterator[Person]:
    """One person for each role, of the first sector where it is of one, and one without any."""
    yield Person(username=WITHOUT_ROLE, name="Sin rol", email="sin@example.org")
    for role in BY_ID.values():
        sector = "" if role.scope == RoleScope.INSTALLATION else FIRST
        entity = SHARED_ENTITY if role.scope == RoleScope.ENTITY else ""
        held = PersonRole(role_id=role.id, sector_code=sector, entity_code=entity)
        yield Person(username=f"de_{role.id}", name=role.name, email=f"{role.id}@example.org", roles=[held])


def _reader(role: str) -> Reader:
    if role in BY_ID:
        return reader_of(role)
    return Reader.PERSON if role else Reader.PUBLIC


def _signed_in(house: House, role: str) -> str:
    """The session of who holds a role and nothing else; none for nobody."""
    if not role:
        return ""
    username = role if role == WITHOUT_ROLE else f"de_{role}"
    with house.site.application.database.unit_of_work() as session:
        person = sessions.begin(session, house.site.clock, username)
    assert person is not None
    return person.get_id()


def _token(house: House, role: str) -> str:
    """What a program of theirs shows, with every scope; none of nobody's."""
    if not role:
        return ""
    username = role if role == WITHOUT_ROLE else f"de_{role}"
    with house.site.application.database.unit_of_work() as session:
        return tokens.make(session, house.site.clock, username, "Prueba", tuple(Scope), 30, actor=Actor(username))


def _requests(house: House) -> Iterator[tuple[Rule, str, str]]:
    for rule in house.site.app.url_map.iter_rules():
        row = row_of(rule.endpoint)
        assert row is not None, rule.endpoint
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT"}):
            yield rule, method, FIRST
            if row.of in SECTOR_OF:
                yield rule, method, SECOND


def _answer(house: House, token: str, shown: str, rule: Rule, method: str, sector: str) -> Answer:
    """What the gate says, without the page that would tell it."""
    app, named = house.site.app, house.named[sector]
    values = {name: named.get(name, BESIDE.get(name)) for name in rule.arguments}
    if "plan_code" not in rule.arguments:
        values["plan"] = named["plan_code"]
    address = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    with app.test_request_context(address, method=method, environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers=headers):
        if token:
            flask_session["_user_id"] = token
        try:
            stopped = app.preprocess_request()
        except HTTPException as error:
            return ANSWERS[error.code or 0]
        except WebError as error:
            return ANSWERS[status_of(error) or 0]
    return Answer.REACHED if stopped is None else ANSWERS[Response.force_type(stopped).status_code]


def _wanted(rule: Rule, reader: Reader, sector: str) -> Answer:
    row = row_of(rule.endpoint)
    assert row is not None
    return expected(row, reader, writes=rule.endpoint in row.changes, own=sector == FIRST)
