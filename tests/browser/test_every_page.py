"""Every page of the house, as each kind of person: accessible, quiet, within its security policy, and on a phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Response, ViewportSize

from engine.tasks.models import UserTask
from tests.browser import rarities
from tests.browser.conftest import Live
from tests.support.plan import demo_data
from tests.support.web import Site, Visitor
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

pytestmark = pytest.mark.browser

PEOPLE = ("amartinez", "ocardenas", "bdiaz", "pcastro", "jrojas", "nquiroga", "admin")
"""Coordination and process leader, responsible, liaison, head, planning team, internal control, administration."""

PHONE: ViewportSize = {"width": 390, "height": 844}
WAYS: tuple[tuple[str, ViewportSize], ...] = (("light", {"width": 1280, "height": 900}), ("dark", PHONE))
"""How pages are opened, in turn: each once, for axe takes its time."""

NO_PAGES = {
    "wellknown.robots", "wellknown.security", "auth.forgot", "oidc.begin", "oidc.come_back",
    "second_step.ask", "factors.ask_passkey", "factors.show",
    "health.live", "health.ready", "health.metrics",  # for monitors
    "static", "health.health", "home", "auth.fresh_token", "files.download", "files.moved", "files.page_picture",
    "plans.template", "plans.workbook", "plans.act_template_file", "sectors.template", "sectors.workbook",
    "open_plans.logo",
    "portal.document", "portal.plan_document",
    "portal.open_data", "portal.open_table", "open_plans.indicator_table", "open_plans.indicator_data",
    "open_plans.news", "open_plans.news_of_plan", "open_plans.sitemap",
    "inbox.news", "inbox.feed", "letters.download", "approvals.file", "comments.people", "handovers.record_file",
    "exports.sent",
    "audit.table", "cases.diagram", "studio.diagram", "studio.draft_xml",
    "inbox.take_section", "studio.names", "studio.picture", "studio.manual",
}  # fmt: skip
"""What answers files, data or another address."""

BY_HAND = {
    "letters.show": "of a letter that somebody wrote; as its form",
    "mail_templates.shared": "as that of a sector, for who keeps the installation",
    "mail_templates.edit_shared": "as that of a sector",
    "studio.rehearsal": "made by a rehearsal, which takes its seconds; looked at in its own test",
    "studio.walk": "made by a rehearsal by hand; looked at with the twenty requests",
    "studio.walk_task": "of a rehearsal by hand",
    "studio.review_page": "offered while a review is asked; looked at in its own test",
    "inbox.matrix": "for the liaison of an entity in whose month somebody has to report; as inbox.bring_file",
    "approvals.show": "of a link by mail, and no role approves so; tested in its own file",
    "inbox.paper_page": "offered where a role approves on paper, and none does; tested in its own file",
    "inbox.section_in_word": "offered while a section is written; looked at with the pages of formulation",
    "inbox.correct": "offered while a report waits for the liaison; looked at below",
    "studio.decision": "of a table, and none is shipped; looked at in its own test",
    "studio.decision_file": "of a table, and none is shipped",
    "studio.variant": "offered where there are several sectors; tested in the studio",
    "studio.version": "offered for an older version; looked at below",
}
"""Pages that nothing leads to, not even with what `rarities` adds; the tests of their rooms look at them."""

ONE_EACH = {"inbox.mine", "boards.month", "cases.show"}
"""What differs from person to person is looked at as each of them."""

PAGES_A_PERSON = 140
TASKS = {"inbox.show", "inbox.sent"}
"""What differs from task to task: more of them are opened, to find more kinds."""


@dataclass(frozen=True)
class Stop:
    """An address to look at, as somebody; `kind` tells pages of one template apart."""

    username: str
    path: str
    endpoint: str
    kind: str


def endpoint_of(site: Site, path: str) -> str:
    return str(site.app.url_map.bind("127.0.0.1").match(urlsplit(path).path)[0])


def kind_of(site: Site, username: str, path: str, visitor: Visitor) -> Stop:
    endpoint = endpoint_of(site, path)
    about = {"inbox.show": visitor.heading, "inbox.sent": visitor.heading, "studio.task": lambda: path}
    detail = about.get(endpoint, lambda: username if endpoint in ONE_EACH else "")()
    return Stop(username, path, endpoint, f"{endpoint} {detail}".strip())


def walk(site: Site, username: str) -> Iterator[Stop]:
    """Follow every link, a few of each kind, as a person who opens whatever is offered."""
    visitor = site.visitor(username)
    waiting, seen, counts = [("/bandeja", ""), ("/ingresar", "")], set(), {}
    while waiting and len(seen) < PAGES_A_PERSON:
        path, origin = waiting.pop(0)
        endpoint = endpoint_of(site, path)
        if path in seen or endpoint in NO_PAGES or counts.get(endpoint, 0) >= (4 if endpoint in TASKS else 2):
            continue
        seen.add(path)
        counts[endpoint] = counts.get(endpoint, 0) + 1
        visitor.last = visitor.client.get(path, follow_redirects=True)
        assert visitor.last.status_code == 200, f"{origin} leads {username} to {path}: {visitor.last.status}"
        yield kind_of(site, username, visitor.last.request.full_path.rstrip("?"), visitor)
        links = [link.split("#")[0] for link in visitor.page().xpath("//a/@href")]
        waiting += [(link, path) for link in links if re.match(r"/(?!/)", link)]


def stops(site: Site) -> list[Stop]:
    """One page of each kind."""
    found: dict[str, Stop] = {}
    for username, path in rarities.make(site):
        endpoint = endpoint_of(site, path)
        found[endpoint] = Stop(username, path, endpoint, endpoint)
    for username in PEOPLE:
        for stop in walk(site, username):
            found.setdefault(stop.kind, stop)
    return list(found.values())


def test_every_page_is_accessible_quiet_and_fits_a_phone(played: Live) -> None:
    found = stops(played.site)
    wrong: list[str] = []
    by_person: dict[str, list[Stop]] = {}
    for stop in found:
        by_person.setdefault(stop.username, []).append(stop)
    for username, mine in by_person.items():
        ways = [(played.page(username, color_scheme=scheme), size) for scheme, size in WAYS]
        for number, stop in enumerate(mine):
            wrong += look(played, *ways[number % 2], stop)
        for page, _size in ways:
            page.context.close()
        played.pages = []

    assert "\n".join(wrong) == ""
    assert played.complaints == []
    pages = {rule.endpoint for rule in played.site.app.url_map.iter_rules() if "GET" in (rule.methods or ())} - NO_PAGES
    pages = {endpoint for endpoint in pages if not endpoint.startswith("api.")}
    assert pages - {stop.endpoint for stop in found} <= set(BY_HAND)


def look(played: Live, page: Page, size: ViewportSize, stop: Stop) -> list[str]:
    """What is wrong with one page."""
    page.set_viewport_size(size)
    answer = page.goto(stop.path, wait_until="load")
    where = f"{stop.kind} ({stop.path}, {stop.username}, {size['width']} px)"
    assert answer is not None and answer.status == 200, where
    wrong = [f"{where}: {one}" for one in (*policy_errors(answer, stop), *played.violations(page))]
    if stop.endpoint != "studio.edit":  # a drawing table is no phone page
        page.set_viewport_size(PHONE)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{where}: {over} px too wide for a phone"] if over > 0 else []
    assert page.locator("html").get_attribute("lang") == "es-CO", where
    assert page.locator("h1").count() == 1, where
    return wrong


def policy_errors(answer: Response, stop: Stop) -> list[str]:
    """What differs from the policy: inline styles in the editor only, inline scripts nowhere."""
    policy = answer.headers.get("content-security-policy", "")
    expected = {"default-src 'self'", "img-src 'self' data:"}
    wrong = [f"no {one}" for one in expected if one not in policy]
    wrong += ["inline styles allowed"] if "unsafe-inline" in policy and stop.endpoint != "studio.edit" else []
    wrong += ["inline script"] if "script-src" in policy else []
    if re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son(click|load|change|submit)=", answer.text()):
        wrong.append("a script inside the page")
    return wrong


@pytest.mark.parametrize(
    "path",
    [
        "/portal/",
        "/portal/sector/GOB",
        "/portal/PES-GOB",
        "/portal/PES-GOB/2018-06",
        "/ingresar",
        "/portal/PES-GOB/indicador/IP-1.1.2",
        "/portal/PES-GOB/como-se-hizo",
    ],
)
def test_pages_for_everybody_pass_axe_without_sign_in(played: Live, path: str) -> None:
    page = played.chromium.new_context(base_url=played.address, locale="es-CO", viewport=PHONE).new_page()
    played.pages.append(page)

    page.goto(path)

    assert played.violations(page) == []


def test_the_drawing_of_a_case_can_be_reached_by_keyboard_before_its_viewer_has_come(played: Live) -> None:
    page = played.page("ocardenas", viewport=PHONE)
    page.route("**/viewer.js*", lambda route: route.abort())
    page.goto("/casos/")
    page.locator("main table a").first.click()

    drawing = page.locator("[data-diagram] > .scroll")
    drawing.locator("svg").first.wait_for()  # the box is there before what it holds has been read
    page.wait_for_load_state()
    assert drawing.evaluate("it => it.scrollWidth > it.clientWidth")
    assert drawing.get_attribute("tabindex") == "0" and drawing.get_attribute("aria-label")
    assert played.violations(page) == []


def test_correcting_a_report_and_reading_a_version_pass_axe(live: Live) -> None:
    application = live.site.application
    with application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.assignee == "sruiz")
        task_id = session.scalars(query).one().id
    robots = Robots(today=lambda: dt.date(2018, 7, 6), reality=Reality(7, demo_data().measurements))
    assert Play(application.database, application.engine, application.forms, robots, live.site.clock).work(task_id)
    reporter, leader = live.page("sruiz"), live.page("amartinez")

    reporter.goto(f"/tareas/{task_id}/corregir")
    leader.goto("/procesos/sub_reporte_entidad/versiones/1")

    assert reporter.get_by_role("button", name="Enviar la corrección").is_visible()
    assert live.violations(reporter) == []
    assert live.violations(leader) == []
    assert live.complaints == []


def test_a_report_is_sent_without_javascript(live: Live) -> None:
    page = live.page("sruiz", java_script_enabled=False)
    page.context.clear_cookies()
    page.goto("/ingresar")
    page.locator('form[action$="/sruiz"] button').click()
    page.goto("/bandeja")
    page.get_by_role("link", name="Reportar avance").first.click()

    rows = page.locator("input[name$='-valor_periodo']").count()
    for place in range(rows):
        fill_row(page, place)
    page.locator("#formulario button[value=enviar]").click()
    refused = page.locator("#errores")
    if refused.count():  # a value asks for its reason
        for place in range(rows):
            for reason in ("motivo_rango", "justificacion_rezago", "justificacion_sobreejecucion"):
                page.locator(f"[name='avances-{place}-{reason}']").fill("Se explica en el soporte.")
        page.locator("#formulario button[value=enviar]").click()

    assert re.search(r"/tareas/\d+/enviada", page.url), page.locator("#errores").all_inner_texts()
    page.goto("/bandeja")
    assert page.get_by_role("link", name="Reportar avance").count() == 0


def fill_row(page: Page, place: int) -> None:
    page.locator(f"[name='avances-{place}-valor_periodo']").fill("12")
    page.locator(f"[name='avances-{place}-avance_cualitativo']").fill("Se cumplió lo previsto en el cronograma.")
    page.locator(f"[name='avances-{place}-fecha_evidencia']").fill("2018-07-05")
    page.locator(f"[name='avances-{place}-evidencias']").set_input_files(
        {"name": "soporte.csv", "mimeType": "text/csv", "buffer": b"mes;valor\n6;12\n"}
    )
