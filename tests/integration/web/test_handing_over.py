"""Somebody leaves a post: one act passes everything on, with a record."""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from tests.integration.api.test_month import action_plan
from tests.integration.web.test_task import task_of
from tests.support.web import Site, Visitor
from web import worker
from workflows.forms.models import FormDraft
from workflows.indicators.models import Indicator
from workflows.people.models import Handover, PersonRole

GIVER, RECEIVER = "sruiz", "ynino"


def previewed(site: Site, giver: str = GIVER, receiver: str = RECEIVER) -> Visitor:
    """The coordinator, who looks at what would pass."""
    ana = site.visitor("amartinez")
    ana.open(f"/entregas?de={giver}&a={receiver}")
    return ana


def reading(site: Site, query: sa.Select[tuple[str]]) -> list[str]:
    with site.application.database.reading() as session:
        return list(session.scalars(query))


def test_one_act_passes_tasks_with_drafts_roles_and_indicators_and_leaves_a_record(site: Site) -> None:
    # Given Sandra, with a report that she began
    task = task_of(site, "reportar_avance", "IDPAC")
    task_id = int(task.rpartition("/")[2])
    sandra = site.visitor(GIVER)
    sandra.open(task)
    story = next(name for name, _value in sandra.fields(task) if "logro" in name or "avance_cualitativo" in name)
    sandra.press(task, **{story: "Mitad del relato.", "_accion": "guardar"})
    reports = sa.select(Indicator.code).where(Indicator.reports == GIVER).order_by(Indicator.code)
    had = reading(site, reports)
    assert had

    # When the coordinator looks at what would pass, and lets it
    ana = previewed(site)
    seen = ana.text()
    ana.press("/entregas/hacer", motivo="Terminó su contrato.")

    # Then Yaneth has all of it, what was typed too; both read the record, on paper too
    assert all(code in seen for code in had) and "Responsable de meta" in seen and "Entregar para siempre" in seen
    assert "Terminó su contrato." in ana.text()
    assert reading(site, reports) == []
    with site.application.database.reading() as session:
        assert session.get_one(UserTask, task_id).assignee == RECEIVER
        assert [one.username for one in session.scalars(sa.select(FormDraft).filter_by(task_id=task_id))] == [RECEIVER]
        roles = sa.select(PersonRole.username).filter_by(role_id="responsable_meta", entity_code="IDPAC")
        assert GIVER not in session.scalars(roles).all()
        told = session.scalars(sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "entrega")).all()
    assert sorted(told) == sorted([GIVER, RECEIVER])
    yaneth = site.visitor(RECEIVER)
    yaneth.open(task)
    assert yaneth.last is not None and "Mitad del relato." in yaneth.last.text
    yaneth.open("/entregas")
    yaneth.open(yaneth.page().xpath("//section[@aria-labelledby='las-actas']//a")[0].get("href"))
    answer = yaneth.client.get(yaneth.page().xpath("//a[contains(., 'PDF')]")[0].get("href"))
    assert answer.data.startswith(b"%PDF") and answer.mimetype == "application/pdf"
    site.visitor("dsuarez").open("/entregas/acta?acta=1", status=404)


def test_an_activity_that_passes_is_told_with_the_code_of_its_indicator(site: Site) -> None:
    action_plan(site, "IDPAC")

    seen = previewed(site, "rmora", "ynino").text()

    assert re.search(r"I[RP]-[\d.]+: Actividad 1", seen) and re.search(r"I[RP]-[\d.]+: Actividad 2", seen)


def test_what_a_month_under_way_still_brings_passes_too(site: Site) -> None:
    # Given that all is handed over, and a case of before that asks Sandra for something more
    previewed(site).press("/entregas/hacer", motivo="Se va.")
    with site.application.database.unit_of_work() as session:
        late = _later_task(session, site)

    # When the worker ticks, twice
    for _ in range(2):
        worker.live(site.application)

    # Then it is Yaneth's, once, and the history says why
    with site.application.database.reading() as session:
        assert session.get_one(UserTask, late).assignee == RECEIVER
        [entry] = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.task_id == late))
    assert "entregó su trabajo a" in entry.data["motivo"]


def test_what_the_receiver_reviews_stays_and_is_said(site: Site) -> None:
    with site.application.database.reading() as session:
        one = session.scalars(sa.select(Indicator).where(Indicator.reports == GIVER)).first()
        assert one is not None and one.reviews
        reviewer = one.reviews

    ana = previewed(site, receiver=reviewer)

    assert "quedaría reportando y revisando lo mismo" in ana.text()


def test_without_a_reason_nothing_passes_and_nobody_else_may(site: Site) -> None:
    ana = previewed(site)
    ana.press("/entregas/hacer", 422, motivo=" ")
    assert "Escriba por qué se entrega" in ana.text()
    assert reading(site, sa.select(Handover.giver)) == []

    sandra = site.visitor(GIVER)
    sandra.open(f"/entregas?de={GIVER}&a={RECEIVER}")
    assert "lo entrega quien coordina o administra" in sandra.text()
    sandra.open("/ausencias")
    token = sandra.page().xpath("//input[@name='csrf_token']/@value")[0]
    sandra.send("/entregas/hacer", [("csrf_token", token), ("de", GIVER), ("a", RECEIVER), ("motivo", "x")], status=403)


def _later_task(session: Session, site: Site) -> int:
    case = session.scalars(sa.select(Instance).where(Instance.state == "active", Instance.tenant != "")).first()
    assert case is not None
    task = UserTask(
        instance_id=case.id, node_id="n", process_key=case.process_key, element_id="e", name="Algo más", properties={},
        context={}, variables={}, state="open", assignee=GIVER, created_at=site.clock.now(),
    )  # fmt: skip
    session.add(task)
    session.flush()
    return task.id
