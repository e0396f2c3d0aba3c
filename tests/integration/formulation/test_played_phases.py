"""Phases 1 and 2 with the real engine, handlers and robots: the records they leave, and every way back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database
from engine.identity import SYSTEM
from engine.incidents import open_incidents
from engine.instances.commands import variables_of
from engine.instances.models import Instance
from tests.integration.formulation.conftest import ENTITIES, Office
from tests.support.plan import PLAN
from workflows.approvals import plan_printing
from workflows.calendar import bogota_day
from workflows.documents import versions
from workflows.documents.models import Document, DocumentSection
from workflows.formulation import battery, funding, methodology, projects, sources, team
from workflows.formulation.models import BatteryFinding, Methodology
from workflows.goals.models import Line
from workflows.loading import importing, seeding
from workflows.loading.history import write_history
from workflows.meetings.models import Meeting
from workflows.monitoring import figures
from workflows.plan.models import Plan
from workflows.prioritization import framework, swot, themes
from workflows.records.data import IndicatorRecord, ObjectiveRecord, without_measurements
from workflows.records.stored import stored_plan
from workflows.surveys import conducting
from workflows.surveys.states import SurveyState

AFTERWARDS = dt.datetime(2018, 7, 31, 14, 0, tzinfo=dt.UTC)


def play_to_the_end(office: Office, instance_id: int, *, polite: bool = False, days: int = 250) -> dict:  # type: ignore[type-arg]
    """Play until the case ends; gives its last variables."""
    play, day = office.cast(polite=polite), bogota_day(office.clock.now())
    for _day in range(days):
        play.day(day)
        day += dt.timedelta(days=1)
        with office.database.reading() as session:
            assert not open_incidents(session), [vars(one) for one in open_incidents(session)]
            if session.get_one(Instance, instance_id).state != "active":
                return dict(variables_of(session, office.engine, instance_id))
    with office.database.reading() as session:
        raise AssertionError(
            [task for task in session.execute(sa.text("select element_id, assignee from user_task where state='open'"))]
        )


def test_phase_1_leaves_its_records_and_each_return_its_trace(office: Office) -> None:
    variables = play_to_the_end(office, office.begin("f1_conociendo_sector"))

    assert variables["resultado_metodologia"] == "con_ajustes"
    with office.database.reading() as session:
        assert {source.entity_code for e in ENTITIES for source in sources.of_entity(session, PLAN, e)} == set(ENTITIES)
        assert [sources.missing_topics(session, PLAN, entity) for entity in ENTITIES] == [[], [], []]
        assert len(projects.of_entity(session, PLAN, "DADEP")) == 4
        assert len(sources.diagnoses(session, PLAN)) == 3
        assert len(sources.discussions(session, PLAN)) == 2 and not sources.pending_topics(session, PLAN)
        assert [term.term for term in sources.glossary(session, PLAN)] == ["Línea base", "PES"]
        assert len(swot.entries(session, PLAN)) == 12 and swot.problems(session, PLAN)
        versions_made = session.scalars(sa.select(Methodology).order_by(Methodology.number)).all()
        assert [one.outcome for one in versions_made] == ["devuelta", "con_ajustes"]
        assert len(methodology.activities(session, PLAN)) == 4
        # two «¿Qué sabemos?», sensitisation, workshop, and the alternative twice
        assert session.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 6


def test_phase_2_ends_with_the_plan_that_loading_its_file_gives(office: Office, tmp_path: Path) -> None:
    office_after_phase_1(office)

    variables = play_to_the_end(office, office.begin("f2_elaboracion_pes", resultado_metodologia="con_ajustes"))

    assert (variables["documento"], variables["version"]) == ("pes", "0.1")
    with office.database.reading() as session:
        told, wanted = stored_plan(session, PLAN), importing.completed(without_measurements(seeding.demo_plan()))
        assert told is not None
        assert told.lines == wanted.lines
        assert [_objective(one) for one in told.objectives] == [_objective(one) for one in wanted.objectives]
        assert _sheets(told.indicators) == _sheets(wanted.indicators)
        assert {(p.code, p.name, p.entity) for p in told.projects} == {
            (p.code, p.name, p.entity) for p in wanted.projects
        }
        assert told.bands == wanted.bands
        assert (told.plan.mission, told.plan.values) == (wanted.plan.mission, wanted.plan.values)
        look_at_what_stands_beside_the_figures(session)
    look_at_the_document(office)
    assert figures_after_formulation(office) == figures_after_loading(office, tmp_path)


def look_at_what_stands_beside_the_figures(session: Session) -> None:
    assert len(battery.goals(session, PLAN)) == 28
    assert len(battery.project_goals(session, PLAN, "SDG")) == len(battery.indicators(session, PLAN, "SDG"))
    assert all(indicator.goal_id for indicator in battery.indicators(session, PLAN))
    assert [line.theme for line in session.scalars(sa.select(Line).order_by(Line.position))] == ["3.1", "3.2", "3.3"]
    assert session.scalar(sa.select(sa.func.count()).select_from(BatteryFinding)) == 0
    current = methodology.latest(session, PLAN)
    assert (current.round, current.is_approved) == (2, True)
    chosen = [theme.name for theme in themes.of_plan(session, PLAN) if theme.is_chosen]
    discarded = [theme for theme in themes.of_plan(session, PLAN) if theme.decision == "descartado"]
    assert len(chosen) == 5 and discarded and all(theme.reason for theme in discarded)
    assert all(government and citizens for _o, government, citizens in framework.roots(session, PLAN))
    survey = conducting.of_plan(session, PLAN)[0]
    assert survey.state == SurveyState.PUBLISHED
    assert len(team.assignments(session, PLAN)) == 26, "chapter 3 is given whole: its titles are not born yet"
    _head, money = funding.matrix(session, PLAN)
    assert [row[0] for row in money] == ["SDG", "IDPAC", "DADEP", "Total"]
    assert money[-1][-1] == 48_000_000_000, "twelve projects, four years, a thousand million each"


def look_at_the_document(office: Office) -> None:
    """Six chapters and what follows them, in every format, once."""
    assert plan_printing.MAKER.make_missing(office.database, office.clock) == 1
    assert plan_printing.MAKER.make_missing(office.database, office.clock) == 0

    with office.database.reading() as session:
        document = versions.find(session, PLAN, "pes")
        assert document is not None
        content = versions.present(session, document).content
        sections = {section["code"]: section for section in content["sections"]}
        chapters = [code for code in sections if "." not in code]
        assert chapters == ["1", "2", "3", "4", "5", "6", "glosario", "bibliografia", "anexos"]
        assert sections["2.2"]["title"].endswith("(DADEP)") and sections["4.3"]["title"].endswith("(IDPAC)")
        assert [sections[f"2.5.{place}"]["title"] for place in (1, 2)] == ["Misión", "Visión"]
        assert sections["2.5.1"]["text"] and sections["2.5.4"]["text"]
        assert sections["3.4"]["title"] == "Derechos Humanos", "the plan's own titles"
        assert sections["4"]["text"].startswith("El plan se financia")
        assert sections["4.1"]["tables"][0]["rows"][-1][:2] == ["Total", "—"]
        sheets = next(
            one for one in content["sections"] if one["title"] == "Anexo A. Fichas técnicas de los indicadores"
        )
        assert len(sheets["tables"]) == 28
        assert len(sections["5.3"]["tables"][0]["rows"]) == 28
        assert [row[0] for row in sections["3.4"]["tables"][0]["rows"]] == ["O2.3"]
        assert sections["glosario"]["tables"][0]["rows"][0][0] == "Línea base"
        assert "Normatividad de SDG" in sections["bibliografia"]["text"]
        made = session.scalars(sa.select(Document).where(Document.kind == "pes")).all()
        assert {(one.format, one.key) for one in made} == {("html", "0.1"), ("docx", "0.1"), ("pdf", "0.1")}
        assert session.scalars(sa.select(DocumentSection.state).distinct()).all() == ["aprobada"]
        written = session.scalars(sa.select(DocumentSection)).all()
        assert all(one.written_by == one.responsible for one in written)
        assert all(one.reviewed_by != one.written_by for one in written)


def figures_after_formulation(office: Office) -> dict:  # type: ignore[type-arg]
    """The figures of June of the second year, once the formulated plan has been measured."""
    office.clock.move_to(AFTERWARDS)
    with office.database.unit_of_work() as session:
        plan = session.get_one(Plan, PLAN)
        plan.state = "vigente"
        write_history(session, office.clock, SYSTEM, plan, importing.completed(seeding.demo_plan()))
    return _figures(office.database)


def figures_after_loading(office: Office, folder: Path) -> dict:  # type: ignore[type-arg]
    """The same of the plan that was loaded from its file."""
    database = Database(f"sqlite:///{folder / 'loaded.sqlite'}")
    database.create_all()
    with database.unit_of_work() as session:
        importing.apply(session, office.clock, SYSTEM, seeding.demo_plan(), appoints=True)
    told = _figures(database)
    database.dispose()
    return told


def _figures(database: Database) -> dict:  # type: ignore[type-arg]
    with database.reading() as session:
        return dict(figures.as_json(figures.of_period(session, PLAN, "2018-06")))


def office_after_phase_1(office: Office) -> None:
    play_to_the_end(office, office.begin("f1_conociendo_sector"), polite=True)


def _objective(record: ObjectiveRecord) -> ObjectiveRecord:
    """Without the expected result, which the form asks for and the demo's file leaves out."""
    return dataclasses.replace(record, expected_result="")


def _sheets(records: tuple[IndicatorRecord, ...]) -> dict[str, IndicatorRecord]:
    """By code, without the texts that the form asks for and the demo's file leaves out."""
    bare = {"definition": "", "formula": "", "source": ""}
    return {record.code: dataclasses.replace(record, **bare) for record in records}
