"""A form as one person sees it now: schema, what is filled in, choices, files, what is not asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.documents.models import StoredFile
from workflows.errors import FieldError, UnknownFormHandler
from workflows.forms.cells import file_id
from workflows.forms.fields import Field
from workflows.forms.handlers import (
    Catalogue,
    FormContext,
    FormHandler,
    Option,
    Panel,
    PanelBuilder,
    PlainForm,
    Prefill,
    Preview,
)
from workflows.forms.models import Help
from workflows.forms.reading import Raw, Reading, Terms, by_identity, identity, is_locked, read, rows_of, says_else
from workflows.forms.schema import FormSchema
from workflows.forms.standing import Standing
from workflows.forms.stored import typed
from workflows.forms.values import names_in, path_of

LONGEST_LABEL = 120

_FILES = sa.select(StoredFile).where(
    sa.or_(
        sa.and_(StoredFile.task_id == sa.bindparam("task_id"), StoredFile.stored_by == sa.bindparam("username")),
        StoredFile.id.in_(sa.bindparam("known", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """What a page needs to show a form.

    `shown`: by field, typed values or what was typed. `options` by path without row. `files` by id: those named in
    the form that this person may attach. `hidden`: paths not asked now. `saved_at`: when one's draft was kept, and
    `seen` what it is known by; `others`: who else keeps a draft of the task, and since when, the last first.
    `sent_at`: when it was sent, if it was; `amendable`: it may still be corrected. `told`: what may be said of it
    already; `standings`: how far its rows have come. `helping_with`: what whoever opened it was asked for, where the
    task is another's. `layout` is what it was laid out on.
    """

    task: UserTask
    instance: Instance
    schema: FormSchema
    prefill: Prefill
    shown: Mapping[str, Any]
    options: Mapping[str, Sequence[Option]]
    files: Mapping[int, StoredFile]
    hidden: frozenset[str]
    preview: Preview
    panels: Sequence[Panel]
    saved_at: dt.datetime | None = None
    seen: str = ""
    others: Sequence[tuple[str, dt.datetime]] = ()
    sent_at: dt.datetime | None = None
    amendable: bool = False
    told: Sequence[FieldError] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    helping_with: Help | None = None
    layout: Layout | None = field(default=None, repr=False, compare=False)

    def value(self, path: str) -> Any:
        """What is shown at a path."""
        key, _, rest = path.partition(".")
        if not rest:
            return self.shown.get(key)
        place, _, column = rest.partition(".")
        return self.shown[key][int(place)].get(column)

    def is_readonly(self, field: Field, path: str) -> bool:
        """Whether this person may not change what stands there."""
        return field.readonly or is_locked(path, self.prefill.locked)


@dataclass(frozen=True, slots=True)
class Layout:
    """One form laid out for one person: what reading, showing and checking it share."""

    context: FormContext
    schema: FormSchema
    handler: FormHandler
    prefill: Prefill
    options: Mapping[str, Sequence[Option]]
    files: Mapping[int, StoredFile]

    def read(self, raw: Raw) -> Reading:
        """Type and check `raw` by the schema."""
        terms = Terms(
            self.prefill,
            {path: dict(options) for path, options in self.choices(self.show(raw)).items()},
            self.context.variables,
            self.files.keys(),
            lambda values: self.handler.compute(self.context, values),
        )
        return read(self.schema, raw, terms)

    def choices(self, shown: Mapping[str, Any]) -> Mapping[str, Sequence[Option]]:
        """The choices, with those that the form's own rows offer: an indicator names a goal typed a table above."""
        offered = {
            path: [*self.options[path], *_offered_by(table, shown)]
            for path, one in _choices(self.schema)
            if (table := own_table(self.schema, one)) is not None
        }
        return {**self.options, **{path: list(dict(options).items()) for path, options in offered.items()}}

    def show(self, raw: Raw | None) -> Mapping[str, Any]:
        """What stands in each field: what was typed, over what was known before."""
        return {one.key: _shown(one, self.prefill, raw) for one in self.schema.fields()}

    def opened(self, shown: Mapping[str, Any], reading: Reading) -> OpenForm:
        """The form with what stands in it and how that was read; what only a task has is left out."""
        return OpenForm(
            self.context.task, self.context.instance, self.schema, self.prefill, shown, self.choices(shown), self.files,
            reading.hidden, self.handler.preview(self.context, reading.values), (), layout=self,
        )  # fmt: skip


def lay_out(
    context: FormContext,
    schema: FormSchema,
    handler: FormHandler,
    catalogues: Mapping[str, Catalogue],
    also: frozenset[int] = frozenset(),
) -> Layout:
    """Prepare a form. `also` are files that may be attached beside those uploaded to the task."""
    prefill = handler.prepare(context)
    # answers to fields that a process leader added come back from records as JSON
    prefill = replace(prefill, values=typed(schema, {**defaults(schema), **prefill.values}))
    options = {path: _options(context, path, one, prefill, catalogues) for path, one in _choices(schema)}
    return Layout(context, schema, handler, prefill, options, _files(context, schema, prefill, also))


