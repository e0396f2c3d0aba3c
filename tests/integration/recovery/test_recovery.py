"""Recovery plans: asked for by a month, told of in the months, judged by the frozen figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import sweep
from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day
from workflows.cycles.models import Period
from workflows.errors import InvalidSubmission
from workflows.forms.values import ROW_KEY
from workflows.indicators.models import Indicator
from workflows.lifecycle import closed_cutoffs
from workflows.monitoring.models import Bottleneck, Figure, PeriodRow
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.recovery import opening, plans
from workflows.recovery.models import RecoveryPlan, RecoveryProgress

KILOMETRES = "IR-2.1"


def open_case(house: House, *, severity: str = "media") -> int:
    """A bottleneck of May in DADEP's kilometres, and the message that opens its recovery plan."""
    with house.database.unit_of_work() as session:
        indicator = session.scalars(sa.select(Indicator).where(Indicator.code == KILOMETRES)).one()
        period = session.scalars(sa.select(Period).where(Period.code == "2018-05")).one()
        bottleneck = Bottleneck(
            period_id=period.id, indicator_id=indicator.id, entity_code="DADEP", why="Va en rojo", cause="Contratación",
            proposed="plan_de_choque", measure="plan_de_choque", state="cuello", severity=severity,
        )  # fmt: skip
        session.add(bottleneck)
        session.flush()
        (message,) = opening.messages(session, house.engine, [bottleneck])
        (case,) = messages.send(
            session, house.engine, message["nombre"], message["clave"], message["variables"], actor=SYSTEM
        )
        return case


def send(house: House, element: str, username: str, raw: dict[str, Any]) -> None:
    with house.database.unit_of_work() as session:
        task = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        ).one()
        house.forms.submit(session, house.engine, task.id, directory.actor(session, username), raw)


def open_elements(house: House) -> list[str]:
    with house.database.reading() as session:
        query = sa.select(UserTask.element_id).where(UserTask.state == "open").order_by(UserTask.id)
        return list(session.scalars(query))


def the_plan(session: Session) -> RecoveryPlan:
    return session.scalars(sa.select(RecoveryPlan).order_by(RecoveryPlan.id).limit(1)).one()


def proposal(*, target: str = "20", until: str = "2018-08-15") -> dict[str, Any]:
    action = {"responsable": "ocardenas", "inicio": "2018-07-05", "fin": "2018-08-10", "producto": "Contrato firmado"}
    return {
        "problema": "Va en rojo",
        "causa_raiz": "La contratación se demora",
        "acciones": [{**action, "accion": "Firmar el contrato"}, {**action, "accion": "Recuperar dos ejes"}],
        "recursos": "El equipo del proyecto",
        "meta_recuperacion": target,
        "fecha_objetivo": until,
    }


def announced(house: House) -> int:
    """How many cases the calendar told that their cut-off is closed."""
    with house.database.unit_of_work() as session:
        return len(closed_cutoffs.announce_all(session, house.engine))


def freeze(house: House, code: str, color: str, executed: str, status: str = "reportado") -> None:
    """Close a month whose figures say this of the indicator."""
    with house.database.unit_of_work() as session:
        indicator = session.scalars(sa.select(Indicator).where(Indicator.code == KILOMETRES)).one()
        year, month = (int(part) for part in code.split("-"))
        period = Period(
            plan_code=PLAN, code=code, year=year, month=month, cutoff_on=dt.date(year, month, 28), state="cerrado"
        )
        session.add(period)
        session.flush()
        session.add(
            PeriodRow(
                period_id=period.id, indicator_id=indicator.id, entity_code="DADEP", reports="ocardenas", due=True
            )
        )
        session.add(
            Figure(
                period_id=period.id,
                level="indicador",
                code=KILOMETRES,
                color=color,
                executed=Decimal(executed),
                status=status,
                formula_version="1",
            )
        )


def declare(house: House) -> None:
    """Both actions were not finished; the responsible says so."""
    with house.database.reading() as session:
        rows = [{ROW_KEY: str(action.id)} for action in plans.actions(the_plan(session))]
    send(house, "ejecutar_plan_choque", "ocardenas", {"acciones": rows})


def test_a_message_opens_a_case_with_its_own_number(house: House) -> None:
    case = open_case(house)

    with house.database.reading() as session:
        instance = session.get_one(Instance, case)
        assert (instance.business_key, instance.name) == ("PES-GOB/pc/001", f"Plan de choque: {KILOMETRES}")
        assert the_plan(session).state == "por_formular"


def test_an_indicator_has_one_open_recovery_plan(house: House) -> None:
    open_case(house)

    with house.database.unit_of_work() as session:
        bottleneck = session.scalars(sa.select(Bottleneck)).one()
        assert opening.messages(session, house.engine, [bottleneck]) == []
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryPlan)) == 1


