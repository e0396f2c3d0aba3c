"""Processes that a person begins: who may, what is asked, and the case that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import ANY, TEXT
from engine.definitions import catalogue, linting, retiring
from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.giving import declared_inputs, outputs
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.names import Name
from engine.definitions.surroundings import known_names
from engine.identity import Actor
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.naming import CaseName
from engine.runtime import ProcessEngine
from workflows.cycles.naming import PlanCases
from workflows.cycles.opening import followed
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.errors import Forbidden, NotFound, Refused
from workflows.forms import loose
from workflows.forms.handlers import Catalogue
from workflows.forms.loose import Asked
from workflows.forms.models import StartFile
from workflows.forms.opening import file_ids
from workflows.forms.reserves import reserves
from workflows.forms.schema import FormSchema
from workflows.people.groups import Group
from workflows.plan.models import Plan
from workflows.sectors import registry

LEADER = "lider_proceso"
PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a process begins by hand: the start event, what its form and its data ask, and who may.

    `sectors` are those in which the one who asks may begin it; a sector with a variant begins that one, which has a
    `process_key` of its own (`engine.definitions.names`).
    """

    process_key: str
    name: str
    start: Element
    schema: FormSchema
    handed: Mapping[str, str]
    roles: frozenset[str]
    sectors: frozenset[str]

    @property
    def sector(self) -> str:
        """The sector whose variant it is; of none what all share."""
        return Name.parse(self.process_key).tenant


def beginning(session: Session, engine: ProcessEngine, name: str, actor: Actor) -> Beginning:
    """How a process, or a sector's variant of it, begins by hand.

    Raises `UnknownDefinition`, `RetiredProcess`, `Forbidden` (not for this person) or `Refused` with why it can't be.
    """
    process_key, tenant = Name.parse(name)
    bundle = catalogue.to_begin(session, process_key, tenant)
    model = bundle.diagrams[process_key]
    start = _plain_start(model)
    if start is None:
        raise Refused(f"«{model.name}» no se empieza a mano: {_begins(model)}.")
    if engine.contracts is not None and process_key in engine.contracts.opened:
        raise Refused(f"«{model.name}» no se empieza aquí: lo abre Cauce desde su propia página, con lo que necesita.")
    sectors = _taking(session, name, _sectors(session, actor, model, start))
    found = _beginning(session, bundle, model, start, sectors, tenant)
    if not found.sectors:
        raise Forbidden(f"«{model.name}» lo empieza quien tiene un cargo de su primera franja o lidera procesos.")
    _ensure_data(session, engine, model, tenant)
    return found


def offered(session: Session, engine: ProcessEngine, actor: Actor) -> list[Beginning]:
    """What somebody may begin, by name: processes with a plain start that nobody calls, or that say what they need."""
    return [_beginning(session, *one) for one in _offered(session, engine, actor)]


def anything_offered(session: Session, engine: ProcessEngine, actor: Actor) -> bool:
    """Whether there is something that somebody may begin; one statement."""
    return any(True for _ in _offered(session, engine, actor))


def may_begin(session: Session, engine: ProcessEngine, actor: Actor, name: str) -> bool:
    """Whether somebody is offered a process, or a variant of it; as many statements whatever else there is."""
    return any(
        str(Name(model.process_key, tenant)) == name
        for _bundle, model, _start, _sectors, tenant in _offered(session, engine, actor)
    )


def _offered(
    session: Session, engine: ProcessEngine, actor: Actor
) -> Iterator[tuple[BundleModel, DiagramModel, Element, frozenset[str], str]]:
    rows = [*catalogue.definitions(session), *catalogue.taken_apart(session)]
    apart = {(one.key, one.tenant) for one in rows if one.tenant}
    bundles = [(one.tenant, catalogue.by_sha(session, one.bundle_sha256)) for one in rows if one.bundle_sha256]
    models = [bundle.diagrams[bundle.process_key] for _tenant, bundle in bundles]
    called = {call.called_element for model in models for call in model.of_kind("callActivity")}
    opened = engine.contracts.opened if engine.contracts is not None else {}
    retired = retiring.retired(session)
    for (tenant, bundle), model in zip(bundles, models, strict=True):
        start = _plain_start(model)
        if start is None or model.process_key in opened or model.process_key in retired:
            continue
        if model.process_key in called and not declared_inputs(start) and not start.form_key:
            continue
        may = _sectors(session, actor, model, start)
        elsewhere = {one for one in may if (model.process_key, one) in apart}
        sectors = may & {tenant} if tenant else may - elsewhere
        if sectors:
            yield bundle, model, start, sectors, tenant


def _taking(session: Session, name: str, sectors: frozenset[str]) -> frozenset[str]:
    """Those of the sectors whose cases take what is named: a variant its own, what all share the rest."""
    process_key, tenant = Name.parse(name)
    if tenant:
        return sectors & {tenant}
    return sectors - {one.tenant for one in catalogue.taken_apart(session) if one.key == process_key}


def _sectors(session: Session, actor: Actor, model: DiagramModel, start: Element) -> frozenset[str]:
    """Where somebody may begin it: leads processes there, or has a role of its first lane, of any entity."""
    if actor.is_system:
        return frozenset(registry.codes(session))
    held, roles = map(Group.parse, actor.groups), _roles(model, start)
    return frozenset(one.sector for one in held if one.sector and (one.role == LEADER or one.role in roles))


