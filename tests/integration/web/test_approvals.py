"""An endorsement at a link by mail: off for every role; opening spends nothing, a code to the same address does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from tests.integration.web.test_on_paper import waiting_endorsement
from tests.support.web import Site, Visitor
from web import acts
from web.approvals import links
from web.approvals.models import ApprovalLink
from web.auth.models import CodeApp
from workflows.auditing.models import AuditEntry
from workflows.auditing.states import Outcome
from workflows.monitoring import sign_offs
from workflows.monitoring.models import SignOff
from workflows.people.models import PersonRole, Role
from workflows.people.roles import INSTALLATION_ADMINISTRATOR

HEAD, ROLE = "ftorres", "directivo_entidad"


def tick(site: Site) -> None:
    acts._send_approval_links(site.application)


def allow_links(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        session.get_one(Role, ROLE).approves_by_mail = True


def mails(site: Site, about: str) -> list[str]:
    with site.application.database.reading() as session:
        query = sa.select(OutboxMessage.text).where(OutboxMessage.recipient == HEAD).order_by(OutboxMessage.id)
        return [" ".join(text.split()) for text in session.scalars(query) if about in text]


def address(site: Site) -> str:
    tick(site)
    found = re.search(r"/aval/[\w-]+", mails(site, "Espera su aval")[0])
    assert found
    return found[0]


def code(site: Site) -> str:
    found = re.search(r"avalar: (\d{8})", mails(site, "Su código")[-1])
    assert found
    return found[1]


@pytest.fixture
def task(site: Site) -> str:
    return waiting_endorsement(site)


@pytest.fixture
def page(site: Site, task: str) -> Iterator[tuple[Visitor, str]]:
    """Somebody who never signed in, at the link of the mail."""
    allow_links(site)
    where, stranger = address(site), Visitor(site.app.test_client())
    stranger.open(where)
    yield stranger, where


def test_no_role_approves_so_until_who_administers_the_installation_says_it(site: Site, task: str) -> None:
    with site.application.database.unit_of_work() as session:
        session.add(PersonRole(username="admin", role_id=INSTALLATION_ADMINISTRATOR, sector_code="", entity_code=""))
    tick(site)
    before = mails(site, "Espera su aval")
    admin = site.visitor("admin")
    admin.open(f"/personas/roles/{ROLE}")

    admin.press(f"/personas/roles/{ROLE}/correo")
    for _ in range(2):
        tick(site)

    assert before == [] and len(mails(site, "Espera su aval")) == 1
    assert "Se reciben avales por enlace y código" in admin.text()
    with site.application.database.reading() as session:
        [entry] = session.scalars(sa.select(AuditEntry).where(AuditEntry.object_id == ROLE))
        assert entry.after == {"approves_by_mail": True}


def test_the_link_shows_what_is_endorsed_and_the_code_endorses_once(
    site: Site,
    task: str,
    page: tuple[Visitor, str],
) -> None:
    # Given the page, opened by a scanner and by the head, with the same facts and files
    stranger, where = page
    task_id = int(task.rpartition("/")[2])
    for _ in range(3):
        stranger.open(where)
    assert "IP-2.1.1" in stranger.text() and "Felipe Torres" in stranger.text()
    assert "Lo que responde" in stranger.text() and "¿Avala el reporte?" not in stranger.text()
    with site.application.database.reading() as session:
        assert session.get_one(UserTask, task_id).completed_at is None

    # When the head asks for the code and types it
    stranger.press(f"{where}/codigo")
    assert "f···s@" in stranger.text()
    stranger.press(where, codigo=f" {code(site)[:4]} {code(site)[4:]} ")

    # Then it is endorsed with its method in the frozen record, told, written down, and the link serves no more
    assert "Quedó avalado" in stranger.text()
    with site.application.database.reading() as session:
        done = session.get_one(UserTask, task_id)
        assert (done.state, done.completed_by) == ("completed", HEAD)
        kept = session.scalars(sa.select(SignOff).where(SignOff.task_id == task_id)).one()
        assert kept.method == "enlace" and kept.content["enlace"]["correo"].startswith("f···s@")
        assert sign_offs.digest_of(kept) == kept.sha256
        acts_of = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor_id == HEAD)).all()
    assert {"pedir_codigo_de_aval", "avalar_por_enlace"} <= set(acts_of)
    assert len(mails(site, "quedó un aval a su nombre")) == 1
    stranger.open(where, status=410)
    head = site.visitor(HEAD)
    head.open(task)
    assert "con el enlace y el código que se enviaron a f···s@" in head.text()


def test_wrong_codes_wear_the_link_out_and_stay_counted(site: Site, page: tuple[Visitor, str]) -> None:
    stranger, where = page

    for _ in range(links.CODES):
        stranger.open(where)
        stranger.press(f"{where}/codigo")
        for _wrong in range(links.TRIES):
            site.clock.advance(dt.timedelta(minutes=16))  # as long as anybody has to wait
            last = stranger.client.post(where, data=dict(stranger.fields(where), codigo="00000000"),
                                        headers={"Origin": "http://localhost"})  # fmt: skip

    assert last.status_code == 410
    with site.application.database.reading() as session:
        [link] = session.scalars(sa.select(ApprovalLink))
        assert (link.codes, link.tries) == (3, 5)
        assert session.scalar(sa.select(sa.func.count()).select_from(SignOff).where(SignOff.method == "enlace")) == 0
        refused = session.scalars(sa.select(AuditEntry).where(AuditEntry.outcome == Outcome.REFUSED)).all()
        assert len(refused) >= 15
    stranger.open(where, status=410)


def test_an_old_code_an_old_link_another_address_and_a_second_step_open_nothing(
    site: Site, page: tuple[Visitor, str]
) -> None:
    # Given a code that is too old
    stranger, where = page
    stranger.press(f"{where}/codigo")
    old = code(site)
    site.clock.advance(dt.timedelta(minutes=11))
    stranger.press(where, status=422, codigo=old)

    # When the person has another address, a second step, or must have one; and when a week is over
    answers = []
    database = site.application.database
    with database.unit_of_work() as session:
        link = session.scalars(sa.select(ApprovalLink)).one()
        sent_to, link.address = link.address, "otra@entidad.gov.co"
    answers.append(stranger.client.get(where).status_code)
    with database.unit_of_work() as session:
        session.scalars(sa.select(ApprovalLink)).one().address = sent_to
        session.add(CodeApp(username=HEAD, sealed="x", last_step=0, confirmed_at=site.clock.now()))
    answers.append(stranger.client.get(where).status_code)
    with database.unit_of_work() as session:
        session.execute(sa.delete(CodeApp))
    kept = stranger.client.get(where).status_code
    site.clock.advance(links.LASTS)
    answers.append(stranger.client.get(where).status_code)

    # Then none of these opened it, and none made a mail again
    assert kept == 200 and answers == [410, 410, 410]
    tick(site)
    assert len(mails(site, "Espera su aval")) == 1


def test_who_owes_a_second_step_gets_no_link(site: Site, task: str) -> None:
    allow_links(site)
    application = site.application
    obliged = replace(application, config=replace(application.config, second_factor=frozenset({ROLE})))

    with application.database.reading() as session:
        assert links.due(session, obliged) == []
        assert [one.username for one in links.due(session, application)] == [HEAD]


def test_a_file_opens_at_the_link_only_where_it_stands_on_its_page(site: Site, page: tuple[Visitor, str]) -> None:
    stranger, _where = page
    shown = [one for one in stranger.page().xpath("//a/@href") if "/soporte/" in one]
    other = links._digest("x")[:22]

    assert shown and stranger.client.get(shown[0]).headers["Content-Disposition"].startswith("attachment")
    assert stranger.client.get(f"{_where}/soporte/{other}").status_code == 404
    assert Visitor(site.app.test_client()).client.get(f"/aval/inventado/soporte/{other}").status_code in (404, 410)


def test_in_cauce_the_head_endorses_with_one_button_that_never_overrides_a_return(site: Site, task: str) -> None:
    # Given the head, who marked that the report goes back, and pressed the other button
    head = site.visitor(HEAD)
    head.open(task)
    head.press(task, status=422, decision="devuelvo", _accion="responder:decision:avalo")
    refused = head.text()

    # When only the button is pressed
    head.open(task)
    head.press(task, decision="", _accion="responder:decision:avalo")

    # Then it is endorsed, as a session's
    assert "Marcó «Devuelvo» y oprimió «Avalar»" in refused
    with site.application.database.reading() as session:
        kept = session.scalars(sa.select(SignOff).where(SignOff.task_id == int(task.rpartition("/")[2]))).one()
        assert kept.method == "sesion" and kept.statement.startswith("Avala el reporte")
