"""One's deadlines at a private address; an inbox that knows whether it is still right."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.tasks.models import UserTask
from notifications.calendars import Event, calendar
from tests.support.web import Site
from workflows.auditing.models import AuditEntry
from workflows.people.models import Person

NOW = dt.datetime(2026, 11, 6, 15, tzinfo=dt.UTC)


def test_deadlines_are_read_at_a_private_address_until_it_is_taken_back(site: Site) -> None:
    # Given Sandra, who makes an address
    sandra, anybody = site.visitor("sruiz"), site.visitor()
    sandra.open("/cuenta/calendario")
    sandra.press("/cuenta/calendario")
    address = sandra.page().xpath("//input[@readonly]/@value")[0].partition("/calendario/")
    path = f"/calendario/{address[2]}"

    # When a program reads it, before and after she takes it back
    before = anybody.client.get(path)
    sandra.open("/cuenta/calendario")
    sandra.press("/cuenta/calendario/revocar")
    after = anybody.client.get(path)

    # Then it had her deadlines, and opens nothing any more
    assert before.mimetype == "text/calendar" and "DTSTART;VALUE=DATE:20180709" in before.get_data(as_text=True)
    assert before.headers["Cache-Control"] == "private, no-store"
    assert after.status_code == 404 and anybody.client.get("/calendario/x.ics").status_code == 404
    with site.application.database.reading() as session:
        acts = sa.select(AuditEntry.action).where(AuditEntry.object_id == "sruiz").order_by(AuditEntry.id)
        assert session.scalars(acts.where(AuditEntry.action.like("%_calendario"))).all() == [
            "hacer_calendario", "revocar_calendario",
        ]  # fmt: skip


def test_who_may_no_longer_sign_in_has_no_calendar(site: Site) -> None:
    sandra = site.visitor("sruiz")
    sandra.open("/cuenta/calendario")
    sandra.press("/cuenta/calendario")
    path = "/calendario/" + sandra.page().xpath("//input[@readonly]/@value")[0].partition("/calendario/")[2]
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(Person).where(Person.username == "sruiz").values(active=False))

    assert site.visitor().client.get(path).status_code == 404


def test_a_long_line_is_folded_between_letters_and_nothing_typed_begins_another() -> None:
    told = calendar([Event("u1", dt.date(2026, 11, 9), "á" * 60 + ";\nBEGIN:VALARM")], NOW)

    assert all(len(line.encode()) <= 75 for line in told.split("\r\n"))
    whole = told.replace("\r\n ", "")
    assert "SUMMARY:" + "á" * 60 + "\\;\\nBEGIN:VALARM" in whole.split("\r\n")


def test_an_open_inbox_learns_that_something_came(site: Site) -> None:
    # Given Sandra's inbox
    sandra = site.visitor("sruiz")
    sandra.open("/bandeja")
    shown = sandra.page().xpath("//@data-mark")[0]
    same = sandra.client.get("/bandeja/novedades").get_json()["huella"]

    # When a deadline moves
    with site.application.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.assignee == "sruiz", UserTask.state == "open")
        ).first()
        assert task is not None and task.due_at is not None
        task.due_at += dt.timedelta(days=1)

    # Then the mark is another
    assert shown == same != sandra.client.get("/bandeja/novedades").get_json()["huella"]
