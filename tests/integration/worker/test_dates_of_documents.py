"""A document's date is that of its act, however much later its files are made."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from tests.support.papers import NOW, PAPERS
from tests.support.plan import MONTH, PLAN, House, build_house
from workflows.approvals.models import AdministrativeAct
from workflows.approvals.states import ActState
from workflows.assembly import MAKERS
from workflows.calendar import bogota_day
from workflows.documents import keeping
from workflows.documents.keeping import Address
from workflows.documents.models import Document
from workflows.documents.states import DocumentKind
from workflows.lifecycle import phases
from workflows.plan.models import Plan

MAKER = {maker.name: maker for maker in MAKERS}
A_MONTH = dt.timedelta(days=30)


@pytest.fixture
def house(database: Database) -> House:
    """The plan on the day of its papers."""
    return build_house(database, VirtualClock(NOW), measured_before=(2018, 6), only=MONTH)


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_a_document_made_a_month_late_has_the_date_of_its_act_and_of_its_publication(house: House, name: str) -> None:
    # Given a record of that day, and a worker that makes its files a month later
    papers = PAPERS[name]()
    with house.database.unit_of_work() as session:
        papers.add(session)
        session.flush()
        papers.mend(session)
    house.clock.advance(A_MONTH)

    MAKER[name].make(house.database, house.clock, papers.good)

    # Then every format is dated by the record, and so is the life of the plan
    with house.database.reading() as session:
        made = session.scalars(sa.select(Document).where(Document.key == papers.good.key)).all()
        life = phases.of_plan(session, session.get_one(Plan, PLAN))
        files = {one.dated_at for one in made}, {keeping.date_of(session, one.file_id) for one in made}
    assert files == ({NOW}, {NOW})
    assert {one.published_at for one in made} <= {None, NOW} and {one.made_at for one in made} == {NOW + A_MONTH}
    assert {paper.dated_at for phase in life for paper in phase.papers if paper.files} <= {NOW}


def test_an_act_has_the_day_that_it_says_and_not_the_one_on_which_it_was_numbered(house: House) -> None:
    day = dt.date(2018, 6, 15)
    with house.database.unit_of_work() as session:
        PAPERS["act_or_sheet"]().add(session)
        act = session.get_one(AdministrativeAct, 900_002)
        act.state, act.number, act.dated_on, act.numbered_at = ActState.NUMBERED, "012", day, NOW

    MAKER["act_or_sheet"].make(house.database, house.clock, Address(PLAN, DocumentKind.ACT, "900002"))

    with house.database.reading() as session:
        dated = session.scalars(sa.select(Document.dated_at).where(Document.key == "900002")).all()
    assert {bogota_day(moment) for moment in dated} == {day}
