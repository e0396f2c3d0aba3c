"""When a plan's tasks are reminded of: whose word holds, and who would get which mail by another one."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications import coming, digest, ladders
from notifications.ladders import Level, Target
from notifications.models import OutboxMessage, ReminderPolicy
from notifications.recipients import members_by_group
from tests.support.web import Site, Visitor
from workflows.auditing.models import AuditEntry
from workflows.errors import Refused
from workflows.plan.models import Plan

PLAN, MONTHLY, REPORT = "PES-GOB", "sub_reporte_entidad", "reportar_avance"
PAGE = f"/planes/{PLAN}/recordatorios"
STEP = f"{PAGE}/cambiar?proceso={MONTHLY}&paso={REPORT}"


def policy(site: Site, process_key: str = "", element_id: str = "", reminders: str = "-2") -> None:
    with site.application.database.unit_of_work() as session:
        session.add(
            ReminderPolicy(
                plan_code=PLAN, process_key=process_key, element_id=element_id, reminders=reminders, escalations="",
                reason="prueba", set_by="amartinez", set_at=site.clock.now(),
            )
        )  # fmt: skip


def digests(site: Site) -> set[str]:
    """Who gets the digest of the present day."""
    application = site.application
    with application.database.unit_of_work() as session:
        digest.build_due(session, application.engine, application.calendar, base_url="http://x")
    with application.database.reading() as session:
        query = sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "resumen")
        return {one for one in session.scalars(query) if one}


@pytest.mark.parametrize(
    ("kept", "level", "days"),
    [
        ([], Level.DIAGRAM, (-5, -3, -1, 0, 1)),
        ([("", "", "-9")], Level.PLAN, (-9,)),
        ([("", "", "-9"), (MONTHLY, "", "-8")], Level.PROCESS, (-8,)),
        ([("", "", "-9"), (MONTHLY, "", "-8"), (MONTHLY, REPORT, "-7,0")], Level.TASK, (-7, 0)),
        ([("otro", "", "-9")], Level.DIAGRAM, (-5, -3, -1, 0, 1)),
    ],
)
def test_the_policy_that_is_nearest_to_the_task_holds(
    site: Site, kept: list[tuple[str, str, str]], level: Level, days: tuple[int, ...]
) -> None:
    for process, element, reminders in kept:
        policy(site, process, element, reminders)

    with site.application.database.reading() as session:
        said = {"recordatorios": "-5,-3,-1,0,+1"}
        held = ladders.holding(ladders.of_all(session), Target(PLAN, MONTHLY, REPORT), said)

    assert (held.level, held.reminders) == (level, days)


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_is_kept_holds_from_the_next_digest_on(site: Site, is_kept: bool) -> None:
    # Given that everybody was told of their tasks, which are due on Monday 9
    digests(site)
    with site.application.database.unit_of_work() as session:
        session.execute(sa.delete(OutboxMessage))
    if is_kept:
        policy(site, MONTHLY, reminders="+1")

    # When it is the day on which the diagram reminds, and the policy does not
    site.clock.move_to(dt.datetime(2018, 7, 9, 13, tzinfo=dt.UTC))

    assert ("sruiz" in digests(site)) is not is_kept


def coordinator(site: Site) -> Visitor:
    visitor = site.visitor("amartinez")
    visitor.open(STEP)
    return visitor


def test_before_it_is_kept_it_is_told_who_would_get_which_mail(site: Site) -> None:
    visitor = coordinator(site)

    visitor.press(f"{PAGE}/cambiar", recordatorios="-1,+2", ver="1")

    rows = [" ".join(row.text_content().split()) for row in visitor.page().xpath("//table/tbody/tr")]
    of_sandra = [row.replace(" (demo)", "") for row in rows if "Sandra Ruiz" in row]
    assert any("miércoles 11 de julio" in row and "2 días después" in row and "Nuevo" in row for row in of_sandra)
    assert any("lunes 9 de julio" in row and "vence ese día" in row and "Ya no" in row for row in of_sandra)
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(ReminderPolicy)).all() == []


def test_a_policy_is_kept_with_its_reason_shown_and_taken_back(site: Site) -> None:
    visitor = coordinator(site)

    visitor.press(f"{PAGE}/cambiar", recordatorios="-1,+2", guardar="1", motivo="Tres avisos eran muchos.")
    shown = visitor.text()
    visitor.open(STEP)
    visitor.press(f"{PAGE}/quitar")

    assert "−1, +2" in shown and "el paso en este plan" in shown
    with site.application.database.reading() as session:
        first, second = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cambiar_recordatorios"))
        assert session.scalars(sa.select(ReminderPolicy)).all() == []
    assert (first.before, first.after["recordatorios"], first.reason) == ({}, "-1,+2", "Tres avisos eran muchos.")
    assert (second.before["recordatorios"], second.after) == ("-1,+2", {})


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"recordatorios": "pronto"}, "Escriba los días separados por comas"),
        ({"recordatorios": "-90"}, "de 60 días hábiles antes"),
        ({"dias": ["x", "", "", ""], "rol": ["coordinador_pes", "", "", ""]}, "A los cuántos días"),
        ({"dias": ["3", "", "", ""], "rol": ["nadie", "", "", ""]}, "Elija a quién"),
        ({"motivo": " "}, "Diga por qué"),
    ],
)
def test_what_is_no_ladder_is_not_kept_and_what_was_typed_stays(site: Site, typed: dict[str, str], told: str) -> None:
    visitor = coordinator(site)

    visitor.press(f"{PAGE}/cambiar", status=422, **{"recordatorios": "-4", "motivo": "prueba", "guardar": "1", **typed})

    assert told in visitor.text()
    assert visitor.page().xpath("//input[@name='recordatorios']/@value") == [typed.get("recordatorios", "-4")]
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(ReminderPolicy)).all() == []


def test_who_reports_reads_what_holds_and_changes_nothing(site: Site) -> None:
    sandra = site.visitor("sruiz")

    sandra.open(PAGE)
    assert "Cambiar" not in sandra.text()
    sandra.open(STEP, status=403)


def test_who_is_told_of_what_is_overdue_is_in_the_preview(site: Site) -> None:
    with site.application.database.reading() as session:
        engine = site.application.engine
        proposed = ladders.read("0", [("4", "coordinador_pes")], ["coordinador_pes"])
        found = ladders.preview(session, engine, Target(PLAN, MONTHLY, REPORT), proposed)
        tasks = session.scalars(sa.select(UserTask).where(UserTask.element_id == REPORT)).all()

    told = {(one.who, one.day) for one in found if one.is_new and one.why.startswith("de otra persona")}
    # of June, which is open, and of July, which will be
    assert tasks and told == {("Ana Martínez (demo)", dt.date(2018, month, day)) for month, day in ((7, 13), (8, 14))}


def test_more_than_a_dozen_reminders_are_refused() -> None:
    with pytest.raises(Refused, match="A lo sumo 12"):
        ladders.read(",".join(map(str, range(13))), [], [])


def test_the_mails_of_a_month_that_is_still_to_open_are_told_too(site: Site) -> None:
    # Given a plan whose June is being reported, on 6 July
    visitor = coordinator(site)

    # When the reminders of the report are looked at beforehand
    visitor.press(f"{PAGE}/cambiar", recordatorios="-1,+2", ver="1")

    # Then July, which opens on 1 August, is told with its own days, of those who report
    rows = [" ".join(row.text_content().split()) for row in visitor.page().xpath("//table/tbody/tr")]
    july = [row for row in rows if "julio de 2018" in row and "Sandra Ruiz" in row]
    assert any("lunes 6 de agosto" in row and "un día antes" in row for row in july)
    assert not any("junio de 2018" in row for row in rows)


def test_who_is_offered_what_is_still_to_open_is_told_by_the_role(site: Site) -> None:
    # Given a month that ended, in which whoever validates took the task
    application = site.application
    with application.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        members = members_by_group(session)
        found = coming.tasks(session, application.engine, plan, members)

    # Then what is to come has its people, and falls due after it opened
    assert {one.element_id for one in found} >= {REPORT}
    assert all(one.recipients for one in found)
    assert all(one.due_at is not None and one.due_at > one.created_at for one in found)
    assert len({(one.name, one.entity, one.responsible) for one in found}) == len(found)
