from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
import yaml

from engine.clock import VirtualClock
from engine.database import Base, Database
from engine.identity import Actor
from workflows.auditing.models import AuditEntry
from workflows.cycles.models import Period
from workflows.indicators.models import Indicator, Thresholds
from workflows.indicators.traffic_light import Band
from workflows.loading import importing, seeding
from workflows.loading.reading import read_file
from workflows.loading.workbook import write_workbook
from workflows.monitoring import figures
from workflows.monitoring.models import Figure, Measurement, MeasurementChange, PeriodRow
from workflows.plan.models import Plan
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan
from workflows.records.stored import stored_plan

ANA = Actor("amartinez")
GOLDEN = yaml.safe_load(seeding.demo_bytes())
CODE = "PES-GOB"
D = Decimal


def load(database: Database, clock: VirtualClock, data: PlanData, *, appoints: bool = True) -> importing.Preview:
    with database.unit_of_work() as session:
        return importing.apply(session, clock, ANA, data, appoints=appoints)


def refused(database: Database, clock: VirtualClock, data: PlanData) -> list[str]:
    with pytest.raises(InvalidPlan) as caught:
        load(database, clock, data)
    return [str(problem) for problem in caught.value.problems]


def as_json(database: Database, period: str = "2018-06") -> dict[str, object]:
    with database.reading() as session:
        return figures.as_json(figures.of_period(session, CODE, period))


def stored(database: Database) -> PlanData:
    with database.reading() as session:
        found = stored_plan(session, CODE)
    assert found is not None
    return found


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


def with_measurement(data: PlanData, code: str, month: tuple[int, int], value: int) -> PlanData:
    series = dict(data.measurements[code]) | {month: D(value)}
    return replace(data, measurements=dict(data.measurements) | {code: series})


def test_the_loaded_plan_has_the_golden_figures(demo: Database) -> None:
    found = as_json(demo)

    assert found["indicadores"] == GOLDEN["esperados_anio_2_mes_6"]
    levels = {key: found[key] for key in ("objetivos", "lineas", "entidades", "plan")}
    assert levels == GOLDEN["agregados_esperados_anio_2_mes_6"]


def test_from_the_workbook_of_a_loaded_plan_another_database_has_the_same_figures(
    demo: Database, clock: VirtualClock
) -> None:
    workbook = write_workbook(stored(demo))
    other = Database("sqlite://")
    with other.engine.connect():  # one connection keeps the database in memory alive
        other.create_all()

        load(other, clock, read_file("plan.xlsx", workbook), appoints=False)

        for month in ("2018-01", "2018-03", "2018-06"):
            assert as_json(other, month) == as_json(demo, month)
        assert read_file("plan.xlsx", write_workbook(stored(other))) == read_file("plan.xlsx", workbook)
    other.dispose()


def test_loading_the_same_file_again_changes_nothing(demo: Database, clock: VirtualClock) -> None:
    before = rows(demo)

    again = load(demo, clock, seeding.demo_plan())

    assert again.changes_nothing
    assert rows(demo) == before


def test_loading_the_workbook_of_the_plan_changes_nothing(demo: Database, clock: VirtualClock) -> None:
    assert load(demo, clock, read_file("plan.xlsx", write_workbook(stored(demo))), appoints=False).changes_nothing


def test_a_preview_writes_nothing(database: Database, clock: VirtualClock) -> None:
    before = rows(database)

    with database.unit_of_work() as session:
        found = importing.preview(session, seeding.demo_plan(), appoints=True)

    assert found.is_new
    assert [change.code for change in found.changes if change.sheet == "Líneas"] == ["L1", "L2", "L3"]
    assert rows(database) == before


def test_with_one_error_nothing_at_all_is_written(database: Database, clock: VirtualClock) -> None:
    before, data = rows(database), seeding.demo_plan()

    problems = refused(database, clock, replace(data, lines=data.lines[:2]))

    assert any(one.startswith("Líneas, Peso (%): Los pesos de las líneas suman 70 y deben") for one in problems)
    assert rows(database) == before


