"""The decisions of a process by menus: the question, when each answer is taken, and the one for all other cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.definitions import editing
from engine.definitions.dataflow.flow import Following
from engine.definitions.dataflow.needing import names
from engine.definitions.dataflow.offering import Offered, later, offered
from engine.definitions.diagram import DiagramModel, Element, Flow
from engine.definitions.linting import Finding, KnownNames, lint
from engine.definitions.linting.flows import chooses
from engine.definitions.linting.graph import place_in_order
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.definitions.unpublished import forms_of
from engine.errors import InvalidExpression, StaleDraft, UnknownElement
from engine.expressions import compile_expression
from engine.expressions.building import read, write
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import keep
from web.studio.menus import Choice, Menus, by_name, shown, typed
from web.studio.widening import Widened, widen

BY_MENUS, AS_TEXT = "menus", "texto"
LONGEST_NAME = 300


@dataclass(slots=True)
class Answer:
    """One way out of a decision: `mode` says whether menus or the text tell when it is taken."""

    flow: Flow
    name: str
    target: str
    menus: Menus
    mode: str
    text: str
    prefix: str
    wrong: str = ""

    @property
    def sentence(self) -> str:
        """When it is taken, in words."""
        return self.menus.sentence() if self.mode == BY_MENUS else ""


@dataclass(slots=True)
class Decision:
    """A decision on the page."""

    gateway: Element
    name: str
    after: str
    answers: list[Answer]
    default: str
    here: Sequence[Offered] = ()
    later: Sequence[Offered] = ()
    findings: list[Finding] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


@blueprint.get("/<process_key>/condiciones")
@allow(*LEADERS, of=Of.DEFINITION)
def conditions(process_key: str) -> str:
    """Every decision of the draft, or of the version in force."""
    return _page(process_key)


@blueprint.post("/<process_key>/condiciones/<element_id>")
@allow(*LEADERS, of=Of.DEFINITION)
def decide(process_key: str, element_id: str) -> Response | str | tuple[str, int]:
    """Write a decision into the draft; the buttons of its menus only change what the page offers."""
    with current().database.reading() as session:
        xml, _ = overview.working_xml(session, process_key)
        diagram = read_diagram(xml)
        gateway = diagram.elements.get(element_id)
        if gateway is None or not chooses(gateway):
            raise UnknownElement("Esa decisión no está en el borrador. Actualice la página y elija otra.")
        around = _around(session, diagram, Name.parse(process_key).tenant)
        decision = _typed(_decision(around, diagram, gateway), request.form)
    if any(name.endswith("_paso") for name in request.form):
        return _page(process_key, decision)
    changed = _written(xml, diagram, decision, around.widened)
    if changed is None:
        return _page(process_key, decision), 422
    revision = request.form.get("revision", 0, type=row_id)
    try:
        with current().database.unit_of_work() as session:
            keep(session, process_key, changed, revision)
    except StaleDraft:
        decision.wrong["stale"] = (
            "Otra persona cambió el borrador mientras tanto. Lo que eligió sigue aquí: revíselo y guárdelo de nuevo."
        )
        return _page(process_key, decision), 409
    notice = f"«{decision.name or 'La decisión'}» quedó en el borrador."
    return back_to("studio.conditions", notice, process_key=process_key, _anchor=element_id)


def _page(process_key: str, typed_one: Decision | None = None) -> str:
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        xml, revision = overview.working_xml(session, process_key)
        diagram = read_diagram(xml)
        around = _around(session, diagram, Name.parse(process_key).tenant)
        findings = lint(xml, around.known)
        order = place_in_order(diagram)
        gateways = sorted(filter(chooses, diagram.elements.values()), key=lambda one: order.get(one.id, 0))
        found = [
            typed_one if typed_one and typed_one.gateway.id == one.id else _decision(around, diagram, one)
            for one in gateways
        ]
    for one in found:
        one.findings = [finding for finding in findings if finding.element in (one.gateway.id, *one.gateway.outgoing)]
    return page("studio/conditions.html", version=version, revision=revision, has_draft=revision > 0, decisions=found)


@dataclass(frozen=True, slots=True)
class _Around:
    """What is around a diagram, and its data: as they are, and `wide` with all answers that could be handed on besides.

    The last three are None in an engine that declares nothing.
    """

    known: KnownNames
    following: Following | None = None
    widened: Widened | None = None
    wide: Following | None = None


def _around(session: Session, diagram: DiagramModel, tenant: str) -> _Around:
    known = known_names(session, current().engine, [diagram], forms_of(session, diagram, tenant), tenant=tenant)
    if known.world is None:
        return _Around(known)
    following = Following(known.world.with_diagram(diagram))
    widened = widen(following, diagram)
    return _Around(known, following, widened, Following(known.world.with_diagram(widened.diagram)))


def _decision(around: _Around, diagram: DiagramModel, gateway: Element) -> Decision:
    following = around.following
    here = offered(following, diagram, gateway.id) if following else []
    choices = by_name([*(_choice(one) for one in here), *_not_yet(around, gateway)])
    before = [one.called for one in diagram.before(gateway.id)]
    answers = [
        _answer(diagram, diagram.flows[flow], choices, f"r{place}") for place, flow in enumerate(gateway.outgoing)
    ]
    return Decision(
        gateway, gateway.name, " y ".join(before), answers, gateway.default_flow or "", here,
        later(following, diagram, gateway.id) if following else [],
    )  # fmt: skip


def _not_yet(around: _Around, gateway: Element) -> list[Choice]:
    """What is answered before and not handed on: choosing it hands it on."""
    if around.wide is None or around.widened is None:
        return []
    found = offered(around.wide, around.widened.diagram, gateway.id)
    return [
        Choice(one.name, one.label, one.datum, f"Se responde en {one.giver.called}; pasará al proceso", one.sure)
        for one in found
        if one.name in around.widened.kept_back and one.giver is not None
    ]


def _choice(one: Offered) -> Choice:
    giver = one.giver
    where = "Viene con el proceso" if giver is None else f"Se responde en {giver.called}"
    if giver is not None and giver.kind not in ("userTask", "startEvent"):
        where = f"Lo da {giver.called}"
    return Choice(one.name, one.label, one.datum, where, one.sure)


def _answer(diagram: DiagramModel, flow: Flow, choices: Mapping[str, Choice], prefix: str) -> Answer:
    group = read(flow.condition) if flow.condition else None
    target = diagram.elements.get(flow.target)
    mode = AS_TEXT if flow.condition and group is None else BY_MENUS
    called = target.called if target else "ningún paso"
    return Answer(flow, flow.name, called, shown(group, choices, prefix), mode, flow.condition, prefix)


def _typed(decision: Decision, form: MultiDict[str, str]) -> Decision:
    decision.name = " ".join(form.get("name", "").split())
    decision.default = form.get("default", "")
    for one in decision.answers:
        one.name = " ".join(form.get(f"{one.prefix}-nombre", "").split())
        one.mode = AS_TEXT if form.get(f"{one.prefix}-modo") == AS_TEXT else BY_MENUS
        one.text = form.get(f"{one.prefix}-texto", one.text).strip()
        one.menus = typed(form, one.menus.choices, one.prefix)
        _change_mode(one, form.get(f"{one.prefix}_paso", ""))
    order = [name for name in form.getlist("orden") if name]
    step = form.get("orden_paso", "")
    places = {prefix: place for place, prefix in enumerate(order)}
    decision.answers.sort(key=lambda one: places.get(one.prefix, len(places)))
    at = next((place for place, one in enumerate(decision.answers) if step == f"subir-{one.prefix}"), 0)
    if at:
        decision.answers[at - 1], decision.answers[at] = decision.answers[at], decision.answers[at - 1]
    return decision


def _change_mode(one: Answer, step: str) -> None:
    """From menus to the text they write, and back where they can show it."""
    if step == AS_TEXT:
        group = one.menus.condition()
        one.mode, one.text = AS_TEXT, f"${{{write(group)}}}" if group else one.flow.condition
    if step == BY_MENUS:
        one.mode, one.menus = BY_MENUS, shown(read(one.text), one.menus.choices, one.prefix)


def _written(xml: bytes, diagram: DiagramModel, decision: Decision, widened: Widened | None) -> bytes | None:
    """The XML with what differs changed; None where something is wrong, which the decision then says."""
    texts = {one.flow.id: text for one in decision.answers if (text := _condition(decision, one)) is not None}
    if not 0 < len(decision.name) <= LONGEST_NAME:
        decision.wrong["name"] = "Escriba la pregunta: «¿Hay algo por aclarar?»."
    if decision.wrong or any(one.wrong or one.menus.wrong for one in decision.answers):
        return None
    gateway = diagram.elements[decision.gateway.id]
    if decision.name != gateway.name:
        xml = editing.set_attribute(xml, gateway.id, "name", decision.name)
    if decision.default != (gateway.default_flow or "") and decision.default in ("", *gateway.outgoing):
        xml = editing.set_attribute(xml, gateway.id, "default", decision.default)
    for one in decision.answers:
        if one.name != one.flow.name:
            xml = editing.set_attribute(xml, one.flow.id, "name", one.name)
        if texts[one.flow.id] != one.flow.condition:
            xml = editing.set_condition(xml, one.flow.id, texts[one.flow.id])
    if widened is not None:
        used = frozenset[str]().union(*(names(text) for text in texts.values()))
        xml = widened.hand_on(xml, diagram, used)
    return editing.set_order(xml, [one.flow.id for one in decision.answers])


def _condition(decision: Decision, one: Answer) -> str | None:
    """The expression of an answer; the one that was there where menus say the same."""
    if one.flow.id == decision.default:
        return ""
    if one.mode == AS_TEXT:
        try:
            compile_expression(one.text)
        except InvalidExpression as error:
            one.wrong = str(error)
            return None
        return one.text
    group = one.menus.condition()
    if group is None:
        if not one.menus.wrong:
            one.wrong = "Diga cuándo se toma, o elíjala para los demás casos."
        return None
    before = read(one.flow.condition) if one.flow.condition else None
    text = write(group)
    return one.flow.condition if before is not None and write(before) == text else f"${{{text}}}"
