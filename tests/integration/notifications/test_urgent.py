"""What cannot wait: of half an hour in one mail, one such mail a day, the rest with the digest."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.runtime import ProcessEngine
from notifications import digest, habits, urgent
from notifications.habits import Habits
from notifications.models import OutboxMessage
from notifications.rendering import render
from notifications.states import MailKind, MailState, Urgent
from tests.support.work import add_people
from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.people import directory
from workflows.people.groups import SectorGroups

URL = "https://cauce.example"


def bogota(day: int, hour: int = 8, minute: int = 0) -> dt.datetime:
    return dt.datetime(2018, 7, day, hour, minute, tzinfo=BOGOTA)


@pytest.fixture
def people(database: Database) -> Database:
    with database.unit_of_work() as session:
        add_people(session)
    return database


def tell(database: Database, key: str, now: dt.datetime, *, at_once: bool = False) -> None:
    """Sandra is to hear something."""
    with database.unit_of_work() as session:
        sandra = directory.person(session, "sandra")
        mail = render("release", {"name": sandra.name, "title": f"Revisar «{key}»", "what": "Mírelo.", "facts": [],
                                  "link": f"{URL}/{key}"})  # fmt: skip
        urgent.tell(session, sandra, now=now, kind=MailKind.RELEASE, dedup_key=key, mail=mail, sector="GOB",
                    at_once=at_once)  # fmt: skip


def mails(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def leave(database: Database, now: dt.datetime) -> None:
    """What is due is sent."""
    with database.unit_of_work() as session:
        due = sa.update(OutboxMessage).where(OutboxMessage.send_at <= now, OutboxMessage.state == MailState.PENDING)
        session.execute(due.values(state=MailState.SENT))


def next_digest(database: Database, day: int) -> list[OutboxMessage]:
    engine = ProcessEngine(
        clock=VirtualClock(bogota(day)), calendar=WorkingCalendar(), groups=SectorGroups(), service_tasks={}
    )
    with database.unit_of_work() as session:
        digest.build_due(session, engine, WorkingCalendar(), base_url=URL)
    return [mail for mail in mails(database) if mail.kind == MailKind.DIGEST]


def test_what_comes_up_alone_leaves_half_an_hour_later_as_it_is(people: Database) -> None:
    tell(people, "uno", bogota(4, 9))

    (mail,) = mails(people)

    assert mail.subject == "Revisar «uno»" and mail.send_at == bogota(4, 9, 30)
    assert f"{URL}/uno" in mail.text and f"{URL}/uno" in mail.html


def test_what_comes_up_within_half_an_hour_travels_in_one_mail(people: Database) -> None:
    for minute, key in ((0, "uno"), (10, "dos"), (29, "tres"), (29, "dos")):
        tell(people, key, bogota(4, 9, minute))

    (mail,) = mails(people)

    assert mail.subject == "Revisar «uno» (y 2 avisos más)" and mail.send_at == bogota(4, 9, 30)
    for key in ("uno", "dos", "tres"):
        assert mail.text.count(f"{URL}/{key}\n") == 1 and mail.html.count(f'href="{URL}/{key}"') == 1
    assert mail.text.count("Sandra:") == 1


def test_after_the_mail_of_the_day_what_follows_is_told_by_the_next_digest_and_by_no_other(people: Database) -> None:
    # Given a mail that left this morning
    tell(people, "uno", bogota(4, 9))
    leave(people, bogota(4, 10))

    # When more comes up that day, and two mornings pass
    tell(people, "dos", bogota(4, 11))
    tell(people, "tres", bogota(4, 15))
    alone = len(mails(people))
    first = next_digest(people, 5)
    leave(people, bogota(5, 12))
    second = next_digest(people, 6)

    # Then the first digest tells both, and the second is not written
    assert alone == 1
    assert "Revisar «dos»" in first[0].text and "Revisar «tres»" in first[0].text
    assert "Revisar «uno»" not in first[0].text
    assert first[0].subject == "Revisar «dos» (y 1 más)"
    assert len(second) == 1


def test_what_is_due_today_leaves_now_with_what_was_waiting_however_many_left_before(people: Database) -> None:
    tell(people, "uno", bogota(4, 9))
    leave(people, bogota(4, 10))

    tell(people, "dos", bogota(4, 11), at_once=True)
    tell(people, "tres", bogota(4, 11, 1), at_once=True)

    assert [(mail.subject, mail.send_at) for mail in mails(people)][1:] == [
        ("Revisar «dos»", bogota(4, 11)),
        ("Revisar «tres»", bogota(4, 11, 1)),
    ]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (bogota(7, 10), Habits()),  # a Saturday
        (bogota(4, 6), Habits()),  # the digest of the day comes first
        (bogota(4, 19), Habits(quiet_from=18, quiet_until=7)),
        (bogota(4, 10), Habits(urgent=Urgent.WITH_DIGEST)),
    ],
)
def test_nothing_leaves_on_a_day_off_in_quiet_hours_or_where_somebody_wants_it_with_the_digest(
    people: Database, now: dt.datetime, wanted: Habits
) -> None:
    with people.unit_of_work() as session:
        habits.choose(session, "sandra", wanted)

    tell(people, "uno", now)

    assert mails(people) == []
    (told,) = next_digest(people, 9)
    assert "Revisar «uno»" in told.text


def test_a_quiet_noon_is_waited_for(people: Database) -> None:
    with people.unit_of_work() as session:
        habits.choose(session, "sandra", Habits(quiet_from=12, quiet_until=14))

    tell(people, "uno", bogota(4, 12, 10))

    assert mails(people)[0].send_at == bogota(4, 14)


def test_what_a_mail_that_did_not_leave_told_is_told_by_the_next_digest(people: Database) -> None:
    tell(people, "uno", bogota(4, 9))
    with people.unit_of_work() as session:
        session.execute(sa.update(OutboxMessage).values(state=MailState.FAILED))

    (told,) = next_digest(people, 5)

    assert "Revisar «uno»" in told.text