def defaults(schema: FormSchema) -> dict[str, Any]:
    """What stands in the fields before anybody types, where nothing is known of them."""
    return {one.key: _as_stored(one.default) for one in schema.fields() if one.default is not None}


def _as_stored(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def with_new_files(layout: Layout) -> Layout:
    """The same layout, with what was uploaded to its task since."""
    return replace(layout, files={**layout.files, **_files(layout.context, layout.schema, layout.prefill, frozenset())})


def handler_of(task: UserTask, handlers: Mapping[str, FormHandler]) -> FormHandler:
    """The handler that the diagram names, else the element's own, else a plain form."""
    named = str(task.properties.get("registro") or "")
    if named and named not in handlers:
        raise UnknownFormHandler(handler=named, task_id=task.id)
    return handlers.get(named or task.element_id) or PlainForm()


def panels_of(context: FormContext, prefill: Prefill, builders: Mapping[str, PanelBuilder]) -> list[Panel]:
    """The handler's panels, then those the diagram names in `pes.contexto`."""
    names = names_in(str(context.task.properties.get("contexto") or ""))
    return [*prefill.panels, *(builders[name](context) for name in names if name in builders)]


def own_table(schema: FormSchema, one: Field) -> Field | None:
    """The table of this same form whose rows are the choices: the one named like the catalogue."""
    return next((table for table in schema.fields() if table.is_list and table.key == one.catalogue), None)


def _offered_by(table: Field, shown: Mapping[str, Any]) -> list[Option]:
    """A choice per row: its first cell, told with the first text beside it."""
    first, *others = table.children
    told = next((column.key for column in others if column.type in {"textfield", "textarea"}), "")
    offered = []
    for row in rows_of(shown.get(table.key)):
        code = " ".join(str(row.get(first.key) or "").split())
        if code:
            offered.append((code, f"{code} {row.get(told) or ''}".strip()[:LONGEST_LABEL]))
    return offered


def _choices(schema: FormSchema) -> list[tuple[str, Field]]:
    single = [(one.key, one) for one in schema.fields() if one.has_choices]
    columns = [(path_of(table.key, c.key), c) for table in schema.fields() for c in table.children if c.has_choices]
    return single + columns


def _options(
    context: FormContext, path: str, one: Field, prefill: Prefill, catalogues: Mapping[str, Catalogue]
) -> Sequence[Option]:
    given = prefill.options.get(path) or prefill.options.get(one.catalogue)
    if given is not None or one.options:
        return given or one.options
    return catalogues[one.catalogue](context) if one.catalogue in catalogues else ()


def _files(
    context: FormContext, schema: FormSchema, prefill: Prefill, also: frozenset[int]
) -> Mapping[int, StoredFile]:
    """What this person uploaded to this task, and what the handler put into the form or beside it."""
    judged = [*prefill.beside.values(), *(entry for panel in prefill.panels for entry in panel.entries)]
    beside = {file_id for one in judged for file_id in one.files}
    if not schema.takes_files and not beside:
        return {}
    known = sorted(also | beside | set(_file_ids(schema, prefill.values)))
    asked = {"task_id": context.task.id, "username": context.actor.id, "known": known}
    return {file.id: file for file in context.session.scalars(_FILES, asked)}


def _file_ids(schema: FormSchema, values: Mapping[str, Any]) -> list[int]:
    held: list[Any] = []
    for one in schema.fields():
        if one.type == "filepicker":
            held.append(values.get(one.key))
        pickers = [column.key for column in one.children if column.type == "filepicker"]
        held += [row.get(key) for row in rows_of(values.get(one.key)) for key in pickers]
    named = (file_id(raw) for value in held for raw in (value if isinstance(value, list) else [value]))
    return [one for one in named if one is not None]


def file_ids(schema: FormSchema, values: Mapping[str, Any]) -> frozenset[int]:
    """Every file that values name, typed or as a page sends them."""
    return frozenset(_file_ids(schema, values))


def _shown(one: Field, prefill: Prefill, raw: Raw | None) -> Any:
    given = prefill.values.get(one.key)
    if raw is None or one.readonly or is_locked(one.key, prefill.locked):
        return rows_of(given) if one.is_list else given
    if not one.is_list:
        return raw.get(one.key)
    if not one.fixed:
        return rows_of(raw.get(one.key))
    sent = by_identity(rows_of(given), rows_of(raw.get(one.key)))
    return [_shown_row(one, place, row, prefill, sent) for place, row in enumerate(rows_of(given))]


def _shown_row(
    table: Field, place: int, given: Mapping[str, Any], prefill: Prefill, sent: Mapping[str, Raw]
) -> dict[str, Any]:
    typed = sent.get(identity(given, place))
    if typed is None:
        return dict(given)
    free = [c.key for c in table.children if not c.readonly]
    free = [key for key in free if not is_locked(path_of(table.key, place, key), prefill.locked)]
    asked_again = {
        prefill.seen[path]
        for column in table.children
        if (path := path_of(table.key, place, column.key)) in prefill.seen
        and (seen := typed.get(column.key)) is not None
        and says_else(column, given.get(column.key), seen)
    }
    return {**given, **{key: None if key in asked_again else typed.get(key) for key in free}}
