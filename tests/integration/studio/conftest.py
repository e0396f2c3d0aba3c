"""The whole application over the demo plan, with somebody signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.plan import PLAN, build_house
from web.app import create_app
from web.bootstrap import Application, assemble
from web.config import Config
from workflows import cycles

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


@pytest.fixture
def application(database: Database, clock: VirtualClock, tmp_path: Any) -> Application:
    """Tuesday 3 July 2018, the first working day after June: its follow-up is due."""
    clock.move_to(dt.datetime(2018, 7, 3, 14, tzinfo=dt.UTC))
    build_house(database, clock, measured_before=(2018, 6))
    config = Config(tmp_path, database.url.render_as_string(hide_password=False), "secreto" * 6, demo=True)
    return assemble(config, clock=clock)


@pytest.fixture
def flask_app(application: Application) -> Iterator[Flask]:
    """The WSGI application."""
    yield create_app(application)
    application.database.dispose()


@pytest.fixture
def sign_in(flask_app: Flask) -> Callable[[str], Browser]:
    """Sign in as one of the demo people."""

    def enter(username: str) -> Browser:
        client = flask_app.test_client()
        page = html.fromstring(client.get("/ingresar").text)
        token = page.xpath("//input[@name='csrf_token']/@value")
        answer = client.post(f"/demostracion/{username}", data={"csrf_token": token[0] if token else ""})
        assert answer.status_code in (302, 303), answer.text[:1000]
        return Browser(client)

    return enter


@pytest.fixture
def leader(sign_in: Callable[[str], Browser]) -> Browser:
    """Ana Martínez, leader of the process."""
    return sign_in(LEADER)


@pytest.fixture
def open_month(application: Application, clock: VirtualClock) -> Callable[..., Any]:
    """Open every case that is due by now, after moving the clock to `moment`."""

    def open_due(moment: dt.datetime | None = None) -> Any:
        if moment is not None:
            clock.move_to(moment)
        with application.database.unit_of_work() as session:
            return cycles.open_due(session, application.engine, plan_code=PLAN)

    return open_due
