"""A year planned by its entities, told of in the months, and closed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from engine.instances.models import Instance
from tests.integration.implementation.conftest import HEADS, LIAISONS, Office
from tests.support.plan import PLAN
from workflows.documents import versions
from workflows.errors import InvalidSubmission
from workflows.forms.models import ClosingItem
from workflows.forms.values import ROW_KEY
from workflows.implementation import goal_courses, years
from workflows.implementation.models import ActionPlan, LaggingGoal, YearDelivery
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.monitoring import facts
from workflows.monitoring.models import ActivityReport, BudgetReport
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan, Project, ProjectBudget

YEAR = {"vigencia": 2018}


def plan_year(office: Office, entity: str) -> None:
    office.robot("definir_plan_accion", LIAISONS[entity], entidad=entity)
    office.robot("aprobar_plan_accion", HEADS[entity], entidad=entity)
    office.robot("asignar_recursos", LIAISONS[entity], entidad=entity)
    office.robot("definir_estrategia", LIAISONS[entity], entidad=entity)


def planned(office: Office) -> Office:
    for entity in LIAISONS:
        plan_year(office, entity)
    return office


def raw_plan(office: Office, entity: str) -> dict[str, list[dict[str, object]]]:
    """What the robot would send."""
    from workflows.simulation.implementation_robots import _define

    form = office.open("definir_plan_accion", LIAISONS[entity], entidad=entity)
    return _define(office.house.play().robots, form, lambda _name, _content: 0)


def test_only_entities_with_projects_linked_to_the_plan_are_asked(office: Office) -> None:
    assert {one for one in office.waiting() if one.startswith("definir")} == {
        f"definir_plan_accion@{entity}" for entity in LIAISONS
    }


def test_what_is_proposed_adds_up(office: Office) -> None:
    rows = office.open("definir_plan_accion", "bdiaz", entidad="DADEP").shown["actividades"]

    weights: dict[str, Decimal] = {}
    for row in rows:
        weights[row["proyecto"]] = weights.get(row["proyecto"], Decimal(0)) + row["peso"]
    assert set(weights.values()) == {Decimal(100)}
    squares = next(row for row in rows if row["meta_pes"] == "IP-2.1.1")
    assert sum(squares[f"mes_{month}"] for month in range(1, 13)) == 700000


def test_weights_and_programming_that_do_not_add_up_are_refused(office: Office) -> None:
    raw = raw_plan(office, "DADEP")
    raw["actividades"][0]["peso"] = "1"
    place = next(at for at, row in enumerate(raw["actividades"]) if row["meta_pes"] == "IP-2.1.1")
    raw["actividades"][place]["mes_12"] = "1"

    with pytest.raises(InvalidSubmission) as refused:
        office.send("definir_plan_accion", "bdiaz", raw, entidad="DADEP")

    assert "suman" in refused.value.errors[0].message


def test_a_returned_action_plan_comes_back_as_it_was_with_the_reason(office: Office) -> None:
    office.robot("definir_plan_accion", "bdiaz", entidad="DADEP")
    office.send(
        "aprobar_plan_accion",
        HEADS["DADEP"],
        {"decision": "devuelto", "motivo": "Faltan los productos."},
        entidad="DADEP",
    )

    form = office.open("definir_plan_accion", "bdiaz", entidad="DADEP")

    assert form.panels[0].text == "Faltan los productos."
    assert all(row["actividad"] for row in form.shown["actividades"])
    office.robot("definir_plan_accion", "bdiaz", entidad="DADEP")
    office.robot("aprobar_plan_accion", HEADS["DADEP"], entidad="DADEP")
    assert "asignar_recursos@DADEP" in office.waiting()


def test_approved_plans_become_money_strategy_programme_and_a_document(office: Office) -> None:
    planned(office)

    with office.house.database.reading() as session:
        plans = years.of_year(session, PLAN, 2018)
        assert {plan.state for plan in plans} == {"aprobado"}
        assert all(plan.published_at and plan.allocations and plan.strategies for plan in plans)
        allocated = plans[0].allocations[0]
        budget = session.scalars(
            sa.select(ProjectBudget).where(ProjectBudget.project_id == allocated.project_id, ProjectBudget.year == 2018)
        ).one()
        assert budget.appropriation == allocated.amount / 1_000_000
        document = versions.find(session, PLAN, "plan_accion", "2018")
        assert document is not None
        content = versions.present(session, document).content
        assert [section["code"] for section in content["sections"]] == ["SDG", "IDPAC", "DADEP"]
        assert content["sections"][0]["tables"][0]["rows"]


def test_the_programme_of_the_year_is_seeded_in_whole_figures_that_reach_the_target(office: Office) -> None:
    planned(office)

    with office.house.database.reading() as session:
        sheets = {sheet.code: sheet for sheet in facts.sheets_of(session, session.get_one(Plan, PLAN)).values()}
        seeded = session.scalars(
            sa.select(Indicator.code).join(MonthTarget, MonthTarget.indicator_id == Indicator.id).distinct()
        ).all()
        assert "IP-2.1.1" in seeded
        for code in seeded:
            assert sheets[code].programmed(2018, 12) == sheets[code].target(2018)
        assert sheets["IP-1.1.2"].programmed(2018, 6) == 40  # 80 assistances a year


def test_the_month_asks_for_the_activities_and_keeps_what_was_done(office: Office) -> None:
    plan_year(office, "IDPAC")
    form = office.open("reportar_ejecucion", "sruiz", entidad="IDPAC", periodo="2018-06")
    assert form.shown["actividades"]

    office.robot("reportar_ejecucion", "sruiz", entidad="IDPAC", periodo="2018-06")

    with office.house.database.reading() as session:
        told = session.scalars(sa.select(ActivityReport)).all()
        assert len(told) == len(form.shown["actividades"])
        assert all(one.executed == 1 and one.delivery for one in told)


def test_the_goals_of_a_project_say_what_was_promised_and_done_once_it_is_endorsed(office: Office) -> None:
    plan_year(office, "IDPAC")
    office.robot("reportar_ejecucion", "sruiz", entidad="IDPAC", periodo="2018-06")

    with office.house.database.unit_of_work() as session:
        before = goal_courses.of_year(session, PLAN, 2018)
        for one in session.scalars(sa.select(ActivityReport)):
            one.state = MeasurementState.ENDORSED
        session.flush()
        after = goal_courses.of_year(session, PLAN, 2018)
        mine = [one for one in after if one.money.project.entity_code == "IDPAC" and one.goals]
        others = [one for one in after if one.money.project.entity_code != "IDPAC"]

    assert all(one.physical is None for one in before)
    assert mine
    for project in mine:
        assert project.coverage == 100
        assert project.physical is not None and 0 <= project.physical <= 100
        for goal in project.goals:
            assert goal.executed == {6: 1}
            assert goal.until == 6 and goal.done == 1
    assert all(goal.programmed == {} and goal.share is None for one in others for goal in one.goals)


def closing(office: Office) -> Office:
    """The year's message has come: it is January."""
    planned(office)
    office.house.clock.move_to(dt.datetime(2019, 1, 28, 14, tzinfo=dt.UTC))
    office.message("vigencia_cerrada", f"{PLAN}/2018", plan=PLAN, vigencia=2018)
    return office


