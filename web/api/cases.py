"""Cases: which there are, what may be begun, where each stands and what it waits for; messages to them."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from engine import waits as engine_waits
from engine.errors import UnknownInstance
from engine.instances import messages
from engine.instances.models import Instance
from engine.states import InstanceState
from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.once import once
from web.api.shapes import Listing, Once, Page, Shape
from web.api.tasks import Choice, choices
from web.auth import WORKING, Of
from web.auth.scopes import Scope
from web.cases import waiting
from web.errors import InvalidRequest, WrongPart
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.cycles import by_hand
from workflows.forms import loose
from workflows.people.groups import sectors_of
from workflows.people.permissions import COORDINATOR


class Case(Shape):
    """A process that runs, or ran. `key` is its business key; `plan` whose it is."""

    id: int
    key: str
    name: str
    process: str
    plan: str | None
    sector: str
    state: str
    started_at: dt.datetime
    started_by: str
    ended_at: dt.datetime | None


class CasePage(Page[Case]):
    """Some cases, the newest first."""


class Cases(Listing):
    """Which cases are asked for; what is left out is not asked."""

    state: InstanceState | None = None
    process: Annotated[str, Field(max_length=100)] = ""
    plan: Annotated[str, Field(max_length=40)] = ""


class Startable(Shape):
    """A process that may be begun, with what is asked: the `components` of a form, and the choices by path."""

    process: str
    name: str
    components: list[dict[str, Any]]
    options: dict[str, list[Choice]]


class StartablePage(Page[Startable]):
    """All that may be begun."""


class Beginning(Shape):
    """Which process, and the answers to what it asks."""

    process: Annotated[str, Field(max_length=100)]
    values: dict[str, Any]


class AwaitedThing(Shape):
    """One thing that a case waits for, in parts and in a sentence (Spanish)."""

    kind: str
    element: str
    process: str
    sentence: str
    message: str
    key: str
    assignee: str | None
    groups: list[str]
    since: dt.datetime | None
    until: dt.datetime | None
    hopeless: bool
    task_id: int | None


class WaitPage(Page[AwaitedThing]):
    """All that a case waits for."""


class Message(Shape):
    """A message as a diagram names it. `key` is the plan's code, alone or followed by `/…`.

    `data` are texts, numbers, booleans, or short lists of them; `reason` goes into the trail.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    key: Annotated[str, Field(min_length=1, max_length=200)]
    data: Annotated[dict[str, Any], Field(default_factory=dict)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Reached(Shape):
    """The cases that a message reached or opened."""

    cases: list[int]


@blueprint.get("/cases")
@operation(Scope.CASES_READ, CasePage, of=Of.NONE)
def list_cases(query: Cases) -> CasePage:
    """The cases of the sectors where roles are held."""
    before = cursors.read_id(query.cursor)
    wanted = sa.select(Instance).where(Instance.tenant.in_({"", *sectors_of(actor())}))
    conditions = (
        (query.state, Instance.state == query.state), (query.process, Instance.process_key == query.process),
        (query.plan, Instance.scope == query.plan), (before, Instance.id < before),
    )  # fmt: skip
    wanted = wanted.where(*(condition for asked, condition in conditions if asked))
    with current().database.reading() as session:
        found = session.scalars(wanted.order_by(Instance.id.desc()).limit(query.limit + 1)).all()
        shown, following = cursors.cut(found, query.limit, lambda one: cursors.of_id(one.id))
        return CasePage(items=[_case(one) for one in shown], next=following)


@blueprint.get("/processes")
@operation(Scope.CASES_READ, StartablePage, of=Of.NONE)
def list_processes() -> StartablePage:
    """The processes that whoever asks may begin."""
    with current().database.reading() as session:
        offered = by_hand.offered(session, current().engine, actor())
        return StartablePage(items=[_startable(session, one) for one in offered], next=None)


@blueprint.post("/cases")
@operation(Scope.CASES_WRITE, Case, of=Of.NONE, who=(WORKING,), status=HTTPStatus.CREATED)
def start_case(json: Beginning, headers: Once) -> Any:
    """Begin a process."""
    application = current()

    def act(session: Session) -> Case:
        case = by_hand.begin(
            session, application.engine, json.process, json.values, actor=actor(),
            catalogues=application.forms.catalogues,
        )  # fmt: skip
        return _case(case)

    return once(headers, act, HTTPStatus.CREATED)


@blueprint.get("/cases/<int:case_id>")
@operation(Scope.CASES_READ, Case, of=Of.CASE)
def get_case(case_id: int) -> Case:
    """One case."""
    with current().database.reading() as session:
        case = session.get(Instance, case_id)
        if case is None:
            raise UnknownInstance(instance_id=case_id)
        return _case(case)


@blueprint.get("/cases/<int:case_id>/waits")
@operation(Scope.CASES_READ, WaitPage, of=Of.CASE)
def list_waits(case_id: int) -> WaitPage:
    """What a case waits for, from whom and until when."""
    with current().database.reading() as session:
        found = waiting.shown(session, engine_waits.waits(session, current().engine, case_id))
    return WaitPage(items=[_awaited(one) for one in found], next=None)


@blueprint.post("/plans/<plan_code>/messages")
@operation(Scope.MESSAGES_WRITE, Reached, of=Of.PLAN, who=(COORDINATOR,), status=HTTPStatus.ACCEPTED)
def send_message(plan_code: str, json: Message, headers: Once) -> Any:
    """Send a message to the cases of a plan that wait for it, or that begin with it."""
    if json.key != plan_code and not json.key.startswith(f"{plan_code}/"):
        told = (f"Es {plan_code}, o comienza con {plan_code}/.", f"It is {plan_code}, or begins with {plan_code}/.")
        raise InvalidRequest(errors=[WrongPart("key", *told)])
    if json.data.get("plan", plan_code) != plan_code:
        raise InvalidRequest(errors=[WrongPart("data.plan", "Ese es otro plan.", "That is another plan.")])
    application = current()

    def act(session: Session) -> Reached:
        reached = messages.send(session, application.engine, json.name, json.key, json.data, actor=actor())
        told = {"mensaje": json.name, "clave": json.key, "procesos": reached}
        target = ("plan", plan_code)
        auditing.record(session, application.clock, actor(), "enviar_mensaje", target, reason=json.reason, after=told)
        return Reached(cases=reached)

    return once(headers, act, HTTPStatus.ACCEPTED)


def _case(one: Instance) -> Case:
    return Case(
        id=one.id, key=one.business_key, name=one.name, process=one.process_key, plan=one.scope, sector=one.tenant,
        state=str(one.state), started_at=one.started_at, started_by=one.started_by, ended_at=one.ended_at,
    )  # fmt: skip


def _startable(session: Session, one: by_hand.Beginning) -> Startable:
    """With what may be chosen, as on its page: of the one plan, where there is one."""
    application = current()
    plans = [code for field in one.schema.fields() if field.key == by_hand.PLAN for code, _name in field.options]
    raw = {by_hand.PLAN: plans[0]} if len(plans) == 1 else None
    opened = loose.open_form(session, application.engine, one.schema, actor(), application.forms.catalogues, raw)
    components = list(one.schema.to_dict()["components"])
    return Startable(process=one.process_key, name=one.name, components=components, options=choices(opened))


def _awaited(one: waiting.ShownWait) -> AwaitedThing:
    wait = one.wait
    return AwaitedThing(
        kind=wait.kind.value, element=wait.element, process=wait.process_key, sentence=one.sentence,
        message=wait.message, key=wait.key, assignee=wait.assignee, groups=list(wait.groups), since=wait.since,
        until=wait.until, hopeless=wait.hopeless, task_id=wait.row_id if wait.kind.value == "task" else None,
    )  # fmt: skip
