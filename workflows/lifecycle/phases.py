"""The six phases of a plan: how each stands, when it was to happen and when it did, what is open and with whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows import guide
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents.models import Document, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation.models import Evaluation
from workflows.evaluation.states import EvaluationKind
from workflows.forms.models import ClosingItem
from workflows.lifecycle import starting
from workflows.people.holders import holders, members_by_group
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

TO_COME, UNDER_WAY, DONE, BEFORE = "por_comenzar", "en_curso", "terminada", "anterior"
NATURES = {1: "Formulación", 2: "Formulación", 3: "Formulación", 4: "Ejecución", 5: "Seguimiento", 6: "Evaluación"}
CALLED = {1: "f1_conociendo_sector", 2: "f2_elaboracion_pes", 3: "f3_aprobacion_pes"}
CLOSING = {1: "cerrar_fase_1", 2: "cerrar_fase_2", 3: "cerrar_fase_3", 4: "cerrar_vigencia", 6: "cerrar_fase_6"}
WEEKS = {1: 6, 2: 14, 3: 8}
"""At most how long the phases of formulation take."""

PHASE_OF_CASE = {
    "f4_implementacion_anual": 4,
    "f4_modificacion_presupuestal": 4,
    "f4_reporte_externo": 4,
    "sub_modificacion_pes": 4,
    "f5_preparacion": 5,
    "f5_ciclo_mensual": 5,
    "f5_reporte_extemporaneo": 5,
    "sub_plan_choque": 5,
    "f6_evaluacion_semestral": 6,
    "f6_informe_anual": 6,
    "f6_evaluacion_final": 6,
}
ROW_OF_DOCUMENT = {
    DocumentKind.METHODOLOGY: "1.3a",
    DocumentKind.PES: "2.D",
    DocumentKind.ACT: "3.1c",
    DocumentKind.MODIFICATION: "3.1c",
    DocumentKind.ACTION_PLAN: "4.1",
    DocumentKind.EXTERNAL_REPORT: "4.6",
    DocumentKind.MONTHLY_REPORT: "5.3",
    DocumentKind.INTERMEDIATE_EVALUATION: "6.2",
    DocumentKind.ANNUAL_REPORT: "6.3",
    DocumentKind.FINAL_EVALUATION: "6.F",
    DocumentKind.CHANGEOVER: "6.F",
    DocumentKind.ARCHIVE: "6.F",
}
"""The row of the guide that each kind of document answers."""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A task that waits, in which case, until when, and with whom; `is_alone`: with nobody who could do it."""

    task_id: int
    name: str
    entity: str
    case_id: int
    case_name: str
    due_at: dt.datetime | None
    who: str
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the phase. `files` are the formats made so far with their files; none while it is written.

    `row` of the guide is the one that asks for it.
    """

    row: str
    title: str
    number: str
    dated_at: dt.datetime | None
    files: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One phase of a plan. Days are of Bogotá; `ended_on` is empty while it goes on."""

    number: int
    name: str
    nature: str
    state: str
    planned: tuple[dt.date, dt.date]
    began_on: dt.date | None
    ended_on: dt.date | None
    open: Sequence[OpenWork]
    papers: Sequence[Paper]
    cases: tuple[int, int]
    """Cases that go on and that ended."""


def of_plan(session: Session, plan: Plan) -> list[PhaseView]:
    """The six phases in order."""
    work, papers, cases = _open_work(session, plan), _papers(session, plan), _cases(session, plan)
    began, ended = _began(session, plan), _ended(session, plan)
    planned = _planned(session, plan, began)
    loaded = starting.case_of(session, plan.code) is None
    return [
        PhaseView(
            number=number,
            name=name,
            nature=NATURES[number],
            state=_state(plan, number, began.get(number), ended.get(number), loaded=loaded),
            planned=planned[number],
            began_on=began.get(number),
            ended_on=ended.get(number),
            open=work.get(number, ()),
            papers=papers.get(number, ()),
            cases=cases.get(number, (0, 0)),
        )
        for number, name in guide.PHASES.items()
    ]


def _state(plan: Plan, number: int, began: dt.date | None, ended: dt.date | None, *, loaded: bool) -> str:
    if ended is not None:
        return DONE
    if loaded and number in CALLED and plan.state != PlanState.FORMULATION:
        return BEFORE
    return UNDER_WAY if began is not None else TO_COME


def _began(session: Session, plan: Plan) -> dict[int, dt.date]:
    began: dict[int, dt.date] = {}
    first = (
        sa.select(HistoryEntry.process_key, sa.func.min(HistoryEntry.at))
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(Instance.business_key == plan.code, HistoryEntry.process_key.in_(CALLED.values()))
        .group_by(HistoryEntry.process_key)
    )
    by_process = {process: bogota_day(at) for process, at in session.execute(first)}
    began |= {number: by_process[process] for number, process in CALLED.items() if process in by_process}
    opened = (
        sa.select(Instance.process_key, sa.func.min(Instance.started_at))
        .where(Instance.scope == plan.code, Instance.process_key.in_(PHASE_OF_CASE))
        .group_by(Instance.process_key)
    )
    for process, at in session.execute(opened):
        number, day = PHASE_OF_CASE[process], bogota_day(at)
        began[number] = min(began.get(number, day), day)
    return began