def test_an_entity_closes_its_year_and_passes_on_what_it_did_not_reach(office: Office) -> None:
    closing(office)
    form = office.open("cerrar_vigencia_entidad", "bdiaz", entidad="DADEP")
    squares = next(row for row in form.shown["rezagadas"] if row[ROW_KEY] == "IP-2.1.1")
    lagging = [
        {ROW_KEY: row[ROW_KEY], "reprogramar": "no", "motivo": "Se atiende con lo ya programado."}
        for row in form.shown["rezagadas"]
    ]
    raw = {
        "entregas": [{ROW_KEY: row[ROW_KEY], "entrega": "Metros recuperados"} for row in form.shown["entregas"]],
        "reservas": [{ROW_KEY: row[ROW_KEY], "valor": "1.000"} for row in form.shown["reservas"]],
        "rezagadas": lagging,
    }
    chosen = next(row for row in lagging if row[ROW_KEY] == "IP-2.1.1")
    chosen |= {"reprogramar": "si", "valor": str(squares["lag"] + 1)}

    with pytest.raises(InvalidSubmission):
        office.send("cerrar_vigencia_entidad", "bdiaz", raw, entidad="DADEP")
    chosen["valor"] = "500"
    office.send("cerrar_vigencia_entidad", "bdiaz", raw, entidad="DADEP")

    with office.house.database.reading() as session:
        plan = years.find(session, PLAN, "DADEP", 2018)
        assert plan.closed_at is not None
        deliveries = session.scalars(sa.select(YearDelivery)).all()
        assert {one.reserve for one in deliveries} == {Decimal(1000)}
        passed = session.scalars(sa.select(LaggingGoal).where(LaggingGoal.rescheduled.is_not(None))).one()
        assert (passed.indicator.code, passed.rescheduled) == ("IP-2.1.1", Decimal(500))
        target = session.get(YearTarget, (passed.indicator_id, 2019))
        assert target is not None
        assert target.target == 600500


def test_the_year_closes_on_what_the_records_prove(office: Office) -> None:
    closing(office)
    for entity, liaison in LIAISONS.items():
        office.robot("cerrar_vigencia_entidad", liaison, entidad=entity)
    everything = [
        "planes_de_accion", "recursos", "estrategia", "ejecucion_con_entregas", "seguimiento_de_los_doce_meses",
        "reportes_radicados",
    ]  # fmt: skip

    with pytest.raises(InvalidSubmission) as refused:
        office.send("cerrar_vigencia", "amartinez", {"pasos": everything})
    assert {error.path for error in refused.value.errors} == {"pasos"}
    raw = {"pasos": everything[:4], "observaciones": "Diciembre no se ha cerrado."}
    office.send("cerrar_vigencia", "amartinez", raw)

    with office.house.database.reading() as session:
        items = {one.item: one for one in session.scalars(sa.select(ClosingItem))}
        assert {item for item, one in items.items() if one.ticked} == set(everything[:4])
        assert all(items[item].proof for item in everything[:4])
        case = session.scalars(sa.select(Instance).where(Instance.process_key == "f4_implementacion_anual")).one()
        assert case.state == "completed"


def test_the_money_of_a_year_begins_with_what_was_allocated(office: Office) -> None:
    plan_year(office, "IDPAC")

    rows = office.open("reportar_ejecucion", "sruiz", entidad="IDPAC", periodo="2018-06").shown["presupuesto"]

    with office.house.database.reading() as session:
        plan = years.find(session, PLAN, "IDPAC", 2018)
        money = {session.get_one(Project, one.project_id).code: one.amount for one in plan.allocations}
        reported = set(session.scalars(sa.select(BudgetReport.project_id)))
        unreported = [code for (code,) in session.execute(sa.select(Project.code).where(Project.id.not_in(reported)))]
        for row in rows:
            if row[ROW_KEY] in money and row[ROW_KEY] in unreported:
                assert row["apropiacion_vigente"] == money[row[ROW_KEY]]
        assert session.scalar(sa.select(sa.func.count()).select_from(ActionPlan)) == 3