def test_measured_months_become_closed_months_with_their_history(demo: Database) -> None:
    with demo.reading() as session:
        periods = session.scalars(sa.select(Period).order_by(Period.code)).all()
        measurements = session.scalars(sa.select(Measurement)).all()
        changes = session.scalars(sa.select(MeasurementChange)).all()
        due = session.scalar(
            sa.select(sa.func.count()).select_from(PeriodRow).where(PeriodRow.due, PeriodRow.period_id == periods[5].id)
        )
        plan = session.get_one(Plan, CODE)
        versions = set(session.scalars(sa.select(Figure.formula_version)))

    assert [period.code for period in periods] == [f"2018-0{month}" for month in range(1, 7)]
    assert {period.state for period in periods} == {"cerrado"}
    assert {(m.state, m.origin) for m in measurements} == {("congelado", "cargue")}
    assert len(changes) == len(measurements)
    assert due == 27  # all but the biennial one
    assert plan.first_month == "2018-07"
    assert versions == {"2"}


def test_loading_is_written_in_the_log_with_what_changed(demo: Database) -> None:
    with demo.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "cargar_plan")).one()

    assert entry.object_id == CODE
    assert any("Plan · PES-GOB" in change for change in entry.after["cambios"])


def test_a_load_is_written_with_every_value_there_was_and_names_nobody(demo: Database, clock: VirtualClock) -> None:
    # Given the plan with another programming, longer words, and a person with another role
    data, words = stored(demo), "Otra definición, muy larga. " * 10
    first, *others = data.indicators
    year = min(first.targets)
    targets = {**first.targets, year: first.targets[year] + 7}
    changed = replace(first, definition=words, targets=targets)
    person = next(one for one in data.people if one.username == "sruiz")
    people = tuple(replace(one, roles=("equipo_tecnico",)) if one is person else one for one in data.people)

    # When it is loaded
    load(demo, clock, replace(data, indicators=(changed, *others), people=people))

    # Then the entry says what each was, uncut, and of the series what differs; of people only what they hold
    with demo.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "cargar_plan").order_by(AuditEntry.id.desc())
        entry = session.scalars(query.limit(1)).one()
    place = f"Indicadores {first.code}"
    assert entry.before[f"{place} · definición"] == (first.definition or "(nada)")
    assert entry.after[f"{place} · definición"] == words
    assert entry.before[f"{place} · metas anuales"].count(":") == 1
    assert entry.after["Personas sruiz · roles"] == "equipo_tecnico"
    assert entry.before["Personas sruiz · roles"] == ", ".join(sorted(person.roles))
    assert person.name not in str((entry.before, entry.after)) and person.email not in str((entry.before, entry.after))


def test_who_reports_reviews_and_substitutes_follows_from_the_roles(demo: Database) -> None:
    with demo.reading() as session:
        found = session.scalars(sa.select(Indicator).where(Indicator.code == "IR-3.1")).one()

    assert (found.reports, found.reviews, found.substitute) == ("sruiz", "rmora", "rmora")


def test_a_closed_month_is_not_changed_by_a_file(demo: Database, clock: VirtualClock) -> None:
    before = as_json(demo)

    problems = refused(demo, clock, with_measurement(seeding.demo_plan(), "IP-1.1.1", (2018, 5), 12))

    assert problems == ["Mediciones, fila 1, Mayo: El periodo 2018-05 está cerrado: sus cifras no se cambian."]
    assert as_json(demo) == before


def test_a_value_that_a_closed_month_lacks_is_not_added_by_a_file(demo: Database, clock: VirtualClock) -> None:
    problems = refused(demo, clock, with_measurement(seeding.demo_plan(), "IP-3.3.1", (2018, 6), 70))

    assert "El periodo 2018-06 está cerrado" in problems[0]


def test_a_month_that_has_not_ended_is_refused(demo: Database, clock: VirtualClock) -> None:
    problems = refused(demo, clock, with_measurement(seeding.demo_plan(), "IP-1.1.1", (2018, 7), 11))

    assert "2018-07 no ha terminado todavía." in problems[0]


def test_a_month_open_in_the_inbox_is_not_loaded_from_a_file(demo: Database, clock: VirtualClock) -> None:
    clock.move_to(dt.datetime(2018, 8, 2, 15, tzinfo=dt.UTC))
    with demo.unit_of_work() as session:
        session.add(
            Period(plan_code=CODE, code="2018-07", year=2018, month=7, cutoff_on=dt.date(2018, 7, 31), state="abierto")
        )

    problems = refused(demo, clock, with_measurement(seeding.demo_plan(), "IP-1.1.1", (2018, 7), 11))

    assert "2018-07 está abierto" in problems[0]


