"""The cut of an evaluation: everything endorsed by then, kept as it was taken, and why it differs from the month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from tests.integration.plan.test_figures import CODE, report
from workflows import assembly
from workflows.cycles.models import Period
from workflows.evaluation import cuts, tables
from workflows.indicators.sheets import IN_NO_MONTH
from workflows.monitoring import figures
from workflows.monitoring.models import Measurement

NOW = dt.datetime(2018, 8, 3, 15, tzinfo=dt.UTC)
ENGINE = assembly.process_engine(VirtualClock(NOW))


def come_late(database: Database, value: int) -> None:
    """A report of June, endorsed after the last month was closed."""
    with database.unit_of_work() as session:
        june = session.scalars(sa.select(Period).where(Period.code == "2018-06")).one()
    report(database, june.id, "IP-3.3.1", value, "avalado", counts_from=IN_NO_MONTH)
    with database.unit_of_work() as session:
        session.execute(sa.update(Measurement).where(Measurement.counts_from == IN_NO_MONTH).values(endorsed_at=NOW))


def test_a_cut_takes_what_came_after_the_month_was_closed_and_says_so(demo: Database) -> None:
    come_late(demo, 75)

    with demo.unit_of_work() as session:
        cuts.take(session, ENGINE, CODE, "2018-06")
    with demo.reading() as session:
        cut, frozen = cuts.figures_at(session, CODE, "2018-06"), figures.frozen(session, CODE, "2018-06")
        table = tables.at_cutoff(session, CODE, "2018-06")["diferencias"]

    assert frozen is not None
    assert frozen.plan is not None
    assert cut.plan is not None
    assert (frozen.indicators["IP-3.3.1"].assessment.executed, cut.indicators["IP-3.3.1"].assessment.executed) == (
        None,
        Decimal(75),
    )
    assert cut.plan.coverage == 100
    assert cut.plan.opportunity == frozen.plan.opportunity
    told = {row[0].split()[0]: row[1:] for row in table.rows}
    assert told["IP-3.3.1"] == (
        "sin dato desde febrero de 2018",
        "75 (100,0 %)",
        "reporte extemporáneo de junio de 2018, avalado el 3 de agosto de 2018",
    )
    assert {"O3.3", "L3", "IDPAC"} <= set(told)


def test_a_cut_stays_as_it_was_taken_and_another_is_taken_only_where_something_came(demo: Database) -> None:
    with demo.unit_of_work() as session:
        first = cuts.take(session, ENGINE, CODE, "2018-06").number
        again = cuts.take(session, ENGINE, CODE, "2018-06").number
    with demo.reading() as session:
        before = cuts.figures_at(session, CODE, "2018-06")
    come_late(demo, 75)
    with demo.reading() as session:
        kept = cuts.figures_at(session, CODE, "2018-06")

    with demo.unit_of_work() as session:
        third = cuts.take(session, ENGINE, CODE, "2018-06").number

    assert (first, again, third) == (1, 1, 2)
    assert kept == before
    assert kept.indicators == figures_of(demo).indicators


def figures_of(database: Database) -> figures.PeriodFigures:
    with database.reading() as session:
        found = figures.frozen(session, CODE, "2018-06")
    assert found is not None
    return found
