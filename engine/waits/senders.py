"""Who can still send a message to a case: what is published, what is going on, and what comes from outside."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import Data
from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.giving import received
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.instances.models import Instance
from engine.outages import given_up
from engine.runtime import ProcessEngine
from engine.states import InstanceState

log = logging.getLogger(__name__)

THROWS = ("endEvent", "intermediateThrowEvent", "sendTask")
STEPS = ("serviceTask", "sendTask", "endEvent", "intermediateThrowEvent")


@dataclass(frozen=True, slots=True)
class Source:
    """From where a message will come, as the end of a sentence; `alive`: whether it can."""

    words: str
    alive: bool


@dataclass(frozen=True, slots=True)
class _Running:
    id: int
    name: str
    scope: str | None
    bundle_sha256: str


@dataclass
class Senders:
    """What is known of everybody who sends messages, read when first asked, however many cases ask.

    That is a statement for what is going on, and one for each tenant.
    """

    session: Session
    engine: ProcessEngine
    _found: dict[tuple[str, int, str | None], Source] = field(default_factory=dict)
    _of_tenant: dict[str, list[BundleModel]] = field(default_factory=dict)
    _unread: bool = False

    def of(self, message: str, instance: Instance) -> Source:
        """From where a message can come to a case."""
        asked = message, instance.id, instance.scope
        if asked not in self._found:
            self._found[asked] = self._of(message, instance)
        return self._found[asked]

    def _of(self, message: str, instance: Instance) -> Source:
        contracts = self.engine.contracts
        if contracts is None:
            return Source("lo envía alguien de fuera de este proceso", alive=True)
        if message in contracts.messages:
            who = contracts.senders.get(message, "Cauce, cuando corresponde")
            return Source(f"lo envía {who}", alive=True)
        running = self._running_sender(message, instance)
        if running is not None:
            return Source(f"lo enviará «{running.name}», que está en curso", alive=True)
        return self._of_published(message, instance.scope, instance.tenant)

    def _of_published(self, message: str, scope: str | None, tenant: str) -> Source:
        published = [bundle for bundle in self._published(tenant) if self._throws(bundle, message)]
        for bundle in published:
            if self._can_begin(bundle, scope):
                return Source(f"lo envía «{_name(bundle)}», que aún no ha comenzado", alive=True)
        if self._unread:
            return Source("no se sabe quién lo envía: hay un proceso publicado que no se puede leer", alive=True)
        if published:
            return Source(f"lo enviaba «{_name(published[0])}», que ya no va a comenzar: nadie lo enviará", alive=False)
        return Source("ningún proceso publicado lo envía", alive=False)

    def brings(self, message: str, tenant: str = "") -> tuple[Data, Data]:
        """What a message surely brings to a tenant's case and what it may, whoever sends it."""
        contracts = self.engine.contracts
        if contracts is None:
            return {}, {}
        models = {bundle.process_key: bundle.diagrams[bundle.process_key] for bundle in self._published(tenant)}
        given = received(World(contracts, models, lambda form: None), message)
        return given.sure, given.maybe

    def _running_sender(self, message: str, instance: Instance) -> _Running | None:
        """Another case that may still send it; what another plan's case sends has its own plan for a key."""
        for one in self._running:
            same_scope = instance.scope is None or one.scope in (None, instance.scope)
            if one.id == instance.id or not same_scope:
                continue
            bundle = self._bundle(one.bundle_sha256)
            if bundle is not None and self._throws(bundle, message):
                return one
        return None

    def _throws(self, bundle: BundleModel, message: str) -> bool:
        return any(self._sends(element, message) for model in bundle.diagrams.values() for element in _senders(model))

    def _sends(self, element: Element, message: str) -> bool:
        contracts = self.engine.contracts
        name = element.topic or element.id
        if contracts is not None and name in contracts.steps:
            return message in contracts.steps[name].sends
        if element.kind == "sendTask" and name in self.engine.service_tasks:
            return True  # a handler that declares nothing may send anything
        return element.kind in THROWS and element.message == message

    def _can_begin(self, bundle: BundleModel, scope: str | None) -> bool:
        """Whether a case of a published process may begin yet: by the calendar, by a message, by hand, or called."""
        starts = bundle.diagrams[bundle.process_key].starts()
        return any(self._may_open(bundle.process_key, start, scope) for start in starts)

    def _may_open(self, process_key: str, start: Element, scope: str | None) -> bool:
        if start.event != "timer" or self.engine.still_opens is None:
            return True
        return self.engine.still_opens(self.session, self.engine, process_key, scope)

    def _published(self, tenant: str) -> list[BundleModel]:
        """What the cases of a tenant take, read once of each tenant."""
        if tenant not in self._of_tenant:
            hashes = [one.bundle_sha256 for one in catalogue.by_key(self.session, tenant).values()]
            bundles = [self._bundle(sha256) for sha256 in hashes if sha256]
            self._of_tenant[tenant] = [bundle for bundle in bundles if bundle is not None]
        return self._of_tenant[tenant]

    def _bundle(self, sha256: str) -> BundleModel | None:
        """A bundle; None of one that can't be read, which must not keep every other case from telling its waits."""
        try:
            return catalogue.by_sha(self.session, sha256)
        except Exception as failure:
            if given_up(failure):
                raise
            log.warning("a bundle can't be read", exc_info=True)
            self._unread = True
            return None

    @cached_property
    def _running(self) -> list[_Running]:
        columns = Instance.id, Instance.name, Instance.scope, Instance.bundle_sha256
        query = sa.select(*columns).where(Instance.state == InstanceState.ACTIVE).order_by(Instance.id.desc())
        return [_Running(*row) for row in self.session.execute(query)]


def _senders(model: DiagramModel) -> Iterator[Element]:
    return model.of_kind(*STEPS)


def _name(bundle: BundleModel) -> str:
    return bundle.diagrams[bundle.process_key].name


def named_in_words(name: str, labels: Mapping[str, str] | None = None) -> str:
    """A message's name as people read it: `evaluacion_cerrada` is «Evaluación cerrada».

    No name in a diagram has accents; Spanish words in -cion and -sion always do.
    """
    words = (labels or {}).get(name) or re.sub(r"(?<=[cs])ion\b", "ión", name.replace("_", " ").strip())
    return words[:1].upper() + words[1:]
