"""Decision tables: the list, one table that is written in the browser and tried with values, and its publication.

What is typed is checked by the same reader and lint that publish it; nothing is kept until it is saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
import sqlalchemy as sa
from flask import Response as Answer
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.confinement import confined
from engine.decisions import values
from engine.decisions.evaluating import Decided, evaluate
from engine.decisions.linting import Finding, lint
from engine.decisions.model import Aggregation, HitPolicy
from engine.definitions import catalogue, drafts, releasing, tabling
from engine.definitions.decisions import read_decisions
from engine.definitions.diagram import DiagramModel
from engine.definitions.importing.draft import slug
from engine.definitions.markup import MAX_BYTES
from engine.definitions.models import DecisionVersion
from engine.definitions.tabling import Column, Row, Sheet
from engine.errors import (
    Invalid,
    InvalidDecision,
    OwnReview,
    StaleDraft,
    Undecided,
    UnknownDefinition,
    UnreadableDecision,
)
from web.answers import named
from web.auth.access import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import cell_editors, overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_way
from web.studio.processes import leads, may_skip_review
from workflows.errors import Forbidden

POLICIES: Final = {
    "FIRST": "la primera fila que se cumpla, de arriba abajo", "UNIQUE": "la única que se cumpla (dos son un error)",
    "ANY": "cualquiera que se cumpla (todas deben decir lo mismo)", "COLLECT": "todas las que se cumplan",
    "COLLECT SUM": "la suma de las que se cumplan", "COLLECT MIN": "la menor de las que se cumplan",
    "COLLECT MAX": "la mayor de las que se cumplan", "COLLECT COUNT": "cuántas se cumplen",
    "RULE ORDER": "todas, en el orden de las filas", "OUTPUT ORDER": "todas, en el orden de los valores",
    "PRIORITY": "la de mayor prioridad, por el orden de los valores",
}  # fmt: skip
TYPES: Final = {
    "string": "texto", "number": "número", "boolean": "sí o no", "date": "fecha", "time": "hora",
    "date and time": "fecha y hora", "days and time duration": "duración en días y horas",
    "years and months duration": "duración en años y meses", "": "cualquier cosa",
}  # fmt: skip
MOST_FIELDS: Final = 4_500
"""Of the form of a table; a larger one is written elsewhere, and brought."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,79}")
_STEP = re.compile(r"(fila|sin_fila|sube|baja|sin_columna):(\d{1,4})")


@dataclass(frozen=True, slots=True)
class UsedTable:
    """A table by which a diagram decides: its version in force, and whether there is a draft that is not."""

    key: str
    name: str
    version: int
    has_draft: bool


