"""Keeps the documents of closed months, once per month and format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents import keeping
from workflows.documents.keeping import Address
from workflows.documents.models import Document, StoredFile
from workflows.documents.prints import Maker, Print
from workflows.documents.states import DocumentKind
from workflows.plan.models import Plan
from workflows.reports.assembling import monthly_report
from workflows.reports.charts import Charts, draw
from workflows.reports.contents import Report
from workflows.reports.docx import render_docx
from workflows.reports.html import render_html
from workflows.reports.pdf import render_pdf
from workflows.reports.pptx import render_pptx
from workflows.reports.xlsx import render_xlsx
from workflows.sectors import identity

Renderer = Callable[[Report, Charts], bytes]
RENDERERS: dict[str, Renderer] = {
    "html": render_html,
    "pdf": render_pdf,
    "docx": render_docx,
    "xlsx": render_xlsx,
    "pptx": render_pptx,
}
_PUBLISHED = (
    sa.select(Plan.name, Document.format, Document.title, StoredFile.sha256)
    .select_from(Period)
    .join(Plan, Plan.code == Period.plan_code)
    .outerjoin(
        Document,
        sa.and_(
            Document.plan_code == Period.plan_code,
            Document.kind == DocumentKind.MONTHLY_REPORT,
            Document.key == Period.code,
        ),
    )
    .outerjoin(StoredFile, StoredFile.id == Document.file_id)
    .where(
        Period.plan_code == sa.bindparam("plan_code"),
        Period.code == sa.bindparam("code"),
        Period.state == PeriodState.CLOSED,
        Period.published_at.is_not(None),
    )
)


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """The report of a month that anybody may read: its files' digests by format, those that were made."""

    plan_name: str
    title: str
    digests: Mapping[str, str]


def missing(session: Session) -> list[Address]:
    """The closed months that lack their documents, newest first."""
    made = sa.select(Document.id).where(
        Document.plan_code == Period.plan_code,
        Document.kind == DocumentKind.MONTHLY_REPORT,
        Document.key == Period.code,
    )
    query = (
        sa.select(Period.plan_code, Period.code)
        .where(Period.state == PeriodState.CLOSED, Period.published_at.is_not(None), ~made.exists())
        .order_by(Period.code.desc())
    )
    return [Address(plan_code, DocumentKind.MONTHLY_REPORT, code) for plan_code, code in session.execute(query)]


def read(session: Session, address: Address) -> Print:
    """The report of a closed month."""
    report = monthly_report(session, address.plan_code, address.key)
    sector = session.get_one(Plan, address.plan_code).sector_code
    report = replace(report, letterhead=identity.letterhead(session, sector))
    stem = f"{address.plan_code}-{address.key}-informe"
    asked = sa.select(Period.published_at).where(Period.plan_code == address.plan_code, Period.code == address.key)
    published_at = session.execute(asked).scalar_one()
    assert published_at is not None  # noqa: S101
    return Print(report.title, stem, published_at, partial(_rendered, report), published_at)


MAKER = Maker("monthly_report", missing, read)


def _rendered(report: Report) -> dict[str, bytes]:
    charts = draw(report)
    return {suffix: render(report, charts) for suffix, render in RENDERERS.items()}


def published(session: Session, plan_code: str, period_code: str) -> PublishedReport | None:
    """The report of a month; `None` where it is not closed and published."""
    rows = session.execute(_PUBLISHED, {"plan_code": plan_code, "code": period_code}).all()
    if not rows:
        return None
    made = {row.format: row for row in rows if row.format}
    title = made["html"].title if "html" in made else ""
    return PublishedReport(rows[0].name, title, {suffix: row.sha256 for suffix, row in made.items()})


def find(session: Session, plan_code: str, period_code: str, suffix: str) -> Document | None:
    """The document of a month in a format, if it was made."""
    return keeping.find(session, Address(plan_code, DocumentKind.MONTHLY_REPORT, period_code), suffix)
