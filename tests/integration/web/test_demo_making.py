"""The demo as it is made: two sectors, one of them in the middle of formulating; a page while one waits."""

from __future__ import annotations

import datetime as dt
import io
import socket
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.definitions.models import Bundle, FormVersion, ProcessVersion
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from web.bootstrap import Application, assemble
from web.config import Config
from web.demo import building, playing, waiting
from web.demo.sectors import scenes
from web.progress import Progress
from workflows.approvals.models import AdministrativeAct
from workflows.approvals.states import ActState
from workflows.auditing.models import AuditEntry
from workflows.calendar import BOGOTA, bogota_day
from workflows.documents.models import PlanDocument
from workflows.documents.states import DocumentKind
from workflows.formulation.models import Methodology
from workflows.lifecycle import phases
from workflows.plan.models import Plan
from workflows.simulation import crossing
from workflows.surveys.models import Survey, SurveyAnswer
from workflows.surveys.states import SurveyState

NOW = dt.datetime(2018, 7, 20, 15, 0, tzinfo=dt.UTC)
PAST = (ProcessVersion.published_at, FormVersion.published_at, Bundle.created_at, AuditEntry.at)
"""What happened before the day on which the demo stands."""


def demo(folder: Path, now: dt.datetime = NOW) -> Application:
    """An application with nothing in it."""
    url = f"sqlite:///{folder / 'cauce.sqlite'}"
    return assemble(Config(home=folder, database_url=url, secret_key="s" * 40, demo=True), clock=VirtualClock(now))


def formulated(folder: Path, now: dt.datetime) -> Application:
    """The demo with the sector that formulates its plan, and no other."""
    application = demo(folder, now)
    present = playing.present_moment(now, application.calendar)
    clock = VirtualClock(present)
    (scene,) = (one for one in scenes(present, application.calendar, clock) if one.sector == "HAB")
    clock.move_to(dt.datetime.combine(scene.begins, playing.CLOCK_TIME, BOGOTA))
    played = assemble(application.config, clock=clock, database=application.database)
    played.database.create_all()
    playing.perform(played, clock, [scene], present, Progress("", 1, io.StringIO()))
    return replace(played, clock=clock)


@pytest.mark.parametrize("month", [2, 3, 11])
def test_the_government_that_both_sectors_name_has_its_years_once_whatever_the_month(
    month: int, tmp_path: Path
) -> None:
    application = demo(tmp_path, dt.datetime(2027, month, 20, 15, 0, tzinfo=dt.UTC))
    present = playing.present_moment(application.clock.now(), application.calendar)

    governing, formulating = scenes(present, application.calendar, VirtualClock(present))

    assert governing.data.development_plans == formulating.data.development_plans
    assert {one.name for one in governing.data.development_plans} == set(formulating.data.plan.development_plans)
    [one] = governing.data.development_plans
    assert one.starts_on is not None and str(one.starts_on.year) in one.name


def _ensure_in_the_middle(application: Application) -> None:
    """Work of every kind is open, and the survey is answered."""
    now = application.clock.now()
    with application.database.reading() as session:
        query = sa.select(UserTask).join(Instance, Instance.id == UserTask.instance_id)
        tasks = session.scalars(query.where(UserTask.state == "open", Instance.tenant == "HAB")).all()
        found = Counter(task.element_id for task in tasks)
        meeting = next(task for task in tasks if task.element_id == "registrar_asistencia")
        survey = session.scalars(sa.select(Survey).where(Survey.plan_code == "PES-HAB")).one()
        answers = session.scalars(sa.select(sa.func.count()).where(SurveyAnswer.survey_id == survey.id)).one()
        standing = {view.number: view.state for view in phases.of_plan(session, session.get_one(Plan, "PES-HAB"))}
        incidents = session.scalars(sa.select(sa.func.count()).select_from(Incident)).one()
        newest = [session.scalars(sa.select(sa.func.max(moment))).one() for moment in PAST]
    assert max(newest) <= now
    assert found == {
        "analizar_informes": 1, "registrar_asistencia": 1, "elaborar_acta": 1, "acompanar_encuesta": 1,
        "registrar_estado_proyectos": 2, "validar_apuesta": 1, "validar_en_campo": 1,
    }  # fmt: skip
    assert meeting.due_at is not None and meeting.due_at > now  # convened, and still to be held
    assert survey.state == SurveyState.OPEN and survey.closes_on > bogota_day(now)
    assert "sector Gobierno" not in survey.question
    assert answers >= 24
    assert (standing[1], standing[2], standing[3]) == (phases.DONE, phases.UNDER_WAY, phases.TO_COME)
    assert incidents == 0


def test_the_second_sector_stands_among_its_meetings_with_work_of_every_kind(tmp_path: Path) -> None:
    _ensure_in_the_middle(formulated(tmp_path, NOW))


@pytest.mark.slow
@pytest.mark.parametrize("month", range(1, 13))
def test_in_whatever_month_it_is_made(month: int, tmp_path: Path) -> None:
    _ensure_in_the_middle(formulated(tmp_path, dt.datetime(2026, month, 28, 15, 0, tzinfo=dt.UTC)))


@pytest.mark.slow
def test_the_whole_demo_has_every_phase_of_a_plan_and_nothing_crosses(tmp_path: Path) -> None:
    application = demo(tmp_path)

    building.build(application, out=io.StringIO())

    assert not building.is_missing(application.database)
    with application.database.reading() as session:
        crossing.ensure_apart(session)
        plan = session.get_one(Plan, "PES-GOB")
        standing = [view.state for view in phases.of_plan(session, plan)]
        kinds = set(session.scalars(sa.select(PlanDocument.kind).where(PlanDocument.plan_code == plan.code)))
        acts = session.scalars(sa.select(AdministrativeAct.state).where(AdministrativeAct.plan_code == plan.code)).all()
        methods = session.scalars(sa.select(Methodology.id).where(Methodology.plan_code == plan.code)).all()
        survey = session.scalars(sa.select(Survey).where(Survey.plan_code == plan.code)).one()
    assert standing[:3] == [phases.DONE] * 3
    assert standing[3:] == [phases.UNDER_WAY] * 3
    assert {DocumentKind.PES, DocumentKind.ACTION_PLAN} <= kinds
    assert ActState.NUMBERED in acts and methods
    assert survey.state == SurveyState.PUBLISHED and survey.answers > 100
    _ensure_in_the_middle(replace(application, clock=VirtualClock(playing.present_moment(NOW, application.calendar))))


def test_a_demo_cut_short_is_as_if_nothing_had_begun(tmp_path: Path) -> None:
    application, told = demo(tmp_path), []

    def cut(share: int) -> None:
        told.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        building.build(application, cut, io.StringIO())

    assert told == [0]
    assert building.is_missing(application.database)
    assert application.clock.now() == NOW


def test_who_comes_while_it_is_made_sees_how_far_it_is_and_then_the_demo() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/bandeja"
        with waiting.answering(listening) as page:
            page.tell(42)
            with pytest.raises(urllib.error.HTTPError) as told:
                urllib.request.urlopen(address, timeout=10)
            text = told.value.read().decode()
            told.value.close()
        with waiting.answering(listening), pytest.raises(urllib.error.HTTPError) as after:
            urllib.request.urlopen(address, timeout=10)  # the socket outlived the first page
        after.value.close()

    assert told.value.code == 503
    assert told.value.headers["Retry-After"] == "2"
    assert "42 %" in text and 'http-equiv="refresh"' in text