def tables_of(session: Session, diagram: DiagramModel) -> list[UsedTable]:
    """The published tables that a diagram decides by."""
    asked = {element.decision for element in diagram.elements.values() if element.decision}
    if not asked:
        return []
    drafted = drafts.keys(session, drafts.DECISION)
    return [
        UsedTable(file.decision_key, file.name, file.version, file.decision_key in drafted)
        for file in catalogue.latest_decisions(session)
        if asked.intersection(file.decisions)
    ]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was typed to try a table, and what came of it."""

    typed: Mapping[str, str]
    decided: Decided | None = None
    shown: str = ""


@blueprint.get("/decisiones")
@allow(SIGNED_IN, of=Of.DEFINITION)
def decisions() -> str:
    """Every table, by where it is used."""
    with current().database.reading() as session:
        return _list(session)


def _list(session: Session, wrong: str = "") -> str:
    files = catalogue.latest_decisions(session)
    drafted = drafts.keys(session, drafts.DECISION)
    published = {file.decision_key for file in files}
    new = [one for one in sorted(drafted - published) if leads()]
    return page(
        "studio/decisions.html",
        files=files, drafted=drafted, new=new, used=_used(session), leads=leads(), wrong=wrong, typed=request.form,
    )  # fmt: skip


@blueprint.post("/decisiones")
@allow(*LEADERS, of=Of.DEFINITION)
def bring_decision() -> Response | tuple[str, int]:
    """A new table, or one of a DMN file, as a draft."""
    given = request.files.get("archivo")
    name = request.form.get("nombre", "").strip()
    try:
        if given is not None and given.filename:
            content = given.stream.read(MAX_BYTES + 1)
            key = str(confined(read_decisions, content).id)
        elif name:
            key = slug(name)[:60] or "tabla"
            content = tabling.new_file(key, name[:300])
        else:
            raise Invalid("Escriba cómo se llama la tabla, o elija un archivo DMN.")
        if not _KEY.fullmatch(key.lower()):
            raise Invalid(f"El archivo se identifica como «{key[:60]}»: use letras, números y guion bajo.")
        with current().database.unit_of_work() as session:
            before = drafts.find(session, drafts.DECISION, key)
            if before is not None or (not given and _version(session, key) is not None):
                raise Invalid("Ya hay una tabla con ese nombre, o su borrador. Ábrala en la lista.")
            _save(session, key, content, 0)
    except (Invalid, UnreadableDecision) as refused:
        with current().database.reading() as session:
            return _list(session, str(refused)), 422
    return back_to("studio.decision", "Queda como borrador: no rige hasta que se publique.", decision_key=key)


@blueprint.get("/decisiones/<decision_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def decision(decision_key: str) -> str:
    """One table."""
    with current().database.reading() as session:
        return _page(session, decision_key)


@blueprint.post("/decisiones/<decision_key>")
@allow(*LEADERS, of=Of.DEFINITION)
def write_decision(decision_key: str) -> Response | str | tuple[str, int]:
    """What was typed: looked at, tried, changed by a step, or saved."""
    step = request.form.get("tabla_paso", "")
    with current().database.reading() as session:
        xml, _revision = _working(session, decision_key)
        typed = _stepped(_typed(xml), step)
        if "guardar" not in request.form:
            return _page(session, decision_key, typed)
    try:
        with current().database.unit_of_work() as session:
            _save(session, decision_key, tabling.written(xml, typed), request.form.get("revision", 0, type=row_id))
    except StaleDraft:
        wrong = "Alguien guardó esta tabla mientras usted escribía. Lo suyo sigue aquí; lo de ellos, en otra pestaña."
        with current().database.reading() as session:
            return _page(session, decision_key, typed, wrong=wrong), 409
    return back_to("studio.decision", "Borrador guardado.", decision_key=decision_key, decision=typed.decision)


@blueprint.post("/decisiones/<decision_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_decision(decision_key: str) -> Response | tuple[str, int]:
    """Publish the draft that the person has seen, with a reason."""
    reason, revision = request.form.get("reason", ""), request.form.get("revision", 0, type=row_id)
    try:
        with current().database.unit_of_work() as session:
            released = releasing.release_decision(
                session, current().engine, decision_key, revision=revision, actor=actor(), reason=reason
            )
    except (Invalid, InvalidDecision, OwnReview) as refused:
        with current().database.reading() as session:
            return _page(session, decision_key, wrong=str(refused)), 422
    notice = f"Publicada la versión {released.version}. Los casos nuevos deciden con ella; los que corren, con la suya."
    if released.version is None:
        notice = "El borrador era igual a la versión vigente."
    return back_to("studio.decision", notice, decision_key=decision_key)


@blueprint.post("/decisiones/<decision_key>/exigir")
@allow(*LEADERS, of=Of.DEFINITION)
def demand_decision(decision_key: str) -> Response:
    """Have every change published by who has not written it (`reviewed` = 1), or no more: an administrator says so."""
    reviewed = request.form.get("reviewed") == "1"
    if not reviewed and not may_skip_review():
        raise Forbidden("Dejar de exigir la revisión lo decide quien además administra.")
    with current().database.unit_of_work() as session:
        _working(session, decision_key)
        if releasing.demand_second_look(session, decision_key, reviewed):
            act, before = "exigir_revision" if reviewed else "no_exigir_revision", {"con_revision": not reviewed}
            note_way(session, act, decision_key, "", before=before, con_revision=reviewed)
    said = (
        "Desde ahora la publica quien no la haya escrito." if reviewed else "Desde ahora la publica quien la escribe."
    )
    return back_to("studio.decision", said, decision_key=decision_key)


@blueprint.post("/decisiones/<decision_key>/descartar")
@allow(*LEADERS, of=Of.DEFINITION)
def discard_decision(decision_key: str) -> Response:
    """Forget the draft; for 30 days it can be brought back."""
    with current().database.unit_of_work() as session:
        is_new = _version(session, decision_key) is None
        drafts.throw_away(session, current().engine, drafts.DECISION, decision_key, actor=actor())
    kept = "Se descartó el borrador. Por 30 días se puede recuperar en «Borradores descartados»."
    return back_to("studio.decisions", kept) if is_new else back_to("studio.decision", kept, decision_key=decision_key)


@blueprint.get("/decisiones/<decision_key>/tabla.dmn")
@allow(SIGNED_IN, of=Of.DEFINITION)
def decision_file(decision_key: str) -> Answer:
    """The file of the version in force, or of `?version=N`, for other tools."""
    with current().database.reading() as session:
        version = _version(session, decision_key, request.args.get("version", type=row_id))
        if version is None:
            raise UnknownDefinition("Esa tabla no está publicada.")
        return named(Answer(version.xml, mimetype="application/xml"), f"{decision_key}.dmn")


def _page(session: Session, key: str, typed: Sheet | None = None, wrong: str = "") -> str:
    xml, revision = _working(session, key)
    version = _version(session, key)
    asked = typed.decision if typed else request.values.get("decision", "")
    tables = tabling.decisions_with_tables(xml)
    shown = typed or (tabling.sheet(xml, asked) if tables else None)
    findings, trial = _looked_at(xml, shown)
    earlier = _version(session, key, request.args.get("version", type=row_id)) or version
    return page(
        "studio/decision.html",
        key=key, version=version, revision=revision, sheet=shown, tables=tables, findings=findings, trial=trial,
        policies=POLICIES, types=TYPES, policy=_policy_of(shown) if shown else "", asks=_asks(xml, shown),
        words=[tabling.in_words(shown, row) for row in shown.rows] if shown else [],
        marked={(one.row, one.column) for one in findings if one.severity == "error"},
        changes=_changes(earlier, shown), against=earlier, versions=_versions(session, key),
        used=[place for one in tables for place in _used(session).get(one.id, [])],
        leads=leads() and not _is_too_large(shown), too_large=_is_too_large(shown), wrong=wrong,
        reviewed=releasing.is_table_reviewed(session, key), is_author=_has_written(session, key),
        people=overview.people(session), editor=cell_editors.editor, suggested=cell_editors.suggested,
    )  # fmt: skip


def _has_written(session: Session, key: str) -> bool:
    """Whether the reader is among those who wrote the draft."""
    draft = drafts.find(session, drafts.DECISION, key)
    return draft is not None and actor().id in {*draft.authors, draft.saved_by}


def _is_too_large(shown: Sheet | None) -> bool:
    """Whether it has more cells than a form may send."""
    return shown is not None and len(shown.rows) * (len(shown.inputs) + len(shown.outputs) + 2) > MOST_FIELDS


def _looked_at(xml: bytes, shown: Sheet | None) -> tuple[list[Finding], Trial]:
    """What the lint says of the table as it is typed, and what it gives for the values that were typed."""
    typed = {name[7:]: value.strip() for name, value in request.form.items() if name.startswith("prueba_")}
    written = tabling.written(xml, shown) if shown else xml
    return _examined(written, shown.decision if shown else "", typed)


def _examined(xml: bytes, wanted: str, typed: dict[str, str]) -> tuple[list[Finding], Trial]:
    model = read_decisions(xml)
    findings = lint(model)
    if not any(typed.values()):
        return findings, Trial(typed)
    given = {name: _value(value) for name, value in typed.items() if value}
    try:
        decided = evaluate(model, given, wanted)
    except Undecided as refused:
        return findings, Trial(typed, shown=str(refused))
    node = model.decision(wanted)
    found = decided[node.name] if node is not None else None
    shown = "" if found is None else orjson.dumps(values.plain(found.value), default=str).decode()
    return findings, Trial(typed, found, shown)


def _value(text: str) -> Any:
    """A number, truth value or list where it is written as JSON has it; else the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"sí": True, "no": False}.get(text.lower(), text)


