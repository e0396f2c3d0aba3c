"""The goals of projects are reported once each month; an indicator is computed from them and confirmed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day, demo_data, once
from tests.support.project_goals import COMPUTED, ON_SITE, REMOTE, let_have_goals, with_goals
from web.api.values import plain
from web.forms.controls import FormView
from workflows.approvals import elements
from workflows.cycles.states import PeriodState
from workflows.documents import files
from workflows.errors import InvalidSubmission
from workflows.forms.handlers import ROW_KEY
from workflows.forms.opening import OpenForm
from workflows.implementation import goal_courses
from workflows.indicators.models import Indicator
from workflows.indicators.states import Rule
from workflows.loading import reading, workbook
from workflows.monitoring import computed_rows, entity_reports, facts, goal_figures, lateness, periods
from workflows.monitoring import figures as figures_of
from workflows.monitoring.measurements import ReportedRow
from workflows.monitoring.models import Measurement
from workflows.monitoring.states import MeasurementState
from workflows.people import directory
from workflows.plan.models import Project, ProjectGoal
from workflows.records import checking
from workflows.records.stored import stored_plan
from workflows.reports.assembling import monthly_report
from workflows.simulation import recomputation
from workflows.simulation.robots import LATE

JUNE = "2018-06"
REASON = "Las asistencias de junio son las del listado, no estas."


@pytest.fixture
def month(house: House) -> House:
    """June is open in a plan with goals of a project, and nobody has reported."""

    def happen() -> None:
        let_have_goals(house)
        house.play({(JUNE, entity): LATE for entity in ("SDG", "IDPAC", "DADEP")}).day(day("2018-07-03"))

    return once(house, "June is open in a plan with goals", happen)


def task(house: House, element: str) -> UserTask | None:
    with house.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        return next((one for one in session.scalars(query) if one.variables["entidad"] == "SDG"), None)


def form_of(house: House, element: str, username: str) -> OpenForm:
    found = task(house, element)
    assert found is not None, element
    with house.database.reading() as session:
        return house.forms.open(session, house.engine, found.id, directory.actor(session, username))


def robot(house: House, element: str) -> None:
    found = task(house, element)
    assert found is not None, element
    assert house.play().work(found.id)


def send(house: House, element: str, username: str, raw: dict[str, Any]) -> None:
    found = task(house, element)
    assert found is not None, element
    with house.database.unit_of_work() as session:
        house.forms.submit(session, house.engine, found.id, directory.actor(session, username), raw)


def keep_draft(house: House, element: str, username: str, raw: dict[str, Any]) -> None:
    found = task(house, element)
    assert found is not None, element
    with house.database.unit_of_work() as session:
        house.forms.save_draft(session, house.engine, found.id, directory.actor(session, username), raw)


def report(
    house: House, on_site: str = "5", remote: str = "3", element: str = "reportar_avance", **beside: Any
) -> None:
    """Diana reports; of her indicators what a robot would, of the goals these values."""
    found = task(house, element)
    assert found is not None
    with house.database.unit_of_work() as session:
        actor = directory.actor(session, "dsuarez")
        form = house.forms.open(session, house.engine, found.id, actor)
        robots = house.play().robots
        raw: Any = robots.fill(
            form, lambda name, content: files.store(session, house.clock, actor.id, name, content, task_id=found.id).id
        )
        for row in raw["avances"]:
            row["valor_periodo"] = {ON_SITE: on_site, REMOTE: remote}.get(row[ROW_KEY], row.get("valor_periodo", ""))
            row.update(justificacion_rezago="Se programó para julio.", motivo_rango="Así cerró el mes.")
        raw["territorio"] = [
            row | {"valor": on_site if place == 0 else ""} for place, row in enumerate(raw["territorio"])
        ]
        house.forms.submit(session, house.engine, found.id, actor, raw | beside)


def kept(house: House, code: str) -> tuple[str, Any]:
    with house.database.reading() as session:
        query = sa.select(Measurement).join(Indicator, Indicator.id == Measurement.indicator_id)
        one = session.scalars(query.where(Indicator.code == code).order_by(Measurement.period_id.desc())).first()
        assert one is not None
        return one.state.value, one.value


def confirm(house: House, said: str = "confirmo", reason: str = "") -> None:
    (seen,) = form_of(house, "confirmar_calculado", "dsuarez").shown["calculados"]
    send(house, "confirmar_calculado", "dsuarez", confirmation(seen, said, reason))


def confirmation(seen: Mapping[str, Any], said: str = "confirmo", reason: str = "") -> dict[str, Any]:
    row = {key: seen[key] for key in (ROW_KEY, "valor", "de_donde")}
    row |= {"confirmo": said, "razon": reason, "avance_cualitativo": "Se asistió a los fondos."}
    return {"calculados": [row | {"justificacion_rezago": "Se programó para julio."}]}


def judge(house: House, returned: str = "") -> None:
    form = form_of(house, "validar_reporte", "cvega")
    raw: dict[str, Any] = {
        table: [{ROW_KEY: row[ROW_KEY], "decision": "valida"} for row in form.shown[table]]
        for table in ("validacion", "presupuesto", "actividades")
    }
    for row in raw["validacion"]:
        if row[ROW_KEY] == returned:
            row.update(decision="devuelta", motivo=REASON)
    send(house, "validar_reporte", "cvega", raw)


def test_what_a_program_gets_of_a_form_may_be_sent_back_whole(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    got: dict[str, Any] = json.loads(json.dumps(plain(form_of(month, "confirmar_calculado", "dsuarez").shown)))
    got["calculados"][0] |= confirmation(got["calculados"][0])["calculados"][0]

    send(month, "confirmar_calculado", "dsuarez", got)

    assert kept(month, COMPUTED) == ("enviado", 8)


def test_an_indicator_is_worked_out_from_its_goals_and_counts_once_confirmed_and_endorsed(month: House) -> None:
    asked = [row["codigo"] for row in form_of(month, "reportar_avance", "dsuarez").shown["avances"]]
    report(month)
    robot(month, "reportar_ejecucion")
    shown = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    confirm(month)
    judge(month)

    robot(month, "avalar_reporte")

    assert (COMPUTED in asked, ON_SITE in asked, REMOTE in asked) == (False, True, True)
    assert [(row["codigo"], row["valor"], row["de_donde"]) for row in shown] == [
        (COMPUTED, 8, f"{ON_SITE}: 5 · {REMOTE}: 3")
    ]
    assert [kept(month, code) for code in (COMPUTED, ON_SITE, REMOTE)] == [
        ("avalado", 8),
        ("avalado", 5),
        ("avalado", 3),
    ]
    with month.database.reading() as session:
        printed = monthly_report(session, PLAN, JUNE)
        data = stored_plan(session, PLAN)
        sent = recomputation.read_submissions(session, data=data)[JUNE, "SDG"]
        golden = goal_figures.as_json(goal_figures.of_period(session, PLAN, JUNE), figures_of.told)
        figures = {one.code for one in facts.load(session, PLAN, JUNE).indicators}
        (course,) = [one for one in goal_courses.of_year(session, PLAN, 2018) if one.money.project.code == "1094"]
        told = {one.goal.indicator.code: one for one in course.goals if one.goal.is_measured}
    assert [(one.code, one.executed, one.programmed, one.places) for one in printed.goals] == [
        (ON_SITE, 5, 25, "01: 5"), (REMOTE, 3, 15, ""),
    ]  # fmt: skip
    assert (sent[COMPUTED].value, sent[COMPUTED].with_late, sent[COMPUTED].asked_by) == (8, False, 6)
    assert golden[ON_SITE] == {
        "proyecto": "1094", "estado": "reportado", "ejecutado": 5, "programado_a_la_fecha": 25, "color": "rojo",
        "avance_vigencia_pct": 10.0, "cumplimiento_a_la_fecha_pct": 20.0, "ultimo_dato": None,
        "incompleto": [f"2018-{month:02}" for month in range(1, 6)],
    }  # fmt: skip
    assert COMPUTED in figures and not {ON_SITE, REMOTE} & figures
    assert (told[ON_SITE].done, told[ON_SITE].promised, told[ON_SITE].places) == (5, 25, {"01": 5})
    assert told[REMOTE].commitments == told[REMOTE].appropriation * 6 // 13  # type: ignore[operator]


def test_a_returned_goal_takes_the_indicator_along_and_it_is_confirmed_anew(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    confirm(month)
    judge(month, returned=REMOTE)
    waiting = [kept(month, code)[0] for code in (COMPUTED, REMOTE, ON_SITE)]
    report(month, remote="4", element="corregir_avance")

    again = form_of(month, "confirmar_calculado", "dsuarez")

    assert waiting == ["devuelto", "devuelto", "validado"]
    assert [(row["codigo"], row["valor"]) for row in again.shown["calculados"]] == [(COMPUTED, 9)]
    assert REASON in again.prefill.notes["calculados.0"]
    confirm(month)
    assert kept(month, COMPUTED) == ("enviado", 9)


def test_a_value_that_does_not_correspond_comes_to_the_liaison_with_its_goals_as_returned(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")

    confirm(month, "no_corresponde", REASON)

    rows = {row["codigo"]: row for row in form_of(month, "validar_reporte", "cvega").shown["validacion"]}
    assert {code: (row["decision"], row["motivo"]) for code, row in rows.items() if row["decision"]} == dict.fromkeys(
        (COMPUTED, ON_SITE, REMOTE), ("devuelta", REASON)
    )


def told_anew(house: House, remote: int) -> None:
    """The goal that is not on site is told again, as from another case."""
    with house.database.unit_of_work() as session:
        period = periods.find(session, PLAN, JUNE)
        goal = session.scalars(sa.select(Measurement).join(Indicator).where(Indicator.code == REMOTE)).one()
        row = ReportedRow(goal.indicator_id, Decimal(remote), "Llegaron más listados.", of_goal=True)
        actor = directory.actor(session, "dsuarez")
        known = {goal.indicator_id: goal}
        entity_reports.send(session, house.engine, period, "SDG", actor=actor, rows=[row], known=known)


def test_a_draft_that_confirmed_another_value_is_asked_again(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    (seen,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    keep_draft(month, "confirmar_calculado", "dsuarez", confirmation(seen))
    (kept,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    told_anew(month, remote=4)

    (reopened,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]

    assert (kept["confirmo"], reopened["confirmo"]) == ("confirmo", None)
    assert reopened["avance_cualitativo"] == "Se asistió a los fondos."


def test_what_was_seen_is_what_is_confirmed(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    (seen,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    told_anew(month, remote=4)

    with pytest.raises(InvalidSubmission) as refused:
        send(month, "confirmar_calculado", "dsuarez", confirmation(seen))

    told = {error.path: error.message for error in refused.value.errors}
    assert told == {
        "calculados.0.valor": "Cambió mientras usted lo revisaba: 8 → 9. Revíselo y vuelva a enviar.",
        "calculados.0.de_donde": f"Cambió mientras usted lo revisaba: {ON_SITE}: 5 · {REMOTE}: 3 → {ON_SITE}: 5 · "
        f"{REMOTE}: 4. Revíselo y vuelva a enviar.",
    }
    with month.database.reading() as session:
        of_computed = sa.select(Measurement).join(Indicator).where(Indicator.code == COMPUTED)
        assert session.scalars(of_computed.where(Measurement.state == MeasurementState.SENT)).all() == []
    confirm(month)
    assert kept(month, COMPUTED) == ("enviado", 9)


def test_the_page_sends_back_what_it_showed(month: House) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    form = form_of(month, "confirmar_calculado", "dsuarez")
    view, table = FormView(form), form.schema.field("calculados")
    (row,) = view.rows(table)

    sent = {name.rpartition("-")[2]: text for name, text in view.seen(table, row)}

    send(month, "confirmar_calculado", "dsuarez", confirmation({ROW_KEY: row.identity, **sent}))
    assert kept(month, COMPUTED) == ("enviado", 8)


def test_who_does_not_say_what_they_saw_confirms_nothing(month: House) -> None:
    unseen = {ROW_KEY: COMPUTED, "valor": None, "de_donde": None}
    report(month)
    robot(month, "reportar_ejecucion")

    with pytest.raises(InvalidSubmission) as refused:
        send(month, "confirmar_calculado", "dsuarez", confirmation(unseen))

    told = {error.path: error.message for error in refused.value.errors}
    assert told["calculados.0.valor"] == "Diga qué vio aquí. Ahora dice: 8."


@pytest.mark.at_once
def test_a_goal_told_while_its_indicator_is_confirmed_is_not_confirmed_unseen(
    month: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    (seen,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    hold, other = computed_rows.hold, ThreadPoolExecutor(1)
    telling: list[Future[None]] = []

    def meet(*arguments: Any) -> None:
        if not telling:  # the form was laid out, and read 8
            telling.append(other.submit(told_anew, month, 4))
            if not month.database.is_sqlite:  # there only one transaction writes at a time: the other waits
                telling[0].result(timeout=60)
        hold(*arguments)

    monkeypatch.setattr(computed_rows, "hold", meet)

    refused = None
    try:
        send(month, "confirmar_calculado", "dsuarez", confirmation(seen))
    except InvalidSubmission as error:
        refused = error
    telling[0].result(timeout=60)

    if month.database.is_sqlite:
        assert refused is None and kept(month, COMPUTED) == ("devuelto", 9)  # confirmed first, then it fell
    else:
        assert refused is not None and "8 → 9" in refused.errors[0].message
        with month.database.reading() as session:
            of_computed = sa.select(Measurement).join(Indicator).where(Indicator.code == COMPUTED)
            assert session.scalars(of_computed.where(Measurement.state == MeasurementState.SENT)).all() == []


@pytest.mark.at_once
def test_who_tells_a_goal_waits_for_who_confirms_its_indicator(month: House, monkeypatch: pytest.MonkeyPatch) -> None:
    report(month)
    robot(month, "reportar_ejecucion")
    (seen,) = form_of(month, "confirmar_calculado", "dsuarez").shown["calculados"]
    send_row, hold, other, arrived = entity_reports.send, computed_rows.hold, ThreadPoolExecutor(1), Event()
    telling: list[Future[None]] = []

    def come(*arguments: Any) -> None:
        if telling:
            arrived.set()
        hold(*arguments)

    def meet(*arguments: Any, **named: Any) -> None:
        send_row(*arguments, **named)
        if not telling:  # it is confirmed, and not yet kept
            telling.append(other.submit(told_anew, month, 4))
            if not month.database.is_sqlite:
                arrived.wait(timeout=60)

    monkeypatch.setattr(computed_rows, "hold", come)
    monkeypatch.setattr(entity_reports, "send", meet)

    send(month, "confirmar_calculado", "dsuarez", confirmation(seen))
    telling[0].result(timeout=60)

    assert kept(month, COMPUTED) == ("devuelto", 9)


def test_localities_add_up_and_the_money_of_a_goal_stays_within_its_appropriation(month: House) -> None:
    money = {ROW_KEY: REMOTE, "apropiacion": "1000", "compromisos": "1200", "giros": "1300"}

    with pytest.raises(InvalidSubmission) as refused:
        report(month, territorio=[{ROW_KEY: f"{ON_SITE}/01", "valor": "4"}], dinero=[money])

    told = {error.path: error.message for error in refused.value.errors}
    assert told["territorio.0.valor"] == "Las localidades de 1094-1 suman 4 y el valor del mes es 5."
    assert {"dinero.0.compromisos", "dinero.0.giros"} <= told.keys()


def test_who_validates_is_told_where_goals_have_more_money_than_their_project(month: House) -> None:
    money = {ROW_KEY: REMOTE, "apropiacion": "900000000000", "compromisos": "800000000000", "giros": "0"}
    report(month, dinero=[money])
    robot(month, "reportar_ejecucion")
    confirm(month)

    panels = [
        one for one in form_of(month, "validar_reporte", "cvega").prefill.panels if one.title.startswith("Dinero")
    ]

    assert [[row[:3] for row in one.rows] for one in panels] == [
        [
            ("1094", "apropiación", "$\u00a0900.000.000.000"),
            ("1094", "compromisos", "$\u00a0800.000.000.000"),
        ]
    ]
    judge(month)


def test_nobody_validates_the_money_they_reported(month: House) -> None:
    with month.database.reading() as session:
        money, judged = task(month, "reportar_ejecucion"), "reportar_ejecucion"
        assert money is not None
        actor = directory.actor(session, "cvega")

        offered = [group for group in actor.groups if group.startswith("responsable_meta")]

    assert not offered
    report(month)
    robot(month, judged)
    confirm(month)
    waiting = task(month, "validar_reporte")
    assert waiting is not None and judged in waiting.properties["cuatro_ojos"]


def test_the_workbook_takes_the_goals_out_and_brings_them_back_the_same(month: House) -> None:
    with month.database.reading() as session:
        known = stored_plan(session, PLAN)
    assert known is not None

    again = reading.read_file("plan.xlsx", workbook.write_workbook(known))

    assert [goal.code for goal in again.goals] == [ON_SITE, REMOTE]
    assert again.goals == known.goals
    assert {one.code: one.rule for one in again.indicators if one.rule} == {COMPUTED: "suma"}


def test_under_a_new_development_plan_a_goal_continues_restarts_or_ends(month: House) -> None:
    plan = "Bogotá Camina Segura"
    with month.database.unit_of_work() as session:
        found = elements.all_of(session, PLAN, since=day("2019-01-01"))
        paths = {one.path.split("/")[1]: one.path for one in found if one.object == elements.PROJECT}
        wrong = elements.check(session, PLAN, paths[ON_SITE], "continúa; 7890; 7890-1")
        before = elements.present(session, PLAN, paths[ON_SITE])
        elements.write(session, PLAN, paths[ON_SITE], f"Continúa; 7890 Alcaldías que resuelven; 7890-1; {plan}")
        elements.write(session, PLAN, paths[REMOTE], "reinicia; 7890; 7890-2")

    with month.database.reading() as session:
        query = sa.select(
            Project.code, Project.development_plan, Indicator.code, Indicator.active, ProjectGoal.equivalence
        )
        query = query.join(ProjectGoal, ProjectGoal.project_id == Project.id).where(
            ProjectGoal.sheet_id == Indicator.id
        )
        rows = session.execute(query.order_by(Indicator.code)).all()
        data = stored_plan(session, PLAN)
    assert wrong.startswith("El proyecto 7890 es nuevo")
    assert before.startswith(f"{ON_SITE} en el proyecto 1094")
    assert [tuple(row) for row in rows] == [
        ("1094", "", REMOTE, False, "La reemplaza 7890-2 del proyecto 7890"),
        ("7890", plan, "7890-1", True, f"Continúa {ON_SITE} del proyecto 1094"),
        ("7890", plan, "7890-2", True, f"Empieza de nuevo en lugar de {REMOTE} del proyecto 1094"),
    ]
    assert data is not None
    assert {goal.code: dict(goal.targets) for goal in data.goals if goal.active} == {
        "7890-1": {2017: 40, 2018: 50, 2019: 50, 2020: 30},
        "7890-2": {2019: 30, 2020: 10},
    }


def endorsed(house: House) -> None:
    """June's report is told, confirmed, accepted and endorsed."""
    report(house)
    robot(house, "reportar_ejecucion")
    confirm(house)
    judge(house)
    robot(house, "avalar_reporte")


