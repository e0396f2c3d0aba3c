"""A closing review shows the record behind each point, and no point is ticked without it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.identity import SYSTEM
from engine.instances import commands as instances
from engine.tasks.models import UserTask
from tests.support import diagrams
from tests.support.plan import MONTH, PLAN, House, build_house
from workflows import shipped
from workflows.errors import InvalidSubmission
from workflows.forms.closing import of_review
from workflows.people import directory

CLOSING = "cerrar_fase_6"
PROVED, UNPROVED = "cuellos_de_botella_y_planes_de_choque_cerrados", "evaluacion_del_pes"


@pytest.fixture
def reviewing(database: Database) -> House:
    """Phase 6 of a plan is being closed although its evaluation was never made."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    step = diagrams.user(CLOSING, form=CLOSING, role="coordinador_pes", registro=CLOSING)
    process = diagrams.process(
        "cierre", diagrams.start(), step, diagrams.end(), diagrams.chain("inicio", CLOSING, "fin")
    )
    with database.unit_of_work() as session:
        publishing.publish(session, house.engine, [process], shipped.shipped_forms(), actor=SYSTEM, reason="Prueba")
        instances.start(
            session,
            house.engine,
            "cierre",
            business_key="cierre",
            name="Cierre",
            scope=PLAN,
            tenant="GOB",
            variables={"plan": PLAN},
            actor=SYSTEM,
        )
    return house


def test_each_point_shows_its_record_or_that_there_is_none(reviewing: House) -> None:
    with reviewing.database.unit_of_work() as session:
        task, actor = _task(session)
        form = reviewing.forms.open(session, reviewing.engine, task.id, actor)

    labels = dict(form.options["pasos"])
    assert labels[PROVED].endswith("0 planes de choque, todos cerrados")
    assert labels[UNPROVED].endswith("sin registro todavía: no se puede marcar")
    (panel,) = form.panels
    assert ("Evaluación del PES", "Sin registro todavía") in panel.rows


def test_a_point_without_its_record_cannot_be_ticked(reviewing: House) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        _submit(reviewing, pasos=[PROVED, UNPROVED], observaciones="Todo listo.")

    (error,) = refused.value.errors
    assert error.path == "pasos"
    assert "«Evaluación del PES» no tiene el registro que lo prueba" in error.message
    with reviewing.database.reading() as session:
        assert of_review(session, PLAN, CLOSING) == []


def test_what_is_left_unticked_is_explained(reviewing: House) -> None:
    with pytest.raises(InvalidSubmission) as refused:
        _submit(reviewing, pasos=[PROVED], observaciones="")

    (error,) = refused.value.errors
    assert error.path == "observaciones"
    assert "Evaluación del PES" in error.message


def test_the_review_keeps_each_point_with_the_record_it_had(reviewing: House) -> None:
    _submit(reviewing, pasos=[PROVED], observaciones="El plan termina por empalme.")

    with reviewing.database.reading() as session:
        kept = {one.item: one for one in of_review(session, PLAN, CLOSING)}
        assert len(kept) == 6
        assert (kept[PROVED].ticked, bool(kept[PROVED].proof)) == (True, True)
        assert (kept[UNPROVED].ticked, kept[UNPROVED].proof) == (False, "")
        assert kept[UNPROVED].remarks == "El plan termina por empalme."


def _task(session):  # type: ignore[no-untyped-def]
    task = session.scalars(sa.select(UserTask).where(UserTask.element_id == CLOSING)).one()
    coordinator = directory.people_with(session, "coordinador_pes", "GOB")[0].username
    return task, directory.actor(session, coordinator)


def _submit(house: House, **raw: object) -> None:
    with house.database.unit_of_work() as session:
        task, actor = _task(session)
        house.forms.submit(session, house.engine, task.id, actor, raw)
