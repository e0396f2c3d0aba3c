"""Rehearsing a draft: what is asked of it, what it told, the scenarios that are kept and replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import reviewing, scenarios, unpublished
from engine.definitions.dataflow.giving import outputs
from engine.definitions.diagram import DiagramModel
from engine.definitions.drawing import draw_svg
from engine.definitions.models import Scenario
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import UnknownDefinition
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.rehearsals import gate, jobs, material, recording, shipped
from web.rehearsals.jobs import Job
from web.rehearsals.material import Material
from web.rehearsals.order import BEHAVIOURS, FINE, LATE, SAID, SHORT, Order
from web.rehearsals.scenarios import Verdict, expected, judge
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.comparing import drawn
from workflows.calendar import bogota_day
from workflows.forms.schema import FormSchema
from workflows.people.groups import sectors_of
from workflows.simulation import robots
from workflows.spanish import enumeration

EVERY = "todas"
"""Asks for one rehearsal of each behaviour."""
BROUGHT = "traidos"
"""Asks for those that come with the process."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a task answers and the process decides with: its options by value."""

    element_id: str
    field: str
    task: str
    label: str
    options: Mapping[str, str]

    @property
    def name(self) -> str:
        """What the page calls the answer."""
        return f"{self.element_id}.{self.field}"


@blueprint.get("/<process_key>/ensayo")
@allow(*LEADERS, of=Of.DEFINITION)
def rehearse_page(process_key: str) -> str:
    """What can be asked of a rehearsal, and the scenarios that are kept."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        xml, revision = overview.working_xml(session, process_key)
        questions, case_id = _questions(session, xml), request.args.get("caso", 0, type=row_id)
        recorded = recording.cases(session, Name.parse(process_key).key, sectors_of(actor()))
        taken = {}
        if case_id in dict(recorded):
            offered = {(one.element_id, one.field): one.options.keys() for one in questions}
            taken = recording.decided(session, case_id, offered)
        return page(
            "studio/rehearse.html",
            recorded=recorded,
            case_id=case_id,
            taken=taken,
            version=version,
            is_draft=bool(revision),
            behaviours=_offered(read_diagram(xml)),
            said=SAID,
            questions=questions,
            kept=scenarios.of_process(session, process_key),
            brought=shipped.of_process(Name.parse(process_key).key),
            names=overview.people(session),
        )


def _offered(model: DiagramModel) -> dict[str, str]:
    """How people may behave in it: nobody is late with a report where none is made."""
    forms = {str(task.properties.get("registro") or task.id) for task in model.of_kind("userTask")}
    return {one: words for one, words in BEHAVIOURS.items() if one != LATE or not forms.isdisjoint(robots.REPORTS)}


def _questions(session: Session, xml: bytes) -> list[Question]:
    """The answers of people that decide where the process goes, in the order of the drawing."""
    side, model = drawn(session, xml), read_diagram(xml)
    forms = {key: FormSchema.from_dict(dict(schema)) for key, schema in side.forms.items()}
    return [
        Question(task.id, field.key, task.name, field.label, dict(field.options))
        for task in model.of_kind("userTask")
        if task.form_key in forms
        for field in forms[task.form_key].fields()
        if field.key in outputs(task) and field.has_choices and field.options
    ]


@blueprint.post("/<process_key>/ensayo")
@allow(*LEADERS, of=Of.DEFINITION)
def rehearse(process_key: str) -> Response:
    """Begin one, or (`EVERY`) one for each way in which people behave."""
    with current().database.reading() as session:
        xml, drawing = drawing_of(session, process_key)
        answers, asked = _answers(_questions(session, xml)), request.form.get("behaviour", FINE)
        brought = shipped.of_process(Name.parse(process_key).key) if asked == BROUGHT else ()
        orders = [one.order for one in brought] or [
            Order(one, answers) for one in (_offered(read_diagram(xml)) if asked == EVERY else [asked])
        ]
        taken = gathered(session, process_key, {process_key: xml})
    token = jobs.begin(
        current().config.home, current().clock, process_key, drawing, [(taken, one) for one in orders],
        names=[one.name for one in brought],
    )  # fmt: skip
    return back_to("studio.rehearsal", process_key=process_key, token=token)


def gathered(session: Session, name: str, drawn: Mapping[str, bytes]) -> Material:
    """What a rehearsal needs; the people in it are of the reader's sectors."""
    today = bogota_day(current().clock.now())
    return material.gather(session, current().engine, name, drawn, today, sectors_of(actor()))