def _asks(xml: bytes, shown: Sheet | None) -> dict[str, str]:
    """What a trial asks: the data that the table reads, by name, with their types."""
    model = read_decisions(tabling.written(xml, shown) if shown else xml)
    node = model.decision(shown.decision) if shown else None
    if node is None or shown is None:
        return {}
    needed = {name: kind.called for name, kind in model.needed(node).items()}
    return needed or {one.expression: TYPES.get(one.type, one.type) for one in shown.inputs if one.expression}


def _typed(xml: bytes) -> Sheet:
    """The table as the form has it."""
    said = request.form
    before = tabling.sheet(xml, said.get("decision", ""))
    policy, _, total = said.get("politica", "").partition("COLLECT ")
    if total:
        chosen, aggregation = HitPolicy.COLLECT, Aggregation.__members__.get(total)
    else:
        chosen, aggregation = HitPolicy(policy) if policy in POLICIES else before.policy, None
    inputs, outputs = _columns("si"), _columns("da")
    rows = tuple(
        Row(said.get(f"fila_{number}", ""), _cells(number, "si", inputs), _cells(number, "da", outputs),
            said.get(f"nota_{number}", ""))
        for number in range(1, _counted("filas", tabling.MOST_ROWS) + 1)
    )  # fmt: skip
    name = said.get("nombre", "").strip()[:300] or before.name
    return replace(
        before, name=name, policy=chosen, aggregation=aggregation,
        inputs=inputs or before.inputs, outputs=outputs or before.outputs, rows=rows,
    )  # fmt: skip


