"""What is published: the current bundle of a process, and any bundle by its SHA-256."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.deciding import PublishedDecision
from engine.definitions.decisions import read_decisions
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.models import Bundle, DecisionVersion, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.reading import read_diagram
from engine.errors import NotFound, RetiredProcess, UnknownDefinition

CACHED_BUNDLES = 256


@dataclass(frozen=True, slots=True)
class BundleModel:
    """What a case runs on: its process, what that calls, and the forms they name, each at one version.

    `awaited` are the messages that a case may come to wait for, `decisions` those its tasks name, by id. `owners` and
    `form_owners` say whose the variants are.
    """

    sha256: str
    process_key: str
    versions: Mapping[str, int]
    form_versions: Mapping[str, int]
    diagrams: Mapping[str, DiagramModel]
    _xml: Mapping[str, bytes]
    _forms: Mapping[str, dict[str, Any]]
    awaited: frozenset[str] = frozenset()
    decisions: Mapping[str, PublishedDecision] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    form_owners: Mapping[str, str] = field(default_factory=dict)

    def xml(self, process_key: str) -> bytes:
        """The diagram as published."""
        return self._xml[self._known(process_key)]

    def form(self, form_key: str) -> dict[str, Any]:
        """The schema of a form."""
        if form_key not in self._forms:
            raise NotFound(f"El formulario «{form_key}» no está publicado con este proceso.")
        return self._forms[form_key]

    def element(self, process_key: str, element_id: str) -> Element:
        """An element of one of its diagrams."""
        elements = self.diagrams[self._known(process_key)].elements
        if element_id not in elements:
            raise NotFound(f"El proceso «{process_key}» no tiene el elemento «{element_id}».")
        return elements[element_id]

    def _known(self, process_key: str) -> str:
        if process_key not in self.diagrams:
            raise UnknownDefinition(process_key=process_key)
        return process_key


def current(session: Session, process_key: str, tenant: str = "") -> BundleModel:
    """The bundle that new cases of a process take: the tenant's, else everybody's. Raises `UnknownDefinition`."""
    found = definition(session, process_key, tenant)
    if found is None or found.bundle_sha256 is None:
        raise UnknownDefinition(process_key=process_key)
    return by_sha(session, found.bundle_sha256)


def definition(session: Session, process_key: str, tenant: str = "") -> ProcessDefinition | None:
    """What a tenant has of a process, else what all share; None where it is not published."""
    query = sa.select(ProcessDefinition).where(ProcessDefinition.key == process_key)
    found: ProcessDefinition | None = session.scalar(_own_first(query, ProcessDefinition.tenant, tenant).limit(1))
    return found


def by_sha(session: Session, sha256: str) -> BundleModel:
    """A bundle, read once per operating-system process: its content never changes."""
    model = _CACHE.get(sha256)
    if model is None:
        bundle = session.get(Bundle, sha256)
        if bundle is None:
            raise UnknownDefinition
        model = _CACHE.keep(_read(session, bundle))
    return model


def to_begin(session: Session, process_key: str, tenant: str = "") -> BundleModel:
    """The same, for a case that begins. Raises `RetiredProcess` too: what all share begins in no variant either."""
    query = sa.select(ProcessDefinition.bundle_sha256, ProcessDefinition.retired_at)
    query = query.where(ProcessDefinition.key == process_key, ProcessDefinition.tenant.in_({"", tenant}))
    found = session.execute(query.order_by(ProcessDefinition.tenant)).all()
    if not found or found[-1].bundle_sha256 is None:
        raise UnknownDefinition(process_key=process_key)
    if any(one.retired_at is not None for one in found):
        raise RetiredProcess
    return by_sha(session, found[-1].bundle_sha256)


def start_events(session: Session, tenant: str = "") -> list[tuple[str, Element]]:
    """Every start event of what the cases of a tenant take and is not retired, with the key of its process."""
    rows, gone = by_key(session, tenant).values(), _retired(session)
    bundles = [by_sha(session, one.bundle_sha256) for one in rows if one.bundle_sha256 and one.key not in gone]
    return [(b.process_key, start) for b in bundles for start in b.diagrams[b.process_key].starts()]


def beginning_with(session: Session, event: str, name: str) -> list[str]:
    """The processes that are not retired and some tenant's cases begin with this message or signal, by key."""
    query = sa.select(ProcessDefinition.bundle_sha256).order_by(ProcessDefinition.key)
    query = query.where(ProcessDefinition.key.not_in(_retired(session)))
    bundles = (by_sha(session, sha256) for sha256 in session.scalars(query).all() if sha256)
    return list(dict.fromkeys(one.process_key for one in bundles if starts_with(one, event, name)))


