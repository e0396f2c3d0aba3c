from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database
from tests.support.counting import counted
from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.errors import NotFound
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import IN_NO_MONTH
from workflows.monitoring import figures, month_facts
from workflows.monitoring.facts import read_month
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.records.data import months_between

CODE = "PES-GOB"
D = Decimal


def open_july(database: Database) -> int:
    with database.unit_of_work() as session:
        july = Period(
            plan_code=CODE, code="2018-07", year=2018, month=7, cutoff_on=dt.date(2018, 7, 31), state="abierto"
        )
        session.add(july)
        session.flush()
        return july.id


def report(
    database: Database, period_id: int, code: str, value: int, state: str, *, counts_from: str | None = None
) -> None:
    with database.unit_of_work() as session:
        indicator = session.scalars(sa.select(Indicator).where(Indicator.code == code)).one()
        session.add(
            Measurement(
                period_id=period_id,
                indicator_id=indicator.id,
                value=D(value),
                state=state,
                late=counts_from is not None,
                counts_from=counts_from,
                timely=counts_from is None,
            )
        )


def computed(database: Database, period: str, code: str, **options: object) -> figures.IndicatorFigure:
    with database.reading() as session:
        return figures.compute(session, CODE, period, **options).indicators[code]  # type: ignore[arg-type]


def test_only_what_was_endorsed_counts(demo: Database) -> None:
    july = open_july(demo)
    states = {"IP-1.1.1": "borrador", "IP-1.1.2": "devuelto", "IR-1.2": "sin_reporte", "IR-2.1": "enviado"}
    for code, state in (states | {"IR-3.1": "validado"}).items():
        report(demo, july, code, 11, state)

    with demo.reading() as session:
        found = figures.compute(session, CODE, "2018-07").indicators

    kept = {found[code].assessment.status for code in (*states, "IR-3.1")}
    assert kept == {"arrastrado"}  # June's value is what is known
    assert {found[code].assessment.data_month for code in states} == {(2018, 6)}


def test_an_endorsed_value_counts(demo: Database) -> None:
    report(demo, open_july(demo), "IP-1.1.1", 11, "avalado")

    assert computed(demo, "2018-07", "IP-1.1.1").assessment.executed == 11


def test_a_preview_counts_what_is_sent_and_what_one_is_about_to_send(demo: Database) -> None:
    report(demo, open_july(demo), "IP-1.1.1", 11, "enviado")

    sent = computed(demo, "2018-07", "IP-1.1.1", provisional=True)
    typed = computed(demo, "2018-07", "IP-1.1.1", overrides={"IP-1.1.1": D(4)})

    assert (sent.assessment.executed, sent.assessment.color) == (11, "verde")
    assert (typed.assessment.executed, typed.assessment.color) == (4, "rojo")


def test_a_late_value_counts_from_the_month_that_took_it_in(demo: Database) -> None:
    july = open_july(demo)
    with demo.unit_of_work() as session:
        june = session.scalars(sa.select(Period).where(Period.code == "2018-06")).one()
    report(demo, june.id, "IP-3.3.1", 70, "avalado", counts_from="2018-07")
    report(demo, july, "IP-1.1.1", 11, "avalado")

    in_june = computed(demo, "2018-06", "IP-3.3.1").assessment
    in_july = computed(demo, "2018-07", "IP-3.3.1").assessment

    assert (in_june.status, in_june.last) == ("sin_dato", 66)
    assert (in_july.status, in_july.executed, in_july.data_month) == ("arrastrado", 70, (2018, 6))


def test_an_evaluation_takes_what_was_endorsed_whenever_it_came(demo: Database) -> None:
    with demo.unit_of_work() as session:
        june = session.scalars(sa.select(Period).where(Period.code == "2018-06")).one()
    report(demo, june.id, "IP-3.3.1", 70, "avalado", counts_from=IN_NO_MONTH)

    closed = computed(demo, "2018-06", "IP-3.3.1").assessment
    evaluated = computed(demo, "2018-06", "IP-3.3.1", everything=True).assessment

    assert (closed.status, closed.last) == ("sin_dato", 66)
    assert (evaluated.status, evaluated.executed, evaluated.timely) == ("reportado", 70, False)


def test_closed_months_are_read_as_they_were_frozen(demo: Database) -> None:
    with demo.unit_of_work() as session:
        frozen = figures.frozen(session, CODE, "2018-06")
        session.execute(sa.update(Indicator).values(name="Otro nombre", baseline=D(1), decimals=3))
        session.execute(sa.update(Measurement).values(value=D(0)))

    with demo.reading() as session:
        again = figures.of_period(session, CODE, "2018-06")

    assert frozen is not None
    assert again == frozen
    assert again.frozen


