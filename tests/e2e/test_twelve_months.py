"""A year of the plan played in a row by robots: nobody writes a figure but through a form."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from engine import doctor
from engine.clock import VirtualClock
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support import databases
from tests.support.plan import MONTH, House, build_house, day, demo_data
from workflows.cycles.models import Period
from workflows.forms.models import Submission
from workflows.monitoring.models import EntityReport, Measurement, MeasurementChange
from workflows.records.data import without_measurements
from workflows.simulation import recomputation
from workflows.simulation.robots import LATE, LATER, MISSING, RETURNED

MONTHS = [f"2017-{month:02}" for month in range(4, 13)] + ["2018-01", "2018-02", "2018-03"]
BEHAVIOUR = {
    ("2017-05", "DADEP"): RETURNED,
    ("2017-04", "SDG"): MISSING,
    ("2017-05", "IDPAC"): LATER,
    ("2017-06", "SDG"): RETURNED,
    ("2017-09", "DADEP"): LATE,
    ("2017-11", "SDG"): RETURNED,
    ("2017-12", "IDPAC"): LATER,
    ("2018-01", "IDPAC"): MISSING,
    ("2018-02", "SDG"): LATE,
    ("2018-03", "DADEP"): RETURNED,
}
LENGTHS = {"sqlite": 12, "postgresql": 3}
"""PostgreSQL plays a quarter of the year: a returned, a late and a missing report have their effect."""


@dataclass(frozen=True)
class Year:
    """A played house and the months that were played in it."""

    house: House
    months: list[str]

    def behaved(self, profile: str) -> set[tuple[str, str]]:
        return {where for where, how in BEHAVIOUR.items() if how == profile and where[0] in self.months}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The plan as adopted, with nothing measured; its first months played until the last one is frozen."""
    months = MONTHS[: LENGTHS[request.param]]
    if request.param == "sqlite":
        yield _play(make_url(f"sqlite:///{tmp_path_factory.mktemp('year')}/cauce.sqlite"), months)
        return
    url = make_url(request.getfixturevalue("postgresql_url")).set(database=f"year_{uuid.uuid4().hex[:8]}")
    played = _play(url, months)
    yield played
    played.house.database.dispose()
    databases.drop(url)


def _play(url: URL, months: list[str]) -> Year:
    database = databases.with_tables(url)
    first = dt.date(int(months[0][:4]), int(months[0][5:]), 1)
    clock = VirtualClock(dt.datetime.combine(first, dt.time(14), tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(first.year, first.month), only=MONTH)
    # the last month is frozen on the fifteenth working day of the next
    last = dt.date(int(months[-1][:4]), int(months[-1][5:]), 28) + dt.timedelta(days=31)
    house.submissions = house.play(BEHAVIOUR).until(day(f"{last:%Y-%m}-28"))
    return Year(house, months)


def test_every_month_was_opened_once_and_frozen(year: Year) -> None:
    with year.house.database.reading() as session:
        states = session.execute(sa.select(Period.code, Period.state).order_by(Period.code)).all()
        followed = session.scalars(sa.select(Instance).where(Instance.process_key == "f5_ciclo_mensual")).all()

    assert [code for code, state in states if state == "cerrado"] == year.months
    assert len(followed) == len(states)


def test_submissions_are_the_completed_user_tasks_one_by_one(year: Year) -> None:
    with year.house.database.reading() as session:
        completed = session.scalars(sa.select(UserTask.id).where(UserTask.state == "completed")).all()
        sent = session.scalars(sa.select(Submission.task_id)).all()

    assert year.house.submissions > 20 * len(year.months)
    assert len(sent) == year.house.submissions
    assert sorted(sent) == sorted(completed)


def test_reports_were_late_returned_and_missing_as_behaved(year: Year) -> None:
    with year.house.database.reading() as session:
        rows = session.execute(
            sa.select(Period.code, EntityReport).join(Period, Period.id == EntityReport.period_id)
        ).all()
        reports = {(code, report.entity_code): report for code, report in rows if code in year.months}

    assert {where for where, report in reports.items() if report.state == "extemporaneo"} == (
        year.behaved(LATE) | year.behaved(LATER)
    )
    assert {where for where, report in reports.items() if report.state == "no_presentado"} == year.behaved(MISSING)
    assert {where for where, report in reports.items() if report.times_returned} == year.behaved(RETURNED)
    assert len(reports) == 3 * len(year.months)


def test_frozen_figures_equal_a_straight_recomputation_from_the_submissions(year: Year) -> None:
    data = without_measurements(demo_data())
    with year.house.database.reading() as session:
        sent = recomputation.read_submissions(session)
        frozen_at = {p.code: p.frozen_at for p in session.scalars(sa.select(Period)) if p.frozen_at}
        kept = {code: recomputation.kept(session, code) for code in year.months}

    compared = 0
    for month in year.months:
        found = recomputation.of_month(data, sent, frozen_at, month)
        assert recomputation.differences(kept[month], found) == [], month
        compared += sum(one.compliance is not None for one in found.indicators.values())
    assert compared > 8 * len(year.months)


def test_late_figures_count_in_their_month_while_it_is_open_and_then_in_later_ones(year: Year) -> None:
    with year.house.database.reading() as session:
        late = session.execute(
            sa.select(Period.code, Measurement.counts_from)
            .join(Period, Period.id == Measurement.period_id)
            .where(Measurement.late.is_(True), Period.code.in_(year.months))
        ).all()

    assert late
    # What was endorsed before its month was closed counts in it; the rest from a later one.
    assert {counts_from is None or counts_from > code for code, counts_from in late} == {True}
    assert any(counts_from is not None for _, counts_from in late)


def test_nothing_failed_and_the_doctor_finds_nothing(year: Year) -> None:
    with year.house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0
        assert doctor.examine(session, year.house.engine) == []


def test_every_act_on_a_figure_is_on_record(year: Year) -> None:
    with year.house.database.reading() as session:
        rows = session.execute(
            sa.select(Measurement.id, Measurement.state, MeasurementChange.action)
            .join(MeasurementChange, MeasurementChange.measurement_id == Measurement.id)
            .where(Measurement.state == "congelado")
        ).all()
        acts: dict[int, set[str]] = {}
        for measurement, _state, action in rows:
            acts.setdefault(measurement, set()).add(action)

    assert acts
    assert all({"enviar", "validar", "avalar", "congelar"} <= found for found in acts.values())
