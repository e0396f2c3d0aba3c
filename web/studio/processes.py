"""Looking: the list of processes, one process, one of its versions."""

from __future__ import annotations

from flask import Response, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirection

from engine.definitions import drafts, reviewing, unpublished
from engine.definitions.comparison import compare
from engine.definitions.drawing import describe, draw_svg
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import Conflict, UnknownDefinition
from web.answers import named
from web.auth.access import SIGNED_IN, Of, allow
from web.auth.owners import INSTALLATION
from web.numbers import row_id
from web.pages import actor, back_to, current, page, person
from web.studio import kinship, overview
from web.studio.blueprint import LEADERS, blueprint
from workflows import shipped
from workflows.cycles import by_hand
from workflows.people.roles import ADMINISTRATING
from workflows.sectors import registry


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.DEFINITION)
def index() -> str:
    """Every process with its current version, and for those who edit the ones that are only drafts."""
    with current().database.reading() as session:
        return page(
            "studio/index.html",
            processes=overview.process_list(session),
            new=[one for one in unpublished.processes(session, overview.seen()) if leads(one.reference)],
            new_ones=_may_make_new(session),
            leads_one=leads,
            asked=[asked for asked in overview.asked_reviews(session) if leads(asked[0].process_key)],
            leads=leads(),
            newer=shipped.unpublished(session) if leads() or current_user.may(ADMINISTRATING) else [],
        )


def _may_make_new(session: Session) -> bool:
    """Whether the reader leads what all share, or one sector of several."""
    several = len(registry.codes(session)) > 1
    return leads() or (several and current_user.may(LEADERS))


@blueprint.get("/<process_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def process(process_key: str) -> str:
    """One process: picture, steps in words, versions, and who still runs on which."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        labels = overview.labels(session, current().engine, version.tenant)
        if not version.version and not leads(process_key):
            raise UnknownDefinition("Ese proceso todavía no está publicado.")
        return page(
            "studio/process.html",
            version=version,
            picture=draw_svg(version.xml, {}),
            steps=describe(read_diagram(version.xml), labels.roles, labels.processes),
            versions=overview.process_versions(session, process_key) if version.version else [],
            draft=drafts.find(session, drafts.PROCESS, process_key),
            definition=reviewing.definition_of(session, process_key, new=True),
            release=reviewing.open_of(session, process_key),
            reviews=reviewing.published(session, process_key),
            callers=overview.called_from(session, version.process_key) if leads(process_key) else [],
            kin=kinship.of(session, drafts.PROCESS, process_key),
            people=overview.people(session),
            leads=leads(process_key),
            begins=bool(version.version) and by_hand.may_begin(session, current().engine, actor(), process_key),
        )


@blueprint.get("/<process_key>/versiones/<int:number>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def version(process_key: str, number: int) -> str:
    """An older version, and what separates it from the current one."""
    with current().database.reading() as session:
        newest = overview.current_version(session, process_key)
        older = overview.process_version(session, process_key, number)
        labels = overview.labels(session, current().engine, older.tenant)
        return page(
            "studio/version.html",
            version=older,
            current_version=newest,
            author=overview.people(session).get(older.published_by, older.published_by),
            picture=draw_svg(older.xml, {}),
            steps=describe(read_diagram(older.xml), labels.roles, labels.processes),
            changes=compare(read_diagram(newest.xml), read_diagram(older.xml), labels),
            leads=leads(process_key),
        )


@blueprint.post("/<process_key>/versiones/<int:number>/volver")
@allow(*LEADERS, of=Of.DEFINITION)
def go_back(process_key: str, number: int) -> Redirection:
    """Put an older version into the draft, to be looked at and published like any change: history only grows."""
    with current().database.unit_of_work() as session:
        older = overview.process_version(session, process_key, number)
        if drafts.find(session, drafts.PROCESS, process_key) is not None:
            raise Conflict("Hay un borrador sin publicar. Publíquelo o descártelo antes de volver a otra versión.")
        newest = overview.current_version(session, process_key)
        drafts.save(
            session, current().engine, drafts.PROCESS, process_key, older.xml,
            actor=actor(), revision=0, base_version=newest.version,
        )  # fmt: skip
    said = f"El borrador es la versión {number}. Mire qué cambia, diga por qué y publíquelo."
    return back_to("studio.publish_page", said, process_key=process_key, vuelve=number)


@blueprint.get("/<process_key>/diagrama.bpmn")
@allow(SIGNED_IN, of=Of.DEFINITION)
def diagram(process_key: str) -> Response:
    """The XML of the current version, or of `?version=N`, for the viewer and for other modelling tools."""
    number = request.args.get("version", type=row_id)
    with current().database.reading() as session:
        if number is None:
            return xml_answer(overview.current_version(session, process_key).xml, process_key)
        return xml_answer(overview.process_version(session, process_key, number).xml, process_key)


def xml_answer(xml: bytes, process_key: str) -> Response:
    """A diagram as a file to keep: what somebody drew elsewhere is never shown as a page of Cauce."""
    return named(Response(xml, mimetype="application/xml"), f"{process_key}.bpmn")


def leads(name: str = "") -> bool:
    """Whether the person who asks may edit and publish: what all share, or what is named."""
    return person().may(LEADERS, Name.parse(name).tenant or INSTALLATION)


def may_skip_review() -> bool:
    """Whether who asks may publish what nobody else has looked at, although the process demands it."""
    return person().may(ADMINISTRATING)
