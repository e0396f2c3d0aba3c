"""An office that begins with Cauce: a real server and mail server, robots at their desks, and pages to act on."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from engine.clock import VirtualClock
from engine.tasks.models import UserTask
from tests.support.mailbox import Mailbox, mail_server
from tests.support.plan import day, demo_data
from tests.support.remote import free_port
from tests.support.web import PASSWORD, SECRET, Site
from web import delivery, worker
from web.app import create_app
from web.bootstrap import Application, assemble
from web.cli.database import prepare
from web.config import Config
from workflows.calendar import bogota_day
from workflows.forms.opening import OpenForm
from workflows.people import directory
from workflows.simulation.playing import Play
from workflows.simulation.robots import GOOD, Robots
from workflows.simulation.values import Reality

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESKTOP = {"width": 1280, "height": 860}
JUSTIFICATIONS = ("motivo_rango", "justificacion_rezago", "justificacion_sobreejecucion")


@dataclass
class Desks(Robots):
    """Robots that leave some tasks to the people of the story: by element, or by element and entity."""

    held: set[tuple[str, str]] = field(default_factory=set)

    def acts(self, form_handler: str, variables: Mapping[str, Any]) -> bool:
        """Whether a robot does this task."""
        entity = str(variables.get("entidad"))
        if {(form_handler, ""), (form_handler, entity)} & self.held:
            return False
        return super().acts(form_handler, variables)


@dataclass
class Office:
    """The installation: its site, its clock, its mail, its people."""

    site: Site
    address: str
    chromium: Browser
    mailbox: Mailbox
    desks: Desks
    play: Play
    pages: dict[str, Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def page(self, username: str) -> Page:
        """The browser of a person, who signs in with the password when asked: sessions end overnight."""
        if username not in self.pages:
            self.pages[username] = self.stranger()
        page = self.pages[username]
        page.goto("/bandeja")
        if "/ingresar" in page.url:
            page.locator("input[name=username]").fill(username)
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="Ingresar").click()
            page.wait_for_url("**/bandeja")
        return page

    def stranger(self) -> Page:
        """A browser of nobody in particular."""
        context = self.chromium.new_context(base_url=self.address, locale="es-CO", viewport=DESKTOP)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(f"{page.url} {said.text}"))
        return page

    def until(self, last: str) -> None:
        """Let days go by: the worker ticks, robots work, mails leave."""
        self.play.until(day(last))

    def task(self, element_id: str, entity: str = "") -> UserTask:
        """The open task of an element."""
        with self.site.application.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.element_id == element_id, UserTask.state == "open")
            found = [one for one in session.scalars(query) if entity in ("", one.variables.get("entidad"))]
            session.expunge_all()
        (task,) = found
        return task

    def robot(self, element_id: str, entity: str) -> None:
        """Let a robot do one task now."""
        assert self.play.work(self.task(element_id, entity).id)

    def raw(self, task_id: int, username: str) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
        """What a robot would send with a task, and the files it would attach."""
        files: list[tuple[str, bytes]] = []

        def attach(name: str, content: bytes) -> int:
            files.append((name, content))
            return len(files) - 1

        application = self.site.application
        with application.database.reading() as session:
            form: OpenForm = application.forms.open(
                session, application.engine, task_id, directory.actor(session, username)
            )
            return self.desks.fill(form, attach), files

    def open_task(self, username: str, element_id: str, entity: str = "") -> tuple[Page, UserTask]:
        """Find a task in the inbox of a person and open it, by the keyboard's way: the link."""
        page, task = self.page(username), self.task(element_id, entity)
        page.goto("/bandeja")
        page.locator(f"a[href='/tareas/{task.id}']").first.click()
        page.wait_for_url(f"**/tareas/{task.id}")
        return page, task

    def type_in(self, page: Page, raw: Mapping[str, Any], files: list[tuple[str, bytes]]) -> None:
        """Fill in the form on the page, field by field."""
        for key, value in raw.items():
            if isinstance(value, list) and all(isinstance(row, dict) for row in value):
                for place, row in enumerate(value):
                    for column, cell in row.items():
                        self._field(page, f"{key}-{place}-{column}", cell, files)
            else:
                self._field(page, key, value, files)

    def _field(self, page: Page, name: str, value: Any, files: list[tuple[str, bytes]]) -> None:
        found = page.locator(f"#formulario [name='{name}']:not([type=hidden])")
        if value in (None, "") or found.count() == 0:
            return
        open_row(found.first)
        expect(found.first).to_be_visible()  # what depends on an earlier answer appears when the server has seen it
        kind = found.first.evaluate("element => element.type")
        if kind == "file":
            chosen = [files[number] for number in value]
            found.set_input_files([{"name": n, "mimeType": "text/csv", "buffer": content} for n, content in chosen])
        elif kind == "radio":
            page.locator(f"#formulario [name='{name}'][value='{value}']").check()
        elif kind == "checkbox":
            found.first.check()
        elif kind == "select-one":
            found.select_option(str(value))
        elif kind == "date":
            found.fill(_iso(str(value)))
        else:
            found.fill(str(value))

    def send(self, page: Page) -> None:
        """Press the button; where a value asks for its reason, give it and press again."""
        sent = re.compile(r"/tareas/\d+/enviada")
        page.locator("#formulario button[value=enviar]").click()
        # It leaves when its files have arrived: what comes then is what was sent, or the same page with its errors.
        page.locator("#errores").or_(page.locator("[data-forget]")).first.wait_for(state="attached")
        if page.locator("#errores").count():
            for column in JUSTIFICATIONS:
                for area in page.locator(f"#formulario [name$='{column}']").all():
                    if not area.input_value() and not area.evaluate("it => it.closest('[data-hidden]') !== null"):
                        open_row(area)
                        area.fill("La contratación del equipo se demoró; se recupera el mes entrante.")
            page.locator("#formulario button[value=enviar]").click()
            page.wait_for_url(sent)
        assert sent.search(page.url), page.locator("#errores").all_inner_texts()

    def do(self, username: str, element_id: str, entity: str = "") -> Page:
        """Do a whole task in the browser as a robot would think it."""
        page, task = self.open_task(username, element_id, entity)
        raw, files = self.raw(task.id, username)
        self.type_in(page, raw, files)
        self.send(page)
        return page

    def picture(self, page: Page, name: str, *, at: str = "body") -> None:
        """Keep what is on the screen from an element on for the documentation, if asked to."""
        if os.environ.get("CAUCE_SCREENSHOTS"):
            IMAGES.mkdir(parents=True, exist_ok=True)
            page.evaluate("at => { document.activeElement.blur(); document.querySelector(at).scrollIntoView(); }", at)
            page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / f"{name}.png")


