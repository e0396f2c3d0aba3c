"""The only door through which diagrams and forms enter the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from lxml import etree
from sqlalchemy.orm import Session

from engine.decisions.linting import lint as lint_decisions
from engine.decisions.model import DecisionModel
from engine.definitions import catalogue, linting, parsing
from engine.definitions.decisions import read_decisions
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import Finding, KnownNames
from engine.definitions.markup import parse as parse_xml
from engine.definitions.markup import parse_strangers
from engine.definitions.models import Bundle, DecisionVersion, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names, published_diagrams
from engine.errors import InvalidDecision, InvalidDiagram, UnknownDefinition, UnreadableDiagram
from engine.identity import Actor
from engine.runtime import ProcessEngine

Drawn = Sequence[tuple[bytes, DiagramModel]]


def publish(
    session: Session,
    engine: ProcessEngine,
    diagrams: Sequence[bytes],
    forms: Mapping[str, dict[str, Any]],
    *,
    actor: Actor,
    reason: str,
    decisions: Sequence[bytes] = (),
    tenant: str = "",
    shared_version: int | None = None,
) -> list[ProcessVersion]:
    """Publish what changed among `diagrams`, `forms` and `decisions` (DMN files); new bundles for whoever uses it.

    Running cases keep the versions they started with. Publishing the text of an older version again makes it the
    newest. With a tenant they become its own, which only its cases take; a variant of what all share says on which
    version of that it is based: `shared_version`, else the one that its version before was, else the present one.
    Returns the new versions of processes. Raises `InvalidDiagram` or `InvalidDecision` with every finding, also of the
    variants that what all share would break, and then nothing is published; `UnknownDefinition` without the shared
    version that was said.
    """
    one_at_a_time(session)
    press = _Press(session, engine, actor, reason, tenant, shared_version)
    models = [(xml, read_diagram(xml, engine.property_prefix)) for xml in diagrams]
    _refuse_twice(model.process_key for _, model in models)
    _refuse_others(session, [model.process_key for _, model in models], tenant)
    files = [(xml, read_decisions(xml)) for xml in decisions]
    _refuse_decisions(session, [model for _, model in files])
    decided = [model for _, model in files]
    known = known_names(session, engine, [model for _, model in models], forms, decided, tenant=tenant)
    _refuse_errors(session, models, forms, known, tenant)
    for variant in () if tenant else tenants(session):
        _refuse_breaking(session, engine, models, forms, decided, variant)
    for form_key, schema in forms.items():
        press.form(form_key, schema)
    for xml, decision in files:
        press.decision(xml, decision)
    published = [version for xml, model in models if (version := press.process(xml, model))]
    if tenant:
        press.bundle(tenant, known.diagrams or {})
    else:
        press.bundle_everything(known.diagrams or {})
    return published


def ensure_publishable(
    session: Session,
    engine: ProcessEngine,
    diagrams: Sequence[bytes],
    forms: Mapping[str, dict[str, Any]],
    tenant: str = "",
) -> None:
    """What `publish` would refuse, refused before anything is published. Raises `InvalidDiagram`."""
    models = [(xml, read_diagram(xml, engine.property_prefix)) for xml in diagrams]
    known = known_names(session, engine, [model for _, model in models], forms, tenant=tenant)
    _refuse_errors(session, models, forms, known, tenant)
    for variant in () if tenant else tenants(session):
        _refuse_breaking(session, engine, models, forms, (), variant)
    for _, model in models:
        called_by(model.process_key, known.diagrams or {})


def renew(session: Session, engine: ProcessEngine, tenant: str, *, actor: Actor) -> None:
    """Give the processes of a tenant the bundles of what it has of its own now: something went.

    Raises `InvalidDiagram` where what it still has would be wrong.
    """
    _refuse_breaking(session, engine, (), {}, (), tenant)
    press = _Press(session, engine, actor, "", tenant)
    press.bundle(tenant, published_diagrams(session, tenant))


def one_at_a_time(session: Session) -> None:
    """Wait for whoever publishes now: what calls what, and whose variants meet it, is decided over all there is."""
    everything = sa.select(ProcessDefinition.key).order_by(ProcessDefinition.key, ProcessDefinition.tenant)
    session.execute(everything.with_for_update())


def tenants(session: Session) -> list[str]:
    """Those who have a variant of anything in force."""
    found = {one.tenant for one in catalogue.variants(session)}
    return sorted(found | {one.tenant for one in catalogue.form_variants(session)})


def canonical_sha256(xml: bytes, read: Callable[[bytes], etree._Element] = parse_xml) -> str:
    """The same for two texts of the same XML, whatever their white space between attributes and quotes."""
    root = read(xml)
    try:
        return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()
    except etree.C14NError as exc:
        raise UnreadableDiagram("El archivo usa espacios de nombres mal escritos. Expórtelo de nuevo.") from exc


def _refuse_decisions(session: Session, models: Sequence[DecisionModel]) -> None:
    """Refuse tables that are wrong, and a decision that another file has already."""
    keys = [model.id for model in models]
    owners = {
        one: file.name for file in catalogue.latest_decisions(session) if file.decision_key not in keys
        for one in file.decisions
    }  # fmt: skip
    for model in models:
        for one in model.decisions:
            if one in owners:
                raise InvalidDecision(f"La decisión «{one}» ya está en «{owners[one]}». Cambie su identificador.")
            owners[one] = model.name
        errors = [finding for finding in lint_decisions(model) if finding.severity == "error"]
        if errors:
            raise InvalidDecision(f"«{model.name}»: {errors[0].message}", findings=errors)


def _refuse_twice(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise InvalidDiagram(f"Hay dos diagramas con el mismo identificador de proceso «{key}». Cambie uno.")
        seen.add(key)


def _refuse_others(session: Session, keys: Iterable[str], tenant: str) -> None:
    """Refuse the key of a process that another tenant has for itself alone."""
    owners = catalogue.alone(session)
    for key in keys:
        if owners.get(key, tenant) != tenant:
            raise InvalidDiagram(f"«{key}» es la clave del proceso propio de otro sector. Cambie la de este.")


def _refuse_errors(
    session: Session, models: Drawn, forms: Mapping[str, dict[str, Any]], known: KnownNames, tenant: str
) -> None:
    """Refuse what is wrong in the diagrams, and what the new forms would make wrong in diagrams that stay."""
    checked = [*((model.process_key, xml) for xml, model in models), *_using(session, forms, models, tenant)]
    _refuse({key: linting.lint(xml, known) for key, xml in checked}, "«{}»: ")


def _refuse_breaking(
    session: Session,
    engine: ProcessEngine,
    models: Drawn,
    forms: Mapping[str, dict[str, Any]],
    decided: Sequence[DecisionModel],
    tenant: str,
) -> None:
    """Refuse what would make a variant wrong, or a shared process wrong that calls or asks what a tenant varies."""
    own = {one.key for one in catalogue.variants(session) if one.tenant == tenant}
    own_forms = {one.form_key for one in catalogue.form_variants(session) if one.tenant == tenant}
    drawn = [(xml, model) for xml, model in models if model.process_key not in own]
    asked = {key: schema for key, schema in forms.items() if key not in own_forms}
    known = known_names(session, engine, [model for _, model in drawn], asked, decided, tenant=tenant)
    checked = {key: catalogue.current(session, key, tenant).xml(key) for key in sorted(own)}
    checked |= {model.process_key: xml for xml, model in drawn if _meets(model, own, own_forms)}
    checked |= dict(_using(session, asked, drawn, tenant))
    _refuse({key: linting.lint(xml, known) for key, xml in checked.items()}, f"Con lo propio de {tenant}, «{{}}»: ")


def _meets(model: DiagramModel, processes: Set[str], forms: Set[str]) -> bool:
    """Whether a diagram calls one of these processes or asks one of these forms."""
    return any(one.called_element in processes or one.form_key in forms for one in model.elements.values())


def _refuse(findings: Mapping[str, Sequence[Finding]], where: str) -> None:
    errors = [finding for found in findings.values() for finding in found if finding.severity == "error"]
    if errors:
        first = next(key for key, found in findings.items() if any(f.severity == "error" for f in found))
        raise InvalidDiagram(
            f"{where.format(first)}{errors[0].message}" + (f" (y {len(errors) - 1} más)" if len(errors) > 1 else ""),
            findings=errors,
            process_key=first,
        )


def _using(
    session: Session, forms: Mapping[str, dict[str, Any]], models: Drawn, tenant: str
) -> Iterator[tuple[str, bytes]]:
    """The published diagrams, but for those published now, in which a person would fill in one of these forms."""
    now = {model.process_key for _, model in models}
    changed = {key for key, schema in forms.items() if _changes(session, key, schema, tenant)}
    for definition in catalogue.definitions(session, tenant) if changed else ():
        if definition.bundle_sha256 and definition.key not in now:
            bundle = catalogue.by_sha(session, definition.bundle_sha256)
            if any(element.form_key in changed for element in bundle.diagrams[definition.key].elements.values()):
                yield definition.key, bundle.xml(definition.key)


def _changes(session: Session, form_key: str, schema: Mapping[str, Any], tenant: str) -> bool:
    latest = catalogue.form_version(session, form_key, tenant)
    return latest is not None and latest.sha256 != _form_sha256(schema)


def _form_sha256(schema: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(slots=True)
class _Press:
    session: Session
    engine: ProcessEngine
    actor: Actor
    reason: str
    tenant: str = ""
    shared_version: int | None = None

    def form(self, form_key: str, schema: dict[str, Any]) -> None:
        """A new version of a form, if it changed."""
        shared = self._shared(FormVersion, FormVersion.form_key == form_key)
        versions = sa.select(FormVersion).where(FormVersion.form_key == form_key, FormVersion.tenant == self.tenant)
        latest = self.session.scalar(versions.order_by(FormVersion.version.desc()).limit(1))
        based_on = self._based_on(FormVersion, FormVersion.form_key == form_key, shared, latest)
        sha256 = _form_sha256(schema)
        if latest is None or latest.withdrawn or (latest.sha256, latest.based_on) != (sha256, based_on):
            number = latest.version + 1 if latest else 1
            self.session.add(
                FormVersion(
                    form_key=form_key, tenant=self.tenant, version=number, based_on=based_on,
                    schema=schema, sha256=sha256, **self._by(),
                )
            )  # fmt: skip

    def decision(self, xml: bytes, model: DecisionModel) -> None:
        """A new version of a file of decisions, if it changed."""
        sha256 = canonical_sha256(xml, parse_strangers)
        newest = sa.select(DecisionVersion).where(DecisionVersion.decision_key == model.id)
        latest = self.session.scalars(newest.order_by(DecisionVersion.version.desc()).limit(1)).first()
        if latest is not None and latest.sha256 == sha256:
            return
        self.session.add(
            DecisionVersion(
                decision_key=model.id,
                version=latest.version + 1 if latest else 1,
                name=model.name,
                decisions=list(model.decisions),
                xml=xml,
                sha256=sha256,
                **self._by(),
            )
        )

    def process(self, xml: bytes, model: DiagramModel) -> ProcessVersion | None:
        """A new version of a process, if it changed."""
        sha256, key = canonical_sha256(xml), model.process_key
        definition = self.session.get(ProcessDefinition, (key, self.tenant))
        shared = self._shared(ProcessVersion, ProcessVersion.process_key == key)
        latest = next(iter(catalogue.versions(self.session, key, self.tenant)), None)
        based_on = self._based_on(ProcessVersion, ProcessVersion.process_key == key, shared, latest)
        in_force = latest if definition is not None and latest and definition.version_id == latest.id else None
        if in_force is not None and (in_force.sha256, in_force.based_on) == (sha256, based_on):
            return None
        version = ProcessVersion(
            process_key=key,
            tenant=self.tenant,
            version=latest.version + 1 if latest else 1,
            based_on=based_on,
            name=model.name,
            xml=xml,
            sha256=sha256,
            **self._by(),
        )
        self.session.add(version)
        self.session.flush()
        self._define(definition, version)
        return version

    def _shared(self, table: type[Any], is_it: sa.ColumnElement[bool]) -> Any:
        """The shared version that a variant may be based on: the newest, or the one said; None where there is none."""
        if not self.tenant:
            return None
        query = sa.select(table).where(is_it, table.tenant == "").order_by(table.version.desc()).limit(1)
        if self.shared_version is not None:
            query = query.where(table.version == self.shared_version)
        shared = self.session.scalar(query)
        if shared is None and self.shared_version is not None:
            raise UnknownDefinition("Solo se hace una variante de lo que está publicado para todos.")
        return shared

    def _based_on(self, table: type[Any], is_it: sa.ColumnElement[bool], shared: Any, latest: Any) -> int | None:
        if shared is None:
            return None
        is_new = latest is None or self.shared_version is not None or getattr(latest, "withdrawn", False)
        based_on: int | None = shared.id if is_new else latest.based_on
        return based_on

    def bundle_everything(self, diagrams: Mapping[str, DiagramModel]) -> None:
        """Give every process whose content, or whose called content, changed the bundle that says so.

        `diagrams` are those that all share; a tenant that varies any of them has bundles of what it meets.
        """
        self.bundle("", diagrams)
        own: dict[str, dict[str, DiagramModel]] = {tenant: {} for tenant in tenants(self.session)}
        for one in catalogue.variants(self.session):
            xml = self.session.get_one(ProcessVersion, one.version_id).xml
            own[one.tenant][one.key] = read_diagram(xml, self.engine.property_prefix)
        for tenant, varied in own.items():
            self.bundle(tenant, {**diagrams, **varied})

    def bundle(self, tenant: str, diagrams: Mapping[str, DiagramModel]) -> None:
        """The same of what the cases of a tenant take: its own, and all that calls or asks something of its own."""
        self.session.flush()
        self._follow_shared(tenant)
        definitions, forms = catalogue.by_key(self.session, tenant), catalogue.forms(self.session, tenant)
        ids = [one.version_id for one in definitions.values()]
        versions = {
            version.process_key: version
            for version in self.session.scalars(sa.select(ProcessVersion).where(ProcessVersion.id.in_(ids)))
        }
        files = catalogue.latest_decisions(self.session)
        for key, definition in definitions.items():
            called = called_by(key, diagrams)
            named = {e.form_key for k in called for e in diagrams[k].elements.values() if e.form_key in forms}
            decided = {e.decision for k in called for e in diagrams[k].elements.values() if e.decision}
            used = {file.decision_key: file for file in files if decided.intersection(file.decisions)}
            own = {k: versions[k] for k in called}, {k: forms[k] for k in sorted(named)}
            is_own = any(part.tenant for found in own for part in found.values())
            if not tenant or is_own:
                self._bundle(self._row(definition, tenant), *own, used, diagrams)
            elif definition.tenant:
                self.session.delete(definition)  # nothing of its own is left in it
        self.session.flush()

    def _follow_shared(self, tenant: str) -> None:
        """Give the rows of a tenant of what only meets its variants the version and the name that all share now."""
        query = sa.select(ProcessDefinition).where(ProcessDefinition.tenant == tenant, ~ProcessDefinition.own)
        for row in self.session.scalars(query).all() if tenant else ():
            shared = self.session.get_one(ProcessDefinition, (row.key, ""))
            row.version_id, row.name = shared.version_id, shared.name

    def _row(self, definition: ProcessDefinition, tenant: str) -> ProcessDefinition:
        """The tenant's own row of a process: its variant's, else one for the bundle alone."""
        if definition.tenant == tenant:
            return definition
        row = ProcessDefinition(
            key=definition.key, tenant=tenant, own=False, name=definition.name, version_id=definition.version_id
        )
        self.session.add(row)
        return row

    def _bundle(
        self,
        definition: ProcessDefinition,
        processes: Mapping[str, ProcessVersion],
        forms: Mapping[str, FormVersion],
        decisions: Mapping[str, DecisionVersion],
        diagrams: Mapping[str, DiagramModel],
    ) -> None:
        sha256 = _bundle_sha256(definition.key, processes, forms, decisions)
        if definition.bundle_sha256 == sha256:
            return
        used = {key: diagrams[key] for key in processes}
        for start in diagrams[definition.key].starts():
            parsing.parsed(sha256, used, definition.key, start.id)
        if self.session.get(Bundle, sha256) is None:
            content = {
                "process": definition.key,
                "processes": {key: version.id for key, version in processes.items()},
                "forms": {key: form.id for key, form in forms.items()},
                **({"decisions": {key: one.id for key, one in decisions.items()}} if decisions else {}),
            }
            self.session.add(
                Bundle(
                    sha256=sha256,
                    process_key=definition.key,
                    content=orjson.dumps(content),
                    created_at=self.engine.now(),
                )
            )
            self.session.flush()
        definition.bundle_sha256 = sha256

    def _define(self, definition: ProcessDefinition | None, version: ProcessVersion) -> None:
        if definition is None:
            definition = ProcessDefinition(key=version.process_key, tenant=self.tenant, bundle_sha256=None)
            self.session.add(definition)
        definition.name, definition.version_id, definition.own = version.name, version.id, True
        self.session.flush()

    def _by(self) -> dict[str, Any]:
        return {"published_at": self.engine.now(), "published_by": self.actor.id, "reason": self.reason}


def called_by(process_key: str, diagrams: Mapping[str, DiagramModel]) -> list[str]:
    """A process and all it calls, transitively, sorted. Raises `InvalidDiagram` for a circle or an unknown process."""
    found: set[str] = set()

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in path:
            circle = " → ".join((*path[path.index(key) :], key))
            raise InvalidDiagram(f"Los procesos se llaman en círculo: {circle}. Quite una de las llamadas.")
        if key not in diagrams:
            raise InvalidDiagram(f"El proceso «{path[-1]}» llama a «{key}», que no está publicado.")
        found.add(key)
        for call in diagrams[key].of_kind("callActivity"):
            visit(call.called_element, (*path, key))

    visit(process_key, ())
    return sorted(found)


def _bundle_sha256(
    process_key: str,
    processes: Mapping[str, ProcessVersion],
    forms: Mapping[str, FormVersion],
    decisions: Mapping[str, DecisionVersion],
) -> str:
    """Of contents and version numbers, not of row ids: equal in every database, so that caches may be shared."""
    content: list[Any] = [
        process_key,
        [_told(*one) for one in sorted(processes.items())],
        [_told(*one) for one in sorted(forms.items())],
    ]
    if decisions:  # else what was bundled before there were any keeps its name
        content.append([[key, one.version, one.sha256] for key, one in sorted(decisions.items())])
    return hashlib.sha256(orjson.dumps(content)).hexdigest()


def _told(key: str, part: ProcessVersion | FormVersion) -> list[str | int]:
    told: list[str | int] = [key, part.version, part.sha256]
    return [*told, part.tenant] if part.tenant else told