def next_name(session: Session, name: str, plan_code: str) -> CaseName:
    """The business key and the name that the next case gets."""
    return PlanCases().name_case(session, Name.parse(name).key, {PLAN: plan_code})


def taken_by(session: Session, process_key: str, plan_code: str) -> str:
    """The name of what a plan's cases take of a process: its sector's variant, else what all share."""
    plan = session.get(Plan, plan_code)
    found = catalogue.definition(session, process_key, plan.sector_code) if plan is not None else None
    return str(Name(process_key, found.tenant)) if found is not None else process_key


def begin(
    session: Session,
    engine: ProcessEngine,
    name: str,
    raw: Mapping[str, Any],
    *,
    actor: Actor,
    catalogues: Mapping[str, Catalogue],
) -> Instance:
    """Open a case with what was answered. Raises as `beginning`, and `InvalidSubmission`, `NotFound` (no such plan)."""
    how, process_key = beginning(session, engine, name, actor), Name.parse(name).key
    answers = loose.read_variables(session, engine, how.schema, actor, catalogues, raw)
    attached = file_ids(how.schema, answers)
    variables = {how.handed[key]: value for key, value in answers.items() if key in how.handed}
    plan = str(variables.get(PLAN) or "")
    found = session.get(Plan, plan)
    if found is None or found.sector_code not in how.sectors:
        raise NotFound(f"No hay un plan «{plan}». Elija uno de la lista.")
    named = PlanCases().name_case(session, process_key, variables)
    files.settle(session, attached, found.sector_code)
    files.classify(session, reserves(how.schema, answers))
    case = instances.start(
        session,
        engine,
        process_key,
        business_key=named.business_key,
        name=named.name,
        scope=plan,
        variables=variables,
        actor=actor,
        start_element=how.start.id,
        tenant=named.tenant,
    )
    session.add_all(StartFile(instance_id=case.id, file_id=file_id) for file_id in sorted(attached))
    session.flush()
    return case


def files_of(session: Session, case_id: int) -> Sequence[StoredFile]:
    """The files that a case began with."""
    attached = sa.select(StartFile.file_id).where(StartFile.instance_id == case_id)
    return session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(attached)).order_by(StoredFile.id)).all()


def _beginning(
    session: Session,
    bundle: BundleModel,
    model: DiagramModel,
    start: Element,
    sectors: frozenset[str],
    tenant: str,
) -> Beginning:
    """What is asked is the form of the start event, then each datum that it does not give, by name."""
    form = FormSchema.from_dict(bundle.form(start.form_key)) if start.form_key else FormSchema.empty()
    keys = {field.key for field in form.fields()}
    given = {name: name for name in outputs(start) if name in keys}
    wanted = [name for name in (PLAN, *declared_inputs(start)) if name not in given]
    asked: Asked = loose.by_name(
        {name: TEXT if name == PLAN else ANY for name in wanted},
        {},
        {PLAN: _plans(session, sectors)} if PLAN in wanted else {},
    )
    components = [*asked.schema.to_dict()["components"], *form.to_dict()["components"]]
    schema = FormSchema.from_dict({"type": "default", "id": "inicio", "components": components})
    name = str(Name(model.process_key, tenant))
    return Beginning(name, model.name, start, schema, {**given, **asked.names}, _roles(model, start), sectors)


def _plans(session: Session, sectors: Collection[str]) -> dict[str, str]:
    """The plans of these sectors that a case can be of: those that are followed, else all."""
    query = sa.select(Plan).where(Plan.sector_code.in_(sectors)).order_by(Plan.code)
    plans = [plan for plan in followed(session) if plan.sector_code in sectors] or session.scalars(query)
    return {plan.code: plan.name for plan in plans}


def _plain_start(model: DiagramModel) -> Element | None:
    return next((start for start in model.starts() if start.event in ("", "none")), None)


def _begins(model: DiagramModel) -> str:
    kinds = {start.event for start in model.starts()}
    if "timer" in kinds:
        return "lo abre el calendario"
    return "lo abre un mensaje" if "message" in kinds else "espera un aviso de otro proceso"


def _roles(model: DiagramModel, start: Element) -> frozenset[str]:
    """The role of the lane the start stands in, else of the first lane; of a process without lanes nobody's."""
    lane = model.lanes.get(start.lane_id or "") or next(iter(model.lanes.values()), None)
    return frozenset({lane.role}) if lane is not None and lane.role else frozenset()


def _ensure_data(session: Session, engine: ProcessEngine, model: DiagramModel, tenant: str) -> None:
    """Raise `Refused` if a case that nobody called would lack something: the linter's word, without the callers."""
    known = known_names(session, engine, tenant=tenant)
    if known.world is None or engine.contracts is None:
        return
    alone = {
        key: diagram_model
        for key, diagram_model in known.world.diagrams.items()
        if not any(call.called_element == model.process_key for call in diagram_model.of_kind("callActivity"))
    }
    xml = catalogue.current(session, model.process_key, tenant).xml(model.process_key)
    found = linting.lint(xml, replace(known, world=replace(known.world, diagrams=alone)))
    error = next((finding for finding in found if finding.severity == "error"), None)
    if error is not None:
        raise Refused(
            f"«{model.name}» no se puede empezar a mano: {error.message} Se lo entrega quien lo llama; "
            "para empezarlo a mano, el evento de inicio debe pedirlo (en «entradas» o en un formulario)."
        )
