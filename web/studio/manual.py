"""A process to take along: its picture as SVG or PNG, and its manual for people who read it on paper or in Word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from engine.definitions.comparison import Labels
from engine.definitions.dataflow.flow import Following
from engine.definitions.dataflow.offering import offered
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.drawing import describe, draw_svg
from engine.definitions.drawing.wording import deadline_in_words
from engine.definitions.models import ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.saying import say_who
from engine.definitions.surroundings import known_names
from engine.definitions.unpublished import forms_of
from engine.errors import UnknownDefinition
from engine.expressions.wording import Label, in_words
from web.answers import named
from web.auth.access import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import current
from web.studio import overview
from web.studio.blueprint import blueprint
from web.studio.processes import leads
from web.studio.roles import sector_of
from workflows import guide
from workflows.cycles import cadence, rhythm
from workflows.cycles.cadence import InvalidCadence
from workflows.documents.pictures import png_of
from workflows.documents.rendering import Page, laid_out, render_docx, render_pdf
from workflows.errors import InvalidForm
from workflows.forms.fields import TYPE_NAMES, Field
from workflows.forms.schema import FormSchema
from workflows.people.filling import filling
from workflows.people.states import RoleScope
from workflows.sectors import identity
from workflows.spanish import long_day

MANUALS = {
    "pdf": (render_pdf, "application/pdf"),
    "docx": (render_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
SCOPES = {RoleScope.ENTITY: "cada entidad", RoleScope.SECTOR: "todo el sector"}


@blueprint.get("/<process_key>/dibujo.<any(svg, png):image>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def picture(process_key: str, image: str) -> Response:
    """The picture of the version in force (`?version=N`: of another one), as a file."""
    with current().database.reading() as session:
        svg = draw_svg(_version(session, process_key).xml, {})
    made = Response(svg, mimetype="image/svg+xml") if image == "svg" else Response(png_of(svg), mimetype="image/png")
    return named(made, f"{process_key}.{image}")


@blueprint.get("/<process_key>/manual.<any(pdf, docx):suffix>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def manual(process_key: str, suffix: str) -> Response:
    """The manual of the version in force (`?version=N`: of another one)."""
    render, media_type = MANUALS[suffix]
    with current().database.reading() as session:
        version = _version(session, process_key)
        made = manual_of(session, process_key, version)
    return named(Response(render(made), mimetype=media_type), f"Manual de {version.name}.{suffix}")


def _version(session: Session, process_key: str) -> ProcessVersion:
    number = request.args.get("version", type=row_id)
    if number is not None:
        return overview.process_version(session, process_key, number)
    version = overview.working_version(session, process_key)
    if not version.version and not leads(process_key):
        raise UnknownDefinition("Ese proceso todavía no está publicado.")
    return version


@dataclass(frozen=True, slots=True)
class _Process:
    """What a manual is written from."""

    model: DiagramModel
    labels: Labels
    numbers: Mapping[str, int]
    forms: Mapping[str, FormSchema]


def manual_of(session: Session, process_key: str, version: ProcessVersion) -> Page:
    """The manual: picture, how it begins, roles, steps in order, decisions, forms."""
    model, tenant = read_diagram(version.xml), Name.parse(process_key).tenant
    labels = overview.labels(session, current().engine, tenant)
    told = describe(model, labels.roles, labels.processes)
    numbered = "\n".join(f"{one.number}. {one.text}" for one in told)
    asked = dict.fromkeys(task.form_key for task in model.of_kind("userTask") if task.form_key)
    sources = overview.working_forms(session, tenant)
    forms = {key: form for key in asked if (form := _readable(sources.get(key))) is not None}
    process = _Process(model, labels, {one.element_id: one.number for one in told}, forms)
    facts = [("Versión", str(version.version) if version.version else "borrador sin publicar")]
    if version.version:
        facts += [("Rige desde", long_day(version.published_at)), ("Por qué cambió", version.reason)]
    sections: list[dict[str, Any]] = [
        {"code": "1", "title": "Cómo empieza", "text": "\n".join(_beginnings(process))},
        {"code": "2", "title": "Quiénes participan", "tables": [_roles(session, process)]},
        {"code": "3", "title": "Los pasos, en orden", "tables": [_steps(process)]},
        {"code": "4", "title": "Qué se hace en cada paso", "text": numbered},
        *_instructions(process),
        {"code": "5", "title": "Decisiones", **_decisions(session, process, process_key)},
        {"code": "6", "title": "Formularios", "text": "" if forms else "Este proceso no pide formularios."},
        *_form_tables(process),
    ]
    return laid_out(
        f"Manual del proceso: {version.name}",
        "Cauce · proceso de planeación sectorial",
        facts,
        sections,
        int((version.published_at or current().clock.now()).timestamp()),
        identity.letterhead(session, sector_of(session, process_key)),
        picture=draw_svg(version.xml, {}),
        picture_told=f"El dibujo de «{version.name}»; los mismos pasos están escritos adelante.",
    )


def _readable(source: Mapping[str, Any] | None) -> FormSchema | None:
    try:
        return FormSchema.from_dict(source) if source else None
    except InvalidForm:
        return None


def _beginnings(process: _Process) -> Iterator[str]:
    for start in process.model.starts():
        try:
            read = cadence.read(start.properties) if start.event == "timer" else None
        except InvalidCadence as wrong:
            yield wrong.message
            continue
        if read is not None:
            yield rhythm.in_words(read)
        elif start.event == "message":
            yield f"Cuando llega el mensaje «{start.reference or start.name}»."
        else:
            yield "Cuando alguien lo empieza, o lo llama otro proceso."


def _roles(session: Session, process: _Process) -> dict[str, Any]:
    steps: dict[str, list[str]] = {}
    for task in process.model.of_kind("userTask", "manualTask"):
        for role in task.roles:
            steps.setdefault(role.partition("@")[0], []).append(
                f"{process.numbers.get(task.id, '')} {task.name}".strip()
            )
    scopes = {key: SCOPES[one.role.scope] for key, one in filling(session, steps).items()}
    rows = [
        [process.labels.roles.get(key, "el que diga el caso"), scopes.get(key, "—"), "; ".join(names)]
        for key, names in steps.items()
    ]
    return {"head": ["Rol", "Se tiene en", "Sus pasos"], "rows": rows}


def _tasks(process: _Process) -> list[Element]:
    found = process.model.of_kind("userTask", "manualTask")
    return sorted(found, key=lambda one: process.numbers.get(one.id, 0))


def _steps(process: _Process) -> dict[str, Any]:
    rows = [
        [
            str(process.numbers.get(task.id, "")),
            task.name or "Paso sin nombre",
            say_who(process.model, task, process.labels.roles),
            deadline_in_words(task.deadline) if task.deadline else "sin plazo",
            process.labels.forms.get(task.form_key, task.form_key) if task.form_key else "ninguno",
            ", ".join(row.id for row in guide.named_in(task.properties.get("guia", ""))) or "—",
        ]
        for task in _tasks(process)
    ]
    return {"head": ["N.º", "Paso", "Quién", "Plazo", "Formulario", "Guía"], "rows": rows}


def _instructions(process: _Process) -> Iterator[dict[str, Any]]:
    """What is explained of each step, and what the guide asks there."""
    for task in _tasks(process):
        asks = [f"La guía pide ({row.place}): {row.asks}" for row in guide.named_in(task.properties.get("guia", ""))]
        if task.documentation or asks:
            number = process.numbers.get(task.id, 0)
            yield {"code": f"4.{number}", "title": task.name, "text": "\n".join([task.documentation, *asks])}


def _decisions(session: Session, process: _Process, process_key: str) -> dict[str, Any]:
    model, tenant = process.model, Name.parse(process_key).tenant
    forms = forms_of(session, model, tenant)
    world = known_names(session, current().engine, [model], forms, tenant=tenant).world
    following = Following(world.with_diagram(model)) if world else None
    rows = []
    for gateway in model.of_kind("exclusiveGateway", "inclusiveGateway"):
        if len(gateway.outgoing) < 2:
            continue
        data = offered(following, model, gateway.id) if following else []
        labels = {
            one.name: Label(one.label, {key: text or key for key, text in one.datum.options.items()}) for one in data
        }
        for flow in (model.flows[one] for one in gateway.outgoing):
            target = model.elements.get(flow.target)
            when = in_words(flow.condition, labels) if flow.condition else "en los demás casos"
            rows.append([gateway.name or "Decisión", flow.name or "—", when, target.called if target else "—"])
    if not rows:
        return {"text": "Este proceso no tiene decisiones: cada paso sigue siempre al mismo."}
    return {"tables": [{"head": ["Pregunta", "Respuesta", "Cuándo", "Sigue"], "rows": rows}]}


def _form_tables(process: _Process) -> Iterator[dict[str, Any]]:
    for place, (key, form) in enumerate(process.forms.items(), start=1):
        rows = [row for field in form.fields() for row in _field_rows(field, "")]
        table = {"head": ["Se pregunta", "Cómo se responde", "Obligatorio", "Ayuda"], "rows": rows}
        yield {"code": f"6.{place}", "title": process.labels.forms.get(key, key), "tables": [table]}


def _field_rows(field: Field, table: str) -> Iterator[list[str]]:
    label = f"{table}: {field.label}" if table else field.label
    must = "solo se lee" if field.readonly else "sí" if field.rules.required else "no"
    yield [label, TYPE_NAMES.get(field.type, field.type), must, field.description]
    for column in field.children:
        yield from _field_rows(column, field.label)
