"""June of the demo plan, played whole by robots through the forms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM
from engine.incidents import Incident
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day, demo_data
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.documents import files
from workflows.errors import PeriodFrozen, Refused
from workflows.forms.models import Submission
from workflows.implementation import execution
from workflows.indicators.models import Indicator
from workflows.meetings.models import Commitment, Meeting, Verdict
from workflows.monitoring import (
    alerts,
    consolidation,
    corrections,
    entity_reports,
    figures,
    lateness,
    measurements,
    periods,
    trace,
)
from workflows.monitoring.corrections import record_refusal
from workflows.monitoring.models import (
    Alert,
    Bottleneck,
    BudgetReport,
    EntityReport,
    FormerDatum,
    Measurement,
    MeasurementChange,
)
from workflows.monitoring.states import MeasurementState
from workflows.people import directory
from workflows.recovery.models import RecoveryPlan
from workflows.simulation.robots import GOOD, LATE, LATER

JUNE, JULY = "2018-06", "2018-07"


def _reports(house: House, code: str) -> dict[str, EntityReport]:
    with house.database.reading() as session:
        period = periods.find(session, PLAN, code)
        rows = session.scalars(sa.select(EntityReport).where(EntityReport.period_id == period.id))
        return {row.entity_code: row for row in rows}


def _frozen(house: House, code: str) -> dict[str, Any]:
    with house.database.reading() as session:
        found = figures.frozen(session, PLAN, code)
        assert found is not None
        return figures.as_json(found)


def _recomputed(house: House, code: str) -> dict[str, Any]:
    with house.database.reading() as session:
        return figures.as_json(figures.compute(session, PLAN, code))


def test_a_month_reported_on_time_freezes_the_golden_figures(calm: House) -> None:
    june = _frozen(calm, JUNE)

    # of O3.3 the office's file has no value for IP-3.3.1, and here its responsible reports one
    assert june["indicadores"]["IP-1.2.2"] == {
        "estado": "reportado",
        "ejecutado": 4500,
        "programado_a_la_fecha": 10000,
        "avance_vigencia_pct": 22.5,
        "cumplimiento_a_la_fecha_pct": 45.0,
        "color": "rojo",
        "ultimo_dato": None,
        "avance_plan_pct": 5.0,
    }
    known = {"cobertura_pct": 100.0, "oportunidad_pct": 100.0, "color": "verde"}
    assert june["objetivos"]["O2.1"] == {"cumplimiento": 88.3, "sin_tope": 115.1, **known}
    assert june["lineas"]["L1"] == {"cumplimiento": 87.7, "sin_tope": 90.4, **known}
    assert june["entidades"]["DADEP"] == {"cumplimiento": 90.9, "sin_tope": 106.3, **known}


def test_frozen_figures_equal_a_straight_recomputation(calm: House, eventful: House) -> None:
    assert _frozen(calm, JUNE) == _recomputed(calm, JUNE)
    assert _frozen(eventful, JUNE) == _recomputed(eventful, JUNE)
    assert _frozen(eventful, JULY) == _recomputed(eventful, JULY)


def test_every_value_of_the_office_is_what_was_executed(calm: House) -> None:
    frozen = _frozen(calm, JUNE)["indicadores"]

    for code, series in demo_data().measurements.items():
        if (2018, 6) in series:
            executed = Decimal(str(frozen[code]["ejecutado"]))
            assert executed in (series[(2018, 6)], sum(series.values())), code


def test_a_figure_leads_back_to_its_evidence_and_its_people(calm: House) -> None:
    with calm.database.reading() as session:
        rows = trace.of_indicator(session, PLAN, "IP-1.1.2", JUNE)

    assert [row.period_code for row in rows] == [f"2018-0{month}" for month in (6, 5, 4, 3, 2, 1)]
    june = rows[0]
    assert june.value == Decimal(8)
    assert june.reported_by == "Diana Suárez (demo)"
    assert june.validated_by == "Carlos Vega (demo)"
    assert june.endorsed_by == "Marta López (demo)"
    assert june.reported_at is not None
    assert june.validated_at is not None
    assert june.reported_at < june.validated_at
    assert [piece.name for piece in june.evidence] == ["soporte IP-1.1.2 2018-06.csv"]
    assert len(june.evidence[0].sha256) == 64
    assert [act.action for act in june.acts] == ["Enviado", "Validado", "Avalado", "Periodo cerrado"]
    assert [act.action for act in rows[1].acts] == ["Cargado de un archivo"]


def test_a_figure_says_which_of_its_rows_came_late(eventful: House) -> None:
    with eventful.database.reading() as session:
        rows = trace.of_indicator(session, PLAN, "IP-3.2.2", "2018-07")

    told = {row.period_code: (row.late, row.counts_from) for row in rows[:2]}
    assert told == {"2018-07": (False, None), JUNE: (True, None)}
    assert rows[1].late_reason


def test_everything_was_done_through_the_forms_and_nothing_failed(eventful: House) -> None:
    with eventful.database.reading() as session:
        completed = sa.select(sa.func.count()).select_from(UserTask).where(UserTask.state == "completed")
        assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == eventful.submissions
        assert session.scalar(completed) == eventful.submissions
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0


def test_each_entity_ends_as_it_behaved(eventful: House) -> None:
    reports = _reports(eventful, JUNE)

    states = {code: report.state for code, report in reports.items()}
    assert states == {"DADEP": "avalado", "IDPAC": "extemporaneo", "SDG": "no_presentado"}
    assert reports["DADEP"].times_returned == 1
    with eventful.database.reading() as session:
        period = periods.find(session, PLAN, JUNE)
        assert (period.state, period.approved_by, period.frozen_by) == ("cerrado", "amartinez", "amartinez")
        assert period.published_at is not None


def test_what_a_returned_row_went_through_can_be_read_back(eventful: House) -> None:
    with eventful.database.reading() as session:
        returned = session.scalars(sa.select(MeasurementChange).where(MeasurementChange.action == "devolver")).one()
        acts = [(act.action, act.actor_id) for act in measurements.changes(session, returned.measurement_id)]

    assert acts == [
        ("enviar", "ocardenas"),
        ("devolver", "bdiaz"),
        ("enviar", "ocardenas"),
        ("validar", "bdiaz"),
        ("avalar", "ftorres"),
        ("congelar", "sistema"),
    ]
    assert "listado" in returned.reason


def test_what_is_endorsed_before_the_month_is_closed_counts_in_it_marked_as_late(eventful: House) -> None:
    with eventful.database.reading() as session:
        rows = [row for row in session.scalars(sa.select(Measurement)) if row.indicator.code == "IP-3.2.2"]
        reported = {row.period.code: row.value for row in rows}
        late = next(row for row in rows if row.period.code == JUNE)
        rules = session.scalars(sa.select(Alert.rule).where(Alert.object_code == "IP-3.2.2")).all()

    assert (late.late, late.timely, late.counts_from, late.state) == (True, False, None, "congelado")
    june = _frozen(eventful, JUNE)
    assert june["indicadores"]["IP-3.2.2"]["estado"] == "reportado"
    assert june["indicadores"]["IP-3.2.2"]["ejecutado"] == sum(
        value for code, value in reported.items() if code <= JUNE
    )
    assert june["entidades"]["IDPAC"]["oportunidad_pct"] < june["entidades"]["IDPAC"]["cobertura_pct"]
    assert "extemporanea_2018-06" in rules


def test_what_is_endorsed_after_the_month_was_closed_counts_from_the_next_and_leaves_it_as_it_was(
    house: House,
) -> None:
    play = house.play({(JUNE, "IDPAC"): LATER})

    play.until(day("2018-08-31"))

    with house.database.reading() as session:
        rows = [row for row in session.scalars(sa.select(Measurement)) if row.indicator.code == "IP-3.2.2"]
        reported = {row.period.code: row.value for row in rows}
        late = next(row for row in rows if row.period.code == JUNE)
    assert (late.late, late.timely, late.counts_from, late.state) == (True, False, JULY, "congelado")
    assert _frozen(house, JUNE)["indicadores"]["IP-3.2.2"]["estado"] == "arrastrado"
    until_july = sum(value for code, value in reported.items() if code <= JULY)
    assert _frozen(house, JULY)["indicadores"]["IP-3.2.2"]["ejecutado"] == until_july


def test_a_report_nobody_hands_in_leaves_the_month_without_data(eventful: House) -> None:
    with eventful.database.reading() as session:
        rows = [row for row in session.scalars(sa.select(Measurement)) if row.indicator.code == "IP-1.2.2"]
        june = next(row for row in rows if row.period.code == JUNE)

    assert (june.state, june.value, june.counts_from) == ("sin_reporte", None, None)
    figure = _frozen(eventful, JUNE)["indicadores"]["IP-1.2.2"]
    assert (figure["estado"], figure["ultimo_dato"]) == ("arrastrado", "2018-05")


def test_a_late_case_goes_on_from_what_had_been_typed(house: House) -> None:
    play = house.play({(JUNE, "IDPAC"): LATE})
    play.day(day("2018-07-03"))
    with house.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.assignee == "sruiz")
        ).one()
        actor = directory.actor(session, "sruiz")
        typed = {"avances": [{"_fila": "IP-3.2.1", "avance_cualitativo": "Tres obras en licitación."}]}
        house.forms.save_draft(session, house.engine, task.id, actor, typed)

    play.clock.move_to(play.clock.now().replace(day=12, hour=14))
    play.tick()

    with house.database.reading() as session:
        late = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == "completar_reporte", UserTask.assignee == "sruiz")
        ).one()
        form = house.forms.open(session, house.engine, late.id, directory.actor(session, "sruiz"))
        rows = {row["codigo"]: row for row in form.shown["avances"]}
        assert rows["IP-3.2.1"]["avance_cualitativo"] == "Tres obras en licitación."


def test_one_slow_person_does_not_sink_an_entity(house: House) -> None:
    # Given one row of IDPAC that is of somebody who sends nothing until the end of July
    with house.database.unit_of_work() as session:
        row = session.scalars(sa.select(Indicator).where(Indicator.code == "IP-3.2.1")).one()
        row.reports, row.reviews = "ynino", "rmora"
    play = house.play()
    does = play.work

    def work(task_id: int) -> bool:
        with house.database.reading() as session:
            waits = session.get_one(UserTask, task_id).assignee == "ynino"
        return not (waits and play.clock.now().date() < day("2018-07-27")) and does(task_id)

    play.work = work  # type: ignore[method-assign]

    # When the month is closed
    play.until(day("2018-07-25"))

    # Then the other rows are endorsed in time and count, and hers is in the late case alone
    with house.database.reading() as session:
        period = periods.find(session, PLAN, JUNE)
        rows = {one.indicator.code: one for one in entity_rows(session, period, "IDPAC")}
        assert (period.state, rows["IP-3.2.2"].state, rows["IP-3.2.2"].late) == ("cerrado", "congelado", False)
        assert (rows["IP-3.2.1"].state, rows["IP-3.2.1"].value) == ("sin_reporte", None)
        assert entity_reports.find(session, period, "IDPAC").state == "avalado_en_parte"
    assert _frozen(house, JUNE)["indicadores"]["IP-3.2.2"]["estado"] == "reportado"
    assert _frozen(house, JUNE)["indicadores"]["IP-3.2.1"]["estado"] == "arrastrado"

    # And once she sends it, it counts from the next month; nobody typed the others again
    play.until(day("2018-08-10"))
    with house.database.reading() as session:
        rows = {one.indicator.code: one for one in entity_rows(session, period, "IDPAC")}
        assert (rows["IP-3.2.1"].late, rows["IP-3.2.1"].counts_from) == (True, JULY)
        assert (rows["IP-3.2.2"].late, rows["IP-3.2.2"].counts_from) == (False, None)
        assert entity_reports.find(session, period, "IDPAC").state == "extemporaneo"


def test_a_datum_of_a_closed_month_can_be_corrected_and_leaves_that_month_as_it_was(house: House) -> None:
    # Given June closed, and its liaison asking for a correction
    play = house.play()
    play.until(day("2018-07-25"))
    before = _frozen(house, JUNE)["indicadores"]["IP-3.2.1"]["ejecutado"]
    with house.database.unit_of_work() as session:
        liaison = directory.actor(session, "rmora")
        case = lateness.correct(
            session, house.engine, PLAN, JUNE, "IP-3.2.1", reason="Faltó contar una obra.", actor=liaison
        )
        assert (case.name, case.business_key) == ("Corrección de IP-3.2.1, junio de 2018", f"{PLAN}/f5x/{JUNE}/IDPAC")
    with house.database.unit_of_work() as session, pytest.raises(Refused, match="está en curso"):
        lateness.correct(session, house.engine, PLAN, JUNE, "IP-3.2.2", reason="Otra.", actor=liaison)
    was = _value(house, "IP-3.2.1")

    # When whoever reports it tells it again, and it is validated and endorsed
    with house.database.unit_of_work() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.element_id == "completar_reporte")).one()
        actor = directory.actor(session, task.assignee)
        form = house.forms.open(session, house.engine, task.id, actor)
        open_rows = [row["codigo"] for row in form.shown["avances"] if row["motivo_devolucion"]]
        assert open_rows == ["IP-3.2.1"]
        kept = files.store(session, house.clock, actor.id, "acta.csv", b"obra\n1\n", task_id=task.id)
        raw = play.robots.fill(form, lambda _name, _content: kept.id)
        (again,) = [row for row in raw["avances"] if row["_fila"] == "IP-3.2.1"]
        again |= {"valor_periodo": str(was + 1), "justificacion_sobreejecucion": "Faltaba una obra."}
        house.forms.submit(session, house.engine, task.id, actor, raw)
    play.until(day("2018-08-24"))

    # Then June stays as it was frozen, and July counts the corrected value
    assert _frozen(house, JUNE)["indicadores"]["IP-3.2.1"]["ejecutado"] == before
    assert _recomputed(house, JUNE)["indicadores"]["IP-3.2.1"]["ejecutado"] == before
    july = _value(house, "IP-3.2.1", JULY)
    assert _frozen(house, JULY)["indicadores"]["IP-3.2.1"]["ejecutado"] == before + 1 + july
    assert _recomputed(house, JULY) == _frozen(house, JULY)
    reports = _reports(house, JUNE)
    assert reports["IDPAC"].state == "avalado"
    with house.database.reading() as session:
        told = session.scalars(sa.select(Alert.text).where(Alert.rule == "extemporanea_2018-06")).all()
    assert told == ["IP-3.2.1 trae una corrección de junio de 2018."]


def test_a_correction_that_nobody_tells_leaves_what_was_said(house: House) -> None:
    play = house.play({(JUNE, "IDPAC"): GOOD})
    play.until(day("2018-07-25"))
    was = _value(house, "IP-3.2.1")
    with house.database.unit_of_work() as session:
        liaison = directory.actor(session, "rmora")
        lateness.correct(session, house.engine, PLAN, JUNE, "IP-3.2.1", reason="Revisar.", actor=liaison)

    with house.database.unit_of_work() as session:
        period = periods.find(session, PLAN, JUNE)
        lateness.give_up(session, house.engine, period, "IDPAC")

    assert _value(house, "IP-3.2.1") == was
    with house.database.reading() as session:
        rows = {one.indicator.code: one for one in entity_rows(session, period, "IDPAC")}
        assert rows["IP-3.2.1"].state == "congelado"
        assert session.scalar(sa.select(sa.func.count()).select_from(FormerDatum)) == 0
    assert _reports(house, JUNE)["IDPAC"].state == "avalado"


def _value(house: House, code: str, month: str = JUNE) -> Decimal:
    with house.database.reading() as session:
        period = periods.find(session, PLAN, month)
        rows = {one.indicator.code: one.value for one in entity_rows(session, period, "IDPAC")}
    value = rows[code]
    assert value is not None
    return value


def entity_rows(session: Session, period: Period, entity: str) -> list[Measurement]:
    due = periods.rows_due(session, period, entity=entity)
    return list(measurements.of_rows(session, due).values())


def test_money_reported_again_leaves_what_it_replaced_on_record(eventful: House) -> None:
    with eventful.database.unit_of_work() as session:
        june = periods.find(session, PLAN, JUNE)
        known = session.scalars(sa.select(BudgetReport).where(BudgetReport.period_id == june.id)).first()
        assert known is not None and known.appropriation is not None and known.commitments is not None
        before, known.state = known.commitments, MeasurementState.RETURNED  # what is endorsed stays as it is
        again = execution.ReportedMoney(known.project_id, known.appropriation, before, before / 2)
        for row in (again, again):  # the same twice replaces nothing
            execution.report(session, eventful.engine, june, actor=SYSTEM, rows=[row])
        entries = auditing.of_object(session, "ejecucion", f"{PLAN}/{JUNE}/{known.project_id}")
        told = [(entry.before["compromisos"], entry.after["giros"]) for entry in entries]
        session.rollback()

    assert told == [(f"{before:f}", f"{before / 2:f}")]


def test_a_change_of_a_frozen_month_is_refused_and_recorded(calm: House) -> None:
    before = _frozen(calm, JUNE)
    with calm.database.reading() as session:
        coordinator = directory.actor(session, "amartinez")

    with pytest.raises(PeriodFrozen) as refused, calm.database.unit_of_work() as session:
        corrections.correct_measurement(
            session,
            calm.engine,
            PLAN,
            JUNE,
            "IP-1.2.2",
            value=Decimal(9000),
            reason="Llegó otro dato",
            actor=coordinator,
        )
    with calm.database.unit_of_work() as session:
        record_refusal(session, calm.clock, coordinator, refused.value)

    with calm.database.reading() as session:
        entry = auditing.of_object(session, "periodo", f"{PLAN}/{JUNE}")[-1]
        assert (entry.outcome, entry.actor_id) == ("rechazado", "amartinez")
        assert entry.after == {"objeto": "IP-1.2.2", "valor": "9000", "motivo": "Llegó otro dato"}
        last = session.scalars(sa.select(MeasurementChange).order_by(MeasurementChange.id.desc()).limit(1)).one()
        assert last.action == "rechazar"
        kept = session.get_one(Measurement, last.measurement_id)
        assert kept.value == Decimal(800)
    assert _frozen(calm, JUNE) == before


def test_no_use_case_changes_a_frozen_report(calm: House) -> None:
    with calm.database.unit_of_work() as session:
        period = periods.find(session, PLAN, JUNE)
        actor = directory.actor(session, "mlopez")
        row = periods.rows_due(session, period, entity="SDG")[0]

        measurement = measurements.begin(session, period, [row.indicator_id])[row.indicator_id]
        measurement_state = measurement.state
        with pytest.raises(PeriodFrozen):
            measurements.ensure_changeable(session, measurement, "enviar")
        entity_reports.endorse(session, calm.engine, period, "SDG", actor=actor)

        assert measurement_state == "congelado"
        assert measurements.begin(session, period, [row.indicator_id])[row.indicator_id].state == "congelado"


def test_the_meeting_leaves_verdicts_commitments_and_measures(calm: House) -> None:

    with calm.database.reading() as session:
        meeting = session.scalars(sa.select(Meeting)).one()
        assert (meeting.kind, meeting.state, meeting.period_code) == ("seguimiento", "aprobada", JUNE)
        levels = session.execute(sa.select(Verdict.level, sa.func.count()).group_by(Verdict.level)).all()
        assert {level: count for level, count in levels} == {"objetivo": 9, "linea": 3}
        red = session.scalars(sa.select(Bottleneck).where(Bottleneck.measure == "plan_de_choque")).all()
        assert red
        origins = set(session.scalars(sa.select(Commitment.origin).where(Commitment.state == "abierto")))
        assert origins == {"acta", "medida_preventiva"}
        begun = set(session.scalars(sa.select(RecoveryPlan.bottleneck_id)))
        assert begun == {bottleneck.id for bottleneck in red}


def test_a_question_about_a_figure_is_answered_before_the_month_goes_on(calm: House) -> None:

    with calm.database.reading() as session:
        asked = [alert for alert in alerts.of_period(session, periods.find(session, PLAN, JUNE)) if alert.answer]
        assert len(asked) == 1
        assert asked[0].state == "procede"


def test_a_frozen_month_is_not_consolidated_again(calm: House) -> None:
    before = _frozen(calm, JUNE)

    with pytest.raises(PeriodFrozen), calm.database.unit_of_work() as session:
        consolidation.consolidate(session, PLAN, JUNE)

    assert _frozen(calm, JUNE) == before