def _ended(session: Session, plan: Plan) -> dict[int, dt.date]:
    query = (
        sa.select(ClosingItem.review, sa.func.max(ClosingItem.key), sa.func.max(ClosingItem.reviewed_at))
        .where(ClosingItem.plan_code == plan.code)
        .group_by(ClosingItem.review)
    )
    reviewed = {review: (key, at) for review, key, at in session.execute(query)}
    ended = {number: bogota_day(reviewed[review][1]) for number, review in CLOSING.items() if review in reviewed}
    if 4 in ended and reviewed[CLOSING[4]][0] < str(plan.ends_on.year):
        del ended[4]  # a year was closed, not the last one
    last = session.scalar(
        sa.select(Period.frozen_at).where(
            Period.plan_code == plan.code,
            Period.code == plan.ends_on.strftime("%Y-%m"),
            Period.state == PeriodState.CLOSED,
        )
    )
    return ended | ({5: bogota_day(last)} if last else {})


def _planned(session: Session, plan: Plan, began: Mapping[int, dt.date]) -> dict[int, tuple[dt.date, dt.date]]:
    first = dt.date(plan.first_year, 1, 1)
    case = starting.case_of(session, plan.code)
    start = bogota_day(case.started_at) if case else first - dt.timedelta(weeks=sum(WEEKS.values()))
    planned = {}
    for number, weeks in WEEKS.items():
        start = began.get(number, start)
        planned[number] = (start, start + dt.timedelta(weeks=weeks))
        start = planned[number][1]
    evaluated = dt.date(plan.ends_on.year + 1, 2, 1) + dt.timedelta(weeks=8)
    month = dt.date.fromisoformat(f"{plan.first_month}-01")
    planned[4] = (max(first - dt.timedelta(days=31), min(planned[3][1], first)), plan.ends_on)
    planned[5] = (month, plan.ends_on + dt.timedelta(days=31))
    planned[6] = (month, evaluated)
    return planned


def _open_work(session: Session, plan: Plan) -> dict[int, list[OpenWork]]:
    query = (
        sa.select(
            UserTask.id,
            UserTask.name,
            UserTask.assignee,
            UserTask.variables,
            UserTask.due_at,
            UserTask.instance_id,
            Instance.name.label("case_name"),
            Instance.process_key,
        )
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan.code, UserTask.state == UserTaskState.OPEN)
        .order_by(UserTask.due_at, UserTask.id)
    )
    rows = session.execute(query).all()
    held, members = holders(session, rows), members_by_group(session)
    found: dict[int, list[OpenWork]] = {}
    current = _current_phase(session, plan)
    for row in rows:
        number = PHASE_OF_CASE.get(row.process_key, current)
        entity = str(row.variables.get("entidad") or "")
        with_whom = held[row.id]
        is_alone = with_whom.username is None and not any(members.get(group) for group in with_whom.groups)
        work = OpenWork(row.id, row.name, entity, row.instance_id, row.case_name, row.due_at, with_whom.words, is_alone)
        found.setdefault(number, []).append(work)
    return found


def _current_phase(session: Session, plan: Plan) -> int:
    """The phase of formulation that the master case is in; its archive belongs to the last phase."""
    if session.scalar(
        sa.select(Evaluation.id).where(Evaluation.plan_code == plan.code, Evaluation.kind == EvaluationKind.FINAL)
    ):
        return 6
    began = _began(session, plan)
    return max((number for number in CALLED if number in began), default=1)


def _papers(session: Session, plan: Plan) -> dict[int, list[Paper]]:
    """Made documents with their files, newest first, and those that are still written."""
    made: dict[tuple[DocumentKind, str, int], list[Document]] = {}
    documents = session.scalars(
        sa.select(Document)
        .where(Document.plan_code == plan.code)
        .order_by(Document.dated_at.desc(), Document.key.desc(), Document.version.desc(), Document.format)
    )
    for one in documents:
        made.setdefault((one.kind, one.key, one.version), []).append(one)
    found: dict[int, list[Paper]] = {}
    for (kind, _key, _version), formats in made.items():
        if row := ROW_OF_DOCUMENT.get(kind):
            files = tuple((one.format, one.file_id) for one in formats)
            paper = Paper(row, formats[0].title, "", formats[0].dated_at, files)
            found.setdefault(guide.rows()[row].phase, []).append(paper)
    written = {(kind, key) for kind, key, _version in made}
    for document in session.scalars(sa.select(PlanDocument).where(PlanDocument.plan_code == plan.code)):
        row = ROW_OF_DOCUMENT.get(document.kind)
        if row and document.number and (document.kind, document.key or document.number) not in written:
            paper = Paper(row, document.title, document.number, None, ())
            found.setdefault(guide.rows()[row].phase, []).append(paper)
    return found


def _cases(session: Session, plan: Plan) -> dict[int, tuple[int, int]]:
    query = (
        sa.select(Instance.process_key, Instance.state, sa.func.count())
        .where(Instance.scope == plan.code)
        .group_by(Instance.process_key, Instance.state)
    )
    counts: dict[int, tuple[int, int]] = {}
    for process, state, count in session.execute(query):
        if process in PHASE_OF_CASE:
            going, over = counts.get(PHASE_OF_CASE[process], (0, 0))
            counts[PHASE_OF_CASE[process]] = (going + count, over) if state == "active" else (going, over + count)
    return counts
