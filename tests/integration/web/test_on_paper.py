"""An endorsement that came signed on paper: off for every role; then the liaison registers it with the memorandum."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from tests.integration.web.test_task import task_of
from tests.support.plan import demo_data
from tests.support.web import Site
from workflows.auditing.models import AuditEntry
from workflows.monitoring import sign_offs
from workflows.monitoring.models import SignOff
from workflows.people.models import PersonRole, Role
from workflows.people.roles import INSTALLATION_ADMINISTRATOR
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

MEMORANDUM = b"%PDF-1.7 memorando firmado"
OF = "DADEP"


@pytest.fixture
def task(site: Site) -> str:
    return waiting_endorsement(site)


def waiting_endorsement(site: Site) -> str:
    """The endorsement of June that waits for the head of an entity."""
    application = site.application
    robots = Robots(today=lambda: dt.date(2018, 7, 6), reality=Reality(7, demo_data().measurements))
    play = Play(application.database, application.engine, application.forms, robots, site.clock)
    for element in ("reportar_avance", "reportar_ejecucion", "validar_reporte"):
        assert play.work(int(task_of(site, element, OF).rpartition("/")[2]))
    return task_of(site, "avalar_reporte", OF)


def allow_paper(site: Site) -> None:
    with site.application.database.unit_of_work() as session:  # the role is of every sector
        session.add(PersonRole(username="admin", role_id=INSTALLATION_ADMINISTRATOR, sector_code="", entity_code=""))
    admin = site.visitor("admin")
    admin.open("/personas/roles/directivo_entidad")
    admin.press("/personas/roles/directivo_entidad/papel")
    assert "Se reciben avales en papel" in admin.text()


def test_no_role_approves_on_paper_until_an_administrator_says_so(site: Site, task: str) -> None:
    liaison = site.visitor("bdiaz")

    liaison.open(f"{task}/aval-recibido", status=403)
    liaison.open("/bandeja/otros")

    assert "Registrar aval recibido" not in liaison.text()


def test_the_liaison_registers_what_the_head_signed_with_the_memorandum(site: Site, task: str) -> None:
    # Given a role that may approve on paper, and a head who signed
    allow_paper(site)
    liaison = site.visitor("bdiaz")
    liaison.open("/bandeja/otros")
    liaison.open(liaison.page().xpath("//a[starts-with(., 'Registrar aval recibido')]")[0].get("href"))
    assert "Felipe Torres" in liaison.text() and "IP-2.1.1" in liaison.text()

    # When the liaison registers it without the memorandum, and then with it
    signed = {"firma": "ftorres", "fecha": "5/7/2018"}
    liaison.press(f"{task}/aval-recibido", 422, **signed)
    assert "Adjunte el memorando firmado" in liaison.text()
    liaison.press(f"{task}/aval-recibido", **signed, memorando=(io.BytesIO(MEMORANDUM), "memorando 123.pdf"))

    # Then the task is done, the frozen record says how, and the file is in it and opens
    assert "con un memorando firmado el 5 de julio de 2018" in liaison.text()
    assert "que registró Beatriz Díaz" in liaison.text()
    with site.application.database.reading() as session:
        done = session.get_one(UserTask, int(task.rpartition("/")[2]))
        assert (done.state, done.completed_by) == ("completed", "ftorres")
        kept = session.scalars(sa.select(SignOff).where(SignOff.task_id == done.id)).one()
        assert kept.method == "memorando"
        assert kept.content["memorando"]["sha256"] == hashlib.sha256(MEMORANDUM).hexdigest()
        assert sign_offs.digest_of(kept) == kept.sha256
        assert session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "registrar_aval_recibido")).one()
        told = session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.recipient == "ftorres")).all()
    mails = [" ".join(text.split()) for text in told if "quedó un aval a su nombre" in text]
    assert len(mails) == 1 and "Lo hizo Beatriz Díaz" in mails[0] and "Si no lo esperaba" in mails[0]
    opened = liaison.page().xpath("//section[contains(@class,'frozen')]//a[contains(., 'memorando')]")[0].get("href")
    liaison.open(opened)


def test_who_does_not_look_after_the_entity_registers_nothing(site: Site, task: str) -> None:
    allow_paper(site)

    site.visitor("rmora").open(f"{task}/aval-recibido", status=403)

    with site.application.database.reading() as session:
        assert [one.id for one in session.scalars(sa.select(Role).where(Role.approves_on_paper))] == [
            "directivo_entidad"
        ]
