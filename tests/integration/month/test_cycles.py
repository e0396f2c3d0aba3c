"""Periods are opened by the calendar exactly once, whatever the clocks and however many the workers."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.errors import InvalidDiagram
from engine.identity import Actor
from engine.instances.models import Instance
from tests.support.plan import MONTH as MONTHLY
from tests.support.plan import PLAN, House, build_house
from workflows.auditing import recording as auditing
from workflows.calendar import BOGOTA, bogota_day
from workflows.cycles import opening as cycles
from workflows.cycles.models import Period, PeriodStart
from workflows.cycles.naming import MESSAGE_PREFIXES
from workflows.errors import Conflict, Forbidden, Refused
from workflows.plan.models import Plan
from workflows.shipped import shipped_diagrams

COORDINATOR = Actor("amartinez", frozenset({"coordinador_pes@GOB"}))
MONTH = "f5_ciclo_mensual"


def _at(house: House, day: str, hour: int = 9) -> None:
    house.clock.move_to(dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00-05:00"))


def _open(house: House) -> list[str]:
    with house.database.unit_of_work() as session:
        return [instance.business_key for instance in cycles.open_due(session, house.engine)]


def test_the_month_opens_on_the_first_working_day_after_the_cutoff(house: House) -> None:
    _at(house, "2018-07-01")
    assert _open(house) == ["PES-GOB/f5p/2018"]
    _at(house, "2018-07-02", hour=23)  # Monday, San Pedro y San Pablo
    assert _open(house) == []

    _at(house, "2018-07-03", hour=0)
    assert _open(house) == ["PES-GOB/f5/2018-06"]

    with house.database.reading() as session:
        instance = session.scalars(sa.select(Instance).where(Instance.process_key == MONTH)).one()
        assert (instance.name, instance.scope) == ("Seguimiento de junio de 2018", PLAN)


def test_a_second_call_opens_nothing(house: House) -> None:
    _at(house, "2018-07-03")
    assert len(_open(house)) == 2

    assert _open(house) == []


def test_of_several_workers_one_opens(house: House) -> None:
    _at(house, "2018-08-01")

    with ThreadPoolExecutor(4) as workers:
        opened = [key for keys in workers.map(lambda _n: _open(house), range(4)) for key in keys]

    assert sorted(opened) == ["PES-GOB/f5/2018-06", "PES-GOB/f5/2018-07", "PES-GOB/f5p/2018"]


def test_wrong_clocks_neither_repeat_nor_skip(house: House) -> None:
    _at(house, "2018-07-03", hour=1)
    opened = _open(house)
    _at(house, "2018-07-02", hour=23)  # two hours back
    opened += _open(house)
    _at(house, "2018-08-11")  # forty days ahead
    opened += _open(house)
    for today in ("2018-07-03", "2018-08-01", "2018-09-03"):
        _at(house, today)
        opened += _open(house)

    assert sorted(opened) == [f"PES-GOB/f5/2018-0{month}" for month in (6, 7, 8)] + ["PES-GOB/f5p/2018"]


@pytest.fixture
def years(database: Database) -> House:
    """The same eve of June, with what comes every quarter, half year and year."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    longer = {
        "f4_reporte_externo",
        "f4_implementacion_anual",
        "f6_evaluacion_semestral",
        "f6_informe_anual",
        "sub_publicacion",
    }
    return build_house(database, clock, measured_before=(2018, 6), only=MONTHLY | longer)


def _started(house: House) -> dict[str, list[PeriodStart]]:
    """What was opened or left out, by process, in the order of its days."""
    found: dict[str, list[PeriodStart]] = defaultdict(list)
    with house.database.reading() as session:
        for row in session.scalars(sa.select(PeriodStart).order_by(PeriodStart.due_on)):
            found[row.process_key].append(row)
    return found


def test_each_period_opens_at_the_first_midnight_of_its_day(years: House) -> None:
    _at(years, "2018-07-01", hour=0)
    _open(years)
    with years.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        month = next(one for one in cycles.calendar_starts(session) if one.process_key == MONTH)
        dues = [one for one in cycles.openings(years.engine, month.cadence, plan) if one.period.label >= "2018-06"]

    for due in dues:
        midnight = dt.datetime.combine(due.due_on, dt.time(), BOGOTA)
        years.clock.move_to(midnight - dt.timedelta(microseconds=1))
        assert [key for key in _open(years) if "/f5/" in key] == []
        years.clock.move_to(midnight)
        assert [key for key in _open(years) if "/f5/" in key] == [f"{PLAN}/f5/{due.period.label}"]

    days = {due.period.label: (due.period.cutoff.isoformat(), due.due_on.isoformat()) for due in dues}
    assert days["2018-12"] == ("2018-12-31", "2019-01-02")
    assert days["2019-02"] == ("2019-02-28", "2019-03-01")
    assert days["2020-02"] == ("2020-02-29", "2020-03-02")
    assert days["2020-12"] == ("2020-12-31", "2021-01-04")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_clock_does_no_period_is_opened_twice_too_early_or_never(years: House, seed: int) -> None:
    chance = random.Random(seed)
    turns = [dt.timedelta(hours=-2), dt.timedelta(hours=1), dt.timedelta(days=9), dt.timedelta(days=40)]
    opened: list[str] = []
    while bogota_day(years.clock.now()) < dt.date(2021, 3, 1):
        opened += _open(years)
        years.clock.advance(chance.choice(turns))
    opened += _open(years)

    assert len(opened) == len(set(opened))
    rows = _started(years)
    labels = {key: [row.period for row in found] for key, found in rows.items()}
    months = [f"{year}-{month:02}" for year in (2018, 2019, 2020) for month in range(1, 13)]
    assert labels[MONTH] == months[5:]
    assert labels["f6_evaluacion_semestral"] == [f"{y}-S{half}" for y in (2018, 2019, 2020) for half in (1, 2)]
    assert labels["f4_reporte_externo"] == [f"{y}-T{part}" for y in (2018, 2019, 2020) for part in range(1, 5)][1:]
    for yearly in ("f5_preparacion", "f4_implementacion_anual", "f6_informe_anual"):
        assert labels[yearly] == ["2018", "2019", "2020"]
    assert all(bogota_day(row.started_at) >= row.due_on for found in rows.values() for row in found)
    assert sum(row.outcome == "abierto" for found in rows.values() for row in found) == len(opened)


