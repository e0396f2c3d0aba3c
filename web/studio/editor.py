"""Drawing: the editor's page, its draft and the findings beside the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from flask import Response, abort, jsonify, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirection

from engine.definitions import drafts, presence, releasing, unpublished, variants
from engine.definitions.comparison import compare
from engine.definitions.diagram import DiagramModel
from engine.definitions.drawing.tidying import tidy
from engine.definitions.linting import Finding, lint
from engine.definitions.merging import merge
from engine.definitions.models import Draft
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.errors import Invalid, StaleDraft, UnreadableDiagram
from web.auth.access import Of, allow
from web.deadlines import clock_time
from web.pages import actor, back_to, current, page
from web.studio import brought, overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.catalogues import catalogues
from web.studio.processes import xml_answer

SEVERITIES = {"error": "error", "warning": "aviso"}


@blueprint.get("/<process_key>/editar")
@allow(*LEADERS, of=Of.DEFINITION)
def edit(process_key: str) -> str:
    """The editor, with the draft or the current version."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        draft = drafts.find(session, drafts.PROCESS, process_key)
        author = overview.people(session).get(draft.saved_by, draft.saved_by) if draft else ""
        asked = brought.opened(session, process_key)
        return page(
            "studio/editor.html",
            version=version,
            draft=draft,
            author=author,
            asked=asked.questions if asked else [],
            answered=asked.answered if asked else [],
            answers_later=bool(asked and asked.original),
            listed=brought.choices(session, version.tenant) if asked else {},
            answer=brought.ANSWER,
        )


@blueprint.get("/<process_key>/borrador.bpmn")
@allow(*LEADERS, of=Of.DEFINITION)
def draft_xml(process_key: str) -> Response:
    """What the editor opens."""
    with current().database.reading() as session:
        return xml_answer(overview.working_xml(session, process_key)[0], process_key)


@blueprint.get("/catalogos.json")
@allow(*LEADERS, of=Of.NONE)
def names() -> Response:
    """The lists of the editor's panel, for what all share or for a sector's own."""
    asked = request.args.get("sector", "")
    with current().database.reading() as session:
        sector = asked if asked in overview.seen() else ""
        return jsonify(asdict(catalogues(session, current().engine, sector)))


@blueprint.post("/<process_key>/borrador")
@allow(*LEADERS, of=Of.DEFINITION)
def save_draft(process_key: str) -> Response | tuple[Response, int]:
    """Save what was drawn: `{"xml", "revision"}`. 409 with both in words if somebody saved meanwhile."""
    given = sent("xml", "revision")
    xml = str(given["xml"]).encode()
    try:
        with current().database.unit_of_work() as session:
            draft = keep(session, process_key, xml, int(given["revision"]))
            said = f"Borrador guardado a las {clock_time(draft.saved_at)}."
            return jsonify(mensaje=said, revision=draft.revision)
    except StaleDraft as stale:
        return jsonify(
            conflict(stale.theirs, xml) | collisions(process_key, stale.theirs, xml, int(given["revision"]))
        ), 409


@blueprint.post("/<process_key>/borrador/juntar")
@allow(*LEADERS, of=Of.DEFINITION)
def join_drafts(process_key: str) -> Response | tuple[Response, int]:
    """Save what two drew at once: `{"xml", "revision"}` as they began, `"suya"` the other's, `"elegidos"` ids of it.

    409 again if somebody saved meanwhile, or what both began from is no longer known.
    """
    given = sent("xml", "revision", "suya", "elegidos")
    mine, chosen = str(given["xml"]).encode(), [one for one in str(given["elegidos"]).split(",") if one]
    try:
        with current().database.unit_of_work() as session:
            theirs = drafts.find(session, drafts.PROCESS, process_key)
            base = drafts.as_it_was(session, process_key, int(given["revision"]))
            if theirs is None or theirs.revision != int(given["suya"]) or base is None:
                raise StaleDraft(theirs=theirs)
            joined = merge(base, theirs.content, mine, chosen).content
            draft = keep(session, process_key, joined, theirs.revision)
            said = f"Se juntaron los dos borradores a las {clock_time(draft.saved_at)}."
            return jsonify(mensaje=said, revision=draft.revision, xml=draft.content.decode())
    except StaleDraft as stale:
        return jsonify(
            conflict(stale.theirs, mine) | collisions(process_key, stale.theirs, mine, int(given["revision"]))
        ), 409


def collisions(process_key: str, theirs: Draft | None, mine: bytes, revision: int) -> dict[str, Any]:
    """Whether what two drew can be joined (`juntable`), and the elements that both changed, with what each says."""
    with current().database.reading() as session:
        base = drafts.as_it_was(session, process_key, revision)
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
    if theirs is None or base is None:
        return {"juntable": False, "choques": []}
    try:
        found = merge(base, theirs.content, mine).kept
    except UnreadableDiagram:
        return {"juntable": False, "choques": []}
    before, one, other = (read_diagram(xml) for xml in (base, mine, theirs.content))
    told = [{change.element: change.sentence for change in compare(before, each, labels)} for each in (one, other)]
    names = {key: part.name for model in (before, other, one) for part in _parts(model) for key, part in part.items()}
    return {
        "juntable": True,
        "choques": [
            {"id": key, "nombre": names.get(key) or "Una flecha", "mio": told[0].get(key, "Lo cambió usted."),
             "suyo": told[1].get(key, "También lo cambió.")}
            for key in found
        ],
    }  # fmt: skip


