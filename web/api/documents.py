"""Documents of a plan, and the files they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import url_for

from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.shapes import Listing, Page, Shape
from web.auth import Of
from web.auth.scopes import Scope
from web.files.handing import hand_out
from web.pages import current
from workflows.documents.models import Document as DocumentRow


class Document(Shape):
    """A document of a plan in one format; `dated_at` is the moment of its act, `made_at` that of the file at `file`."""

    id: int
    kind: str
    key: str
    format: str
    version: int
    title: str
    dated_at: dt.datetime
    made_at: dt.datetime
    published_at: dt.datetime | None
    file: str


class DocumentPage(Page[Document]):
    """Some documents, the newest first."""


@blueprint.get("/plans/<plan_code>/documents")
@operation(Scope.DOCUMENTS_READ, DocumentPage, of=Of.PLAN)
def list_documents(plan_code: str, query: Listing) -> DocumentPage:
    """The documents of a plan that were made as files."""
    wanted, before = sa.select(DocumentRow).where(DocumentRow.plan_code == plan_code), cursors.read_id(query.cursor)
    if before:
        wanted = wanted.where(DocumentRow.id < before)
    with current().database.reading() as session:
        found = session.scalars(wanted.order_by(DocumentRow.id.desc()).limit(query.limit + 1)).all()
    shown, following = cursors.cut(found, query.limit, lambda one: cursors.of_id(one.id))
    return DocumentPage(items=[_document(one) for one in shown], next=following)


@blueprint.get("/files/<file:file_id>")
@operation(Scope.DOCUMENTS_READ, None, of=Of.FILE)
def get_file(file_id: int) -> Any:
    """The content of a file, for whoever may read it."""
    return hand_out(file_id)


def _document(one: DocumentRow) -> Document:
    return Document(
        id=one.id, kind=str(one.kind), key=one.key, format=one.format, version=one.version, title=one.title,
        dated_at=one.dated_at, made_at=one.made_at, published_at=one.published_at,
        file=url_for("api.get_file", file_id=one.file_id),
    )  # fmt: skip
