"""Forms that belong to no task: what a process asks when it begins, the data of a message, answers asked by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import Data, Datum, Kind
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.documents.files import PUT_ASIDE
from workflows.documents.models import StoredFile
from workflows.errors import InvalidSubmission
from workflows.forms.bounds import within_bounds
from workflows.forms.components import KEY
from workflows.forms.handlers import Catalogue, FormContext, PlainForm
from workflows.forms.opening import Layout, OpenForm, file_ids, lay_out
from workflows.forms.reading import without_blank_rows
from workflows.forms.schema import FormSchema
from workflows.forms.submissions import as_variables
from workflows.people.groups import sectors_of
from workflows.plan.models import Plan

FIELDS = {
    Kind.NUMBER: "number",
    Kind.DATE: "datetime",
    Kind.FLAG: "checkbox",
    Kind.LIST: "checklist",
}
CATALOGUE_OF = {
    "entidad": "entidades",
    "entidades": "entidades",
    "responsable": "personas",
    "responsables": "personas",
    "persona": "personas",
    "personas": "personas",
    "rol": "roles",
}
"""Which choices a datum has that everybody calls the same."""
PLURAL = frozenset({"entidades", "responsables", "personas"})
LISTED = "Uno por línea."


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that asks for data by their names. `names` gives the datum of each field by its key."""

    schema: FormSchema
    names: Mapping[str, str]

    def named(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What was answered, by the names of the data."""
        return {self.names[key]: value for key, value in variables.items()}


def by_name(asked: Data, optional: Data, given: Mapping[str, Mapping[str, str]] | None = None) -> Asked:
    """Ask for data by their names; `given` are the choices of some, value → label."""
    given = given or {}
    fields: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for name, datum in {**asked, **optional}.items():
        key = name if KEY.fullmatch(name) else f"dato_{len(names) + 1}"  # a drawing may call its data otherwise
        names[key] = name
        fields.append({**_component(name, datum, given.get(name), required=name in asked), "key": key})
    return Asked(FormSchema.from_dict({"type": "default", "id": "datos", "components": fields}), names)


def _component(name: str, datum: Datum, given: Mapping[str, str] | None, *, required: bool) -> dict[str, Any]:
    options = given or datum.options
    several = Kind.LIST if datum.kind == Kind.ANY and name in PLURAL else datum.kind
    kind = FIELDS.get(several, "select" if options or name in CATALOGUE_OF else "textfield")
    found: dict[str, Any] = {"type": kind, "label": in_words(name)}
    if kind == "checklist" and not options and name not in CATALOGUE_OF:
        found |= {"type": "textarea", "description": LISTED}
    elif options:
        found["values"] = [{"value": value, "label": label or value} for value, label in options.items()]
    elif kind in ("select", "checklist"):
        found["valuesKey"] = CATALOGUE_OF[name]
    if required and kind != "checkbox":
        found["validate"] = {"required": True}
    return found


def in_words(name: str) -> str:
    """`proxima_fecha` is «Proxima fecha»."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def open_form(
    session: Session,
    engine: ProcessEngine,
    schema: FormSchema,
    actor: Actor,
    catalogues: Mapping[str, Catalogue],
    raw: object = None,
) -> OpenForm:
    """The form, with what was typed where it was typed before."""
    layout = _layout(session, engine, schema, actor, catalogues, raw)
    shown = layout.show(within_bounds(schema, raw) if raw is not None else None)
    return layout.opened(shown, layout.read(shown))


def read_variables(
    session: Session,
    engine: ProcessEngine,
    schema: FormSchema,
    actor: Actor,
    catalogues: Mapping[str, Catalogue],
    raw: object,
) -> dict[str, Any]:
    """What was typed as process variables; what was left empty is not among them. Raises `InvalidSubmission`."""
    sent = without_blank_rows(schema, within_bounds(schema, raw))
    reading = _layout(session, engine, schema, actor, catalogues, sent).read(sent)
    if reading.errors:
        raise InvalidSubmission(errors=reading.errors, raw=sent)
    listed = {field.key for field in schema.fields() if field.description == LISTED}
    values = {name: _lines(value) if name in listed else value for name, value in reading.values.items()}
    return as_variables({name: value for name, value in values.items() if value is not None and value != []})


def _lines(value: Any) -> list[str] | None:
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else None


def _layout(
    session: Session,
    engine: ProcessEngine,
    schema: FormSchema,
    actor: Actor,
    catalogues: Mapping[str, Catalogue],
    raw: object,
) -> Layout:
    # The task and the case exist only here: nothing is stored, and no file is theirs yet.
    task = UserTask(id=0, name="", element_id="", process_key="", variables={}, properties={}, context={})
    case = Instance(id=0, name="", tenant=_sector(session, actor, raw))
    attached = _put_aside(session, schema, actor, raw) if schema.takes_files else frozenset()
    return lay_out(FormContext(session, engine, task, case, actor), schema, PlainForm(), catalogues, attached)


def _put_aside(session: Session, schema: FormSchema, actor: Actor, raw: object) -> frozenset[int]:
    """Of the files that are named in the form, those that this person uploaded for it."""
    named = file_ids(schema, raw) if isinstance(raw, Mapping) else frozenset()
    query = sa.select(StoredFile.id).where(StoredFile.id.in_(sorted(named)), StoredFile.media_type == PUT_ASIDE)
    return frozenset(session.scalars(query.where(StoredFile.stored_by == actor.id)))


def _sector(session: Session, actor: Actor, raw: object) -> str:
    """Whose choices are offered: the sector of the plan that was chosen, if it is one of theirs, else their first."""
    own = sorted(sectors_of(actor))
    plan = session.get(Plan, str(raw.get("plan") or "")) if isinstance(raw, Mapping) else None
    if plan is not None and (plan.sector_code in own or actor.is_system):
        return plan.sector_code
    return own[0] if own else ""