def _retired(session: Session) -> set[str]:
    return set(session.scalars(sa.select(ProcessDefinition.key).where(ProcessDefinition.retired_at.is_not(None))))


def starts_with(bundle: BundleModel, event: str, name: str) -> list[Element]:
    """The start events of a bundle's process that this message or signal sets off."""
    starts = bundle.diagrams[bundle.process_key].starts()
    return [start for start in starts if (start.event, start.message or start.reference) == (event, name)]


def versions(session: Session, process_key: str, tenant: str = "") -> list[ProcessVersion]:
    """The published versions of a process, newest first; with a tenant, of its variant."""
    query = sa.select(ProcessVersion).where(ProcessVersion.process_key == process_key, ProcessVersion.tenant == tenant)
    return list(session.scalars(query.order_by(ProcessVersion.version.desc())))


def bundles(session: Session, process_key: str, tenant: str = "") -> list[BundleModel]:
    """Everything that a tenant's cases of a process may have run on, newest first; what they take now before all."""
    found = definition(session, process_key, tenant)
    now = None if found is None else found.bundle_sha256
    query = sa.select(Bundle.sha256).where(Bundle.process_key == process_key)
    used = session.scalars(query.order_by(Bundle.created_at.desc(), Bundle.sha256)).all()
    models = [by_sha(session, sha256) for sha256 in sorted(used, key=lambda one: one != now)]
    return [one for one in models if {*one.owners.values(), *one.form_owners.values()} <= {tenant}]


def definitions(session: Session, tenant: str = "") -> list[ProcessDefinition]:
    """Every published process as the cases of a tenant take it, by its name."""
    return sorted(by_key(session, tenant).values(), key=lambda one: (one.name, one.key))


def listed(session: Session, tenants: Collection[str]) -> list[ProcessDefinition]:
    """Every published process that all share, and those that one of these tenants has alone, by its name."""
    owners = alone(session)
    rows = session.scalars(sa.select(ProcessDefinition).where(ProcessDefinition.tenant.in_({"", *tenants})))
    found = [one for one in rows if not one.tenant or owners.get(one.key) == one.tenant]
    return sorted(found, key=lambda one: (one.name, one.key))


def by_key(session: Session, tenant: str = "") -> dict[str, ProcessDefinition]:
    """The same, by key, in the order of keys."""
    query = sa.select(ProcessDefinition).where(ProcessDefinition.tenant.in_({"", tenant}))
    rows = session.scalars(query.order_by(ProcessDefinition.key, ProcessDefinition.tenant))
    return {one.key: one for one in rows}  # what is the tenant's comes after what all share


def form_version(session: Session, form_key: str, tenant: str = "") -> FormVersion | None:
    """The newest version of a form that the cases of a tenant are asked: its own, else everybody's."""
    query = sa.select(FormVersion).where(FormVersion.form_key == form_key, ~FormVersion.withdrawn)
    newest = _own_first(query, FormVersion.tenant, tenant).order_by(FormVersion.version.desc()).limit(1)
    found: FormVersion | None = session.scalar(newest)
    return found


def forms(session: Session, tenant: str = "", keys: Collection[str] | None = None) -> dict[str, FormVersion]:
    """The same of every form, or of those named, by key."""
    newest = sa.select(FormVersion.form_key, FormVersion.tenant, sa.func.max(FormVersion.version))
    newest = newest.where(FormVersion.tenant.in_({"", tenant}), ~FormVersion.withdrawn)
    if keys is not None:
        newest = newest.where(FormVersion.form_key.in_(sorted(keys)))
    newest = newest.group_by(FormVersion.form_key, FormVersion.tenant)
    place = sa.tuple_(FormVersion.form_key, FormVersion.tenant, FormVersion.version)
    query = sa.select(FormVersion).where(place.in_(newest)).order_by(FormVersion.form_key, FormVersion.tenant)
    return {form.form_key: form for form in session.scalars(query)}


def variants(session: Session, process_key: str = "") -> list[ProcessDefinition]:
    """What tenants have in force of their own: of a process, or of all."""
    query = sa.select(ProcessDefinition).where(ProcessDefinition.tenant != "", ProcessDefinition.own)
    if process_key:
        query = query.where(ProcessDefinition.key == process_key)
    return list(session.scalars(query.order_by(ProcessDefinition.key, ProcessDefinition.tenant)))