def test_what_is_returned_comes_back_with_its_reason_and_replaces_what_was_proposed(house: House) -> None:
    open_case(house)
    send(house, "formular_plan_choque", "ocardenas", proposal())

    send(house, "revisar_plan_choque", "bdiaz", {"decision": "devuelto", "motivo": "Falta la causa de fondo."})

    with house.database.reading() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.state == "open")).one()
        form = house.forms.open(session, house.engine, task.id, directory.actor(session, "ocardenas"))
        assert form.panels[0].text == "Falta la causa de fondo."
        assert form.shown["causa_raiz"] == "La contratación se demora"
    send(house, "formular_plan_choque", "ocardenas", {**proposal(), "causa_raiz": "Nadie hace seguimiento"})
    with house.database.reading() as session:
        plan = the_plan(session)
        assert (plan.state, plan.root_cause) == ("en_revision", "Nadie hace seguimiento")
        assert len(plan.actions) == 2


def test_severity_high_asks_for_the_coordinator(house: House) -> None:
    open_case(house, severity="alta")
    send(house, "formular_plan_choque", "ocardenas", proposal())
    send(house, "revisar_plan_choque", "bdiaz", {"decision": "conforme"})

    assert open_elements(house) == ["aprobar_plan_choque"]
    send(house, "aprobar_plan_choque", "amartinez", {"decision": "aprobado"})

    assert open_elements(house) == ["ejecutar_plan_choque"]
    with house.database.reading() as session:
        assert the_plan(session).state == "en_ejecucion"


def test_actions_end_before_the_indicator_must_be_back(house: House) -> None:
    open_case(house)

    with pytest.raises(InvalidSubmission) as refused:
        send(house, "formular_plan_choque", "ocardenas", proposal(until="2018-08-01"))

    paths = [error.path for error in refused.value.errors]
    assert paths == ["acciones.0.fin", "acciones.1.fin"]


def test_verification_waits_for_the_cut_off_after_the_target_day(house: House) -> None:
    open_case(house)
    send(house, "formular_plan_choque", "ocardenas", proposal())

    with house.database.reading() as session:
        assert the_plan(session).verify_cutoff == "2018-08"


def test_nothing_is_judged_by_figures_from_before_its_cut_off(house: House) -> None:
    running(house)
    freeze(house, "2018-06", "verde", "12")
    freeze(house, "2018-07", "verde", "14")
    declare(house)

    assert announced(house) == 0
    assert open_elements(house) == []

    freeze(house, "2018-08", "rojo", "14")
    assert announced(house) == 1
    assert open_elements(house) == ["escalar_plan_choque"]


def test_without_a_datum_of_its_own_there_it_waits_for_the_next_cut_off_once(house: House) -> None:
    running(house)
    declare(house)
    freeze(house, "2018-08", "gris", "14", status="sin_dato")
    assert announced(house) == 1
    with house.database.reading() as session:
        assert (the_plan(session).verify_cutoff, the_plan(session).state) == ("2018-09", "en_ejecucion")

    freeze(house, "2018-09", "gris", "14", status="arrastrado")
    assert announced(house) == 1

    assert open_elements(house) == ["escalar_plan_choque"]
    with house.database.reading() as session:
        assert the_plan(session).evidence.startswith("Sin dato propio en septiembre de 2018")


def test_a_cut_off_that_will_never_close_is_not_waited_for(house: House) -> None:
    running(house)
    freeze(house, "2018-06", "verde", "8")
    freeze(house, "2018-07", "verde", "21")
    declare(house)
    with house.database.unit_of_work() as session:
        session.get_one(Plan, PLAN).ends_on = day("2018-07-31")

    assert announced(house) == 1

    with house.database.reading() as session:
        assert the_plan(session).recovered is True


def test_green_twice_up_to_its_cut_off_is_a_recovery(house: House) -> None:
    running(house)
    freeze(house, "2018-07", "verde", "12")
    freeze(house, "2018-08", "verde", "14")
    declare(house)

    announced(house)

    assert open_elements(house) == ["verificar_eficacia"]
    send(house, "verificar_eficacia", "amartinez", {"eficaz": "si", "leccion": "Contratar antes."})
    with house.database.reading() as session:
        plan = the_plan(session)
        assert (plan.state, plan.recovered, plan.effective) == ("cerrado", True, True)
        assert plan.evidence == "En verde en julio de 2018 y agosto de 2018."
        acts = [entry.action for entry in plans.history(session, plan)]
        assert acts == ["formular", "revisar", "declarar", "evaluar", "verificar"]
        assert not plans.is_open_for(session, plan.indicator_id)


def test_green_once_is_not_enough_but_the_recovery_target_is(house: House) -> None:
    running(house, target="13")
    freeze(house, "2018-07", "rojo", "8")
    freeze(house, "2018-08", "amarillo", "13.5")
    declare(house)

    announced(house)

    with house.database.reading() as session:
        assert the_plan(session).recovered is True
        assert "meta de recuperación era 13" in the_plan(session).evidence