def test_a_later_month_can_be_loaded_and_moves_the_first_followed_month(demo: Database, clock: VirtualClock) -> None:
    clock.move_to(dt.datetime(2018, 8, 2, 15, tzinfo=dt.UTC))

    load(demo, clock, with_measurement(seeding.demo_plan(), "IP-1.1.1", (2018, 7), 11))

    with demo.reading() as session:
        assert session.get_one(Plan, CODE).first_month == "2018-08"
    assert as_json(demo, "2018-07")["indicadores"]["IP-1.1.1"]["ejecutado"] == 11  # type: ignore[index]


def test_a_changed_target_is_told_before_and_leaves_closed_months_as_they_were(
    demo: Database, clock: VirtualClock
) -> None:
    before, data = as_json(demo), seeding.demo_plan()
    indicators = tuple(
        replace(i, targets={2017: D(5), 2018: D(16), 2019: D(18), 2020: D(20)}) if i.code == "IP-1.1.1" else i
        for i in data.indicators
    )

    found = load(demo, clock, replace(data, indicators=indicators))

    assert [(c.kind, c.code, c.text) for c in found.changes] == [("cambia", "IP-1.1.1", "metas anuales")]
    assert as_json(demo) == before
    with demo.reading() as session:
        recomputed = figures.compute(session, CODE, "2018-06")
        july = figures.compute(session, CODE, "2018-07").indicators["IP-1.1.1"].assessment
    assert figures.as_json(recomputed) == before
    assert july.year_target == D(16)


def test_an_indicator_that_is_gone_is_retired_and_stays_in_history(demo: Database, clock: VirtualClock) -> None:
    before, data = as_json(demo), seeding.demo_plan()
    indicators = tuple(
        replace(i, weight=D(60)) if i.code == "IP-1.1.1" else i for i in data.indicators if i.code != "IP-1.1.2"
    )
    measurements = {code: series for code, series in data.measurements.items() if code != "IP-1.1.2"}

    rows = {key: row for key, row in data.rows.items() if not key[1].startswith("IP-1.1.2")}

    found = load(demo, clock, replace(data, indicators=indicators, measurements=measurements, rows=rows))

    assert ("se retira", "IP-1.1.2") in [(change.kind, change.code) for change in found.changes]
    assert as_json(demo) == before
    with demo.reading() as session:
        assert "IP-1.1.2" not in figures.compute(session, CODE, "2018-07").indicators


def test_new_thresholds_hold_from_today_and_never_before(demo: Database, clock: VirtualClock) -> None:
    strict = (Band("rojo", D(98)), Band("verde", None))

    load(demo, clock, replace(seeding.demo_plan(), bands=strict))

    with demo.reading() as session:
        assert session.scalars(sa.select(Thresholds.valid_from).order_by(Thresholds.valid_from)).all() == [
            dt.date(2017, 1, 1),
            dt.date(2018, 7, 2),
        ]
        assert figures.compute(session, CODE, "2018-06").indicators["IR-1.2"].assessment.color == "verde"


def test_the_way_of_adding_up_cannot_change_once_there_are_measurements(demo: Database, clock: VirtualClock) -> None:
    data = seeding.demo_plan()
    indicators = tuple(
        replace(i, annualization="constante", final_target=D(10)) if i.code == "IR-2.1" else i for i in data.indicators
    )

    problems = refused(demo, clock, replace(data, indicators=indicators))

    assert (
        "Indicadores, fila 10, Anualización: IR-2.1 ya tiene mediciones: su anualización no cambia (suma)." in problems
    )


def test_a_plan_that_begins_in_another_year_is_told_to_whoever_loads_it(demo: Database) -> None:
    data = stored(demo)
    moved = replace(data, plan=replace(data.plan, first_year=data.plan.first_year + 1))

    with demo.reading() as session:
        same, other = importing.preview(session, data, appoints=True), importing.preview(session, moved, appoints=True)

    told = "El plan empezaba en 2017 y ahora empieza en 2018."
    assert not any(told in problem.message for problem in same.warnings)
    assert any(told in problem.message for problem in other.warnings)