def test_frozen_figures_equal_a_straight_recomputation_to_the_last_digit(demo: Database) -> None:
    with demo.reading() as session:
        for month in range(1, 7):
            code = f"2018-0{month}"
            frozen = figures.frozen(session, CODE, code)
            assert frozen == replace(figures.compute(session, CODE, code), frozen=True)


def of_one_month(session: Session, code: str) -> figures.PeriodFigures:
    """A month computed from its year alone."""
    return figures.figures_of(month_facts.load(session, CODE, code), whole=False)


def without_the_years(found: figures.PeriodFigures) -> figures.PeriodFigures:
    """Without what only all months tell."""
    blank = {"missing": (), "plan_progress": None, "years_met": None}
    judged = {
        code: replace(one, assessment=replace(one.assessment, **blank))  # type: ignore[arg-type]
        for code, one in found.indicators.items()
    }
    levels = {
        level: {code: replace(one, years=None) for code, one in getattr(found, level).items()}
        for level in ("objectives", "lines", "entities")
    }
    return replace(found, indicators=judged, **levels, plan=found.plan and replace(found.plan, years=None))


def go_on_until(database: Database, last: tuple[int, int]) -> None:
    """Open the months after June 2018 with what June had programmed, and let two of three indicators report."""
    with database.unit_of_work() as session:
        june = session.scalars(sa.select(PeriodRow).join(Period).where(Period.code == "2018-06")).all()
        for year, month in months_between((2018, 7), last):
            day = month_end(year, month)
            opened = Period(
                plan_code=CODE, code=f"{year}-{month:02}", year=year, month=month, cutoff_on=day, state="abierto"
            )
            session.add(opened)
            session.flush()
            for row in june:
                kept = {"period_id": opened.id, "indicator_id": row.indicator_id}
                asked = {"entity_code": row.entity_code, "due": True, "year_target": row.year_target}
                session.add(PeriodRow(**kept, **asked, programmed_to_date=row.programmed_to_date))
                if (row.indicator_id + month) % 3:
                    session.add(Measurement(**kept, value=D(month + row.indicator_id), state="avalado"))


def test_a_month_computed_from_its_year_alone_stands_as_one_computed_from_all_months(demo: Database) -> None:
    go_on_until(demo, (2019, 3))
    with demo.unit_of_work() as session:  # late values, and what was not programmed
        early = sa.select(Period.id).where(Period.code.in_(["2018-02", "2018-06", "2018-12"]))
        late = sa.update(Measurement).where(Measurement.period_id.in_(early), Measurement.indicator_id % 3 == 0)
        session.execute(late.values(counts_from="2019-01"))
        session.execute(sa.update(PeriodRow).where(PeriodRow.indicator_id % 5 == 0).values(year_target=None))

    with demo.reading() as session:
        months = session.scalars(sa.select(Period.code).order_by(Period.code)).all()
        alone = {code: of_one_month(session, code) for code in months}
        whole = {code: without_the_years(figures.compute(session, CODE, code)) for code in months}

    assert months[-1] == "2019-03"
    assert alone == whole


def test_results_and_products_are_shown_apart(demo: Database) -> None:
    with demo.reading() as session:
        found = figures.of_period(session, CODE, "2018-06").objectives["O3.1"]

    assert (found.results, found.products) == (D(100), D(100))


def test_a_month_nobody_opened_yet_has_its_figures_too(demo: Database) -> None:
    assert computed(demo, "2018-08", "IP-1.1.1").assessment.status == "arrastrado"
    assert computed(demo, "2018-09", "IP-1.1.1").assessment.status == "sin_dato"


@pytest.mark.parametrize("period", ["2018-13", "2018-6", "junio", "", "2018-00", "٢٠١٨-٠٦"])
def test_what_is_no_month_is_refused(period: str) -> None:
    with pytest.raises(NotFound, match="AAAA-MM"):
        read_month(period)


def test_an_unknown_plan_is_refused(demo: Database) -> None:
    with demo.reading() as session, pytest.raises(NotFound, match="NADA"):
        figures.compute(session, "NADA", "2018-06")


def test_a_plan_is_computed_with_little_work(demo: Database) -> None:
    with demo.reading() as session:
        figures.compute(session, CODE, "2018-06")
        with counted(most=40_000):
            figures.compute(session, CODE, "2018-06")
