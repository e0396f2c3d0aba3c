"""Changes of a plan in force: minor, major, returned, denied; what is open or frozen stays."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import NotAllowed
from engine.instances import messages
from engine.instances.models import Instance
from notifications.models import OutboxMessage
from tests.integration.approvals.conftest import COORDINATOR, Office
from tests.support.plan import PLAN
from workflows.approvals import printing
from workflows.approvals.models import AdministrativeAct, Modification, ModificationChange, PlanVersion
from workflows.auditing.models import AuditEntry
from workflows.documents import versions
from workflows.errors import InvalidSubmission
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.monitoring import figures, periods
from workflows.monitoring.models import PeriodRow
from workflows.plan.models import Plan
from workflows.simulation.robots import Robots

CODE = "IP-1.2.2"
MONTHS = "0; 0; 0; 0; 0; 0; 0; 4.000; 4.000; 4.000; 4.000; 4.000"


def _ask(office: Office) -> int:
    with office.house.database.unit_of_work() as session:
        reached = messages.send(
            session, office.house.engine, "solicitud_modificacion", PLAN, {"plan": PLAN}, actor=COORDINATOR
        )
    return reached[0]


def _request(office: Office, objects: list[str], **changes: str) -> None:
    raw = {
        "objeto": objects,
        "cambios": [{"elemento": path.replace("__", "/"), "despues": after} for path, after in changes.items()],
        "justificacion": "Cambió el cronograma de las obras.",
        "soporte": [office.upload("formular_modificacion", "amartinez")],
    }
    office.send("formular_modificacion", "amartinez", raw)


def _path(*parts: str) -> str:
    return "__".join(("indicador", CODE, *parts))


def _refused(office: Office, objects: list[str], **changes: str) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refused:
        _request(office, objects, **changes)
    return {error.path: error.message for error in refused.value.errors}


def _concept(office: Office, concept: str) -> None:
    office.send("emitir_concepto", "jrojas", {"concepto": concept, "argumento": "Revisado con la entidad."})


def _modification(office: Office) -> Modification:
    with office.house.database.reading() as session:
        return session.scalars(sa.select(Modification)).one()


def _target(office: Office, year: int) -> Any:
    with office.house.database.reading() as session:
        query = sa.select(YearTarget.target).join(Indicator, Indicator.id == YearTarget.indicator_id)
        return session.scalar(query.where(Indicator.code == CODE, YearTarget.year == year))


def test_a_minor_change_counts_from_the_next_month_that_opens(running: Office) -> None:
    case = _ask(running)
    with running.house.database.reading() as session:
        may = figures.as_json(figures.of_period(session, PLAN, "2018-05"))
        june = {row.indicator_id: row.programmed_to_date for row in _rows(session, "2018-06")}

    form = running.form("formular_modificacion", "amartinez")
    assert (f"indicador/{CODE}/meta/2017") not in dict(form.options["cambios.elemento"])
    _request(running, ["programacion"], **{_path("programacion", "2018"): MONTHS})
    _concept(running, "menor")
    running.send("aprobar_modificacion", "mlopez", {"decision": "aprobada"})

    assert running.state_of(case) == "completed"
    with running.house.database.reading() as session:
        assert session.get_one(Instance, case).business_key == f"{PLAN}/mod/001"
        plan = session.get_one(Plan, PLAN)
        done = session.scalars(sa.select(Modification)).one()
        assert (done.state, done.plan_version, done.valid_from) == ("aplicada", plan.version, "2018-07")
        assert session.get_one(PlanVersion, (PLAN, plan.version)).modification_id == done.id
        stored = session.scalars(
            sa.select(MonthTarget.programmed)
            .join(Indicator, Indicator.id == MonthTarget.indicator_id)
            .where(Indicator.code == CODE, MonthTarget.year == 2018)
            .order_by(MonthTarget.month)
        ).all()
        assert [int(value) for value in stored] == [0] * 7 + [4000] * 5

        assert figures.as_json(figures.of_period(session, PLAN, "2018-05")) == may
        assert {row.indicator_id: row.programmed_to_date for row in _rows(session, "2018-06")} == june

    running.play("2018-08-02")
    with running.house.database.reading() as session:
        code = {row.id: row.code for row in session.scalars(sa.select(Indicator))}
        july = {code[row.indicator_id]: row.programmed_to_date for row in _rows(session, "2018-07")}
        assert july[CODE] == 0


def _rows(session: Any, period: str) -> list[PeriodRow]:
    found = periods.find(session, PLAN, period)
    return list(session.scalars(sa.select(PeriodRow).where(PeriodRow.period_id == found.id)))


def test_what_cannot_be_applied_is_refused_at_its_field(running: Office) -> None:
    _ask(running)

    unticked = _refused(running, ["meta"], **{_path("programacion", "2018"): MONTHS})
    assert "Programación" in unticked["cambios.0.elemento"]
    assert "meta" in unticked["objeto"]
    short = _refused(running, ["programacion"], **{_path("programacion", "2018"): "1; 2; 3"})
    assert "doce meses" in short["cambios.0.despues"]
    gap = _refused(running, ["programacion"], **{_path("programacion", "2018"): MONTHS.replace("4.000", "1.000")})
    assert "llega a 5.000" in gap["cambios.0.despues"]
    nobody = _refused(running, ["responsable"], **{_path("reporta"): "Nadie Conocido"})
    assert "Nadie Conocido" in nobody["cambios.0.despues"]
    same = _refused(running, ["meta"], **{_path("meta", "2019"): _present(running, "meta", "2019")})
    assert "Quedaría como está" in same["cambios.0.despues"]


def _present(office: Office, *parts: str) -> str:
    from workflows.approvals import elements

    with office.house.database.reading() as session:
        return elements.present(session, PLAN, "/".join(("indicador", CODE, *parts)))


def test_a_target_is_no_minor_change_and_whoever_asks_does_not_judge(running: Office) -> None:
    _ask(running)
    _request(running, ["meta"], **{_path("meta", "2019"): "25.000"})

    with pytest.raises(InvalidSubmission):
        _concept(running, "menor")
    with pytest.raises(NotAllowed):
        running.send("emitir_concepto", "amartinez", {"concepto": "mayor", "argumento": "Sí."})

    assert _modification(running).state == "solicitada"


def test_a_returned_change_comes_back_with_its_rows_and_the_reason(running: Office) -> None:
    _ask(running)
    _request(running, ["programacion"], **{_path("programacion", "2018"): MONTHS})
    _concept(running, "menor")
    running.send("aprobar_modificacion", "mlopez", {"decision": "devuelta", "motivo": "Falta el acta."})

    form = running.form("formular_modificacion", "amartinez")

    assert form.shown["cambios"][0]["despues"] == MONTHS
    assert form.panels[0].text == "Falta el acta."
    with running.house.database.reading() as session:
        assert session.get_one(Plan, PLAN).version == 1


def test_a_denied_change_leaves_the_plan_and_keeps_its_reason(running: Office) -> None:
    case, before = _ask(running), _target(running, 2019)
    _request(running, ["meta"], **{_path("meta", "2019"): "25.000"})
    _concept(running, "desfavorable")

    assert running.state_of(case) == "completed"
    assert _target(running, 2019) == before
    denied = _modification(running)
    assert (denied.state, denied.reason) == ("negada", "Revisado con la entidad.")
    with running.house.database.reading() as session:
        acts = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_kind == "modificacion"))
        assert list(acts) == ["solicitar_modificacion", "conceptuar_modificacion", "negar_modificacion"]
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "modificacion_negada")).one()
        assert mail.recipient == "amartinez"
        assert "Revisado con la entidad." in mail.text and "25.000" in mail.html


def test_a_major_change_is_approved_and_adopted_like_the_plan(unfollowed: Office) -> None:
    case = _ask(unfollowed)
    _request(unfollowed, ["meta"], **{_path("meta", "2019"): "25.000"})
    _concept(unfollowed, "mayor")
    assert _target(unfollowed, 2019) != 25000

    unfollowed.play("2018-09-28")

    assert unfollowed.state_of(case) == "completed"
    assert _target(unfollowed, 2019) == 25000
    with unfollowed.house.database.reading() as session:
        act = session.scalars(sa.select(AdministrativeAct)).one()
        plan = session.get_one(Plan, PLAN)
        version = session.get_one(PlanVersion, (PLAN, plan.version))
        assert (act.mode, act.state, version.act_id) == ("modificacion", "numerado", act.id)
        assert printing.act_page(session, act).facts[0] == ("Por la cual se modifica", plan.name)
        assert act.articles.startswith(f"Artículo 1. Modificación. Modificar el «{plan.name}»")
        assert plan.adoption_act["number"] == "0000-DEMO"
        change = session.scalars(sa.select(ModificationChange)).one()
        document = versions.find(session, PLAN, "modificacion", "001")
        assert (
            document is not None and change.after in versions.present(session, document).content["sections"][1]["text"]
        )
        pes = versions.find(session, PLAN, "pes")
        assert pes is not None
        assert versions.present(session, pes).content["sections"][-1]["code"] == "M1"


def test_a_robot_asks_for_a_change_that_robots_carry_to_its_end(unfollowed: Office) -> None:
    _ask(unfollowed)
    assert isinstance(unfollowed.house.play().robots, Robots)

    unfollowed.play("2018-09-28")

    assert _modification(unfollowed).state == "aplicada"
