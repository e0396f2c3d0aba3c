"""The intermediate evaluation, played from its opening to its publication, with an entity that stays silent."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from engine.definitions import catalogue
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.runtime import ServiceCall
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day, once
from workflows.cycles import opening as cycles
from workflows.documents import publishing, versions
from workflows.documents.models import Document
from workflows.errors import InvalidSubmission, Refused
from workflows.evaluation import evaluations, semesters
from workflows.evaluation.evaluations import LINE, OBJECTIVE
from workflows.evaluation.states import EvaluationKind
from workflows.goals.models import Line, Objective
from workflows.meetings.models import Meeting
from workflows.people import directory
from workflows.recovery.models import RecoveryPlan
from workflows.simulation.robots import MISSING

SILENT = {("2018-S1", "IDPAC"): MISSING}


@pytest.fixture
def evaluated(july: House) -> House:
    """31 August 2018: the first semester was evaluated."""
    return once(july, "a semester that is evaluated", lambda: july.play().until(day("2018-08-31")))


def test_a_semester_leaves_its_records_and_its_document(july: House) -> None:
    july.play(SILENT).until(day("2018-09-07"))

    with july.database.reading() as session:
        evaluation = semesters.of_semester(session, PLAN, "2018-S1")
        states = {one.entity_code: one.state for one in semesters.self_assessments(session, evaluation)}
        judged = [len(evaluations.judgements(session, evaluation, level)) for level in (OBJECTIVE, LINE)]
        certified = [period.code for _kept, period in semesters.certified(session, evaluation)]
        levels = [session.scalar(sa.select(sa.func.count()).select_from(one)) for one in (Objective, Line)]
        meetings = set(session.scalars(sa.select(Meeting.kind).where(Meeting.instance_id == evaluation.instance_id)))
        document = versions.find(session, PLAN, "evaluacion_intermedia", "2018-S1")
        assert document is not None
        final = versions.present(session, document)

        assert states == {"SDG": "recibida", "IDPAC": "sin_autoevaluacion", "DADEP": "recibida"}
        assert certified == [f"2018-0{month}" for month in range(1, 7)]
        assert judged == levels
        assert evaluation.times_returned == 1
        assert evaluation.state == "publicada"
        assert evaluation.approved_by is not None
        assert meetings == {"resultados", "socializacion"}
        assert (final.number, final.frozen_at is not None) == ("1.0", True)
        assert "La entidad no presentó autoevaluación en el plazo." in str(final.content)
        assert list(session.scalars(sa.select(Incident.message))) == []


def test_decided_recovery_plans_are_opened_once_per_indicator(evaluated: House) -> None:
    with evaluated.database.reading() as session:
        evaluation = semesters.of_semester(session, PLAN, "2018-S1")
        decided = semesters.decisions(session, evaluation)
        plans = list(session.scalars(sa.select(RecoveryPlan.indicator_id)))

        assert decided
        assert all(kept.recovery or kept.reason for kept in decided.values())
        assert len(plans) == len(set(plans))
        wanted = {kept.indicator_id for kept in semesters.needing_recovery(session, evaluation)}
        assert wanted <= set(plans)


def test_the_document_is_made_once_in_three_formats(evaluated: House) -> None:
    assert publishing.MAKER.make_missing(evaluated.database, evaluated.clock) == 1
    assert publishing.MAKER.make_missing(evaluated.database, evaluated.clock) == 0

    with evaluated.database.reading() as session:
        made = session.scalars(sa.select(Document).where(Document.kind == "evaluacion_intermedia"))
        assert sorted(one.format for one in made) == ["docx", "html", "pdf"]


def test_its_charts_are_kept_with_the_version_and_say_what_its_tables_say(evaluated: House) -> None:
    with evaluated.database.reading() as session:
        document = versions.find(session, PLAN, "evaluacion_intermedia", "2018-S1")
        assert document is not None
        sections = {one["code"]: one for one in versions.present(session, document).content["sections"]}
    (course,), (lights,), (levels,) = (sections[code]["charts"] for code in ("1", "3", "4"))

    months = [row[1] for row in sections["1"]["tables"][0]["rows"]]
    assert [one["label"] for one in course["rows"]] == months
    goals = [(row[1], row[5]) for row in sections["3"]["tables"][1]["rows"]]
    assert {one["name"]: sum(one["counts"].values()) for one in lights["rows"]} == Counter(one for one, _ in goals)
    judged = {row[0]: row[1] for row in (*sections["3"]["tables"][0]["rows"], *sections["4"]["tables"][0]["rows"])}
    assert {one["name"]: one["label"] for one in levels["rows"]} == judged


def test_the_base_is_refused_while_a_month_is_open(july: House) -> None:
    case = _opened(july)

    with july.database.unit_of_work() as session:
        evaluation = semesters.of_semester(session, PLAN, "2018-S1")
        assert semesters.not_ready(session, evaluation) == "Todavía no está cerrado el seguimiento de junio de 2018."
        with pytest.raises(Refused, match=r"junio de 2018"):
            semesters.certify(session, july.engine, evaluation)
        assert evaluation.state == "abierta"
        assert case.business_key == "PES-GOB/f6s/2018-S1"


def test_the_form_says_at_its_field_which_month_is_open(july: House) -> None:
    _opened(july)
    _let_self_assessments_lapse(july)

    with july.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.element_id == "preparar_base")).one()
        actor = directory.actor(session, directory.people_with(session, "profesional_sectorial", "GOB")[0].username)
        raw = {"tablas_revisadas": ["metas"], "notas": ""}
        with pytest.raises(InvalidSubmission) as refused:
            july.forms.submit(session, july.engine, task.id, actor, raw)

    errors = {error.path: error.message for error in refused.value.errors}
    assert "junio de 2018" in errors["tablas_revisadas"]


def _opened(house: House) -> Instance:
    """The case of the first semester, opened by the calendar on its day."""
    house.clock.move_to(house.clock.now().replace(day=3))
    with house.database.unit_of_work() as session:
        opened = cycles.open_due(session, house.engine)
        return next(one for one in opened if one.process_key == "f6_evaluacion_semestral")


def _let_self_assessments_lapse(house: House) -> None:
    play = house.play({("2018-S1", code): MISSING for code in ("SDG", "IDPAC", "DADEP")})
    house.clock.move_to(house.clock.now().replace(day=24))
    play.tick()


def test_a_change_asked_for_opens_a_modification(july: House) -> None:
    _opened(july)

    with july.database.unit_of_work() as session:
        evaluation = evaluations.find(session, PLAN, EvaluationKind.INTERMEDIATE, "2018-S1")
        coordinator = directory.actor(session, directory.people_with(session, "coordinador_pes", "GOB")[0].username)
        semesters.decide(session, evaluation, [], change_asked="La meta de IP-1.1.2.", actor=coordinator)
        bundle = catalogue.current(session, "f6_evaluacion_semestral")
        topic = bundle.element("f6_evaluacion_semestral", "pedir_modificacion_pes").topic
        variables = instances.variables_of(session, july.engine, evaluation.instance_id)

        asked = july.engine.service_tasks[topic](_call(july, session, evaluation.instance_id, variables))

    assert asked is not None
    (message,) = asked["mensajes"]
    assert (message["nombre"], message["clave"]) == ("solicitud_modificacion", PLAN)
    assert message["variables"]["motivo"] == "La meta de IP-1.1.2."


def _call(house: House, session, instance_id: int, variables):  # type: ignore[no-untyped-def]
    return ServiceCall(
        session=session,
        engine=house.engine,
        now=house.clock.now(),
        instance_id=instance_id,
        business_key="PES-GOB/f6s/2018-S1",
        scope=PLAN,
        process_key="f6_evaluacion_semestral",
        element_id="pedir_modificacion_pes",
        variables=variables,
    )
