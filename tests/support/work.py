"""People and open tasks put straight into the tables, for tests of what reads them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from engine.definitions.models import Bundle
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask
from workflows.people import holdings
from workflows.people.models import Person, Role
from workflows.sectors import registry
from workflows.sectors.models import Entity

SECTOR = "GOB"
NOW = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)


def add_people(session: Session) -> None:
    """SDG with a coordinator (ana) and a liaison (carlos); IDPAC with two people who report (sandra, luis)."""
    session.add_all([Entity(code="SDG", name="Gobierno"), Entity(code="IDPAC", name="Participación")])
    session.flush()
    registry.link(
        session, registry.create(session, SECTOR, "Gobierno"), [("SDG", "cabeza_de_sector"), ("IDPAC", "adscrita")]
    )
    session.add_all(
        [
            Role(id="coordinador_pes", name="Coordinación", scope="sector"),
            Role(id="enlace_planeacion", name="Enlace", scope="entidad"),
            Role(id="responsable_meta", name="Responsable de meta", scope="entidad"),
        ]
    )
    session.flush()
    for username, entity, role in (
        ("ana", "SDG", "coordinador_pes"),
        ("carlos", "SDG", "enlace_planeacion"),
        ("sandra", "IDPAC", "responsable_meta"),
        ("luis", "IDPAC", "responsable_meta"),
    ):
        person = Person(username=username, name=username.title(), email=f"{username}@demo.example", entity_code=entity)
        session.add(person)
        holdings.hold(person, SECTOR, [role])


def add_task(
    session: Session,
    name: str,
    *,
    due_at: dt.datetime | None,
    created_at: dt.datetime = NOW,
    assignee: str | None = None,
    group: str | None = None,
    properties: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
) -> UserTask:
    """An open task in a case of its own."""
    key = uuid.uuid4().hex
    session.add(Bundle(sha256=key * 2, process_key="proceso", content=b"{}", created_at=created_at))
    session.flush()
    instance = Instance(
        process_key="proceso", bundle_sha256=key * 2, business_key=key, name="Seguimiento de junio de 2018",
        scope="PES-GOB", tenant=SECTOR, state="active", status=b"", lock_version=1,
        started_at=created_at, started_by="sistema",
    )  # fmt: skip
    session.add(instance)
    session.flush()
    task = UserTask(
        instance_id=instance.id, node_id=key, process_key="proceso", element_id=f"e{key[:8]}", name=name,
        properties=properties or {}, context={}, variables=variables or {}, state="open", assignee=assignee,
        created_at=created_at, due_at=due_at,
    )  # fmt: skip
    session.add(task)
    session.flush()
    if group:
        session.add(TaskCandidate(task_id=task.id, group_id=group, due_at=due_at))
    session.flush()
    return task
