"""Money and activities of a month go back and come again row by row, as figures do."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day, once
from workflows.auditing import recording as auditing
from workflows.errors import InvalidSubmission
from workflows.evaluation import tables
from workflows.forms.handlers import ROW_KEY
from workflows.forms.opening import OpenForm
from workflows.monitoring import execution_rows, periods, returning, sign_offs
from workflows.monitoring.models import BudgetReport, EntityReport
from workflows.people import directory
from workflows.plan.models import Project

JUNE = "2018-06"
WHY = "Los giros no coinciden con los de tesorería."


@pytest.fixture
def sent(open_month: House) -> House:
    """DADEP has sent its rows and its money; its liaison has not looked."""
    return once(open_month, "DADEP has sent June", lambda: [robot(open_month, one) for one in SENDING])


SENDING = ("reportar_avance", "reportar_ejecucion")


def task(house: House, element: str) -> UserTask | None:
    with house.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        return next((one for one in session.scalars(query) if one.variables["entidad"] == "DADEP"), None)


def robot(house: House, element: str) -> None:
    found = task(house, element)
    assert found is not None
    assert house.play().work(found.id)


def form_of(house: House, element: str, username: str) -> OpenForm:
    found = task(house, element)
    assert found is not None
    with house.database.reading() as session:
        return house.forms.open(session, house.engine, found.id, directory.actor(session, username))


def send(house: House, element: str, username: str, raw: dict[str, Any]) -> int:
    found = task(house, element)
    assert found is not None
    with house.database.unit_of_work() as session:
        house.forms.submit(session, house.engine, found.id, directory.actor(session, username), raw)
    return found.id


def return_first_project(house: House) -> int:
    form = form_of(house, "validar_reporte", "bdiaz")
    raw: dict[str, Any] = {
        table: [{ROW_KEY: row[ROW_KEY], "decision": "valida"} for row in form.shown[table]]
        for table in ("validacion", "presupuesto", "actividades")
    }
    raw["presupuesto"][0] |= {"decision": "devuelta", "motivo": WHY}
    return send(house, "validar_reporte", "bdiaz", raw)


def states(house: House) -> list[str]:
    with house.database.reading() as session:
        return [one.state.value for one in execution_rows.money(session, periods.find(session, PLAN, JUNE), "DADEP")]


def test_only_the_returned_project_comes_back_to_who_reported_it_with_the_reason(sent: House) -> None:
    before = states(sent)

    signed = return_first_project(sent)

    form = form_of(sent, "corregir_ejecucion", "ocardenas")
    assert set(before) == {"enviado"}
    assert states(sent) == ["devuelto", *["validado"] * (len(before) - 1)]
    assert form.prefill.notes == {"presupuesto.0": f"Devuelta: {WHY}"}
    assert form.prefill.locked >= {f"presupuesto.{place}" for place in range(1, len(before))}
    assert task(sent, "corregir_avance") is None
    with sent.database.reading() as session:
        report = session.scalars(sa.select(EntityReport).where(EntityReport.entity_code == "DADEP")).one()
        assert (report.state, report.times_returned) == ("devuelto", 1)
        assert returning.execution_reasons(session, PLAN, JUNE, "DADEP")[0][1] == WHY
        entries = auditing.of_object(session, execution_rows.KIND, f"{PLAN}/{JUNE}/DADEP")
        assert [entry.reason for entry in entries] == [WHY]
        kept = sign_offs.of_task(session, signed)
        assert kept is not None
        assert kept.content["tablas"][0]["filas"][0][-1] == f"Devuelta: {WHY}"


def test_a_project_that_came_back_is_ready_once_something_in_it_changed(sent: House) -> None:
    return_first_project(sent)
    found = task(sent, "corregir_ejecucion")
    assert found is not None
    untouched = form_of(sent, "corregir_ejecucion", "ocardenas")
    rows = [
        {ROW_KEY: row[ROW_KEY], **{key: str(row[key]) for key in ("apropiacion_vigente", "compromisos", "giros")}}
        for row in untouched.shown["presupuesto"]
    ]

    with sent.database.reading() as session:
        actor = directory.actor(session, "ocardenas")
        same = sent.forms.view_draft(session, sent.engine, found.id, actor, {"presupuesto": rows})
        rows[0]["motivo"] = "El valor es el de la ejecución de junio, con el soporte de siempre."
        explained = sent.forms.view_draft(session, sent.engine, found.id, actor, {"presupuesto": rows})
        rows[0]["giros"] = "7"
        changed = sent.forms.view_draft(session, sent.engine, found.id, actor, {"presupuesto": rows})

    told = [one.standings["presupuesto.0"].words for one in (untouched, same, explained, changed)]
    assert told[:3] == ["Devuelta: falta corregir", "Devuelta: falta corregir", "Lista"]
    assert not told[3].startswith("Devuelta")
    assert "presupuesto.0.motivo" not in untouched.hidden  # kept as it is, it has a place to say why
    assert "presupuesto.1.motivo" in untouched.hidden


def test_a_project_of_which_nothing_was_told_yet_is_unfilled_and_not_wrong(open_month: House) -> None:
    form = form_of(open_month, "reportar_ejecucion", "ocardenas")

    assert form.shown["presupuesto"][0]["apropiacion_vigente"]
    assert form.standings["presupuesto.0"].words == "Sin llenar"


def test_a_corrected_project_is_judged_again_and_counts_once_the_head_endorses_it(sent: House) -> None:
    return_first_project(sent)
    robot(sent, "corregir_ejecucion")
    waiting = form_of(sent, "validar_reporte", "bdiaz").shown
    robot(sent, "validar_reporte")
    with sent.database.reading() as session:
        uncounted = tables.money(session, PLAN, JUNE, "DADEP").rows

    robot(sent, "avalar_reporte")

    assert (len(waiting["validacion"]), len(waiting["presupuesto"])) == (0, 1)
    assert uncounted == ()
    assert set(states(sent)) == {"avalado"}
    with sent.database.reading() as session:
        assert len(tables.money(session, PLAN, JUNE, "DADEP").rows) == 1


def test_what_was_accepted_is_not_written_again_by_a_correction(sent: House) -> None:
    return_first_project(sent)
    rows = form_of(sent, "corregir_ejecucion", "ocardenas").shown["presupuesto"]
    raw = [
        {ROW_KEY: row[ROW_KEY], "apropiacion_vigente": str(row["apropiacion_vigente"]), "compromisos": "7",
         "giros": "7", "motivo": "Así cerró el mes."}
        for row in rows
    ]  # fmt: skip

    send(sent, "corregir_ejecucion", "ocardenas", {"presupuesto": raw})

    with sent.database.reading() as session:
        kept = session.execute(
            sa.select(Project.code, BudgetReport.commitments).join(Project, Project.id == BudgetReport.project_id)
        ).all()
        assert [row.code for row in kept if row.commitments == 7] == [rows[0][ROW_KEY]]


def test_the_head_gives_one_project_back_to_the_liaison_with_its_reason(sent: House) -> None:
    robot(sent, "validar_reporte")
    rows = form_of(sent, "avalar_reporte", "ftorres").shown["devueltas"]
    (place,) = [at for at, row in enumerate(rows) if row["codigo"] == "Presupuesto"][:1]
    raw: list[dict[str, Any]] = [{ROW_KEY: row[ROW_KEY], "devolver": ""} for row in rows]
    raw[place] |= {"devolver": "on", "motivo_fila": WHY}

    send(sent, "avalar_reporte", "ftorres", {"decision": "devuelvo", "devueltas": raw})

    shown = form_of(sent, "validar_reporte", "bdiaz").shown
    assert shown["validacion"] == []
    assert [(row["decision"], row["motivo"]) for row in shown["presupuesto"]] == [("devuelta", WHY)]


def test_a_returned_project_without_a_reason_is_refused(sent: House) -> None:
    shown = form_of(sent, "validar_reporte", "bdiaz").shown
    raw = {
        table: [{ROW_KEY: row[ROW_KEY], "decision": "devuelta" if table == "presupuesto" else "valida"} for row in rows]
        for table, rows in shown.items()
        if table in ("validacion", "presupuesto", "actividades")
    }

    with pytest.raises(InvalidSubmission) as refused:
        send(sent, "validar_reporte", "bdiaz", raw)

    assert {error.path for error in refused.value.errors} >= {"presupuesto.0.motivo"}


def test_money_that_nobody_sent_is_asked_for_in_the_late_case_though_the_figures_are_endorsed(
    open_month: House,
) -> None:
    robot(open_month, "reportar_avance")

    play = open_month.play()
    play.robots.not_before = lambda name, _variables: (
        day("2018-12-31") if name == "reportar_ejecucion" else day("2018-07-01")
    )
    play.until(day("2018-07-13"))

    with open_month.database.reading() as session:
        report = session.scalars(sa.select(EntityReport).where(EntityReport.entity_code == "DADEP")).one()
        assert report.state == "avalado_en_parte"
        assert report.late_instance_id is not None
