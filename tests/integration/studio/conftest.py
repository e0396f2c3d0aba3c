"""The whole application over the demo plan, with somebody signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from tests.support.plan import PLAN
from tests.support.sharing import made_once
from tests.support.two_sectors import COORDINATORS, SECOND, add_second_sector
from tests.support.web import Site, build_template, open_site
from web.bootstrap import Application
from workflows.cycles import opening as cycles
from workflows.people.models import PersonRole

LEADER, OTHER_LEADER, LIAISON = "amartinez", "jrojas", "cvega"


@dataclass
class Browser:
    """A signed-in person without JavaScript."""

    client: FlaskClient

    def get(self, address: str, status: int = 200) -> html.HtmlElement:
        """The page at an address."""
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text[:2000]
        return html.fromstring(answer.text)

    def send(self, address: str, status: int = 303, **fields: Any) -> TestResponse:
        """Post a form as the page would."""
        answer = self.client.post(address, data={"csrf_token": self.token(), **fields})
        assert answer.status_code == status, answer.text[:2000]
        return answer

    def call(self, address: str, status: int = 200, **content: Any) -> Any:
        """Post JSON as the editor does."""
        headers = {"X-CSRFToken": self.token(), "Accept": "application/json"}
        answer = self.client.post(address, json=content, headers=headers)
        assert answer.status_code == status, answer.text[:2000]
        return answer.json

    def token(self) -> str:
        """The token of this session's forms."""
        page = html.fromstring(self.client.get("/cuenta").text)
        return str(page.xpath("//input[@name='csrf_token']/@value")[0])

    def text(self, address: str) -> str:
        """What a page says, in one line."""
        return " ".join(self.get(address).text_content().split())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which June 2018 has just opened, made once."""
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture
def site(template: Path, tmp_path: Path) -> Iterator[Site]:
    """The application on a copy of it."""
    site = open_site(template, tmp_path)
    yield site
    site.application.database.dispose()


@pytest.fixture
def application(site: Site) -> Application:
    """What the views use."""
    return site.application


@pytest.fixture
def sign_in(site: Site) -> Callable[[str], Browser]:
    """Sign in as one of the demo people."""

    def enter(username: str) -> Browser:
        client = site.app.test_client()
        page = html.fromstring(client.get("/ingresar").text)
        token = page.xpath("//input[@name='csrf_token']/@value")
        answer = client.post(f"/demostracion/{username}", data={"csrf_token": token[0] if token else ""})
        assert answer.status_code in (302, 303), answer.text[:1000]
        return Browser(client)

    return enter


@pytest.fixture
def hers(site: Site, sign_in: Callable[[str], Browser]) -> Browser:
    """Who leads the processes of Hábitat, beside Gobierno."""
    with site.application.database.unit_of_work() as session:
        add_second_sector(session, site.clock)
        session.add(PersonRole(username=COORDINATORS[SECOND], role_id="lider_proceso", sector_code=SECOND))
    return sign_in(COORDINATORS[SECOND])


@pytest.fixture
def leader(sign_in: Callable[[str], Browser]) -> Browser:
    """Ana Martínez, leader of the process."""
    return sign_in(LEADER)


@pytest.fixture
def open_july(site: Site) -> Callable[[], None]:
    """Go to 1 August and open what is due."""

    def open_due() -> None:
        site.clock.move_to(dt.datetime(2018, 8, 1, 14, tzinfo=dt.UTC))
        with site.application.database.unit_of_work() as session:
            cycles.open_due(session, site.application.engine, plan_code=PLAN)

    return open_due
