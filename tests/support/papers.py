"""Two documents of each kind that the worker makes: one whose record can be laid out, one whose record is damaged.

The damage is in the database, as no program of ours would write it; nothing of the worker is replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.models import Bundle
from engine.instances.models import Instance
from tests.support.plan import PLAN
from workflows.approvals.models import AdministrativeAct
from workflows.approvals.states import ActMode, ActState
from workflows.cycles.models import Period
from workflows.documents.keeping import Address
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.formulation.models import Methodology
from workflows.implementation.models import ExternalReport
from workflows.lifecycle.models import Changeover
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState

NOW = dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC)
WHOLE: dict[str, Any] = {"sections": []}
DAMAGED: dict[str, Any] = {"sections": 5}


@dataclass(frozen=True)
class Papers:
    """Where the documents are kept once they are made, and how the damage gets in and out again."""

    good: Address
    bad: Address
    add: Callable[[Session], object]
    mend: Callable[[Session], object]


class House(Protocol):
    """Where they are."""

    def read(self, query: Any) -> list[Any]:
        """What a query of one column finds."""


def is_made(house: House, address: Address) -> bool:
    """Whether the files of a document are there."""
    found = sa.select(Document.id).where(
        Document.plan_code == address.plan_code, Document.kind == address.kind, Document.key == address.key
    )
    return bool(house.read(found.limit(1)))


def _case(session: Session) -> int:
    """A case that is over, for papers that belong to one."""
    known = session.scalars(sa.select(Instance).order_by(Instance.id)).first()
    if known is None:
        known = Instance(
            process_key="otro", bundle_sha256=_bundle(session), business_key="papeles", name="Otro", scope=PLAN,
            state="completed", status=b"", lock_version=1, started_at=NOW, started_by="sistema",
        )  # fmt: skip
        session.add(known)
        session.flush()
    return known.id


def _bundle(session: Session) -> str:
    return str(session.scalars(sa.select(Bundle.sha256)).first())


def _document(session: Session, kind: DocumentKind, key: str, *contents: dict[str, Any]) -> list[int]:
    """A document with so many frozen versions, oldest first: 1.0, 2.0, …"""
    document = PlanDocument(plan_code=PLAN, kind=kind, key=key, title="Título", number=f"{len(contents)}.0")
    session.add(document)
    session.flush()
    versions = [
        DocumentVersion(
            document_id=document.id, number=f"{place}.0", content=content, sha256="0" * 64, made_at=NOW,
            made_by="amartinez", frozen_at=NOW,
        )
        for place, content in enumerate(contents, 1)
    ]  # fmt: skip
    session.add_all(versions)
    session.flush()
    return [version.id for version in versions]


def _mend_versions(session: Session) -> None:
    for version in session.scalars(sa.select(DocumentVersion)):
        version.content = WHOLE


def plan_document() -> Papers:
    """Two versions of the plan's document."""
    return Papers(
        Address(PLAN, DocumentKind.PES, "1.0"),
        Address(PLAN, DocumentKind.PES, "2.0"),
        lambda session: _document(session, DocumentKind.PES, "", WHOLE, DAMAGED),
        _mend_versions,
    )


def frozen_document() -> Papers:
    """The annual reports of two years; the newer one comes first."""

    def add(session: Session) -> None:
        _document(session, DocumentKind.ANNUAL_REPORT, "2016", WHOLE)
        _document(session, DocumentKind.ANNUAL_REPORT, "2017", DAMAGED)

    good, bad = (Address(PLAN, DocumentKind.ANNUAL_REPORT, year) for year in ("2016", "2017"))
    return Papers(good, bad, add, _mend_versions)


def methodology() -> Papers:
    """Two approved methodologies; the first one's steps are none."""

    def version(number: int, steps: list[Any]) -> Methodology:
        return Methodology(
            plan_code=PLAN, number=number, files=[], steps=steps, is_approved=True, prepared_by="amartinez",
            prepared_at=NOW,
        )  # fmt: skip

    bad, good = (Address(PLAN, DocumentKind.METHODOLOGY, number) for number in ("1", "2"))
    return Papers(
        good,
        bad,
        lambda session: session.add_all([version(1, [5]), version(2, [])]),
        lambda session: session.execute(sa.update(Methodology).values(steps=[])),
    )


