"""The control office looks at everything and changes nothing, whatever is sent to whatever address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from lxml import html
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from engine.database import Base
from engine.identity import Actor
from engine.tasks.models import UserTask
from tests.integration.web.test_sectors import BESIDE, named_things
from tests.support.two_sectors import FIRST, add_second_sector
from tests.support.web import Site, Visitor, open_site
from web.auth import tokens
from web.auth.scopes import Scope
from web.auth.table import Reader, Right, row_of

CONTROL = "nquiroga"
OWN = frozenset({
    "web_session", "audit_entry", "sign_in_attempt", "calendar_feed", "saved_view", "mail_habit", "api_token",
    "absence", "file_reading",
})  # fmt: skip
"""What is theirs, and what is written down of what anybody does."""
TYPED = {
    "motivo": "x", "texto": "x", "para": "sruiz", "asunto": "x", "persona": "sruiz", "_accion": "enviar",
    "tipo": "oficio", "fecha": "2018-07-12", "radicado": "1", "de": "x", "cargo": "x", "lugar": "x", "hora": "09:00",
    "modalidad": "virtual",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site(template, tmp_path_factory.mktemp("control"))
    made.app.config["WTF_CSRF_METHODS"] = set()
    yield made
    made.application.database.dispose()


@pytest.fixture(scope="module")
def named(site: Site) -> Mapping[str, object]:
    """What an address names, of their sector."""
    with site.application.database.unit_of_work() as session:
        things = add_second_sector(session, site.clock)
        task = session.scalars(sa.select(UserTask).order_by(UserTask.id)).first()
        assert task is not None
        return {
            **BESIDE, **named_things(session, site.clock, things[FIRST]), "task_id": task.id,
            "case_id": task.instance_id,
        }  # fmt: skip


def routes(site: Site, method: str) -> Iterator[Rule]:
    """Those of work: an account and what is open to anybody aside."""
    for rule in site.app.url_map.iter_rules():
        row = row_of(rule.endpoint)
        assert row is not None, rule.endpoint
        is_own = row.thing.startswith("lo propio")
        if method in (rule.methods or ()) and row.right(Reader.PUBLIC) is Right.NOTHING and not is_own:
            yield rule


def address(site: Site, rule: Rule, named: Mapping[str, object]) -> str:
    values = {name: named.get(name) for name in rule.arguments}
    built = site.app.url_map.bind("localhost").build(rule.endpoint, values)
    return built if "plan_code" in rule.arguments else f"{built}?plan={named['plan_code']}"


def kept(site: Site) -> dict[str, list[str]]:
    """All that is written anywhere, but for what is theirs."""
    with site.application.database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in OWN
        }


def changed(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def test_whatever_the_control_office_sends_to_any_address_nothing_changes(
    site: Site, named: Mapping[str, object]
) -> None:
    control, before = site.visitor(CONTROL), kept(site)

    answers = {rule.rule: control.client.post(address(site, rule, named), data=TYPED) for rule in routes(site, "POST")}

    assert len(answers) > 150
    assert [rule for rule, answer in answers.items() if answer.status_code >= 500] == []
    assert changed(before, kept(site)) == []


def test_a_program_of_the_control_office_with_every_scope_changes_nothing(
    site: Site, named: Mapping[str, object]
) -> None:
    with site.application.database.unit_of_work() as session:
        shown = tokens.make(session, site.clock, CONTROL, "Prueba", tuple(Scope), 30, actor=Actor(CONTROL))
    headers = {"Authorization": f"Bearer {shown}", "Idempotency-Key": "una-vez-sola"}
    client, before = site.app.test_client(), kept(site)

    asked = [
        client.open(address(site, rule, named), method=method, json={"process": "acompanamiento"}, headers=headers)
        for method in ("POST", "PUT")
        for rule in routes(site, method)
        if rule.endpoint.startswith("api.")
    ]

    assert len(asked) >= 7 and all(answer.status_code in (403, 404, 409, 422) for answer in asked)
    assert changed(before, kept(site)) == []


def test_no_page_of_work_offers_the_control_office_to_change_something(site: Site, named: Mapping[str, object]) -> None:
    control = site.visitor(CONTROL)

    offered = {one for rule in routes(site, "GET") for one in forms(site, control, address(site, rule, named))}

    assert offered - {"auth.sign_out", "auth.become", "demo.next_day", "demo.next_month"} == set()


def forms(site: Site, visitor: Visitor, path: str) -> Iterator[str]:
    """Where the forms of a page lead."""
    answer = visitor.client.get(path)
    assert answer.status_code < 500, path
    if answer.status_code == 200 and answer.mimetype == "text/html":
        for action in html.fromstring(answer.text).xpath("//form[@method='post']/@action"):
            to = urlsplit(str(action)).path or urlsplit(path).path
            with suppress(MethodNotAllowed):  # a form that is only shown leads nowhere
                yield str(site.app.url_map.bind("localhost").match(to, method="POST")[0])