def test_a_plan_that_fails_is_extended_then_formulated_anew_then_closed(house: House) -> None:
    running(house)
    freeze(house, "2018-07", "verde", "8")
    freeze(house, "2018-08", "rojo", "9")
    declare(house)
    announced(house)
    assert open_elements(house) == ["escalar_plan_choque"]

    later = {"decision": "prorrogar", "argumento": "Falta poco.", "fecha_objetivo": "2018-10-31"}
    send(house, "escalar_plan_choque", "mlopez", later)
    with house.database.reading() as session:
        assert the_plan(session).verify_cutoff == "2018-10"
    house.clock.move_to(dt.datetime(2018, 11, 1, 14, tzinfo=dt.UTC))
    with house.database.unit_of_work() as session:
        sweep.fire_due_timers(session, house.engine)
    freeze(house, "2018-10", "rojo", "10")
    announced(house)
    send(house, "escalar_plan_choque", "mlopez", {"decision": "reformular", "argumento": "No era la causa."})

    again = proposal(until="2018-12-15")
    send(house, "formular_plan_choque", "ocardenas", again)
    with house.database.reading() as session:
        plan = the_plan(session)
        assert [(action.round, action.position) for action in plan.actions] == [(1, 0), (2, 0), (1, 1), (2, 1)]
    send(house, "revisar_plan_choque", "bdiaz", {"decision": "conforme"})
    declare(house)
    freeze(house, "2018-12", "rojo", "11")
    announced(house)
    send(house, "escalar_plan_choque", "mlopez", {"decision": "cerrar_sin_recuperar", "argumento": "Se acepta."})
    with pytest.raises(InvalidSubmission):
        send(house, "verificar_eficacia", "amartinez", {"eficaz": "si", "leccion": "Ninguna."})
    send(house, "verificar_eficacia", "amartinez", {"eficaz": "no", "leccion": "La causa era otra."})

    with house.database.reading() as session:
        assert (the_plan(session).state, the_plan(session).effective) == ("cerrado", False)
    assert open_elements(house) == []


def test_an_extension_does_not_go_beyond_the_plan(house: House) -> None:
    running(house)
    declare(house)
    freeze(house, "2018-08", "rojo", "9")
    announced(house)

    with pytest.raises(InvalidSubmission, match="corregir"):
        later = {"decision": "prorrogar", "argumento": "Falta poco.", "fecha_objetivo": "2021-01-31"}
        send(house, "escalar_plan_choque", "mlopez", later)


def test_the_month_asks_how_the_actions_go_and_keeps_the_answer(house: House) -> None:
    running(house)
    play = house.play()
    play.until(day("2018-07-20"))

    with house.database.reading() as session:
        told = session.scalars(sa.select(RecoveryProgress)).all()
        actions = plans.actions(the_plan(session))
        assert {one.action_id for one in told} >= {action.id for action in actions}
        assert {one.percentage for one in told} == {Decimal(40)}
        assert {action.percentage for action in actions} == {Decimal(40)}
        assert _told_in(session, actions[0].id) == ["2018-06"]


def test_a_month_with_recovery_measures_opens_their_cases(house: House) -> None:
    house.play().until(day("2018-07-31"))

    with house.database.reading() as session:
        decided = session.scalars(
            sa.select(Bottleneck.indicator_id).where(Bottleneck.measure == "plan_de_choque")
        ).all()
        begun = session.scalars(sa.select(RecoveryPlan)).all()
        cases = session.scalars(sa.select(Instance.business_key).where(Instance.process_key == "sub_plan_choque")).all()
        assert decided
        assert {plan.indicator_id for plan in begun} == set(decided)
        assert sorted(cases) == [f"PES-GOB/pc/{number:03}" for number in range(1, len(decided) + 1)]


def running(house: House, target: str = "20") -> None:
    """A recovery plan that everybody agreed with."""
    open_case(house)
    send(house, "formular_plan_choque", "ocardenas", proposal(target=target))
    send(house, "revisar_plan_choque", "bdiaz", {"decision": "conforme"})


def test_what_was_programmed_for_the_next_quarter_is_proposed_as_target(house: House) -> None:
    open_case(house)

    with house.database.reading() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.state == "open")).one()
        form = house.forms.open(session, house.engine, task.id, directory.actor(session, "ocardenas"))

    # 25 km in the year, programmed linearly: August is two thirds of them.
    assert form.shown["meta_recuperacion"] == Decimal("16.7")
    assert form.shown["causa_raiz"] == "Contratación"


def _told_in(session: Session, action_id: int) -> list[str]:
    """The months in which something was told of an action."""
    query = sa.select(Period.code).join(RecoveryProgress, RecoveryProgress.period_id == Period.id)
    return list(session.scalars(query.where(RecoveryProgress.action_id == action_id).order_by(Period.code)))