def _answers(questions: Sequence[Question]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for question in questions:
        value = request.form.get(question.name, "")
        if value in question.options:
            found.setdefault(question.element_id, {})[question.field] = value
    return found


@blueprint.get("/<process_key>/ensayo/<token>")
@allow(*LEADERS, of=Of.DEFINITION)
def rehearsal(process_key: str, token: str) -> str:
    """What it told; until then the page asks again by itself."""
    job = _job(process_key, token)
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        # Nothing is read for what is not shown yet: the page of one that runs asks every other second.
        xml, drawing = drawing_of(session, process_key) if job.is_done else (b"", job.drawing)
        verdicts = _verdicts(session, job)
    place = min(request.args.get("cual", 0, type=row_id), max(0, len(job.told) - 1))
    told = job.told[place] if job.is_done and job.told and not job.scenarios else None
    return page(
        "studio/rehearsal.html",
        version=version,
        job=job,
        told=told,
        place=place,
        short=SHORT,
        verdicts=verdicts,
        is_old=drawing != job.drawing,
        behaviours=SAID,
        picture=draw_svg(xml, _marks(read_diagram(xml), {one.element for one in told.happenings})) if told else "",
    )


def _marks(model: DiagramModel, reached: set[str]) -> dict[str, str]:
    return dict.fromkeys(reached & model.elements.keys(), "hecho")


def _job(process_key: str, token: str) -> Job:
    job = jobs.find(current().config.home, current().clock, token)
    if job is None or job.process_key != process_key:
        raise UnknownDefinition("Ese ensayo ya no está: se guardan un día. Ensáyelo de nuevo.")
    return job


@blueprint.post("/<process_key>/ensayo/<token>/guardar")
@allow(*LEADERS, of=Of.DEFINITION)
def keep_rehearsal(process_key: str, token: str) -> Response:
    """Keep what was rehearsed, to be replayed before each publication."""
    job = _job(process_key, token)
    if not job.told or job.scenarios:
        raise UnknownDefinition("Ese ensayo no se puede guardar: no llegó a contar nada.")
    with current().database.unit_of_work() as session:
        typed, names = request.form.get("name", "").strip(), []
        for place, (order, told) in enumerate(zip(job.orders, job.told, strict=True)):
            name = f"{typed}: {SHORT[order.behaviour]}" if typed and len(job.orders) > 1 else typed
            name = job.names[place] if job.names else name
            scenario = scenarios.keep(
                session, current().engine, process_key, name, order.as_json(), expected(told), actor=actor()
            )
            names.append(f"«{scenario.name}»")
    verb = "se repetirá" if len(names) == 1 else "se repetirán"
    said = f"{enumeration(names)} {verb} antes de cada publicación."
    return back_to("studio.rehearse_page", said, process_key=process_key)


@blueprint.post("/<process_key>/ensayo/guardados/<int:scenario_id>/quitar")
@allow(*LEADERS, of=Of.DEFINITION)
def forget_rehearsal(process_key: str, scenario_id: int) -> Response:
    """Replay it no more."""
    with current().database.unit_of_work() as session:
        scenarios.forget(session, process_key, scenario_id)
    return back_to("studio.rehearse_page", "Ya no se repetirá.", process_key=process_key)


@blueprint.post("/<process_key>/ensayo/repetir")
@allow(*LEADERS, of=Of.DEFINITION)
def replay(process_key: str) -> Response:
    """Replay what is kept of the process and of those that call it, with the draft."""
    beside = request.form.getlist("con")
    with current().database.reading() as session:
        drawn = {one: drawing_of(session, one)[0] for one in (process_key, *beside)}
        drawing = drawing_with(session, process_key, beside)
        kept = gate.touched(session, drawn)
        runs = [(gathered(session, one.process_key, drawn), Order.of(one.asked)) for one in kept]
    if not runs:
        return back_to("studio.rehearse_page", "No hay ensayos guardados.", process_key=process_key)
    token = jobs.begin(
        current().config.home, current().clock, process_key, drawing, runs,
        names=[one.name for one in kept], scenarios=[one.id for one in kept], beside=beside,
    )  # fmt: skip
    return back_to("studio.rehearsal", process_key=process_key, token=token)


def _verdicts(session: Session, job: Job) -> list[Verdict]:
    kept = {id_: session.get(Scenario, id_) for id_ in job.scenarios}
    return [
        judge(name, scenario.expected, told)
        for id_, name, told in zip(job.scenarios, job.names, job.told, strict=False)
        if (scenario := kept[id_]) is not None
    ]


@dataclass(frozen=True, slots=True)
class Replays:
    """What is kept of rehearsals against a draft. `job` is the newest replay with it, `verdicts` how that went."""

    kept: Sequence[Scenario]
    job: Job | None = None
    verdicts: Sequence[Verdict] = ()

    def why_not(self, accepted: bool) -> str:
        """Why the draft can't be published yet; empty if it can. `accepted`: what differs was seen."""
        if not self.kept:
            return ""
        if self.job is None or not self.job.told or set(self.job.scenarios) != {one.id for one in self.kept}:
            many = "el ensayo guardado" if len(self.kept) == 1 else f"los {len(self.kept)} ensayos guardados"
            return f"Repita primero {many} con este borrador."
        for one in self.verdicts:
            if one.stuck:
                return f"«{one.name}» ya no llega a su fin: {one.differences[0]}"
        if any(not one.is_same for one in self.verdicts) and not accepted:
            return "Hay ensayos guardados que salen distinto. Mírelos, y marque que así debe ser."
        return ""


def replays(session: Session, process_key: str, beside: Sequence[str] = ()) -> Replays:
    """What is kept of a process, of those `beside` it and of all that call them, and how it went with the drafts."""
    kept = gate.touched(session, [process_key, *beside])
    if not kept:
        return Replays(kept)
    drawing = drawing_with(session, process_key, beside)
    job = jobs.last_replay(current().config.home, current().clock, process_key, drawing)
    return Replays(kept, job, _verdicts(session, job) if job else ())


def drawing_with(session: Session, process_key: str, beside: Sequence[str]) -> str:
    """What tells a draft, with those that would be published with it, from any other."""
    return " ".join(drawing_of(session, one)[1] for one in (process_key, *sorted(beside)))


def drawing_of(session: Session, process_key: str) -> tuple[bytes, str]:
    """The draft, else what is published, and what tells it from any other: revisions begin anew with each draft."""
    xml, _revision = overview.working_xml(session, process_key)
    forms = unpublished.forms_of(session, read_diagram(xml), Name.parse(process_key).tenant)
    return xml, reviewing.fingerprint(xml, forms)
