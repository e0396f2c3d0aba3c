"""What a token opens: the less of its scopes and of what its person may, until either ends; what is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.identity import Actor
from tests.support.programs import program
from tests.support.web import Site
from web.auth import tokens
from web.auth.access import declared
from web.auth.models import ApiToken
from web.auth.scopes import Scope
from workflows.auditing.models import AuditEntry
from workflows.people.models import Person

PLAN = "PES-GOB"
KNOWN = {"plan_code": PLAN, "period": "2018-06", "indicator_code": "X", "task_id": 1, "case_id": 1, "file_id": 1}


def _operations(site: Site) -> Iterator[tuple[str, str, str]]:
    """Each operation of the API: its method, an address, and its scope."""
    addresses = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        access = declared(site.app.view_functions[rule.endpoint])
        if rule.endpoint.startswith("api.") and access is not None and access.scope:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            path = addresses.build(rule.endpoint, {name: KNOWN[name] for name in rule.arguments}, method=method)
            yield method, path.removeprefix("/api/v1"), access.scope


def test_each_operation_needs_its_own_scope_and_no_other(office: Site) -> None:
    owners = {scope: "admin" if scope is Scope.PEOPLE_READ else "amartinez" for scope in Scope}
    without = {scope: program(office, owners[scope], set(Scope) - {scope}) for scope in Scope}
    alone = {scope: program(office, owners[scope], [scope]) for scope in Scope}
    operations = list(_operations(office))

    refused = {one: without[Scope(one[2])].ask(*one[:2], 403).json["type"] for one in operations}
    opened = {one: alone[Scope(one[2])].ask(*one[:2]) for one in operations}

    assert {one[2] for one in operations} == set(Scope) and len(operations) >= 26
    assert set(refused.values()) == {"urn:cauce:problem:out-of-scope"}
    closed = {one: answer.json for one, answer in opened.items() if answer.status_code in (401, 403)}
    # a task that is somebody else's is theirs whatever the scope
    assert {told["type"] for told in closed.values()} <= {"urn:cauce:problem:not-allowed"}


def test_no_scope_opens_what_the_person_may_not(office: Site) -> None:
    reporter = program(office, "sruiz")

    assert reporter.get("/people", 403)["status"] == 403
    told = {"name": "m", "key": PLAN, "reason": "Prueba"}
    assert reporter.post(f"/plans/{PLAN}/messages", told, 403)["status"] == 403


@pytest.mark.parametrize("end", ["deactivated", "revoked", "over", "role ended"])
def test_a_token_opens_nothing_once_it_or_its_person_is_no_more(office: Site, end: str) -> None:
    coordinator = program(office, "amartinez")
    coordinator.get("/cases")

    with office.application.database.unit_of_work() as session:
        person, token = session.get_one(Person, "amartinez"), session.scalars(sa.select(ApiToken)).one()
        if end == "deactivated":
            person.active = False
        elif end == "revoked":
            tokens.revoke(session, office.clock, person.username, token.id, actor=Actor("admin"))
        elif end == "role ended":
            for held in person.roles:
                held.until = office.clock.now().date() - dt.timedelta(days=1)
    if end == "over":
        office.clock.advance(dt.timedelta(days=31))

    refused = coordinator.ask("GET", f"/plans/{PLAN}")
    assert refused.status_code == (404 if end == "role ended" else 401)  # who holds no role there is told of nothing


def test_a_days_first_use_is_written_down_and_each_act_names_its_token(office: Site) -> None:
    reporter, database = program(office, "sruiz"), office.application.database

    for _ in range(2):
        for _ in range(3):
            reporter.get("/plans")
        office.clock.advance(dt.timedelta(days=1))
    coordinator = program(office, "amartinez")
    coordinator.ask("GET", "/people", 403)  # what is refused is written down with its token too

    with database.reading() as session:
        used = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "usar_token")).all()
        acts = session.scalars(sa.select(AuditEntry).where(AuditEntry.request.like("% token:2"))).all()
    assert [(one.actor_id, one.object_id, one.at.date().isoformat()) for one in used] == [
        ("sruiz", "1", "2018-07-06"), ("sruiz", "1", "2018-07-07"), ("amartinez", "2", "2018-07-08"),
    ]  # fmt: skip
    assert [(one.actor_id, one.action) for one in acts] == [("amartinez", "usar_token"), ("amartinez", "abrir")]