def test_a_goal_corrected_after_the_month_froze_asks_for_its_indicator_again(month: House) -> None:
    endorsed(month)
    with month.database.unit_of_work() as session:
        period = periods.find(session, PLAN, JUNE)
        period.state = PeriodState.CLOSED
        for one in session.scalars(sa.select(Measurement).where(Measurement.period_id == period.id)):
            one.state = MeasurementState.FROZEN
        actor = directory.actor(session, "cvega")
        lateness.correct(session, month.engine, PLAN, JUNE, REMOTE, reason="Faltaban dos.", actor=actor)
    waiting = kept(month, COMPUTED)

    report(month, remote="5", element="completar_reporte")
    robot(month, "completar_ejecucion")
    shown = form_of(month, "confirmar_calculado_extemporaneo", "dsuarez")

    assert waiting == ("devuelto", 8)
    assert [(row["codigo"], row["valor"]) for row in shown.shown["calculados"]] == [(COMPUTED, 10)]
    assert f"Se corrige su meta {REMOTE}: Faltaban dos." in shown.prefill.notes["calculados.0"]


def test_a_value_confirmed_without_a_goal_says_so_and_with_a_late_goal_is_late(month: House) -> None:
    with month.database.unit_of_work() as session:
        indicator = session.scalars(sa.select(Indicator).where(Indicator.code == COMPUTED)).one()
        indicator.rule = Rule.WEIGHTED_SUM
        for goal in session.scalars(sa.select(ProjectGoal)):
            goal.contribution = Decimal(70 if goal.territorial else 30)
    report(month)
    robot(month, "reportar_ejecucion")
    with month.database.unit_of_work() as session:
        one, other = (
            session.scalars(sa.select(Measurement).join(Indicator).where(Indicator.code == code)).one()
            for code in (ON_SITE, REMOTE)
        )
        one.timely, other.state = False, MeasurementState.MISSING

    confirm(month)

    with month.database.reading() as session:
        query = sa.select(Measurement).join(Indicator).where(Indicator.code == COMPUTED)
        told = session.scalars(query.order_by(Measurement.period_id.desc())).first()
        known = facts.load(session, PLAN, JUNE, provisional=True)
        figure = figures_of.figures_of(known).indicators[COMPUTED].assessment
    assert told is not None and (told.value, told.partial, told.timely) == (Decimal("3.5"), True, False)
    assert (figure.partial, figure.is_whole, figure.timely) == (((2018, 6),), False, False)


def test_the_last_goal_of_a_computed_indicator_cannot_just_end(month: House) -> None:
    with month.database.unit_of_work() as session:
        found = elements.all_of(session, PLAN, since=day("2019-01-01"))
        paths = {one.path.split("/")[1]: one.path for one in found if one.object == elements.PROJECT}
        first = elements.check(session, PLAN, paths[ON_SITE], "termina")
        elements.write(session, PLAN, paths[ON_SITE], "termina")

        last = elements.check(session, PLAN, paths[REMOTE], "termina")

    assert first == ""
    assert last.startswith(f"{COMPUTED} se calcula de sus metas y esta es la última")


def test_a_goal_of_another_entity_warns_that_its_indicator_may_be_confirmed_late() -> None:
    data = with_goals(demo_data())
    data = replace(data, goals=(replace(data.goals[0], entity="IDPAC"), data.goals[1]))

    (told,) = [one for one in checking.check(data) if "extemporáneo" in one.message]

    assert (told.column, told.severity) == ("entidad", checking.WARNING)
