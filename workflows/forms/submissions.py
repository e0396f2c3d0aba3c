"""The use cases of a form: open it, keep a draft, send it, correct what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.questions import variable_of
from engine.errors import NotAllowed, UnknownTask
from engine.identity import Actor
from engine.instances import locking
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from workflows.documents import files
from workflows.errors import (
    AlreadyReviewed,
    Conflict,
    DraftChanged,
    FieldError,
    InvalidForm,
    InvalidSubmission,
    NotFound,
)
from workflows.forms import drafts, helping
from workflows.forms.bounds import within_bounds
from workflows.forms.fields import Field
from workflows.forms.handlers import Catalogue, FormContext, FormHandler, OnPaper, Outside, PanelBuilder, Preview
from workflows.forms.models import Help, Submission, SubmissionFile, SubmissionRevision
from workflows.forms.opening import Layout, OpenForm, file_ids, handler_of, lay_out, panels_of, with_new_files
from workflows.forms.reading import Reading, rows_of, without_blank_rows
from workflows.forms.reserves import reserves
from workflows.forms.schema import FormSchema
from workflows.forms.standing import Standing, standings, telling
from workflows.forms.stored import text_of, typed
from workflows.forms.values import Values, as_json, as_variable, names_in, path_of

MAX_TOKEN = 64
MOST_READ = 500
_read: dict[tuple[str, str], FormSchema] = {}
"""Forms by the digest of the bundle they are published in and their key: neither ever changes."""
_OF_ANOTHER = "Ese envío era de otra tarea. Recargue la página y vuelva a enviar."

_WITH_TOKEN = sa.select(Submission).where(Submission.token == sa.bindparam("token"))
_TASK_AND_CASE = (
    sa.select(UserTask, Instance)
    .join(Instance, Instance.id == UserTask.instance_id)
    .where(UserTask.id == sa.bindparam("task_id"))
)


class Held(NamedTuple):
    """A case and its task while nobody else sends there, with the groups of the task where they were read."""

    instance: Instance
    task: UserTask
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DraftView:
    """What a draft would give: chips, what is not asked, what may be told already, how far each row has come.

    `cells` are the read-only cells that follow from it, as people read them; `read` what was read from numbers.
    """

    preview: Preview
    hidden: frozenset[str]
    told: Sequence[FieldError] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forms:
    """Every form of the house: who knows its meaning, where its choices and context come from.

    Put together once by the composition root. No method commits.
    """

    handlers: Mapping[str, FormHandler]
    catalogues: Mapping[str, Catalogue]
    panels: Mapping[str, PanelBuilder] = field(default_factory=dict)

    def open(
        self,
        session: Session,
        engine: ProcessEngine,
        task_id: int,
        actor: Actor,
        raw: object = None,
    ) -> OpenForm:
        """The form of an open task as this person sees it, with `raw` (just sent) or the draft filled in.

        Raises the engine's 403, 404 and 409 errors.
        """
        layout, helping_with = self._to_fill(session, engine, task_id, actor)
        kept = {draft.username: draft for draft in drafts.of_task(session, task_id)}
        mine = kept.pop(actor.id, None)
        filled = within_bounds(layout.schema, raw) if raw is not None else mine.values if mine else None
        return replace(
            self._opened(layout, layout.show(filled)),
            saved_at=mine.saved_at if mine else None,
            seen=drafts.mark(mine),
            others=[(username, one.saved_at) for username, one in kept.items()],
            helping_with=helping_with,
        )

    def save_draft(
        self,
        session: Session,
        engine: ProcessEngine,
        task_id: int,
        actor: Actor,
        raw: object,
        page: drafts.Page | None = None,
        *,
        correcting: bool = False,
    ) -> dt.datetime:
        """Keep what a person has typed, right or wrong, and say when; the last write wins.

        `correcting`: over what they sent, whether or not it may still be sent. The form is not laid out: others wait
        for their turn to write. Raises `DraftChanged` where another page of the same person kept something that `page`
        has not seen.
        """
        schema = self.schema_for(session, engine, task_id, actor, correcting=correcting)
        values = within_bounds(schema, raw)
        try:
            return drafts.save(session, task_id, actor.id, values, engine.now(), page).saved_at
        except DraftChanged as changed:
            before = drafts.of(session, task_id, actor.id)
            changed.fields = differing(schema, before.values if before else {}, values)
            raise

    def begin_from(self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor, other: str) -> None:
        """Begin one's own draft with what somebody else typed into the task, files too; theirs stays.

        Does nothing where one has a draft, or they none: nothing that was typed is written over.
        """
        task, instance = _work(session, task_id)
        commands.ensure_may_work_on(session, engine, task, actor)
        schema = _schema(session, instance, task.form_key)
        kept = {draft.username: draft for draft in drafts.of_task(session, task_id)}
        if other in kept and actor.id not in kept:
            values = drafts.with_own_files(session, engine.clock, schema, kept[other].values, task_id, actor.id)
            drafts.save(session, task_id, actor.id, values, engine.now())

    def bring(self, session: Session, engine: ProcessEngine, help_id: int, actor: Actor) -> str:
        """Put what a helper typed into one's own draft, with its files, and say who that was; theirs stays.

        Of other rows nothing changes. Raises `NotFound` (nothing typed), and the errors of `open`.
        """
        asked = session.get(Help, help_id)
        theirs = drafts.of(session, asked.task_id, asked.helper) if asked is not None else None
        if asked is None or theirs is None:
            raise NotFound("Todavía no hay nada escrito de esa persona en esta tarea.")
        task, instance = _work(session, asked.task_id)
        commands.ensure_may_work_on(session, engine, task, actor)
        own = drafts.of(session, task.id, actor.id)
        layout = self._lay_out(session, engine, task, instance, actor)
        given = drafts.with_own_files(session, engine.clock, layout.schema, theirs.values, task.id, actor.id)
        mine = own.values if own is not None else helping.as_typed(layout.schema, layout.prefill.values)
        drafts.save(session, task.id, actor.id, helping.merged(layout.schema, mine, given, asked.rows), engine.now())
        asked.brought_at = engine.now()
        return asked.helper

    def view_draft(
        self,
        session: Session,
        engine: ProcessEngine,
        task_id: int,
        actor: Actor,
        raw: object,
        *,
        correcting: bool = False,
    ) -> DraftView:
        """What follows from what a person has typed so far. Raises the errors of `open`, or of `amend`."""
        if correcting:
            _, layout = self._amendable(session, engine, *_work(session, task_id), actor)
        else:
            layout, _ = self._to_fill(session, engine, task_id, actor)
        return _view(layout, layout.show(within_bounds(layout.schema, raw)))

    def submit(
        self,
        session: Session,
        engine: ProcessEngine,
        task_id: int,
        actor: Actor,
        raw: object,
        *,
        token: str | None = None,
        opened: OpenForm | None = None,
        outside: Outside | None = None,
    ) -> Submission:
        """Send a form: check it, write its records, complete the task.

        The same `token` again returns the same submission and does nothing. A form `opened` by the same person in this
        very transaction is not laid out again. Raises `InvalidSubmission` with `errors` and `raw` (without blank rows:
        the errors' paths count its rows).
        """
        held, in_part = self._in_turn(session, task_id)
        task = held.task
        _ensure_token(token)
        if task.state == UserTaskState.COMPLETED and (before := self.already_sent(session, task_id, token)) is not None:
            return before
        layout = (
            with_new_files(opened.layout)
            if opened and opened.layout
            else self._lay_out(session, engine, task, held.instance, actor, outside=outside)
        )
        commands.ensure_may_work_on(session, engine, task, actor, groups=held.groups)
        values = self._checked(layout, raw)
        if in_part:  # the case is held from here on; it may have gone on meanwhile
            commands.ensure_may_work_on(session, engine, locking.lock_with_task(session, task_id).task, actor)
        variables = {**_salida(task, values), **as_variables(layout.handler.record(layout.context, values))}
        submission = Submission(
            task_id=task_id,
            form_key=task.form_key or "",
            form_version=_form_version(session, layout.context.instance, task.form_key),
            username=actor.id,
            sent_at=engine.now(),
            values=as_json(values),
            token=token,
        )
        _insert(session, submission)
        drafts.forget(session, task_id)
        signed = {outside.file_id} if isinstance(outside, OnPaper) else set()
        _keep_files(session, submission, file_ids(layout.schema, values) | signed)
        files.classify(session, reserves(layout.schema, values))
        commands.complete(session, engine, task_id, actor=actor, variables=variables)
        return submission

    def _in_turn(self, session: Session, task_id: int) -> tuple[Held, bool]:
        """A case and its task, once nobody else sends in the same part: in all of the case, if the form names none.

        The last tells whether only the part is held, and the case is still to be locked.
        """
        task, instance = _work(session, task_id)
        part = self._part(task)
        if not part:
            return Held(*locking.lock_with_task(session, task_id)), False
        in_part = locking.lock_part(session, task.instance_id, part)
        if in_part:
            session.refresh(task)
        return Held(instance, task), in_part

    def _part(self, task: UserTask) -> str:
        """What nobody else may send in while this is being sent; empty: the whole case."""
        apart = handler_of(task, self.handlers).apart
        return f"{apart}={task.context[apart]}" if apart in task.context else ""

    def already_sent(self, session: Session, task_id: int, token: str | None) -> Submission | None:
        """What was sent with this token before: the same press of a button that came twice.

        Raises `InvalidSubmission` for what is no token of ours.
        """
        return None if token is None else _sent_with(session, task_id, token)

    def schema_for(
        self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor, *, correcting: bool = False
    ) -> FormSchema:
        """The form that this person may fill in now, or sent; raises the errors of `open`."""
        task, instance = _work(session, task_id)
        if correcting:
            _ensure_own(_submission(session, task_id), actor)
        else:
            helping.ensure_may_fill(session, engine, task, actor)
        return _schema(session, instance, task.form_key)

    def open_sent(
        self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor, raw: object = None
    ) -> OpenForm:
        """What was sent with a completed task, or its correction `raw`, over the form.

        `amendable` tells whether this person may correct it. Whoever shows it to others decides whether they may
        see it.
        """
        submission = _submission(session, task_id)
        layout = self._lay_out(session, engine, *_work(session, task_id), actor, submission)
        if raw is None:
            values = typed(layout.schema, submission.values)
            opened = self._opened(layout, {**layout.show(values), **_sent_readonly(layout, values)})
        else:
            opened = self._opened(layout, layout.show(within_bounds(layout.schema, raw)))
        mine = submission.username == actor.id
        return replace(opened, sent_at=submission.sent_at, amendable=mine and layout.handler.may_amend(layout.context))

    def open_correction(
        self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor, raw: object = None
    ) -> OpenForm:
        """What was sent, with its correction `raw` (just sent) or the draft of it filled in."""
        mine = drafts.of(session, task_id, actor.id)
        opened = self.open_sent(
            session, engine, task_id, actor, raw if raw is not None else mine.values if mine else None
        )
        return replace(opened, saved_at=mine.saved_at if mine else None, seen=drafts.mark(mine))

    def drop_correction(self, session: Session, task_id: int, actor: Actor) -> None:
        """Go back to what was sent: what one typed over it is forgotten."""
        if _submission(session, task_id).username == actor.id:
            drafts.forget(session, task_id)

    def amend(self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor, raw: object) -> Submission:
        """Correct what one sent, as long as its handler allows; the earlier values stay as a revision."""
        instance, task, _ = locking.lock_with_task(session, task_id)
        submission, layout = self._amendable(session, engine, task, instance, actor)
        values = self._checked(layout, raw)
        _keep_revision(session, submission, actor, engine.now())
        drafts.forget(session, task_id)
        submission.values, submission.sent_at = as_json(values), engine.now()
        known = sa.select(SubmissionFile.file_id).filter_by(submission_id=submission.id)
        _keep_files(session, submission, file_ids(layout.schema, values) - set(session.scalars(known)))
        files.classify(session, reserves(layout.schema, values))
        layout.handler.amend(layout.context, values)
        session.flush()
        return submission

    def _amendable(
        self, session: Session, engine: ProcessEngine, task: UserTask, instance: Instance, actor: Actor
    ) -> tuple[Submission, Layout]:
        submission = _submission(session, task.id)
        _ensure_own(submission, actor)
        layout = self._lay_out(session, engine, task, instance, actor, submission)
        if not layout.handler.may_amend(layout.context):
            raise AlreadyReviewed
        return submission, layout

    def _lay_out(
        self,
        session: Session,
        engine: ProcessEngine,
        task: UserTask,
        instance: Instance,
        actor: Actor,
        sent: Submission | None = None,
        outside: Outside | None = None,
    ) -> Layout:
        context = FormContext(session, engine, task, instance, actor, outside=outside)
        schema = _schema(session, instance, task.form_key)
        also = file_ids(schema, sent.values) if sent else frozenset()
        return lay_out(context, schema, handler_of(task, self.handlers), self.catalogues, also)

    def _to_fill(
        self, session: Session, engine: ProcessEngine, task_id: int, actor: Actor
    ) -> tuple[Layout, Help | None]:
        """The form of a task for who may fill it in, with what was asked where that is a helper."""
        layout = self._lay_out(session, engine, *_work(session, task_id), actor)
        asked = helping.ensure_may_fill(session, engine, layout.context.task, actor)
        return (helping.for_helper(layout, asked) if asked else layout), asked

    def _opened(self, layout: Layout, shown: Mapping[str, Any]) -> OpenForm:
        reading = layout.read(shown)
        found = reading.asked(layout.handler.find(layout.context, reading.values))
        return replace(
            layout.opened(shown, reading),
            shown={**shown, **_computed(layout, shown, reading)},
            panels=panels_of(layout.context, layout.prefill, self.panels),
            told=telling(found, shown),
            standings=_standings(layout, shown, reading, found),
        )

    def _checked(self, layout: Layout, raw: object) -> Values:
        sent = without_blank_rows(layout.schema, within_bounds(layout.schema, raw))
        reading = layout.read(sent)
        found = reading.asked(layout.handler.find(layout.context, reading.values))
        errors = found or layout.handler.check(layout.context, reading.values)
        if errors:
            raise InvalidSubmission(errors=errors, raw=sent, task_id=layout.context.task.id)
        return reading.values


def differing(schema: FormSchema, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What people call the fields in which two drafts differ."""
    return [field.label or field.key for field in schema.fields() if one.get(field.key) != other.get(field.key)]


def as_variables(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as process variables, by the same names."""
    return {key: as_variable(value) for key, value in values.items()}


def _salida(task: UserTask, values: Values) -> dict[str, Any]:
    names = names_in(str(task.properties.get("salida") or ""))
    own = {name: values[name] for name in names if name in values}
    columns = {variable_of(name): _column(name, values) for name in names if "." in name}
    return as_variables(own | {name: cells for name, cells in columns.items() if cells is not None})


def _column(path: str, values: Values) -> list[Any] | None:
    """What the rows of a table have in a column, those of several answers one after the other."""
    table, _, column = path.partition(".")
    rows = values.get(table)
    if not isinstance(rows, list):
        return None
    cells = [row.get(column) for row in rows if isinstance(row, Mapping)]
    return [item for cell in cells for item in (cell if isinstance(cell, list) else [cell])]


def _work(session: Session, task_id: int) -> tuple[UserTask, Instance]:
    """A task and its case."""
    found = session.execute(_TASK_AND_CASE, {"task_id": task_id}).one_or_none()
    if found is None:
        raise UnknownTask(task_id=task_id)
    return found.UserTask, found.Instance


def _ensure_own(submission: Submission, actor: Actor) -> None:
    if submission.username != actor.id:
        raise NotAllowed("Solo quien envió el formulario puede corregirlo.", task_id=submission.task_id)


def _ensure_token(token: str | None) -> None:
    if token is not None and not 0 < len(token) <= MAX_TOKEN:
        raise InvalidSubmission("Recargue la página y vuelva a enviar.", errors=[], raw={})


def _insert(session: Session, submission: Submission) -> None:
    """Add what is sent with a locked open task: only the token can be there already, with another task."""
    session.add(submission)
    try:
        session.flush()
    except IntegrityError as exc:
        raise Conflict(_OF_ANOTHER) from exc


def _sent_with(session: Session, task_id: int, token: str) -> Submission | None:
    _ensure_token(token)
    submission = session.scalar(_WITH_TOKEN, {"token": token})
    if submission is not None and submission.task_id != task_id:
        raise Conflict(_OF_ANOTHER)
    return submission


def _submission(session: Session, task_id: int) -> Submission:
    submission = session.scalar(sa.select(Submission).filter_by(task_id=task_id))
    if submission is None:
        raise UnknownTask("Esa tarea no se ha enviado.", task_id=task_id)
    return submission


def _keep_revision(session: Session, submission: Submission, actor: Actor, at: dt.datetime) -> None:
    counted = sa.select(sa.func.count()).select_from(SubmissionRevision).filter_by(submission_id=submission.id)
    session.add(
        SubmissionRevision(
            submission_id=submission.id,
            number=(session.scalar(counted) or 0) + 1,
            username=submission.username,
            sent_at=submission.sent_at,
            values=submission.values,
            replaced_at=at,
            replaced_by=actor.id,
        )
    )


def _keep_files(session: Session, submission: Submission, files: Set[int]) -> None:
    session.add_all(SubmissionFile(submission_id=submission.id, file_id=file_id) for file_id in sorted(files))


def _sent_readonly(layout: Layout, values: Values) -> dict[str, Any]:
    """Tables as they were when sent: their rows may be gone from what the handler prepares today."""
    return {t.key: values[t.key] for t in layout.schema.fields() if t.is_list and t.fixed and t.key in values}


def _view(layout: Layout, shown: Mapping[str, Any]) -> DraftView:
    reading = layout.read(shown)
    found = reading.asked(layout.handler.find(layout.context, reading.values))
    return DraftView(
        layout.handler.preview(layout.context, reading.values),
        reading.hidden,
        telling(found, shown),
        _standings(layout, shown, reading, found),
        {path: text for path, field in _cells(layout.schema, reading) if (text := _read_at(field, reading, path))},
        {path: text for path, field in _numbers(layout.schema, shown) if (text := _read_at(field, reading, path))},
    )


def _standings(
    layout: Layout, shown: Mapping[str, Any], reading: Reading, errors: Sequence[FieldError]
) -> Mapping[str, Standing]:
    """How far each row has come; what came back has not, before something in it changed."""
    known = layout.prefill
    before = layout.read(layout.show(None)).values if known.returned else {}
    unchanged = {path for path in known.returned if _row_at(before, path) == _row_at(reading.values, path)}
    return standings(layout.schema, shown, errors, known.locked, unchanged=unchanged, proposed=known.proposed)


def _row_at(values: Values, path: str) -> Mapping[str, Any] | None:
    key, _, place = path.partition(".")
    return dict(enumerate(rows_of(values.get(key)))).get(int(place))


def _cells(schema: FormSchema, reading: Reading) -> Iterator[tuple[str, Field]]:
    """The read-only cells of tables that follow from what was typed."""
    columns = {f"{table.key}.{one.key}": one for table in schema.fields() for one in table.children if one.readonly}
    for path in sorted(reading.computed):
        key, _, rest = path.partition(".")
        column = columns.get(f"{key}.{rest.partition('.')[2]}")
        if column is not None:
            yield path, column


def _numbers(schema: FormSchema, shown: Mapping[str, Any]) -> Iterator[tuple[str, Field]]:
    """The cells of tables in which a number is typed."""
    for table in schema.fields():
        columns = [one for one in table.children if one.type == "number" and not one.readonly]
        for place, _ in enumerate(rows_of(shown.get(table.key)) if columns else ()):
            yield from ((path_of(table.key, place, one.key), one) for one in columns)


def _read_at(field: Field, reading: Reading, path: str) -> str:
    key, place, column = path.split(".")
    rows = reading.values[key]
    return text_of(field, rows[int(place)].get(column)) if int(place) < len(rows) else ""


def _computed(layout: Layout, shown: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Tables with their read-only cells as computed from what stands in the form."""
    tables = [one for one in layout.schema.fields() if one.is_list and one.fixed]
    return {table.key: _with_readonly(table.key, table.children, shown, reading.values) for table in tables}


def _with_readonly(key: str, columns: Any, shown: Mapping[str, Any], values: Values) -> list[dict[str, Any]]:
    readonly = [column.key for column in columns if column.readonly]
    if len(values[key]) != len(shown[key]):  # a hidden table has no values, but its rows are still there to show
        return list(shown[key])
    pairs = zip(shown[key], values[key], strict=True)
    return [{**row, **{column: read.get(column) for column in readonly}} for row, read in pairs]


def _published(session: Session, instance: Instance, form_key: str) -> BundleModel:
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    if form_key not in bundle.form_versions:
        raise InvalidForm(f"El formulario «{form_key}» no está publicado con este proceso.")
    return bundle


def _schema(session: Session, instance: Instance, form_key: str | None) -> FormSchema:
    if not form_key:
        return FormSchema.empty()
    published, key = _published(session, instance, form_key), (instance.bundle_sha256, form_key)
    schema = _read.get(key)
    if schema is None:
        if len(_read) >= MOST_READ:
            _read.clear()
        schema = _read[key] = FormSchema.from_dict(published.form(form_key))
    return schema


def _form_version(session: Session, instance: Instance, form_key: str | None) -> int:
    if not form_key:
        return 0
    return _published(session, instance, form_key).form_versions[form_key]
