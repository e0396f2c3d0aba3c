"""What is published: the current bundle of a process, and any bundle by its SHA-256."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
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

    `awaited` are the messages that a case may come to wait for, `decisions` those its tasks name, by id.
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


def current(session: Session, process_key: str) -> BundleModel:
    """The bundle that new cases of a process take. Raises `UnknownDefinition`."""
    sha256 = session.scalar(sa.select(ProcessDefinition.bundle_sha256).where(ProcessDefinition.key == process_key))
    if sha256 is None:
        raise UnknownDefinition(process_key=process_key)
    return by_sha(session, sha256)


def by_sha(session: Session, sha256: str) -> BundleModel:
    """A bundle, read once per operating-system process: its content never changes."""
    model = _CACHE.get(sha256)
    if model is None:
        bundle = session.get(Bundle, sha256)
        if bundle is None:
            raise UnknownDefinition
        model = _CACHE.keep(_read(session, bundle))
    return model


def to_begin(session: Session, process_key: str) -> BundleModel:
    """The same, for a case that begins. Raises `RetiredProcess` too."""
    query = sa.select(ProcessDefinition.bundle_sha256, ProcessDefinition.retired_at)
    found = session.execute(query.where(ProcessDefinition.key == process_key)).one_or_none()
    if found is None or found.bundle_sha256 is None:
        raise UnknownDefinition(process_key=process_key)
    if found.retired_at is not None:
        raise RetiredProcess
    return by_sha(session, found.bundle_sha256)


def start_events(session: Session) -> list[tuple[str, Element]]:
    """Every start event of the current version of every process that is not retired, with the key of its process."""
    query = sa.select(ProcessDefinition.bundle_sha256).order_by(ProcessDefinition.key)
    query = query.where(ProcessDefinition.retired_at.is_(None))
    bundles = [by_sha(session, sha256) for sha256 in session.scalars(query).all() if sha256]
    return [(b.process_key, start) for b in bundles for start in b.diagrams[b.process_key].starts()]


def versions(session: Session, process_key: str) -> list[ProcessVersion]:
    """The published versions of a process, newest first."""
    query = sa.select(ProcessVersion).where(ProcessVersion.process_key == process_key)
    return list(session.scalars(query.order_by(ProcessVersion.version.desc())))


def bundles(session: Session, process_key: str) -> list[BundleModel]:
    """Everything that cases of a process have run on, newest first; the current one before all."""
    now = session.scalar(sa.select(ProcessDefinition.bundle_sha256).where(ProcessDefinition.key == process_key))
    query = sa.select(Bundle.sha256).where(Bundle.process_key == process_key)
    found = session.scalars(query.order_by(Bundle.created_at.desc(), Bundle.sha256)).all()
    return [by_sha(session, sha256) for sha256 in sorted(found, key=lambda one: one != now)]


def definitions(session: Session) -> list[ProcessDefinition]:
    """Every published process, by its name."""
    return list(session.scalars(sa.select(ProcessDefinition).order_by(ProcessDefinition.name, ProcessDefinition.key)))


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