def open_row(field: Locator) -> None:
    """Open the row of a table that holds a field, if it is closed: that is known once the page's scripts have run."""
    field.page.wait_for_load_state("load")
    if field.locator("xpath=ancestor::tr[contains(@class, 'detail')]").count():
        closed = field.locator("xpath=ancestor::tbody").locator("button.toggle[aria-expanded=false]")
        if closed.count():
            closed.click()


def _iso(text: str) -> str:
    parts = text.split("/")
    return "-".join(reversed(parts)) if len(parts) == 3 else text


def _what_is_due(application: Application) -> None:
    """What the worker does in a day, and the mails that leave beside it."""
    worker.tick(application)
    while delivery.deliver(application).looked_at:
        pass


@contextmanager
def opened(folder: Path, chromium: Browser, clock: VirtualClock) -> Iterator[Office]:
    """An empty installation that answers on this machine; `desks` report the demo's series."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with mail_server() as mailbox:
        config = Config(folder, f"sqlite:///{folder / 'cauce.sqlite'}", SECRET, base_url=address, smtp_url=mailbox.url)
        application = assemble(config, clock=clock)
        prepare(application)
        site = Site(application, create_app(application), clock)
        server = make_server("127.0.0.1", port, site.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        desks = Desks(
            today=lambda: bogota_day(clock.now()),
            reality=Reality(7, demo_data().measurements),
            profile=lambda _period, _entity: GOOD,
        )
        play = Play(application.database, application.engine, application.forms, desks, clock)
        play.each_day = lambda _day: _what_is_due(application)
        office = Office(site, address, chromium, mailbox, desks, play)
        try:
            yield office
        finally:
            for page in office.pages.values():
                page.context.close()
            server.shutdown()
            thread.join()
            server.server_close()
            application.database.dispose()