def alone(session: Session) -> dict[str, str]:
    """The processes that a tenant has for itself, of nothing that all share: whose each is, by key."""
    shared = sa.select(ProcessDefinition.key).where(ProcessDefinition.tenant == "")
    query = sa.select(ProcessDefinition.key, ProcessDefinition.tenant).where(ProcessDefinition.own)
    found = session.execute(query.where(ProcessDefinition.tenant != "", ProcessDefinition.key.not_in(shared)))
    return {key: tenant for key, tenant in found}


def taken_apart(session: Session) -> list[ProcessDefinition]:
    """What the cases of some tenant take otherwise than everybody's: its variants, and what meets one of them."""
    query = sa.select(ProcessDefinition).where(ProcessDefinition.tenant != "")
    return list(session.scalars(query.order_by(ProcessDefinition.key, ProcessDefinition.tenant)))


def form_variants(session: Session, form_key: str = "") -> list[FormVersion]:
    """The same of a form, or of all: the newest version of each."""
    own = FormVersion.tenant != "", ~FormVersion.withdrawn
    newest = sa.select(sa.func.max(FormVersion.id)).where(*own).group_by(FormVersion.form_key, FormVersion.tenant)
    if form_key:
        newest = newest.where(FormVersion.form_key == form_key)
    query = sa.select(FormVersion).where(FormVersion.id.in_(newest))
    return list(session.scalars(query.order_by(FormVersion.form_key, FormVersion.tenant)))


def _own_first(query: Any, column: Any, tenant: str) -> Any:
    """What a tenant has of its own before what all share; nothing of anybody else's."""
    if not tenant:
        return query.where(column == "")
    return query.where(column.in_(("", tenant))).order_by(column.desc())


def _read(session: Session, bundle: Bundle) -> BundleModel:
    content = orjson.loads(bundle.content)
    processes = session.scalars(
        sa.select(ProcessVersion).where(ProcessVersion.id.in_(content["processes"].values()))
    ).all()
    forms = session.scalars(sa.select(FormVersion).where(FormVersion.id.in_(content["forms"].values()))).all()
    files = session.scalars(
        sa.select(DecisionVersion).where(DecisionVersion.id.in_(content.get("decisions", {}).values()))
    ).all()
    diagrams = {version.process_key: read_diagram(version.xml) for version in processes}
    return BundleModel(
        sha256=bundle.sha256,
        process_key=bundle.process_key,
        versions={version.process_key: version.version for version in processes},
        form_versions={form.form_key: form.version for form in forms},
        diagrams=diagrams,
        _xml={version.process_key: version.xml for version in processes},
        _forms={form.form_key: form.schema for form in forms},
        awaited=frozenset(e.awaited_message for model in diagrams.values() for e in model.elements.values()) - {""},
        decisions={one: found for file in files for one, found in decisions_of(file).items()},
        owners={version.process_key: version.tenant for version in processes if version.tenant},
        form_owners={form.form_key: form.tenant for form in forms if form.tenant},
    )


def decisions_of(file: DecisionVersion) -> dict[str, PublishedDecision]:
    """The decisions of a published file, by their ids."""
    model = read_decisions(file.xml)
    return {one: PublishedDecision(model, node, file.version) for one, node in model.decisions.items()}


def latest_decisions(session: Session) -> list[DecisionVersion]:
    """The newest version of every file of decisions."""
    newest = sa.select(DecisionVersion.decision_key, sa.func.max(DecisionVersion.version)).group_by(
        DecisionVersion.decision_key
    )
    query = sa.select(DecisionVersion).where(
        sa.tuple_(DecisionVersion.decision_key, DecisionVersion.version).in_(newest)
    )
    return list(session.scalars(query.order_by(DecisionVersion.decision_key)))


class _Cache:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, BundleModel] = OrderedDict()

    def get(self, sha256: str) -> BundleModel | None:
        with self._lock:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
            return self._kept.get(sha256)

    def keep(self, bundle: BundleModel) -> BundleModel:
        with self._lock:
            self._kept[bundle.sha256] = bundle
            while len(self._kept) > CACHED_BUNDLES:
                self._kept.popitem(last=False)
        return bundle


_CACHE = _Cache()
