"""A database that is gone: people get a page in Spanish that keeps what they typed, monitors get 503."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from engine.clock import VirtualClock
from engine.database import Database
from engine.errors import OtherDatabase
from tests.support import databases, postgresql
from tests.support.remote import free_port
from tests.support.web import FRIDAY, SECRET, Site, open_site
from web.app import create_app
from web.bootstrap import assemble
from web.config import Config

TITLE = "La base de datos no responde"
AS_PROGRAM = {"Accept": "application/json"}


def lose_the_folder(site: Site, folder: Path) -> None:
    site.application.database.dispose()
    shutil.move(folder / "cauce.sqlite", folder / "otra.sqlite")
    (folder / "cauce.sqlite").mkdir()


def spoil_the_file(site: Site, folder: Path) -> None:
    site.application.database.dispose()
    (folder / "cauce.sqlite").write_bytes(b"esto no es una base de datos" * 400)


def empty_the_file(site: Site, folder: Path) -> None:
    site.application.database.dispose()
    (folder / "cauce.sqlite").write_bytes(b"")


def remove_the_file(site: Site, folder: Path) -> None:
    site.application.database.dispose()
    for file in folder.glob("cauce.sqlite*"):
        file.unlink()


def go_back_a_version(site: Site, folder: Path) -> None:
    with site.application.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE heartbeat RENAME COLUMN at TO antes")
        connection.exec_driver_sql("ALTER TABLE web_session RENAME COLUMN seen_at TO visto")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def small(template: Path, folder: Path) -> Site:
    site = open_site(template, folder, demo=False)
    site.give_password("rmora")
    return site


def ensure_it_is_the_page(answer: TestResponse, status: int = 503) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "text/html" and f"<h1>{TITLE}</h1>" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("lose", [lose_the_folder, spoil_the_file])
def test_without_a_sqlite_file_pages_are_spanish_503_and_so_is_the_health(
    small: Site, folder: Path, lose: Callable[[Site, Path], None]
) -> None:
    # Given somebody signed in
    visitor = small.visitor("rmora")
    visitor.open("/")

    # When the file goes
    lose(small, folder)

    # Then every page says so: for the signed-in, for strangers, and where there is no page
    for address in ("/bandeja", "/seguimiento", "/cuenta", "/no-existe", "/portal/"):
        ensure_it_is_the_page(visitor.client.get(address))
    ensure_it_is_the_page(small.app.test_client().get("/portal/"))
    told = visitor.client.get("/bandeja", headers=AS_PROGRAM)
    assert told.status_code == 503 and told.json is not None and told.json["titulo"] == TITLE
    ill = small.app.test_client().get("/salud")
    assert ill.status_code == 503 and ill.json == {"estado": "mal", "avisos": ["La base de datos no responde."]}


def test_a_form_sent_without_a_database_waits_in_the_page(small: Site, folder: Path) -> None:
    # Given a form that is open
    visitor = small.visitor("rmora")
    visitor.open("/cuenta")

    # When it is sent while the file is away
    lose_the_folder(small, folder)
    headers = {"Origin": "http://localhost"}
    typed = {"csrf_token": "ficha", "motivo": "<b>lo que escribí</b>"}
    answer = visitor.client.post("/seguimiento/tareas/1/reasignar", data=typed, headers=headers)

    # Then the page holds it, escaped, to be sent again; a form of another site or with a password it does not hold
    ensure_it_is_the_page(answer)
    assert 'action="/seguimiento/tareas/1/reasignar"' in answer.text
    assert "&lt;b&gt;lo que escribí" in answer.text and 'value="ficha"' in answer.text
    foreign = visitor.client.post("/seguimiento/tareas/1/reasignar", data=typed, headers={"Origin": "http://malo"})
    assert "<form" not in foreign.text
    secret = visitor.client.post("/ingresar", data={"username": "rmora", "password": "mi clave"}, headers=headers)
    assert secret.status_code == 503 and "mi clave" not in secret.text and "<form" not in secret.text


@pytest.mark.parametrize("spoil", [empty_the_file, remove_the_file, go_back_a_version])
def test_a_database_without_our_tables_is_told_to_who_can_mend_it(
    small: Site, folder: Path, spoil: Callable[[Site, Path], None]
) -> None:
    visitor = small.visitor("rmora")
    spoil(small, folder)

    answer = visitor.client.get("/bandeja")
    ill = small.app.test_client().get("/salud")

    ensure_it_is_the_page(answer)
    assert "no tiene las tablas de Cauce" in answer.text and "cauce migrate" in answer.text
    assert ill.status_code == 503 and ill.json is not None and ill.json["avisos"] == [OtherDatabase().message]


def test_a_locked_sqlite_file_is_a_database_that_does_not_answer(
    small: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a site that waits for a lock a moment only, and somebody else who holds it
    monkeypatch.setattr("engine.database.BUSY_TIMEOUT_S", 0.1)
    config = Config(folder, f"sqlite:///{folder / 'cauce.sqlite'}", SECRET)
    application = assemble(config, clock=VirtualClock(FRIDAY))
    site = Site(application, create_app(application), VirtualClock(FRIDAY))
    holding = sqlite3.connect(folder / "cauce.sqlite", isolation_level=None)
    visitor = site.visitor()
    visitor.open("/ingresar")
    holding.execute("BEGIN IMMEDIATE")

    # When somebody writes
    visitor.press("/ingresar", status=503, username="rmora", password="una frase que recuerdo")

    # Then the page says it; reading goes on
    assert visitor.heading() == TITLE
    holding.execute("ROLLBACK")
    holding.close()
    assert site.app.test_client().get("/salud").status_code == 200
    application.database.dispose()


def test_a_postgresql_that_goes_away_is_told_and_found_again(postgresql_url: str, tmp_path: Path) -> None:
    # Given a site on PostgreSQL, with somebody's cookie
    url = make_url(postgresql_url).set(database="t_se_va")
    postgresql.create(url)
    site = _on(url.render_as_string(hide_password=False), tmp_path)
    try:
        site.application.database.create_all()
        client = site.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "una ficha"
        assert client.get("/salud").status_code == 200

        # When the database goes
        databases.drop(url)

        # Then pages and health say so, the page of who is signed in too
        ensure_it_is_the_page(client.get("/bandeja"))
        ensure_it_is_the_page(client.get("/no-existe"))
        assert client.get("/salud").status_code == 503

        # When it is back, everything is
        postgresql.create(url)
        site.application.database.create_all()
        assert client.get("/salud").status_code == 200
    finally:
        site.application.database.dispose()
        databases.drop(url)


def test_a_postgresql_that_nobody_serves_is_told(tmp_path: Path) -> None:
    site = _on(f"postgresql+psycopg://cauce@127.0.0.1:{free_port()}/cauce", tmp_path)

    client = site.app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "una ficha"

    ensure_it_is_the_page(client.get("/bandeja"))
    assert client.get("/salud").status_code == 503


def _on(url: str, home: Path) -> Site:
    clock = VirtualClock(FRIDAY)
    application = assemble(Config(home, url, SECRET), clock=clock, database=Database(url))
    return Site(application, create_app(application), clock)
