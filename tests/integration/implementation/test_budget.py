"""Changes of a project's money during the year."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from engine.definitions import catalogue
from engine.instances.models import Instance
from tests.integration.implementation.conftest import Office
from tests.support.plan import PLAN
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.documents import files
from workflows.errors import InvalidSubmission
from workflows.forms.opening import OpenForm
from workflows.forms.submissions import DraftView
from workflows.implementation import budget
from workflows.implementation.models import BudgetModification
from workflows.monitoring.models import BudgetReport
from workflows.people import directory
from workflows.plan.models import Project
from workflows.spanish import number

PROJECT = "1065"


def begin(office: Office) -> int:
    about = {"plan": PLAN, "entidad": "DADEP", "proyecto": PROJECT, "vigencia": 2018}
    (case,) = office.message("modificacion_presupuestal", f"{PLAN}/{PROJECT}", **about)
    return case


def change(office: Office, **given: Any) -> dict[str, Any]:
    form = office.open("registrar_modificacion", "bdiaz")
    with office.house.database.unit_of_work() as session:
        act = files.store(
            session, office.house.clock, "bdiaz", "decreto.csv", b"decreto\n12\n", task_id=form.task.id
        ).id
    return {
        "proyecto": form.shown["proyecto"],
        "tipo": "reduccion",
        "valor": "1000000",
        "acto": "Decreto 12 de 2018",
        "fecha": "2018-06-29",
        "soporte": [act],
        "afecta_metas": "no",
    } | given


def money(office: Office) -> Decimal:
    with office.house.database.reading() as session:
        project = session.scalars(sa.select(Project).where(Project.code == PROJECT)).one()
        return budget.in_force(session, project.id, 2018) or Decimal(0)


def test_a_message_opens_the_case_of_a_change_with_its_number_in_the_year(office: Office) -> None:
    first, second = begin(office), begin(office)

    with office.house.database.reading() as session:
        keys = [session.get_one(Instance, case).business_key for case in (first, second)]
        assert keys == ["PES-GOB/f4m/2018-001", "PES-GOB/f4m/2018-002"]


def test_a_reduction_changes_the_appropriation_and_keeps_the_act(office: Office) -> None:
    before = money(office)
    begin(office)

    office.send("registrar_modificacion", "bdiaz", change(office))

    assert money(office) == before - 1_000_000
    with office.house.database.reading() as session:
        kept = session.scalars(sa.select(BudgetModification)).one()
        assert (kept.before, kept.after, kept.act) == (before, before - 1_000_000, "Decreto 12 de 2018")
        assert [file.name for file in kept.files] == ["decreto.csv"]
        (entry,) = auditing.of_object(session, budget.KIND, str(kept.id))
        assert entry.before == {"apropiacion": format(before, "f")}
        known = budget.of_year(session, PLAN, 2018, "DADEP")
        assert next(one for one in known if one.project.code == PROJECT).modifications == [kept]


def test_the_month_begins_with_the_modified_appropriation(office: Office) -> None:
    before = money(office)
    begin(office)
    office.send("registrar_modificacion", "bdiaz", change(office, tipo="adicion"))

    form = office.open("reportar_ejecucion", "ocardenas", entidad="DADEP", periodo="2018-06")

    row = next(row for row in form.shown["presupuesto"] if row["_fila"] == PROJECT)
    assert row["apropiacion_vigente"] == before + 1_000_000


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fecha": "2018-12-31"}, "fecha"),
        ({"valor": "-5"}, "valor"),
        ({"valor": "999.999.999.999.999"}, "valor"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(office: Office, given: dict[str, Any], field: str) -> None:
    begin(office)

    with pytest.raises(InvalidSubmission) as refused:
        office.send("registrar_modificacion", "bdiaz", change(office, **given))

    assert {error.path for error in refused.value.errors} == {field}


def test_a_change_that_touches_goals_asks_for_a_modification_of_the_plan(office: Office) -> None:
    begin(office)

    office.send("registrar_modificacion", "bdiaz", change(office, afecta_metas="si"))

    with office.house.database.reading() as session:
        asked = session.scalars(sa.select(Instance).where(Instance.process_key == "sub_modificacion_pes")).all()
        published = {key for key, _element in catalogue.start_events(session)}
        assert len(asked) == int("sub_modificacion_pes" in published)
        assert session.scalars(
            sa.select(Instance.state).where(Instance.process_key == "f4_modificacion_presupuestal")
        ).all() == ["completed"]


def report(office: Office, month: str, **typed: str) -> None:
    """The liaison of DADEP reports a month; of this project what is typed, of the others the month before."""
    form = office.open("reportar_ejecucion", "ocardenas", entidad="DADEP", periodo=month)
    rows = []
    for row in form.shown["presupuesto"]:
        mine = row["_fila"] == PROJECT
        money = {"compromisos": "0", "giros": "0", **(typed if mine else {})}
        rows.append({"_fila": row["_fila"], "apropiacion_vigente": str(row["apropiacion_vigente"] or 0), **money})
    office.send("reportar_ejecucion", "ocardenas", {"presupuesto": rows}, entidad="DADEP", periodo=month)


def refusals(office: Office, month: str, **typed: str) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refused:
        report(office, month, **typed)
    return {error.path.rpartition(".")[2]: error.message for error in refused.value.errors}


def test_money_is_checked_against_the_appropriation_and_the_usual_in_one_answer(office: Office) -> None:
    appropriation = money(office)

    told = refusals(office, "2018-06", apropiacion_vigente=str(appropriation + 1), giros="5")
    thousands = refusals(office, "2018-06", compromisos=str(int(appropriation / 2000)))
    too_much = refusals(office, "2018-06", compromisos=str(appropriation + 1))

    assert told.keys() == {"apropiacion_vigente", "giros"}
    assert "registre la modificación presupuestal" in told["apropiacion_vigente"]
    assert "¿están en pesos?" in thousands["motivo"]
    assert "no pueden superar la apropiación" in too_much["compromisos"]


def reported_in_may(office: Office) -> int:
    """Half of the appropriation of the project was committed and paid by May; how much that is."""
    half = int(money(office) / 2)
    with office.house.database.unit_of_work() as session:
        may = session.scalars(sa.select(Period).where(Period.plan_code == PLAN, Period.code == "2018-05")).one()
        project = session.scalars(sa.select(Project).where(Project.code == PROJECT)).one()
        session.add(
            BudgetReport(
                period_id=may.id, project_id=project.id, appropriation=half * 2, commitments=half, payments=half,
                reported_by="bdiaz", reported_at=office.house.clock.now(),
            )
        )  # fmt: skip
    return half


def while_typing(office: Office, form: OpenForm, **typed: str) -> tuple[DraftView, str]:
    """What the page is told of what is typed of the project, and the path of its row."""
    rows = [row | typed if row["_fila"] == PROJECT else row for row in form.shown["presupuesto"]]
    (place,) = (place for place, row in enumerate(rows) if row["_fila"] == PROJECT)
    with office.house.database.reading() as session:
        actor = directory.actor(session, "ocardenas")
        raw = {"presupuesto": rows}
        view = office.house.forms.view_draft(session, office.house.engine, form.task.id, actor, raw)
    return view, f"presupuesto.{place}"


def test_money_that_falls_is_asked_about_below_its_row_while_one_types(office: Office) -> None:
    # Given what was committed by May, which stands under the field
    half = reported_in_may(office)
    form = office.open("reportar_ejecucion", "ocardenas", entidad="DADEP", periodo="2018-06")

    # When somebody types the usual, less than that, and less with its reason
    usual, row = while_typing(office, form, compromisos=str(half), giros=str(half))
    falls, _ = while_typing(office, form, compromisos=str(half // 100), giros="0")
    told, _ = while_typing(office, form, compromisos=str(half // 100), giros="0", motivo="Se liberó un contrato.")
    begun, _ = while_typing(office, form, compromisos="", giros="abc")

    # Then a reason is asked for where it falls alone, and goes on being shown once it is given
    assert form.prefill.hints[f"{row}.compromisos"] == f"pesos; mayo: {number(Decimal(half))}"
    assert f"{row}.motivo" in usual.hidden and usual.standings[row].words == "Lista"
    assert f"{row}.motivo" not in falls.hidden and falls.standings[row].words == "Por confirmar"
    assert f"{row}.motivo" not in told.hidden and told.standings[row].words == "Lista"
    assert f"{row}.motivo" in begun.hidden and begun.standings[row].words == "Faltan giros y compromisos"


def test_money_that_falls_is_explained_and_the_reason_is_kept(office: Office) -> None:
    half = reported_in_may(office)
    before = refusals(office, "2018-06", compromisos=str(half // 100), giros="0")

    report(office, "2018-06", compromisos=str(half // 100), giros="0", motivo="Se liberó un contrato.")

    assert "bajan de" in before["motivo"]
    with office.house.database.reading() as session:
        kept = session.scalars(sa.select(BudgetReport).where(BudgetReport.reason != "")).one()
        assert (kept.reason, kept.commitments) == ("Se liberó un contrato.", half // 100)