def external_report() -> Papers:
    """What two entities report of a quarter; the first one's months can't be told."""
    entities = ("IDPAC", "SDG")

    def add(session: Session) -> None:
        case = _case(session)
        session.add_all(
            ExternalReport(plan_code=PLAN, entity_code=entity, quarter=quarter, instance_id=case, generated_at=NOW)
            for entity, quarter in zip(entities, ("2018-Tx", "2018-T1"), strict=True)
        )

    def mend(session: Session) -> None:
        session.execute(sa.update(ExternalReport).values(quarter="2018-T1"))

    bad = Address(PLAN, DocumentKind.EXTERNAL_REPORT, f"2018-Tx/{entities[0]}")
    return Papers(Address(PLAN, DocumentKind.EXTERNAL_REPORT, f"2018-T1/{entities[1]}"), bad, add, mend)


def minutes() -> Papers:
    """The minutes of two meetings; the agenda of the first is no list of points."""

    def meeting(number: int, case: int, agenda: list[Any]) -> Meeting:
        return Meeting(
            id=number, plan_code=PLAN, instance_id=case, kind="seguimiento", topic="Seguimiento",
            state=MeetingState.APPROVED, agenda=agenda, approved_by="amartinez", approved_at=NOW,
        )  # fmt: skip

    def add(session: Session) -> None:
        case = _case(session)
        session.add_all([meeting(900_001, case, [5]), meeting(900_002, case, [])])

    bad, good = (Address(PLAN, DocumentKind.MINUTES, number) for number in ("900001", "900002"))
    return Papers(good, bad, add, lambda session: session.execute(sa.update(Meeting).values(agenda=[])))


def changeover() -> Papers:
    """Two changeovers; the sections of the first are no list."""

    def add(session: Session) -> None:
        session.add_all(
            Changeover(id=number, plan_code=PLAN, made_at=NOW, made_by="amartinez", reason="Cambio", content=content)
            for number, content in ((900_001, DAMAGED), (900_002, WHOLE))
        )

    bad, good = (Address(PLAN, DocumentKind.CHANGEOVER, number) for number in ("900001", "900002"))
    return Papers(good, bad, add, lambda session: session.execute(sa.update(Changeover).values(content=WHOLE)))


def act_or_sheet() -> Papers:
    """Two drafted acts; the first is of a kind that there is not."""

    def add(session: Session) -> None:
        (version,) = _document(session, DocumentKind.ARCHIVE, "", WHOLE)
        case = _case(session)
        session.add_all(
            AdministrativeAct(
                id=number, plan_code=PLAN, instance_id=case, version_id=version, mode=ActMode.ADOPTION, kind=kind,
                recitals="", articles="", state=ActState.DRAFTED, drafted_by="amartinez", drafted_at=NOW,
            )
            for number, kind in ((900_001, "bando"), (900_002, "resolucion"))
        )  # fmt: skip

    bad, good = (Address(PLAN, DocumentKind.ACT, key) for key in ("900001-0", "900002-0"))
    return Papers(
        good, bad, add, lambda session: session.execute(sa.update(AdministrativeAct).values(kind="resolucion"))
    )


def monthly_report() -> Papers:
    """Two closed months; a figure of the newer one has a colour that there is not."""
    month = "(SELECT id FROM period WHERE plan_code = :plan AND code = :code)"
    damage = sa.text(f"UPDATE figure SET color = :color WHERE period_id = {month}")

    def paint(session: Session, color: str) -> None:
        session.execute(damage, {"color": color, "plan": PLAN, "code": "2018-05"})

    def add(session: Session) -> None:
        closed = sa.update(Period).where(Period.plan_code == PLAN, Period.code.in_(["2018-04", "2018-05"]))
        session.execute(closed.values(published_at=NOW))
        paint(session, "morado")

    good, bad = (Address(PLAN, DocumentKind.MONTHLY_REPORT, code) for code in ("2018-04", "2018-05"))
    return Papers(good, bad, add, lambda session: paint(session, "verde"))


PAPERS: dict[str, Callable[[], Papers]] = {
    "monthly_report": monthly_report,
    "frozen_document": frozen_document,
    "plan_document": plan_document,
    "methodology": methodology,
    "act_or_sheet": act_or_sheet,
    "external_report": external_report,
    "minutes": minutes,
    "changeover": changeover,
}
"""By the name of their maker."""
