from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.database import Database
from tests.support.counting import counted
from workflows.cycles.models import Period
from workflows.errors import NotFound
from workflows.indicators.models import Indicator
from workflows.monitoring import figures
from workflows.monitoring.facts import read_month
from workflows.monitoring.models import Measurement

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

    assert {found[code].assessment.status for code in (*states, "IR-3.1")} == {"sin_dato"}


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
    assert (in_july.status, in_july.last) == ("sin_dato", 70)


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


def test_results_and_products_are_shown_apart(demo: Database) -> None:
    with demo.reading() as session:
        found = figures.of_period(session, CODE, "2018-06").objectives["O3.1"]

    assert (found.results, found.products) == (D(100), D(100))


def test_a_month_nobody_opened_yet_has_its_figures_too(demo: Database) -> None:
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
