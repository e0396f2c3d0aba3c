"""The whole application over the demo plan, and people who use it as a browser without JavaScript would."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask, url_for
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from lxml import html
from sqlalchemy.engine import make_url
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engine.clock import VirtualClock
from engine.database import Database
from notifications import digest
from notifications.listeners import MailListener
from notifications.models import OutboxMessage
from notifications.states import MailState
from tests.support.databases import begin_with, with_tables
from tests.support.plan import MONTH, build_house, publish
from web.app import create_app
from web.auth.models import Credential
from web.bootstrap import Application, assemble
from web.config import Config
from workflows.cycles import opening as cycles
from workflows.reports import storing
from workflows.simulation.robots import LATE, RETURNED

FRIDAY = dt.datetime(2018, 7, 6, 15, 0, tzinfo=dt.UTC)
"""10:00 in Bogotá; June is being reported (2 July is a holiday), its first tasks are due on Monday 9."""

PLAYED_UNTIL = dt.datetime(2018, 8, 8, 15, 0, tzinfo=dt.UTC)
"""10:00 in Bogotá; 7 August is a holiday: the fifth working day of July's follow-up."""

PASSWORD = "una frase que recuerdo"
SECRET = "secreto" * 6


@dataclass
class Visitor:
    """A browser: cookies, the last page, and its forms."""

    client: FlaskClient
    address: str = ""
    last: TestResponse | None = None

    def open(self, address: str, status: int = 200) -> html.HtmlElement:
        """Follow an address, over redirects, and read the page."""
        self.last = self.client.get(address, follow_redirects=True)
        assert self.last.status_code == status, f"{self.last.status_code}: {self.text()[:1500]}"
        self.address = self.last.request.path
        return self.page()

    def page(self) -> html.HtmlElement:
        """The last page."""
        assert self.last is not None
        return html.fromstring(self.last.text)

    def text(self) -> str:
        """What the last page says, in one line."""
        return " ".join(self.page().text_content().split())

    def heading(self) -> str:
        """The heading of the last page."""
        return " ".join(self.page().findtext(".//h1").split())

    def fields(self, action: str) -> list[tuple[str, str]]:
        """What the form with this action would send as it stands; a person of two sectors is offered twice, alike."""
        form, *others = self.page().xpath(f"//form[@action='{action}']")
        assert all(other.form_values() == form.form_values() for other in others), "forms that differ"
        return [(name, value) for name, value in form.form_values() if value is not None]

    def press(self, action: str, status: int = 200, **changed: Any) -> html.HtmlElement:
        """Send the form with this action of the last page, with some fields changed, over redirects."""
        kept = [(name, value) for name, value in self.fields(action) if name not in changed]
        self.send(action, [*kept, *changed.items()], status)
        return self.page()

    def send(self, action: str, fields: Iterable[tuple[str, Any]], status: int = 200) -> TestResponse:
        """Post fields to an address as our own page would, over redirects."""
        data: dict[str, list[Any]] = {}
        for name, value in fields:
            data.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        headers = {"Origin": "http://localhost"}
        self.last = self.client.post(action, data=data, headers=headers, follow_redirects=True)
        assert self.last.status_code == status, f"{self.last.status_code}: {self.text()[:1500]}"
        self.address = self.last.request.path
        return self.last

    def sign_in(self, username: str, password: str = PASSWORD, status: int = 200) -> html.HtmlElement:
        """Sign in with a password."""
        self.open("/ingresar")
        return self.press("/ingresar", status, username=username, password=password)

    def become(self, username: str) -> html.HtmlElement:
        """Choose a person of the demo; who is of two sectors stands there twice."""
        self.open("/ingresar")
        address = f"/demostracion/{username}"
        form = self.page().xpath(f"//form[@action='{address}']")[0]
        self.send(address, form.form_values())
        return self.page()


