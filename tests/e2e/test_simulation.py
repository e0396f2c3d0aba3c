"""`cauce simulate`: a plan's whole life, from entities and people to the archived file."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.database import Database
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask
from tests.support.declared import watch_handlers
from tests.support.mining import exported, impossible_steps, mined
from tests.support.waiting import watch_waits
from web import migrating, simulating
from web.cli.root import main
from web.simulating import POLITE, REAL, Order
from workflows import guide
from workflows.errors import Conflict, Refused
from workflows.lifecycle.dossier import answering
from workflows.people.groups import Group
from workflows.records import checking
from workflows.records.problems import ERROR
from workflows.sectors.models import Entity
from workflows.simulation import crossing, life, twins
from workflows.simulation.crossing import Crossed
from workflows.simulation.happenings import Behaviour, Years
from workflows.simulation.result import Result
from workflows.simulation.robots import LATE, MISSING, RETURNED
from workflows.simulation.values import Reality

SEED = 7
EVALUATED = ("informe_mensual", "evaluacion_intermedia", "informe_anual", "evaluacion_final")
ENDED = {phase: "completed" for phase in ("F1", "F2", "F3", "F4", "F5", "F6")}


def _ensure_whole(found: Result, years: int) -> None:
    expected = {
        "pes_maestro": 1,
        "f4_implementacion_anual": years,
        "f4_reporte_externo": 4 * years,
        "f5_ciclo_mensual": 12 * years,
        "f6_evaluacion_semestral": 2 * years,
        "f6_informe_anual": years,
        "f6_evaluacion_final": 1,
    }
    assert found.ended
    assert found.phases == ENDED
    assert {process: found.cases.get(process) for process in expected} == expected
    assert (found.incidents, found.open_tasks) == (0, 0)
    assert list(found.guide_rows_executed) == list(guide.rows())
    assert found.tasks_completed == found.submissions > 300 * years
    assert found.mails_max_per_person_day <= 2  # a digest, and what is urgent together


def _ensure_mined(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, cases: int) -> None:
    """The life as an event log: read by pm4py, no case took a step that its diagrams do not allow."""
    database = Database(database_url)
    log = mined(exported(database, folder / "vida.xes", monkeypatch))
    objects = mined(exported(database, folder / "vida.json", monkeypatch))

    assert log["case:concept:name"].nunique() == cases
    assert impossible_steps(database, log) == {}
    assert len(objects.events) == len(log) > 300
    assert (objects.objects["ocel:type"] == "case").sum() == cases
    database.dispose()


def _not_found(database_url: str) -> set[str]:
    """The rows of the guide whose product the plan does not hold."""
    database = Database(database_url)
    with database.reading() as session:
        answers = answering.of_plan(session, "PES-GOB")
    database.dispose()
    assert len(answers) == 43
    return {row for row, answer in answers.items() if not answer.is_found}


@pytest.mark.parametrize("place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_a_plan_of_a_year_lives_to_its_archive(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watch, waits = watch_handlers(monkeypatch), watch_waits(monkeypatch)

    found = simulating.simulate(Order(years=1, seed=SEED, database_url=database_url), io.StringIO())

    _ensure_whole(found, 1)
    assert waits.pop("days") > 50
    assert waits == {}
    assert found.emails > 300
    assert len(watch.ran) > 80
    assert "; ".join(sorted(watch.broken)) == ""  # no handler reads or gives what it does not declare
    assert watch.unseen() == []  # nor declares what it does not give
    assert _not_found(database_url) == {"3.1a", "3.1b"}  # the polite have nothing to observe
    _ensure_mined(database_url, tmp_path, monkeypatch, cases=sum(found.cases.values()))


@pytest.mark.slow
@pytest.mark.parametrize("profile", [POLITE, REAL])
def test_four_years_live_to_their_archive(
    database_url: str, profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waits = watch_waits(monkeypatch)

    found = simulating.simulate(Order(seed=SEED, profile=profile, database_url=database_url), io.StringIO())

    _ensure_whole(found, 4)
    assert waits.pop("days") > 200
    assert waits == {}
    _ensure_mined(database_url, tmp_path, monkeypatch, cases=sum(found.cases.values()))
    if profile == REAL:
        assert _not_found(database_url) == set()
        assert found.cases["f5_reporte_extemporaneo"] > 20
        assert found.cases["f5_preparacion"] > 4  # somebody who answers for an indicator left
        assert found.cases["f4_modificacion_presupuestal"] == found.cases["sub_modificacion_pes"] == 1


@pytest.mark.slow
def test_the_same_seed_tells_the_same_story() -> None:
    first, second, other = (
        replace(simulating.simulate(Order(1, seed, profile=REAL), io.StringIO()), elapsed_s=0) for seed in (3, 3, 4)
    )

    assert first == second
    assert first != other


def test_sectors_side_by_side_are_each_as_alone() -> None:
    order = Order(years=1, seed=SEED, until=dt.date(2016, 6, 10))

    both = simulating.simulate_sectors(order, 2, out=io.StringIO()).sectors
    alone = simulating.simulate_sectors(order, 2, "S02", io.StringIO()).sectors

    assert list(both) == ["S01", "S02"]
    assert alone == {"S02": both["S02"]}
    assert both["S02"].tasks_completed > 20
    assert both["S02"].emails > 20
    assert both["S01"] != both["S02"]  # each has a stream of its own


@pytest.mark.slow
@pytest.mark.parametrize(("sectors", "profile"), [(3, REAL), (15, POLITE)])
def test_a_year_of_many_sectors_is_for_each_as_alone(sectors: int, profile: str, database_url: str) -> None:
    order = Order(years=1, seed=SEED, profile=profile, database_url=database_url)

    together = simulating.simulate_sectors(order, sectors, out=io.StringIO())

    assert together.ended
    assert len(together.sectors) == sectors
    assert all((one.incidents, one.open_tasks, one.months) == (0, 0, 12) for one in together.sectors.values())
    for code in ("S01", "S03"):
        alone = simulating.simulate_sectors(replace(order, database_url=None), sectors, code, io.StringIO())
        assert alone.sectors == {code: together.sectors[code]}


def test_fifteen_sectors_have_fifty_entities_and_share_nobody() -> None:
    plan = simulating.promised(2017, 4)

    plans = [twins.in_sector(plan, number) for number in range(1, 16)]
    entities = [one.code for data in plans for one in data.entities]
    people = [one.username for data in plans for one in data.people]

    assert len(entities) == len(set(entities)) == 50
    assert len(people) == len(set(people))
    assert [problem for data in plans for problem in checking.check(data) if problem.severity == ERROR] == []


def test_a_task_offered_to_another_sector_stops_the_simulation(database_url: str) -> None:
    order = Order(years=1, seed=SEED, until=dt.date(2016, 5, 3), database_url=database_url)
    simulating.simulate_sectors(order, 2, out=io.StringIO())
    database = Database(database_url)
    with database.reading() as session:
        crossing.ensure_apart(session)

    with database.unit_of_work() as session:
        task = session.scalars(
            sa.select(TaskCandidate.task_id)
            .join(UserTask, UserTask.id == TaskCandidate.task_id)
            .join(Instance, Instance.id == UserTask.instance_id)
            .where(UserTask.state == "open", Instance.tenant == "S01")
        ).first()
        session.add(TaskCandidate(task_id=task, group_id=str(Group("coordinador_pes", "S02"))))

    with database.reading() as session, pytest.raises(Crossed, match="coordinador_pes@S02"):
        crossing.ensure_apart(session)
    database.dispose()


def test_only_names_one_of_the_sectors() -> None:
    with pytest.raises(Refused, match="van de S01 a S02"):
        simulating.simulate_sectors(Order(years=1), 2, "S07", io.StringIO())
    without = CliRunner().invoke(main, ["simulate", "--only", "S01"])

    assert without.exit_code == 2
    assert "--sectors" in without.output


def test_the_command_plays_sectors_and_prints_each() -> None:
    typed = ["simulate", "--sectors", "1", "--years", "1", "--seed", "7", "--until", "2016-05-03", "--json"]

    done = CliRunner().invoke(main, typed)
    told = json.loads(done.stdout)

    assert done.exit_code == 0
    assert told["ended"] is False
    assert set(told["sectors"]["S01"]) >= {"tasks_completed", "emails", "incidents", "open_tasks", "figures_sha256"}


@pytest.mark.slow
def test_every_document_is_written_and_opens(tmp_path: Path) -> None:
    simulating.simulate(Order(years=1, seed=SEED, output=tmp_path), io.StringIO())

    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"acta", "metodologia", "pes", "acto", "plan_accion", *EVALUATED} <= {path.parent.name for path in written}
    for path in written:
        _ensure_opens(path)


def _ensure_opens(path: Path) -> None:
    content = path.read_bytes()
    if path.suffix in (".docx", ".xlsx", ".zip"):
        assert zipfile.ZipFile(path).testzip() is None, path
    elif path.suffix == ".pdf":
        assert content.startswith(b"%PDF") and b"%%EOF" in content[-64:], path
    elif path.suffix == ".html":
        assert "</html>" in content.decode(), path
    else:
        assert path.suffix == ".csv" and content.decode("utf-8-sig").count("\n") > 1, path


def test_a_plan_begins_the_first_january_that_leaves_eight_months() -> None:
    day = dt.date

    assert life.span(day(2016, 5, 1), 4).first_year == 2017
    assert life.span(day(2016, 5, 2), 4).first_year == 2018
    assert life.span(day(2016, 1, 15), 1) == life.Span(day(2016, 1, 15), 2017, day(2019, 3, 1))


def test_what_would_begin_later_begins_in_the_last_year() -> None:
    whole, short = simulating.promised(2017, 4), simulating.promised(2017, 1)

    assert [one.code for one in short.indicators] == [one.code for one in whole.indicators]
    assert all(set(one.targets) <= {2017} for one in short.indicators)
    assert short.plan.last_year == 2017


def test_entities_behave_by_the_seed_and_one_falls_silent_for_three_months() -> None:
    entities, months = (
        ("SDG", "IDPAC", "DADEP"),
        [f"{year}-{month:02}" for year in range(2017, 2021) for month in range(1, 13)],
    )
    behaviour = Behaviour(Reality(SEED), Years(2017, 4), entities)

    told = {(month, entity): behaviour(month, entity) for month in months for entity in entities}
    silent = sorted(where for where, profile in told.items() if profile == MISSING)

    assert len(silent) == 3
    assert len({entity for _month, entity in silent}) == 1
    assert 0.1 < list(told.values()).count(LATE) / len(told) < 0.3
    assert 0.03 < list(told.values()).count(RETURNED) / len(told) < 0.2
    assert told != {where: Behaviour(Reality(8), Years(2017, 4), entities)(*where) for where in told}


def test_a_database_in_use_is_refused(database_url: str) -> None:
    database = Database(database_url)
    migrating.migrate(database)
    with database.unit_of_work() as session:
        session.add(Entity(code="SDG", name="Gobierno"))
    database.dispose()

    with pytest.raises(Conflict):
        simulating.simulate(Order(database_url=database_url), io.StringIO())


def test_the_command_says_what_it_takes() -> None:
    shown = CliRunner().invoke(main, ["simulate", "--help"])

    assert all(option in shown.output for option in ("--years", "--seed", "--start", "--profile", "--output", "--json"))


def test_the_json_has_every_figure() -> None:
    found = Result(True, ENDED, {"pes_maestro": 1}, 2, 2, 0, 0, ("1.0",)).with_mails(3, 1)

    assert json.loads(json.dumps(found.as_json())) == {
        "ended": True,
        "phases": ENDED,
        "cases": {"pes_maestro": 1},
        "tasks_completed": 2,
        "submissions": 2,
        "emails": 3,
        "mails_max_per_person_day": 1,
        "incidents": 0,
        "open_tasks": 0,
        "guide_rows_executed": ["1.0"],
        "elapsed_s": 0.0,
    }
