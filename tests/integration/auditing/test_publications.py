"""Whatever is published stands in the *bitácora*, whichever way it came, and with what it was before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.identity import SYSTEM, Actor
from tests.support import trail
from tests.support.web import Site, build_template, making
from workflows.assembly import process_engine
from workflows.auditing import chain, recording
from workflows.auditing.models import AuditEntry
from workflows.sectors.models import Entity
from workflows.shipped import shipped_diagrams, shipped_forms


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for make in making(build_template(tmp_path), tmp_path):
        yield make()


def _told(database: Database, kind: str) -> list[AuditEntry]:
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "publicar", AuditEntry.object_kind == kind)
        return list(session.scalars(query.order_by(AuditEntry.id)))


def test_each_version_of_a_diagram_or_form_leaves_its_entry_in_its_own_transaction(
    database: Database, clock: VirtualClock
) -> None:
    # Given what Cauce comes with
    engine, forms = process_engine(clock), shipped_forms()
    with database.unit_of_work() as session:
        publishing.publish(session, engine, shipped_diagrams(), forms, actor=SYSTEM, reason="Primera")
    first = {kind: len(_told(database, kind)) for kind in ("proceso", "formulario")}

    # When one form changes
    key, schema = next(iter(forms.items()))
    with database.unit_of_work() as session:
        changed = {key: {**schema, "name": "Otro nombre"}}
        publishing.publish(session, engine, [], changed, actor=Actor("ana"), reason="Se llama así.")

    # Then it stands there once, with who, why and what it was; and the chain takes it
    assert first == {"proceso": len(shipped_diagrams()), "formulario": len(forms)}
    last = _told(database, "formulario")[-1]
    assert (last.actor_id, last.object_id, last.reason) == ("ana", key, "Se llama así.")
    assert last.before == {"version": 1} and last.after["version"] == 2 and len(last.after["sha256"]) == 64
    with database.unit_of_work() as session:
        while chain.extend(session, clock):
            pass
        assert list(chain.verify(session)) == []


def test_every_table_that_is_no_rule_is_there_and_says_why() -> None:
    assert all(trail.NO_RULES.values())
    assert not trail.rules() & trail.NO_RULES.keys()
    assert {"person_role", "role", "local_holiday", "form_version", "process_version", "api_token"} <= trail.rules()


def test_a_rule_that_a_page_changes_without_a_word_is_noticed(site: Site, changes_of_rules: list[str]) -> None:
    with site.app.test_request_context("/sectores/", method="POST"):
        with site.application.database.unit_of_work() as session:
            session.add(Entity(code="CALLADA", name="La que nadie anotó"))
        with site.application.database.unit_of_work() as session:
            entity = session.get_one(Entity, "CALLADA")
            entity.name = "Otra"
            recording.record(session, site.clock, Actor("ana"), "cambiar_entidad", ("entidad", "CALLADA"))

    told = list(changes_of_rules)
    changes_of_rules.clear()

    assert told == ["POST sectors.create: entity", "POST sectors.create: entity as it was before"]
