"""The last year of a plan: its annual report, its final evaluation, and the proofs that close phase 6."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.incidents import Incident
from engine.instances.models import Instance
from tests.support.plan import PLAN, House, day
from workflows.approvals.models import Publication, ReviewAnswer
from workflows.cycles import opening as cycles
from workflows.documents import publishing, versions
from workflows.documents.models import Document, DocumentVersion
from workflows.errors import Forbidden, Refused
from workflows.evaluation import annual, evaluations, final, proofs
from workflows.evaluation.evaluations import CRITERION
from workflows.evaluation.models import Evaluation
from workflows.forms.closing import Question, of_review
from workflows.lifecycle import early_end
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.simulation.robots import MISSING

SILENT = {("2018", "DADEP"): MISSING}


@pytest.fixture
def ended(last_month: House) -> House:
    last_month.play(SILENT).until(day("2019-05-10"))
    return last_month


def test_the_last_year_ends_in_an_annual_report_and_a_final_evaluation(ended: House) -> None:
    with ended.database.reading() as session:
        _annual_report_is_whole(session)
        _final_evaluation_is_whole(session)
        _phase_is_closed_on_its_proofs(session)
        assert list(session.scalars(sa.select(Incident.message))) == []
        assert set(session.scalars(sa.select(Instance.state))) == {"completed"}
    assert publishing.MAKER.make_missing(ended.database, ended.clock, limit=9) == 3
    with ended.database.reading() as session:
        formats = session.execute(sa.select(Document.kind, Document.format).where(Document.kind.in_(publishing.KINDS)))
        assert len(set(formats)) == 9


def _annual_report_is_whole(session) -> None:  # type: ignore[no-untyped-def]
    report = annual.find(session, PLAN, 2018)
    written = {one.entity_code: one.from_records for one in annual.chapters(session, report)}
    document = versions.find(session, PLAN, "informe_anual", "2018")
    assert document is not None
    channels = set(session.scalars(sa.select(Publication.channel).where(Publication.object == "informe_anual")))

    assert written == {"SDG": False, "IDPAC": False, "DADEP": True}
    assert [one.entity_code for one in annual.chapters(session, report) if "cuando se cierre" in one.text] == []
    assert report.evaluations == ["2018-S2"]
    assert (report.state, report.times_returned) == ("aprobado", 1)
    assert annual.improvements(session, report)
    assert "Este capítulo se hizo solo con los registros" in str(versions.present(session, document).content)
    (judged,) = (one for one in versions.present(session, document).content["sections"] if one["code"] == "4.1")
    assert judged["text"].startswith("Se juzgó con las cifras al 31 de diciembre de 2018 que contaban lo avalado hasta")
    assert channels == {"portal", "web_institucional", "redes_sociales"}
    points = {one.item: (one.ticked, one.proof) for one in of_review(session, PLAN, "revisar_seguimiento", "2018")}
    assert all(ticked and proof for ticked, proof in points.values())


def _final_evaluation_is_whole(session) -> None:  # type: ignore[no-untyped-def]
    evaluation = final.of_plan(session, PLAN)
    read = {(one.kind, one.key): one.available for one in final.inputs(session, evaluation)}
    document = versions.find(session, PLAN, "evaluacion_final")
    assert document is not None
    numbers = list(session.scalars(sa.select(DocumentVersion.number).where(DocumentVersion.document_id == document.id)))

    assert read == {("intermedia", "2018-S2"): True, ("informe_anual", "2018"): True}
    assert {one.code for one in evaluations.judgements(session, evaluation, CRITERION)} == {
        "eficacia", "eficiencia", "efectividad", "percepcion",
    }  # fmt: skip
    assert evaluation.survey_id is not None
    (asked,) = (one for one in versions.present(session, document).content["sections"] if one["code"] == "4.1")
    assert "No respondió nadie, hasta el 2 de marzo de 2019." in asked["text"]
    assert {tuple(row[1:]) for row in asked["tables"][0]["rows"]} == {("0", "sin dato")}
    assert evaluation.times_returned == 1
    assert len(session.scalars(sa.select(ReviewAnswer.id)).all()) >= 3
    assert numbers[-1] == "1.0"
    assert len(final.lessons(session, evaluation)) == 2
    assert evaluation.published_at is not None


def _phase_is_closed_on_its_proofs(session) -> None:  # type: ignore[no-untyped-def]
    points = {one.item: (one.ticked, bool(one.proof)) for one in of_review(session, PLAN, "cerrar_fase_6")}

    assert set(points) == set(proofs.REVIEW["pasos"])
    assert set(points.values()) == {(True, True)}


def test_before_anything_happened_no_point_of_phase_6_is_proved(last_month: House) -> None:
    with last_month.database.reading() as session:
        question = Question(session, PLAN, None, last_month.clock.now())
        found = {item: finder(question) for item, finder in proofs.REVIEW["pasos"].items()}

    assert {item for item, proof in found.items() if proof} <= {"cuellos_de_botella_y_planes_de_choque_cerrados"}


def test_the_final_evaluation_waits_for_the_semesters_and_the_annual_reports(last_month: House) -> None:
    last_month.clock.move_to(dt.datetime(2019, 2, 4, 14, tzinfo=dt.UTC))

    with last_month.database.unit_of_work() as session:
        opened = {one.process_key for one in cycles.open_due(session, last_month.engine)}

    assert "f6_informe_anual" in opened
    assert "f6_evaluacion_final" not in opened


def test_a_plan_that_ends_early_is_evaluated_with_what_there_is(july: House) -> None:
    with july.database.unit_of_work() as session:
        coordinator = directory.actor(session, directory.people_with(session, "coordinador_pes", "GOB")[0].username)
        liaison = directory.actor(
            session, directory.people_with(session, "enlace_planeacion", "GOB", "SDG")[0].username
        )
        with pytest.raises(Forbidden):
            early_end.end_early(session, july.engine, PLAN, day("2018-06-30"), actor=liaison, reason="Cambio")
        with pytest.raises(Refused, match="motivo"):
            early_end.end_early(session, july.engine, PLAN, day("2018-06-30"), actor=coordinator, reason=" ")

        early_end.end_early(
            session, july.engine, PLAN, day("2018-06-30"), actor=coordinator, reason="Cambio de administración"
        )

        evaluation = session.scalars(sa.select(Evaluation).where(Evaluation.kind == "final")).one()
        assert evaluation.handover
        assert any(not one.available for one in final.inputs(session, evaluation))
        assert session.get_one(Plan, PLAN).ends_on == day("2018-06-30")