def _columns(side: str) -> tuple[Column, ...]:
    said = request.form
    found = []
    for number in range(1, _counted(side, tabling.MOST_COLUMNS) + 1):
        one = {part: said.get(f"{side}_{number}_{part}", "").strip()[:2_000] for part in
               ("id", "titulo", "mira", "tipo", "valores", "falta")}  # fmt: skip
        label = one["titulo"] or one["mira"]
        found.append(Column(one["id"], label, one["mira"] or label, one["tipo"], one["valores"], one["falta"]))
    return tuple(found)


def _cells(row: int, side: str, columns: Sequence[Column]) -> tuple[str, ...]:
    empty = "-" if side == "si" else ""
    typed = [request.form.get(f"{side}_{number}_{row}", "").strip()[:2_000] for number in range(1, len(columns) + 1)]
    pairs = zip(columns, typed, strict=True)
    return tuple(cell_editors.said(column, one, gives=side == "da") or empty for column, one in pairs)


def _counted(name: str, most: int) -> int:
    return min(request.form.get(name, 0, type=row_id), most)


def _stepped(shown: Sheet, step: str) -> Sheet:
    """The sheet after a button of it was pressed."""
    if step in ("columna_si", "columna_da"):
        return shown.with_column(output=step == "columna_da")
    match = _STEP.fullmatch(step)
    if match is None:
        return shown
    act, place = match[1], int(match[2])
    match act:
        case "fila":
            return shown.with_row(place)
        case "sin_fila":
            return shown.without_row(place)
        case "sin_columna":
            return shown.without_column(place)
    return shown.moved(place, -1 if act == "sube" else 1)


def _policy_of(shown: Sheet) -> str:
    return f"{shown.policy} {shown.aggregation}" if shown.aggregation else str(shown.policy)


def _working(session: Session, key: str) -> tuple[bytes, int]:
    """What the editor opens, and the draft's revision. Raises `UnknownDefinition`."""
    draft = drafts.find(session, drafts.DECISION, key) if leads() else None
    version = _version(session, key)
    if draft is None and version is None:
        raise UnknownDefinition("No hay una tabla de decisión con esa clave.")
    content = draft.content if draft is not None else version.xml if version is not None else b""
    return tabling.with_ids(content), draft.revision if draft is not None else 0


def _save(session: Session, key: str, content: bytes, revision: int) -> None:
    version = _version(session, key)
    drafts.save(
        session, current().engine, drafts.DECISION, key, content,
        actor=actor(), revision=revision, base_version=version.version if version else None,
    )  # fmt: skip


def _version(session: Session, key: str, number: int | None = None) -> DecisionVersion | None:
    query = sa.select(DecisionVersion).where(DecisionVersion.decision_key == key)
    query = query.where(DecisionVersion.version == number) if number else query
    return session.scalars(query.order_by(DecisionVersion.version.desc()).limit(1)).first()


def _versions(session: Session, key: str) -> list[DecisionVersion]:
    query = sa.select(DecisionVersion).where(DecisionVersion.decision_key == key)
    return list(session.scalars(query.order_by(DecisionVersion.version.desc())))


def _changes(version: DecisionVersion | None, shown: Sheet | None) -> list[str]:
    """What separates a version from the table that is shown."""
    if version is None or shown is None:
        return []
    xml = tabling.with_ids(version.xml)
    if shown.decision not in {one.id for one in tabling.decisions_with_tables(xml)}:
        return []
    return tabling.compare(tabling.sheet(xml, shown.decision), shown)


def _used(session: Session) -> dict[str, list[tuple[str, str, str]]]:
    """The steps that a decision decides for, by its id: process, its name, the step's name."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for key, diagram in overview.drawn_diagrams(session).items():
        for element in diagram.elements.values():
            if element.decision:
                found.setdefault(element.decision, []).append((key, diagram.name, element.called))
    return found