def _parts(model: DiagramModel) -> tuple[Mapping[str, Any], ...]:
    return (model.lanes, model.elements, model.flows)


@blueprint.post("/<process_key>/presencia")
@allow(*LEADERS, of=Of.DEFINITION)
def present(process_key: str) -> Response:
    """Say that one has the drawing open; who else has."""
    with current().database.unit_of_work() as session:
        overview.working_version(session, process_key)
        others = presence.here(session, current().engine, process_key, actor=actor())
        names = overview.people(session)
        return jsonify(otros=[names.get(one, one) for one in others])


def keep(session: Session, process_key: str, xml: bytes, revision: int) -> Draft:
    """Save the draft of a process; raises `StaleDraft`, `UnknownDefinition`, `Invalid`."""
    version = overview.working_version(session, process_key)
    key = Name.parse(process_key).key
    if read_diagram(xml).process_key != key:
        raise Invalid(f"La clave interna del proceso debe seguir siendo «{key}»: con otra sería otro proceso.")
    return drafts.save(
        session, current().engine, drafts.PROCESS, process_key, xml,
        actor=actor(), revision=revision, base_version=version.version or None, edited=True,
    )  # fmt: skip


def conflict(theirs: Draft | None, mine: bytes) -> dict[str, Any]:
    """What separates my drawing from the draft that somebody else saved."""
    if theirs is None:
        message = "Mientras usted dibujaba, alguien publicó o descartó el borrador. Su dibujo sigue aquí."
        return {"mensaje": message, "revision": 0, "diferencias": []}
    with current().database.reading() as session:
        author = overview.people(session).get(theirs.saved_by, theirs.saved_by)
        labels = overview.labels(session, current().engine, theirs.tenant)
    changes = compare(read_diagram(theirs.content), read_diagram(mine), labels)
    return {
        "mensaje": f"{author} guardó este borrador a las {clock_time(theirs.saved_at)}, mientras usted dibujaba.",
        "revision": theirs.revision,
        "diferencias": [change.sentence for change in changes] or ["Solo cambia dónde está dibujada alguna cosa."],
    }


@blueprint.post("/<process_key>/borrador/descartar")
@allow(*LEADERS, of=Of.DEFINITION)
def discard_draft(process_key: str) -> Redirection:
    """Forget the draft."""
    with current().database.unit_of_work() as session:
        version = overview.working_version(session, process_key)
        is_new = version.version == 0
        is_variant = version.tenant and not variants.is_alone(session, drafts.PROCESS, process_key)
        unpublished.throw_away(session, current().engine, process_key, forms=is_new, actor=actor())
    kept = "Por 30 días se puede recuperar en «Borradores descartados»."
    if is_new and is_variant:
        key = Name.parse(process_key).key
        return back_to("studio.process", f"Se descartó la variante sin publicar. {kept}", process_key=key)
    if is_new:
        return back_to("studio.index", f"Se descartó el borrador, con los formularios que traía. {kept}")
    return back_to("studio.process", f"Se descartó el borrador. {kept}", process_key=process_key)


@blueprint.post("/<process_key>/hallazgos")
@allow(*LEADERS, of=Of.DEFINITION)
def findings(process_key: str) -> Response:
    """What the linter says about `{"xml"}`, also when it can't even be read."""
    xml = str(sent("xml")["xml"]).encode()
    names, found = review(xml, Name.parse(process_key).tenant)
    return jsonify(hallazgos=[as_json(finding, names) for finding in found])


@blueprint.post("/<process_key>/orden")
@allow(*LEADERS, of=Of.DEFINITION)
def tidy_drawing(process_key: str) -> Response:
    """Where everything of `{"xml"}` would lie in order: boxes, corners of arrows, where their names begin."""
    tidied = tidy(str(sent("xml")["xml"]).encode())
    return jsonify(
        shapes={
            key: [round(one.x), round(one.y), round(one.width), round(one.height)] for key, one in tidied.shapes.items()
        },
        edges={key: [[round(x), round(y)] for x, y in points] for key, points in tidied.edges.items()},
        labels={key: [round(x), round(y)] for key, (x, y) in tidied.labels.items()},
    )


def review(xml: bytes, tenant: str = "", beside: Sequence[bytes] = ()) -> tuple[Mapping[str, str], list[Finding]]:
    """What each element is called, by its id, and the findings, errors first, beside what a tenant's cases take.

    `beside` are drawings that would be published with it. Raises `UnreadableDiagram`.
    """
    diagram, others = read_diagram(xml), [read_diagram(one) for one in beside]
    with current().database.reading() as session:
        forms = releasing.forms_with(session, [*beside, xml], tenant)
        found = lint(xml, known_names(session, current().engine, [*others, diagram], forms, tenant=tenant))
    parts = (diagram.lanes, diagram.elements, diagram.flows)
    return {key: one.name for part in parts for key, one in part.items()}, found


def as_json(finding: Finding, names: Mapping[str, str]) -> dict[str, Any]:
    """A finding as the editor reads it, with those that follow from it."""
    return {
        "gravedad": SEVERITIES[finding.severity],
        "elemento": finding.element,
        "nombre": names.get(finding.element, ""),
        "mensaje": finding.message,
        "arreglo": dict(finding.fix) if finding.fix else None,
        "consecuencias": [as_json(one, names) for one in finding.consequences],
    }


def sent(*names: str) -> dict[str, Any]:
    """The JSON object of the request, which must have these keys; else 400."""
    try:
        given = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        abort(400)
    if not isinstance(given, dict) or any(not isinstance(given.get(name), str | int) for name in names):
        abort(400)
    return given