def test_what_was_missed_is_caught_up_and_says_that_it_is_late(house: House) -> None:
    _at(house, "2018-10-09")

    assert [key for key in _open(house) if "/f5/" in key] == [f"PES-GOB/f5/2018-0{month}" for month in (6, 7, 8, 9)]

    with house.database.reading() as session:
        first = session.scalars(sa.select(PeriodStart).where(PeriodStart.period == "2018-06")).one()
        assert first.due_on == dt.date(2018, 7, 3)
        assert first.started_at.date() == dt.date(2018, 10, 9)


def test_months_that_came_with_the_import_are_not_opened(house: House) -> None:
    _at(house, "2018-07-03")
    _open(house)

    with house.database.reading() as session:
        imported = session.scalars(sa.select(Period.code).where(Period.instance_id.is_(None))).all()
        started = session.scalars(sa.select(PeriodStart.period)).all()
    assert sorted(imported) == [f"2018-0{month}" for month in range(1, 6)]
    assert not set(imported) & set(started)


def test_of_a_yearly_process_only_the_latest_missed_year_opens(house: House) -> None:
    _at(house, "2020-01-02")

    assert [key for key in _open(house) if "/f5p/" in key] == ["PES-GOB/f5p/2020"]

    with house.database.reading() as session:
        rows = session.scalars(sa.select(PeriodStart).where(PeriodStart.process_key == "f5_preparacion"))
        assert {row.period: row.outcome for row in rows} == {"2018": "omitido", "2019": "omitido", "2020": "abierto"}


def test_nothing_opens_after_the_plan_ends(house: House) -> None:
    _at(house, "2022-03-01")

    assert max(key for key in _open(house) if "/f5/" in key) == "PES-GOB/f5/2020-12"


def test_a_coordinator_skips_a_month_with_a_reason(house: House) -> None:
    _at(house, "2018-07-02")
    with house.database.unit_of_work() as session:
        cycles.skip_by_hand(session, house.engine, PLAN, MONTH, "2018-06", actor=COORDINATOR, reason="Bimestral")

    _at(house, "2018-08-01")
    assert [key for key in _open(house) if "/f5/" in key] == ["PES-GOB/f5/2018-07"]

    with house.database.reading() as session:
        entry = auditing.of_object(session, "periodo", f"{PLAN}/2018-06")[-1]
        assert (entry.action, entry.actor_id, entry.reason) == ("omitir_periodo", "amartinez", "Bimestral")


def test_a_coordinator_opens_a_month_before_its_day(house: House) -> None:
    _at(house, "2018-07-02")
    with house.database.unit_of_work() as session:
        instance = cycles.open_by_hand(
            session, house.engine, PLAN, MONTH, "2018-06", actor=COORDINATOR, reason="Hay afán"
        )
        assert instance.business_key == "PES-GOB/f5/2018-06"

    _at(house, "2018-07-03")
    assert [key for key in _open(house) if "/f5/" in key] == []


@pytest.mark.parametrize(
    ("actor", "reason", "refusal"),
    [
        (Actor("dsuarez", frozenset({"responsable_meta@GOB/SDG"})), "Porque sí", Forbidden),
        (COORDINATOR, "  ", Refused),
    ],
)
def test_opening_by_hand_takes_a_coordinator_and_a_reason(
    house: House, actor: Actor, reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), house.database.unit_of_work() as session:
        cycles.open_by_hand(session, house.engine, PLAN, MONTH, "2018-06", actor=actor, reason=reason)


def test_an_open_month_is_not_opened_again_by_hand(house: House) -> None:
    _at(house, "2018-07-03")
    _open(house)

    with pytest.raises(Conflict), house.database.unit_of_work() as session:
        cycles.open_by_hand(session, house.engine, PLAN, MONTH, "2018-06", actor=COORDINATOR, reason="Otra vez")


@pytest.mark.parametrize("key", ["f5", "f5p", "f5x", "f4m", "mod", "pc"])
def test_a_process_named_like_what_is_short_for_another_is_refused_at_publication(house: House, key: str) -> None:
    # Given a diagram whose identifier stands for another process in the keys of cases
    drawn = next(xml for xml in shipped_diagrams() if b'process id="f5_preparacion"' in xml)
    xml = drawn.replace(b'"f5_preparacion"', f'"{key}"'.encode())

    # When it is published
    with pytest.raises(InvalidDiagram) as refused, house.database.unit_of_work() as session:
        publishing.publish(session, house.engine, [xml], {}, actor=COORDINATOR, reason="prueba")

    # Then it is refused at the process, which says whose cases are numbered so
    assert ("reserved_key", key) in {(finding.rule, finding.element) for finding in refused.value.findings}
    assert "está reservado" in refused.value.message


def test_every_short_name_stands_for_one_process(house: House) -> None:
    assert len(house.engine.reserved_keys) == len(cycles.NAMES) + len(MESSAGE_PREFIXES) + 1
