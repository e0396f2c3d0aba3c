"""The responsibility matrix of the year: proposed, refused, reassigned, put in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.plan import House
from workflows.cycles import opening as cycles
from workflows.errors import InvalidSubmission
from workflows.forms.values import ROW_KEY
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Responsibility
from workflows.people import directory


@pytest.fixture
def prepared(house: House) -> House:
    """The case of 2018 is open: each entity is asked for its matrix."""
    house.clock.move_to(dt.datetime(2018, 7, 2, 14, tzinfo=dt.UTC))
    with house.database.unit_of_work() as session:
        cycles.open_due(session, house.engine)
    return house


def _task(house: House, element: str, **about: str) -> int:
    with house.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        found = [
            task.id
            for task in session.scalars(query)
            if all(task.variables.get(key) == value for key, value in about.items())
        ]
    assert len(found) == 1
    return found[0]


def _send(house: House, task_id: int, username: str, raw: dict[str, Any]) -> None:
    with house.database.unit_of_work() as session:
        house.forms.submit(session, house.engine, task_id, directory.actor(session, username), raw)


def _matrix(house: House, task_id: int, username: str, people: dict[str, str]) -> dict[str, Any]:
    with house.database.reading() as session:
        form = house.forms.open(session, house.engine, task_id, directory.actor(session, username))
        return {"matriz": [{ROW_KEY: row[ROW_KEY], **people} for row in form.shown["matriz"]]}


def _set(house: House, entity: str, liaison: str, people: dict[str, str]) -> None:
    task_id = _task(house, "establecer_responsables", entidad=entity)
    _send(house, task_id, liaison, _matrix(house, task_id, liaison, people))


SANDRA = {"reporta": "sruiz", "revisa": "rmora", "reemplazo": "ynino"}
YANETH = {"reporta": "ynino", "revisa": "rmora", "reemplazo": "sruiz"}


def test_nobody_reviews_or_replaces_themselves(prepared: House) -> None:
    task_id = _task(prepared, "establecer_responsables", entidad="IDPAC")
    raw = _matrix(prepared, task_id, "rmora", {"reporta": "sruiz", "revisa": "sruiz", "reemplazo": "rmora"})

    with pytest.raises(InvalidSubmission) as refused:
        _send(prepared, task_id, "rmora", raw)

    assert {error.path.split(".")[-1] for error in refused.value.errors} == {"revisa"}


def test_a_refused_responsibility_goes_to_somebody_else(prepared: House) -> None:
    _set(prepared, "SDG", "cvega", {"reporta": "dsuarez", "revisa": "cvega", "reemplazo": "lgomez"})
    _set(prepared, "DADEP", "bdiaz", {"reporta": "ocardenas", "revisa": "bdiaz", "reemplazo": "ebarrera"})
    _set(prepared, "IDPAC", "rmora", SANDRA)
    for username in ("dsuarez", "ocardenas"):
        task_id = _task(prepared, "aceptar_responsabilidad", responsable=username)
        _send(prepared, task_id, username, {"respuesta": "acepto"})
    refusal = _task(prepared, "aceptar_responsabilidad", responsable="sruiz")
    _send(prepared, refusal, "sruiz", {"respuesta": "no_acepto", "motivo": "Me trasladan en agosto."})

    again = _task(prepared, "reasignar_responsables", entidad="IDPAC")
    with pytest.raises(InvalidSubmission):
        _send(prepared, again, "rmora", _matrix(prepared, again, "rmora", SANDRA))
    _send(prepared, again, "rmora", _matrix(prepared, again, "rmora", YANETH))
    accepted = _task(prepared, "aceptar_responsabilidad", responsable="ynino")
    _send(prepared, accepted, "ynino", {"respuesta": "acepto"})

    with prepared.database.reading() as session:
        in_force = set(session.scalars(sa.select(Indicator.reports).where(Indicator.entity_code == "IDPAC")))
        assert in_force == {"ynino"}


def test_who_says_nothing_keeps_the_rows_and_it_shows(prepared: House) -> None:
    _set(prepared, "SDG", "cvega", {"reporta": "dsuarez", "revisa": "cvega", "reemplazo": "lgomez"})
    _set(prepared, "DADEP", "bdiaz", {"reporta": "ocardenas", "revisa": "bdiaz", "reemplazo": "ebarrera"})
    _set(prepared, "IDPAC", "rmora", SANDRA)

    prepared.clock.advance(dt.timedelta(days=12))
    prepared.play().tick()

    with prepared.database.reading() as session:
        assert set(session.scalars(sa.select(Responsibility.answer))) == {"sin_respuesta"}
        assert None not in set(session.scalars(sa.select(Responsibility.in_force_at)))