@dataclass
class Site:
    """An application on its database, with its clock."""

    application: Application
    app: Flask
    clock: VirtualClock

    def visitor(self, username: str = "") -> Visitor:
        """A new browser; of somebody who signed in, if named."""
        visitor = Visitor(self.app.test_client())
        if username:
            visitor.become(username) if self.application.is_demo else visitor.sign_in(username)
        return visitor

    def give_password(self, *usernames: str) -> None:
        """Let people sign in with `PASSWORD`."""
        with self.application.database.unit_of_work() as session:
            for username in usernames:
                session.add(Credential(username=username, password_hash=_hash(), changed_at=self.clock.now()))


@cache
def _hash() -> str:
    # what a check costs is written in the hash; ours are dear on purpose, and that is a test of their own
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class _Compiled(BytecodeCache):
    """Templates that any site of this process has compiled."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_compiled = _Compiled()


class _Route(Rule):
    """A route whose builder of addresses any site of this process has compiled: most of what beginning one costs."""

    _builders: ClassVar[dict[Hashable, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.subdomain, self.rule, repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


Flask.url_rule_class = _Route


def file_address(site: Site, file_id: int) -> str:
    """The address of a stored file."""
    with site.app.test_request_context():
        return url_for("files.download", file_id=file_id)


def build_template(folder: Path) -> Path:
    """A SQLite file with the demo plan in which the month of June 2018 has just opened."""
    path = folder / "plantilla.sqlite"
    _fill(with_tables(make_url(f"sqlite:///{path}")))
    return path


def _fill(database: Database) -> None:
    """Write the demo plan in which June has just opened."""
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))

    def write() -> None:
        house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
        with database.unit_of_work() as session:
            cycles.open_due(session, house.engine)
            publish(session, house.engine)  # the rest is there, and nothing of it is open

    begin_with(database, "a site", write)


def open_site_on(database: Database, folder: Path, **settings: Any) -> Site:
    """The same site on a database of either system; whatever it held is gone."""
    _fill(database)
    url = database.url.render_as_string(hide_password=False)
    return _site(Config(folder, url, SECRET, base_url="http://127.0.0.1:8000", demo=False, **settings))


def build_played_template(folder: Path) -> Path:
    """A SQLite file in which June was returned, late and frozen, and July is half reported; mails were written."""
    path = folder / "jugada.sqlite"
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    database = with_tables(make_url(f"sqlite:///{path}"))
    house = build_house(database, clock, measured_before=(2018, 6), listeners=(MailListener("http://127.0.0.1:8000"),))
    profiles = {("2018-06", "DADEP"): RETURNED, ("2018-06", "IDPAC"): LATE, ("2018-07", "DADEP"): LATE}
    play = house.play(profiles)

    def each_day(_day: dt.date) -> None:
        with database.unit_of_work() as session:
            digest.build_due(session, house.engine, house.engine.calendar, base_url="http://127.0.0.1:8000")
            session.execute(sa.update(OutboxMessage).values(state=MailState.SENT, sent_at=clock.now()))

    play.each_day = each_day
    play.until(dt.date(2018, 8, 7))
    clock.move_to(PLAYED_UNTIL)
    play.tick()
    storing.MAKER.make_missing(database, clock, limit=1)
    database.dispose()
    return path


def making(template: Path, folder: Path, **usual: object) -> Iterator[Callable[..., Site]]:
    """What opens as many sites as a test asks for, each on a copy in a folder of its own; closed when it is over."""
    made: list[Site] = []

    def make(**options: object) -> Site:
        place = folder / str(len(made))
        place.mkdir()
        made.append(open_site(template, place, **{**usual, **options}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for site in made:
        site.application.database.dispose()


def open_site(
    template: Path, folder: Path, *, demo: bool = True, base_url: str = "http://127.0.0.1:8000", **settings: Any
) -> Site:
    """A site on its own copy of the template, on Friday 6 July 2018."""
    copy = folder / "cauce.sqlite"
    shutil.copy(template, copy)
    return _site(Config(folder, f"sqlite:///{copy}", SECRET, base_url=base_url, demo=demo, **settings))


def _site(config: Config) -> Site:
    clock = VirtualClock(FRIDAY)
    application = assemble(config, clock=clock)
    app = create_app(application)
    app.jinja_env.bytecode_cache = _compiled
    return Site(application, app, clock)
