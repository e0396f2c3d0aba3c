"""What several people do at the same moment is done one after the other, on each of the two databases."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database
from engine.identity import Actor
from engine.instances.models import Instance
from notifications import mail_templates, rendering
from notifications.models import MailTemplate
from tests.support.web import Site, open_site_on
from workflows.approvals import act_files
from workflows.approvals.models import ActTemplate
from workflows.auditing.models import AuditEntry
from workflows.correspondence import writing
from workflows.correspondence.models import Letter
from workflows.correspondence.states import LetterKind
from workflows.correspondence.writing import Draft
from workflows.errors import Conflict, Refused
from workflows.monitoring import windows
from workflows.monitoring.models import MovedWindow
from workflows.people import directory

MANY = 4
DAY = dt.date(2018, 7, 5)
ANA = Actor("amartinez")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Site]:
    site = open_site_on(database, tmp_path)
    yield site
    site.application.database.dispose()


def at_once(site: Site, act: Callable[[Session, int], object]) -> list[str]:
    """Let many do the same at one moment; how each was answered."""
    gate = threading.Barrier(MANY)

    def one(number: int) -> str:
        with site.application.database.reading() as session:
            session.scalars(sa.select(Instance.id)).first()
        gate.wait()
        try:
            with site.application.database.unit_of_work() as session:
                act(session, number)
        except (Refused, Conflict) as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(MANY) as pool:
        return sorted(pool.map(one, range(MANY)))


def letters(site: Site) -> list[int]:
    """As many letters of a case, none filed."""
    with site.application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance).order_by(Instance.id)).first()
        assert case is not None
        made = [
            Letter(
                instance_id=case.id, direction="sale", kind=LetterKind.LETTER, party="Contraloría", subject="Respuesta",
                text="Texto", made_by=ANA.id, made_at=site.clock.now(),
            )
            for _ in range(MANY)
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        return [one.id for one in made]


def test_of_those_who_file_under_one_number_one_does(office: Site) -> None:
    kept = letters(office)

    answers = at_once(
        office, lambda session, n: writing.file(
            session, office.clock, session.get_one(Letter, kept[n]), "S-1", DAY, actor=ANA
        ),
    )  # fmt: skip

    assert answers == ["Refused"] * (MANY - 1) + ["done"]
    with office.application.database.reading() as session:
        assert [one.number for one in session.scalars(sa.select(Letter))].count("S-1") == 1


def test_a_letter_is_filed_once_and_then_does_not_change(office: Site) -> None:
    kept, draft = letters(office)[0], Draft(LetterKind.LETTER, "Otra", "", "Otro asunto", "Otro texto", "")

    def change(session: Session, number: int) -> None:
        letter = session.get_one(Letter, kept)
        if number % 2:
            writing.file(session, office.clock, letter, f"S-{number}", DAY, actor=ANA)
        else:
            writing.rewrite(session, office.clock, letter, draft, actor=ANA)

    answers = at_once(office, change)

    # Then one number stands, and what came after it was refused
    with office.application.database.reading() as session:
        of_letters = sa.select(AuditEntry.action).where(AuditEntry.object_kind == writing.TARGET)
        actions = session.scalars(of_letters.order_by(AuditEntry.id)).all()
        assert session.get_one(Letter, kept).number in {"S-1", "S-3"}
    assert actions.count("radicar_carta") == 1 and actions[-1] == "radicar_carta"
    assert answers.count("Conflict") == MANY - len(actions)


def test_each_who_changes_the_words_of_a_mail_leaves_a_version(office: Site) -> None:
    words = rendering.shipped("nudge")

    answers = at_once(
        office, lambda session, n: mail_templates.save(
            session, office.clock, "GOB", "nudge", words, reason=f"cambio {n}", actor=ANA
        ),
    )  # fmt: skip

    assert answers == ["done"] * MANY
    with office.application.database.reading() as session:
        numbers = session.scalars(sa.select(MailTemplate.number).order_by(MailTemplate.number)).all()
    assert numbers == [*range(1, MANY + 1)]


def test_each_who_brings_a_template_of_acts_leaves_a_version(office: Site) -> None:
    example = act_files.example()

    answers = at_once(
        office, lambda session, _n: act_files.save(session, office.clock, "GOB", "acto.docx", example, actor=ANA)
    )

    assert answers == ["done"] * MANY
    with office.application.database.reading() as session:
        numbers = session.scalars(sa.select(ActTemplate.number).order_by(ActTemplate.number)).all()
    assert numbers == [*range(1, MANY + 1)]


def test_of_those_who_move_a_window_to_one_day_one_does(office: Site) -> None:
    application = office.application
    with application.database.reading() as session:
        ana = directory.actor(session, ANA.id)
        until = application.calendar.add_working_days(
            windows.closes_on(session, application.engine, "PES-GOB", "2018-06"), 2, "PES-GOB"
        )

    answers = at_once(
        office, lambda session, _n: windows.move(
            session, application.engine, "PES-GOB", "2018-06", until=until, reason="Paro", actor=ana
        ),
    )  # fmt: skip

    assert answers == ["Refused"] * (MANY - 1) + ["done"]
    with application.database.reading() as session:
        assert len(session.scalars(sa.select(MovedWindow)).all()) == 1
