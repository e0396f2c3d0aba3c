"""The only door through which diagrams and forms enter the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from engine.definitions.linting import KnownNames
from engine.definitions.markup import parse as parse_xml
from engine.definitions.markup import parse_strangers
from engine.definitions.models import Bundle, DecisionVersion, FormVersion, ProcessDefinition, ProcessVersion
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.errors import InvalidDecision, InvalidDiagram, UnreadableDiagram
from engine.identity import Actor
from engine.runtime import ProcessEngine


def publish(
    session: Session,
    engine: ProcessEngine,
    diagrams: Sequence[bytes],
    forms: Mapping[str, dict[str, Any]],
    *,
    actor: Actor,
    reason: str,
    decisions: Sequence[bytes] = (),
) -> list[ProcessVersion]:
    """Publish what changed among `diagrams`, `forms` and `decisions` (DMN files); new bundles for whoever uses it.

    Running cases keep the versions they started with. Publishing the text of an older version again makes it the
    newest. Returns the new versions of processes. Raises `InvalidDiagram` or `InvalidDecision` with every finding, and
    then nothing is published.
    """
    press = _Press(session, engine, actor, reason)
    models = [(xml, read_diagram(xml, engine.property_prefix)) for xml in diagrams]
    _refuse_twice(model.process_key for _, model in models)
    files = [(xml, read_decisions(xml)) for xml in decisions]
    _refuse_decisions(session, [model for _, model in files])
    known = known_names(session, engine, [model for _, model in models], forms, [model for _, model in files])
    _refuse_errors(session, models, forms, known)
    for form_key, schema in forms.items():
        press.form(form_key, schema)
    for xml, decision in files:
        press.decision(xml, decision)
    published = [version for xml, model in models if (version := press.process(xml, model))]
    press.bundle_everything(known.diagrams or {})
    return published


def ensure_publishable(
    session: Session, engine: ProcessEngine, diagrams: Sequence[bytes], forms: Mapping[str, dict[str, Any]]
) -> None:
    """What `publish` would refuse, refused before anything is published. Raises `InvalidDiagram`."""
    models = [(xml, read_diagram(xml, engine.property_prefix)) for xml in diagrams]
    known = known_names(session, engine, [model for _, model in models], forms)
    _refuse_errors(session, models, forms, known)
    for _, model in models:
        called_by(model.process_key, known.diagrams or {})


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


def _refuse_errors(
    session: Session, models: list[tuple[bytes, DiagramModel]], forms: Mapping[str, dict[str, Any]], known: KnownNames
) -> None:
    """Refuse what is wrong in the diagrams, and what the new forms would make wrong in diagrams that stay."""
    checked = [*((model.process_key, xml) for xml, model in models), *_using(session, forms, models)]
    findings = {key: linting.lint(xml, known) for key, xml in checked}
    errors = [finding for found in findings.values() for finding in found if finding.severity == "error"]
    if errors:
        first = next(key for key, found in findings.items() if any(f.severity == "error" for f in found))
        raise InvalidDiagram(
            f"«{first}»: {errors[0].message}" + (f" (y {len(errors) - 1} más)" if len(errors) > 1 else ""),
            findings=errors,
            process_key=first,
        )


def _using(
    session: Session, forms: Mapping[str, dict[str, Any]], models: list[tuple[bytes, DiagramModel]]
) -> Iterator[tuple[str, bytes]]:
    """The published diagrams, but for those published now, in which a person would fill in one of these forms."""
    now = {model.process_key for _, model in models}
    changed = {key for key, schema in forms.items() if _changes(session, key, schema)}
    for definition in catalogue.definitions(session) if changed else ():
        if definition.bundle_sha256 and definition.key not in now:
            bundle = catalogue.by_sha(session, definition.bundle_sha256)
            if any(element.form_key in changed for element in bundle.diagrams[definition.key].elements.values()):
                yield definition.key, bundle.xml(definition.key)


def _changes(session: Session, form_key: str, schema: Mapping[str, Any]) -> bool:
    latest = _latest_form(session, form_key)
    return latest is not None and latest.sha256 != _form_sha256(schema)


def _latest_form(session: Session, form_key: str) -> FormVersion | None:
    newest = sa.select(FormVersion).where(FormVersion.form_key == form_key).order_by(FormVersion.version.desc())
    return session.scalars(newest.limit(1)).first()


def _form_sha256(schema: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(slots=True)
class _Press:
    session: Session
    engine: ProcessEngine
    actor: Actor
    reason: str

    def form(self, form_key: str, schema: dict[str, Any]) -> None:
        """A new version of a form, if it changed."""
        sha256, latest = _form_sha256(schema), _latest_form(self.session, form_key)
        if latest is None or latest.sha256 != sha256:
            number = latest.version + 1 if latest else 1
            self.session.add(FormVersion(form_key=form_key, version=number, schema=schema, sha256=sha256, **self._by()))

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
        sha256 = canonical_sha256(xml)
        definition = self.session.get(ProcessDefinition, model.process_key, with_for_update=True)
        latest = self.session.get_one(ProcessVersion, definition.version_id) if definition else None
        if latest is not None and latest.sha256 == sha256:
            return None
        version = ProcessVersion(
            process_key=model.process_key,
            version=latest.version + 1 if latest else 1,
            name=model.name,
            xml=xml,
            sha256=sha256,
            **self._by(),
        )
        self.session.add(version)
        self.session.flush()
        self._define(definition, version)
        return version

    def bundle_everything(self, diagrams: Mapping[str, DiagramModel]) -> None:
        """Give every process whose content, or whose called content, changed the bundle that says so."""
        self.session.flush()
        definitions = {d.key: d for d in self.session.scalars(sa.select(ProcessDefinition))}
        versions = {
            version.process_key: version
            for version in self.session.scalars(
                sa.select(ProcessVersion).where(ProcessVersion.id.in_([d.version_id for d in definitions.values()]))
            )
        }
        forms = self._latest_forms()
        files = catalogue.latest_decisions(self.session)
        for key, definition in definitions.items():
            called = called_by(key, diagrams)
            named = {e.form_key for k in called for e in diagrams[k].elements.values() if e.form_key in forms}
            decided = {e.decision for k in called for e in diagrams[k].elements.values() if e.decision}
            used = {file.decision_key: file for file in files if decided.intersection(file.decisions)}
            parts = {k: versions[k] for k in called}, {k: forms[k] for k in sorted(named)}, used
            self._bundle(definition, *parts, diagrams)
        self.session.flush()

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
            definition = ProcessDefinition(key=version.process_key, bundle_sha256=None)
            self.session.add(definition)
        definition.name, definition.version_id = version.name, version.id
        self.session.flush()

    def _latest_forms(self) -> dict[str, FormVersion]:
        newest = sa.select(FormVersion.form_key, sa.func.max(FormVersion.version)).group_by(FormVersion.form_key)
        query = sa.select(FormVersion).where(sa.tuple_(FormVersion.form_key, FormVersion.version).in_(newest))
        return {form.form_key: form for form in self.session.scalars(query)}

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
        [[key, version.version, version.sha256] for key, version in sorted(processes.items())],
        [[key, form.version, form.sha256] for key, form in sorted(forms.items())],
    ]
    if decisions:  # else what was bundled before there were any keeps its name
        content.append([[key, one.version, one.sha256] for key, one in sorted(decisions.items())])
    return hashlib.sha256(orjson.dumps(content)).hexdigest()
