"""Phase 3, walked whole by robots: objections, a refusal, an act returned, a channel that fails."""

from __future__ import annotations

import sqlalchemy as sa

from engine.instances.models import Instance
from tests.integration.approvals.conftest import Office
from tests.support.plan import PLAN
from workflows.approvals.models import (
    AdministrativeAct,
    Approval,
    Observation,
    PlanVersion,
    PresentationCall,
    Publication,
    PublicationCheck,
    ReviewAnswer,
    ReviewRound,
)
from workflows.cycles.models import PeriodStart
from workflows.documents import versions
from workflows.documents.models import DocumentVersion
from workflows.plan.models import Plan


def test_phase_3_from_the_terms_to_the_closing_review(adopted: Office) -> None:
    with adopted.house.database.reading() as session:
        case = session.scalars(sa.select(Instance.id).where(Instance.process_key == "f3_aprobacion_pes")).one()
    assert adopted.state_of(case) == "completed"
    with adopted.house.database.reading() as session:
        first, second = session.scalars(sa.select(ReviewRound).order_by(ReviewRound.number))
        assert (first.outcome, second.outcome, second.rule) == ("otra_ronda", "aprobado", "unanimidad")
        decisions = session.execute(
            sa.select(Approval.entity_code, Approval.decision).where(Approval.round_id == first.id)
        )
        assert {entity: said for entity, said in decisions} == {
            "SDG": "aprueba",
            "IDPAC": "aprueba",
            "DADEP": "no_aprueba",
        }

        reason = session.scalars(sa.select(Observation).where(Observation.origin == "aprobacion")).one()
        assert (reason.round_id, reason.entity_code, reason.decision) == (second.id, "DADEP", "acogida")
        assert "" not in set(session.scalars(sa.select(Observation.decision)))

        approved = session.get_one(DocumentVersion, second.approved_version_id)
        hashes = session.scalars(sa.select(Approval.sha256).where(Approval.round_id == second.id))
        assert set(hashes) == {approved.sha256}
        assert approved.frozen_at is not None
        text = session.scalars(sa.select(Approval.text).where(Approval.round_id == second.id)).first()
        assert text is not None and approved.sha256 in text

        act = session.scalars(sa.select(AdministrativeAct)).one()
        assert (act.state, act.times_returned, act.kind, act.issuer) == ("numerado", 1, "resolucion", "SDG")
        assert (act.drafted_by, act.signed_by) == ("hperez", "mlopez")
        assert approved.sha256 in act.articles

        rows = session.scalars(sa.select(Publication).where(Publication.channel != "portal")).all()
        assert len(rows) == 9
        assert {one.state for one in rows} == {"verificada"}
        assert {one.audience for one in rows if one.channel == "intranet"} == {"interna"}
        assert session.scalar(sa.select(sa.func.count()).select_from(PublicationCheck)) == 10
        call = session.scalars(sa.select(PresentationCall)).one()
        assert set(call.audiences) == {"alta_direccion", "servidores_publicos", "partes_interesadas"}


def test_adoption_puts_the_plan_in_force_and_the_calendar_counts_from_there(adopted: Office) -> None:
    with adopted.house.database.reading() as session:
        plan = session.get_one(Plan, PLAN)
        act = session.scalars(sa.select(AdministrativeAct)).one()
        assert act.dated_on is not None
        following = f"2018-{act.dated_on.month + 1:02}"
        assert (plan.state, plan.version, plan.first_month) == ("vigente", 1, following)
        assert plan.adoption_act["number"] == act.number
        version = session.get_one(PlanVersion, (PLAN, 1))
        document = session.get_one(DocumentVersion, version.document_version_id)
        assert (document.number, version.act_id, version.valid_from) == ("1.0", act.id, following)
        second = session.scalars(sa.select(ReviewRound).order_by(ReviewRound.number.desc())).first()
        assert second is not None
        assert document.sha256 == session.get_one(DocumentVersion, second.approved_version_id).sha256

        # What fell due before the adoption and whose year still runs was opened with it (`pes.atraso`).
        opened = session.execute(sa.select(PeriodStart.process_key, PeriodStart.period, PeriodStart.outcome))
        assert ("f5_preparacion", "2018", "abierto") in [tuple(row) for row in opened]


def test_a_version_says_word_by_word_what_changed(office: Office) -> None:
    office.begin()

    office.play("2018-03-23")

    with office.house.database.reading() as session:
        document = versions.find(session, PLAN, "pes")
        assert document is not None
        second = versions.version(session, document.id, "0.2")
        assert second is not None
        change = second.changes[0]
        assert (change["code"], change["kind"]) == ("1.2", "cambia")
        assert [kind for kind, _words in change["pieces"]] == ["igual", "entra"]
        assert "registros administrativos" in change["pieces"][1][1]


def test_an_entity_that_says_nothing_is_recorded_so(office: Office) -> None:
    office.begin()

    office.play("2018-04-13", {("None", "IDPAC"): "missing"})

    with office.house.database.reading() as session:
        first = session.scalars(sa.select(ReviewRound).where(ReviewRound.number == 1)).one()
        answers = session.execute(
            sa.select(ReviewAnswer.entity_code, ReviewAnswer.state).where(ReviewAnswer.round_id == first.id)
        )
        assert {entity: state for entity, state in answers} == {
            "SDG": "sin_observaciones",
            "IDPAC": "sin_pronunciamiento",
            "DADEP": "con_observaciones",
        }
