"""Whatever stands in another sector changes no page, and no act of the people of this one reaches it.

Nothing here is a list: the pages are the routes, the other sector has a row in every table of the models, and the acts
are the forms of the pages, sent with the things of the other sector in the place of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from lxml import html
from werkzeug.routing import Rule

from engine.tasks.models import UserTask
from tests.integration.web.test_sectors import BESIDE, named_things
from tests.support import strangers
from tests.support.strangers import MARK, NUMBER, WRITTEN
from tests.support.two_sectors import (
    ENTITIES,
    FIRST,
    PLANS,
    REPORTERS,
    SECOND,
    SHARED_ENTITY,
    Things,
    add_second_sector,
)
from tests.support.web import Site, open_site
from web.auth import sessions
from web.auth.access import Of
from web.auth.table import Reader, Right, row_of
from workflows.people.models import Person, PersonRole
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope

INSIDER = "de_todo"
OF_ALL = {Of.INSTALLATION, Of.DEFINITION, Of.VARIANT}
"""What is the installation's; a variant's owner is asked for by the gate (`test_sectors.py`)."""
CHANGES = re.compile(
    r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|csrf_token\" value=\"[^\"]*\"|nonce=\"[^\"]*\"|\"?_forma\"? value=\"[^\"]*\""
)
"""What differs between two readings of one page: the code of the request, what protects a form."""
CHOICES = {"suffix", "kind", "image", "what"}
"""What an address names of a few that are written in the route."""
GOES_AWAY = ("auth.", "demo.")
"""How the routes begin after which one is somebody else, or elsewhere in time."""


@dataclass
class House:
    """A site, what an address names in the first sector, and the pages that somebody of it read."""

    site: Site
    client: FlaskClient
    named: Mapping[str, object]
    other: Things
    pages: dict[str, str] = field(default_factory=dict)
    made: dict[str, strangers.Row] = field(default_factory=dict)

    def read(self) -> dict[str, str]:
        """Every page that a person of the first sector may open, about things of their own."""
        found = {}
        for rule in self.rules("GET"):
            for address in self.addresses(rule):
                answer = self.client.get(address)
                found[address] = CHANGES.sub("", answer.text) if answer.mimetype.startswith("text/") else ""
                assert answer.status_code < 500, (address, answer.status_code)
        return found

    def rules(self, method: str) -> Iterator[Rule]:
        """The routes of sectors, those that need no sign-in aside."""
        for rule in self.site.app.url_map.iter_rules():
            row = row_of(rule.endpoint)
            assert row is not None, rule.endpoint
            if method not in (rule.methods or ()) or row.of in OF_ALL or row.right(Reader.PUBLIC) is not Right.NOTHING:
                continue
            if not rule.endpoint.startswith(GOES_AWAY):
                yield rule

    def addresses(self, rule: Rule, **beside: object) -> Iterator[str]:
        """The address of a route for what is the first sector's; a list also as one looks for the other's things."""
        named = self.named
        values = {name: beside.get(name, named.get(name, BESIDE.get(name))) for name in rule.arguments}
        built = self.site.app.url_map.bind("localhost").build(rule.endpoint, values)
        if "plan_code" not in rule.arguments:
            built += f"?plan={named['plan_code']}"
        yield built
        if not rule.arguments:
            yield f"{built}&q={MARK}"


@pytest.fixture(scope="module")
def houses(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """The same house twice: in the second one the other sector is full."""
    alone, beside = (_house(template, tmp_path_factory.mktemp(name)) for name in ("solo", "acompanado"))
    with beside.site.application.database.unit_of_work() as session:
        beside.made = strangers.fill(session, beside.site.clock, beside.other)
    alone.pages, beside.pages = alone.read(), beside.read()
    yield alone, beside
    for house in (alone, beside):
        house.site.application.database.dispose()


def _house(template: Path, folder: Path) -> House:
    site = open_site(template, folder)
    site.app.config["WTF_CSRF_METHODS"] = set()
    with site.application.database.unit_of_work() as session:
        things = add_second_sector(session, site.clock)
        named = {**named_things(session, site.clock, things[FIRST])}
        task = session.scalars(sa.select(UserTask).order_by(UserTask.id)).first()
        assert task is not None
        named |= {"task_id": task.id, "case_id": task.instance_id}  # whose pages are whole
        session.add(_insider())
    with site.application.database.unit_of_work() as session:
        person = sessions.begin(session, site.clock, INSIDER)
        assert person is not None
    client = site.app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = person.get_id()
    return House(site, client, named, things[SECOND])


@pytest.fixture
def house(houses: tuple[House, House]) -> House:
    """The one where the other sector is full."""
    return houses[1]


def test_the_other_sector_has_a_row_in_every_table_of_sectors(house: House) -> None:
    assert {"comment", "commitment", "webhook", "export_delivery", "saved_view", "survey_answer"} <= house.made.keys()
    assert len(house.made) > 100


def test_what_stands_in_another_sector_changes_no_page(houses: tuple[House, House]) -> None:
    alone, beside = houses

    told = [address for address, page in beside.pages.items() if page != alone.pages[address]]

    assert sum(bool(page) for page in alone.pages.values()) > 100
    assert told == []


def test_no_address_of_ones_own_shows_what_is_anothers(house: House) -> None:
    shown = []
    for rule in house.rules("GET"):
        foreign = _foreign(rule)
        for address in house.addresses(rule, **foreign) if foreign else ():
            answer = house.client.get(address)
            assert answer.status_code < 500, (address, answer.status_code)
            if WRITTEN in answer.text:
                shown.append(address)

    assert shown == []


def test_no_act_reaches_what_is_anothers(house: House) -> None:
    # Given every address that somebody of the first sector may send something to, and every form they are shown
    sent = [(address, {}) for rule in house.rules("POST") if _foreign(rule)
            for address in house.addresses(rule, **_foreign(rule))]  # fmt: skip
    sent += [one for page in house.pages.values() for one in _forms(house, page)]

    # When they are sent with what is the other sector's in the place of one's own
    answers = [house.client.post(address, data=data, headers={"Origin": "http://localhost"}) for address, data in sent]

    # Then nothing of it has changed
    assert len(answers) > 50
    assert all(answer.status_code < 500 for answer in answers)
    with house.site.application.database.reading() as session:
        assert strangers.changed(session, house.made) == []


def _insider() -> Person:
    """Who holds every role of the first sector, and none of another."""
    roles = [
        PersonRole(
            role_id=role.id, sector_code=FIRST, entity_code=SHARED_ENTITY if role.scope == RoleScope.ENTITY else ""
        )
        for role in BY_ID.values()
        if role.scope != RoleScope.INSTALLATION
    ]
    return Person(username=INSIDER, name="De todo", email="todo@example.org", entity_code=SHARED_ENTITY, roles=roles)


def _foreign(rule: Rule) -> dict[str, object]:
    """What an address names beside the thing that it is of, as the other sector has it."""
    row = row_of(rule.endpoint)
    assert row is not None
    own = set(rule.arguments) & (BESIDE.keys() - CHOICES)
    numbers = {name for name, converter in rule._converters.items() if converter.regex == r"\d+"}
    return {name: NUMBER if name in numbers else MARK for name in own}


def _forms(house: House, page: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The forms of a page, with the things of the other sector in the place of one's own."""
    other = {
        FIRST: SECOND, PLANS[FIRST]: PLANS[SECOND], ENTITIES[FIRST]: ENTITIES[SECOND],
        REPORTERS[FIRST]: REPORTERS[SECOND],
    }  # fmt: skip
    for form in html.fromstring(page).xpath("//form[@method='post']") if page else ():
        action = form.get("action") or ""
        endpoint = _endpoint(house, action)
        if not action or endpoint.startswith(GOES_AWAY):
            continue
        data: dict[str, list[str]] = {}
        for field_ in form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"):
            values = [field_.get("value") or ""] + [one.get("value") or "" for one in field_.xpath(".//option")]
            put = next((other[value] for value in values if value in other), None)
            number = any(value.isdecimal() for value in values)
            data.setdefault(field_.get("name"), []).append(put or (str(NUMBER) if number else values[-1] or MARK))
        yield action, data


def _endpoint(house: House, action: str) -> str:
    path = urlsplit(action).path
    try:
        endpoint, _values = house.site.app.url_map.bind("localhost").match(path, method="POST")
    except Exception:
        return GOES_AWAY[0]
    return str(endpoint)
