"""Two users of one person become one: all that waits for the one that goes waits for the other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.integration.web.test_task import task_of
from tests.support.web import Site, making
from workflows.auditing.models import AuditEntry
from workflows.documents.models import DocumentSection, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.errors import Conflict
from workflows.forms.models import FormDraft
from workflows.formulation.models import Assignment
from workflows.implementation.models import ActionPlan, FollowUpStrategy
from workflows.indicators.models import Indicator
from workflows.lifecycle import answering, merging
from workflows.people.directory import actor
from workflows.people.models import Person
from workflows.plan.models import Project
from workflows.recovery.models import RecoveryPlan
from workflows.recovery.states import RecoveryState

PLAN, GONE, STAYS, LATER = "PES-GOB", "sruiz", "sandra", dt.date(2019, 6, 30)
PARENTS = {"action_plan_id": 9001, "recovery_plan_id": 9002, "document_id": 9003}


@pytest.fixture(scope="module")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of which every test takes back what it did."""
    for make in making(template, tmp_path_factory.mktemp("joining")):
        yield make(demo=False)


@pytest.fixture
def session(shared: Site) -> Iterator[Session]:
    """Somebody is in Cauce twice; what hangs over the rows of a test is there too."""
    with shared.application.database.unit_of_work() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))  # nothing of this is ever committed
        session.add(Person(username=STAYS, name="Sandra R.", email="s@idpac.gov.co", entity_code="IDPAC"))
        indicator = session.scalars(sa.select(Indicator).order_by(Indicator.id)).first()
        assert indicator is not None
        session.add_all(
            [
                ActionPlan(id=9001, plan_code=PLAN, entity_code="IDPAC", year=2019, instance_id=1),
                RecoveryPlan(
                    id=9002, plan_code=PLAN, indicator_id=indicator.id, entity_code="IDPAC", since_period="2018-05",
                    state=RecoveryState.RUNNING,
                    opened_at=shared.clock.now(),
                ),
                PlanDocument(id=9003, plan_code=PLAN, kind=DocumentKind.PES, key="x", title="Plan"),
            ]
        )  # fmt: skip
        session.flush()
        yield session
        session.rollback()


def row_of(session: Session, kind: answering.Kind, **who: str) -> Any:
    """A row of a kind in which these people stand; the rest is any words."""
    columns = kind.model.__table__.c
    if kind.model is Indicator:
        found = session.scalars(sa.select(Indicator).order_by(Indicator.id)).first()
        assert found is not None
        found.reports = found.reviews = found.substitute = None
        for name, username in who.items():
            setattr(found, name, username)
        session.flush()
        return found
    words: dict[type, Any] = {str: "Algo", int: 1, dt.date: LATER, Decimal: Decimal(1), bool: False}
    needed = [one for one in columns if not (one.nullable or one.primary_key or one.default is not None)]
    values = {one.name: words.get(one.type.python_type, Decimal(1)) for one in needed}
    values |= {name: PARENTS[name] for name in PARENTS if name in columns}
    values |= {"plan_code": PLAN} if "plan_code" in columns else {}
    if "project_id" in columns:
        values["project_id"] = session.scalars(sa.select(sa.func.min(Project.id))).one()
    values |= {name: "rmora" for name in kind.columns if name in values} | who
    row = kind.model(**values)
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize("kind", answering.KINDS, ids=lambda kind: kind.title)
def test_what_one_answers_for_passes_to_the_user_that_goes_on_and_the_trail_tells_it(
    shared: Site, session: Session, kind: answering.Kind
) -> None:
    first = kind.columns[0]
    row = row_of(session, kind, **{first: GONE})

    done = merging.merge(
        session, shared.application.engine, shared.application.forms, GONE, STAYS, actor=actor(session, "admin")
    )

    assert getattr(row, first) == STAYS and kind.words(row) in done.duties[kind.title]
    assert not list(answering.of_person(session, GONE, [PLAN], dt.date(2018, 7, 6)))
    told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "unir_personas")).all()
    assert len(told) == 2 and all(kind.words(row) in one.after["responde"][kind.title] for one in told)


@pytest.mark.parametrize(("model", "first", "second"), [
    (Indicator, "reports", "substitute"), (Assignment, "responsible", "support"),
    (DocumentSection, "responsible", "support"),
])  # fmt: skip
def test_nobody_stands_in_for_themselves_afterwards(
    shared: Site, session: Session, model: Any, first: str, second: str
) -> None:
    kind = next(one for one in answering.KINDS if one.model is model)
    row = row_of(session, kind, **{first: STAYS, second: GONE})

    merging.merge(
        session, shared.application.engine, shared.application.forms, GONE, STAYS, actor=actor(session, "admin")
    )

    assert (getattr(row, first), getattr(row, second)) == (STAYS, None)


def test_two_that_report_and_review_the_same_are_not_joined(shared: Site, session: Session) -> None:
    kind = next(one for one in answering.KINDS if one.model is FollowUpStrategy)
    row = row_of(session, kind, reports=GONE, reviews=STAYS)

    with pytest.raises(Conflict, match=re.escape(f"{kind.words(row)}, quedaría reportando y revisando lo mismo")):
        merging.merge(
            session, shared.application.engine, shared.application.forms, GONE, STAYS, actor=actor(session, "admin")
        )


def test_what_was_typed_goes_on_with_the_task(make_site: Any) -> None:
    # Given a report that somebody began, and their other user
    site = make_site()
    with site.application.database.unit_of_work() as session:
        session.add(Person(username=STAYS, name="Sandra R.", email="s@idpac.gov.co", entity_code="IDPAC"))
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor(GONE)
    sandra.open(task)
    story = next(name for name, _value in sandra.fields(task) if "logro" in name or "avance_cualitativo" in name)
    sandra.press(task, **{story: "Mitad del relato.", "_accion": "guardar"})

    # When both become one
    admin = site.visitor("admin")
    admin.open(f"/personas/{GONE}")
    admin.press(f"/personas/{GONE}/unir", con=STAYS)

    # Then the draft is the other's, and the page says what passed
    with site.application.database.reading() as session:
        drafts = sa.select(FormDraft.username).where(FormDraft.task_id == int(task.rpartition("/")[2]))
        assert session.scalars(drafts).all() == [STAYS]
    assert "Sandra R. sigue con roles (1), tareas (" in admin.text() and "indicadores (" in admin.text()
