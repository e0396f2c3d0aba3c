"""Two versions of a process side by side: in the picture, in words, with the forms that each asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts, unpublished
from engine.definitions.comparison import ADDED, REMOVED, Change, Labels, compare
from engine.definitions.drawing import draw_svg
from engine.definitions.models import Bundle, FormVersion, ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import UnknownDefinition
from web.auth.access import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import current, page
from web.studio import overview
from web.studio.blueprint import blueprint
from web.studio.processes import leads
from workflows.forms import comparison as forms
from workflows.forms.schema import FormSchema

DRAFT = "borrador"
Forms = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its drawing, and the forms that its tasks ask, by key."""

    xml: bytes
    forms: Forms


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates two versions. `form_changes`: by the name of the form, the sentences about it."""

    changes: Sequence[Change]
    form_changes: Mapping[str, Sequence[str]]
    before: str
    after: str


@blueprint.get("/<process_key>/comparar")
@allow(SIGNED_IN, of=Of.DEFINITION)
def compare_versions(process_key: str) -> str:
    """Any two versions (`de`, `a`: a number, or `borrador` for who may edit); by default the last two."""
    with current().database.reading() as session:
        version = overview.current_version(session, process_key)
        choices = _choices(session, process_key)
        newest, before = str(version.version), str(max(1, version.version - 1))
        proposed = (newest, DRAFT) if DRAFT in choices else (before, newest)
        older, newer = _chosen("de", choices, proposed[0]), _chosen("a", choices, proposed[1])
        found = difference(
            side(session, process_key, older),
            side(session, process_key, newer),
            overview.labels(session, current().engine, Name.parse(process_key).tenant),
        )
    return page(
        "studio/compare.html",
        version=version,
        choices=choices,
        older=older,
        newer=newer,
        difference=found,
        leads=leads(process_key),
    )


def _choices(session: Session, process_key: str) -> dict[str, str]:
    numbers = [row.version.version for row in overview.process_versions(session, process_key)]
    found = {str(number): f"Versión {number}" for number in numbers}
    if leads(process_key) and drafts.find(session, drafts.PROCESS, process_key) is not None:
        return {DRAFT: "El borrador", **found}
    return found


def _chosen(name: str, choices: Mapping[str, str], default: str) -> str:
    asked = request.args.get(name, default)
    if asked not in choices:
        raise UnknownDefinition("Ese proceso no tiene esa versión. Elija una de la lista de versiones.")
    return asked


def side(session: Session, process_key: str, which: str) -> Side:
    """A published version by its number, or the draft."""
    if which == DRAFT:
        return drawn(session, overview.working_xml(session, process_key)[0], Name.parse(process_key).tenant)
    return of_version(session, overview.process_version(session, process_key, row_id(which)))


def of_version(session: Session, version: ProcessVersion) -> Side:
    """A published version with the forms that it was last published with."""
    query = sa.select(Bundle).where(Bundle.process_key == version.process_key)
    for bundle in session.scalars(query.order_by(Bundle.created_at.desc())):
        content = orjson.loads(bundle.content)
        if content["processes"].get(version.process_key) == version.id:
            rows = session.scalars(sa.select(FormVersion).where(FormVersion.id.in_(content["forms"].values())))
            return Side(version.xml, _asked(version.xml, {row.form_key: row.schema for row in rows}))
    return Side(version.xml, {})


def drawn(session: Session, xml: bytes, sector: str = "") -> Side:
    """A drawing that is not published, with the forms as they would be asked, of a variant those of its sector."""
    newest = {key: one.schema for key, one in catalogue.forms(session, sector).items()}
    return Side(xml, _asked(xml, newest | unpublished.forms_of(session, read_diagram(xml), sector)))


def _asked(xml: bytes, schemas: Forms) -> Forms:
    keys = {element.form_key for element in read_diagram(xml).elements.values()}
    return {key: schema for key, schema in schemas.items() if key in keys}


def difference(before: Side, after: Side, labels: Labels) -> Difference:
    """What changes from one to the other, with both pictures marked."""
    changes = compare(read_diagram(before.xml), read_diagram(after.xml), labels)
    marks = {change.element: change.kind for change in changes if change.element}
    return Difference(
        changes,
        dict(_forms(before.forms, after.forms, labels)),
        draw_svg(before.xml, {element: kind for element, kind in marks.items() if kind != ADDED}),
        draw_svg(after.xml, {element: kind for element, kind in marks.items() if kind != REMOVED}),
    )


def _forms(before: Forms, after: Forms, labels: Labels) -> list[tuple[str, list[str]]]:
    both = sorted(before.keys() & after.keys(), key=lambda key: labels.forms.get(key, key))
    found = [
        (
            labels.forms.get(key, key),
            forms.compare(FormSchema.from_dict(dict(before[key])), FormSchema.from_dict(dict(after[key]))),
        )
        for key in both
        if before[key] != after[key]
    ]
    return [(name, sentences) for name, sentences in found if sentences]
