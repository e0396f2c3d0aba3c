"""Keeps the documents of closed months, once per month and format."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.cycles.models import Period
from workflows.documents import keeping
from workflows.documents.keeping import Address, keep
from workflows.documents.models import Document
from workflows.monitoring.periods import CLOSED
from workflows.reports.assembling import monthly_report
from workflows.reports.charts import Charts, draw
from workflows.reports.contents import Report
from workflows.reports.docx import render_docx
from workflows.reports.html import render_html
from workflows.reports.pdf import render_pdf
from workflows.reports.xlsx import render_xlsx

KIND = "informe_mensual"
Renderer = Callable[[Report, Charts], bytes]
RENDERERS: dict[str, Renderer] = {"html": render_html, "pdf": render_pdf, "docx": render_docx, "xlsx": render_xlsx}


def make_missing(database: Database, clock: Clock, *, limit: int = 2) -> int:
    """Render and keep the documents of closed months that lack them; returns how many months it did.

    Rendering happens outside the writing transaction (docs/decisions/0002).
    """
    with database.reading() as session:
        months = _missing(session, limit)
    for plan_code, period_code in months:
        with database.reading() as session:
            report = monthly_report(session, plan_code, period_code)
        charts = draw(report)
        rendered = {suffix: render(report, charts) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            stem = f"{plan_code}-{period_code}-informe"
            address = Address(plan_code, KIND, period_code)
            keep(session, clock, address, title=report.title, stem=stem, rendered=rendered, published=True)
    return len(months)


def _missing(session: Session, limit: int) -> list[tuple[str, str]]:
    made = sa.select(Document.id).where(
        Document.plan_code == Period.plan_code, Document.kind == KIND, Document.key == Period.code
    )
    query = (
        sa.select(Period.plan_code, Period.code)
        .where(Period.state == CLOSED, Period.published_at.is_not(None), ~made.exists())
        .order_by(Period.code.desc())
        .limit(limit)
    )
    return [(plan_code, code) for plan_code, code in session.execute(query)]


def find(session: Session, plan_code: str, period_code: str, suffix: str) -> Document | None:
    """The document of a month in a format, if it was made."""
    return keeping.find(session, Address(plan_code, KIND, period_code), suffix)
