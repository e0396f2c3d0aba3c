"""Whoever changes a rule through a page, the API or a command writes it into the *bitácora*: watched in every test.

What is a rule is told by the room its table is of, so that a new table is watched before anybody thinks of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import flask
import sqlalchemy as sa
from flask_login import current_user

from engine.database import Base

ROOMS = (
    "engine.definitions.models",
    "engine.managing.models",
    "notifications.exports.models",
    "notifications.webhooks.models",
    "web.auth.models",
    "workflows.people.models",
    "workflows.sectors.models",
)
"""Diagrams, forms, decisions; acts on cases; other systems; accounts; people, roles, absences; calendars, entities."""

NO_RULES = {
    "definition_draft": "what somebody draws; its publication is written down",
    "definition_draft_step": "what stood in it before, until it is published",
    "definition_editing": "who has a drawing open now",
    "definition_scenario": "a rehearsal that is kept",
    "definition_release_comment": "words about a draft, kept beside it",
    "bundle": "what versions are made of, by content",
    "webhook_delivery": "what was sent, and what became of it",
    "export_delivery": "the same of files",
    "sign_in_attempt": "counts; the failure is written down",
    "spent_token": "a code that is not taken again",
    "web_session": "signing in is written down",
    "remembered_browser": "signing in is written down",
    "kept_answer": "what a program was answered",
    "stood_in": "tasks that changed hands by a rule that is written down",
    "reckoned_holiday": "worked out by the worker from the rules",
    "asked_role": "a wish; the role that is given is written down",
    "extension": "a wish about one deadline, asked and decided with an entry each",
    "handover": "a record that is never changed; what it moved is written down",
    "comment": "what people say to each other",
    "case_change": "keeps before and after of its own",
}
"""Tables of these rooms that are none, and why."""

NAMES_NOBODY = {
    "inbox.take_section",  # the text of a section, and tables of the plan
    "studio.draft_xml", "studio.diagram", "cases.diagram",
    "plans.template", "plans.act_template_file", "files.download", "api.get_file", "portal.document",
    "portal.plan_document", "portal.open_table", "portal.open_data", "open_plans.indicator_table",
    "open_plans.indicator_data", "static", "handovers.record_file", "sectors.template", "exports.sent",
    "studio.manual", "studio.picture", "studio.decision_file",
}  # fmt: skip
"""Taken along without a word: diagrams, what the portal publishes, public files (others are noted), one's own."""

COUNTED = {
    ("POST second_step.check", "code_app"), ("POST second_step.show", "passkey"), ("main sector load", "role"),
}  # fmt: skip
"""What a sign-in, which is written down, counts up so that nothing serves twice; the roles that come with Cauce."""

PLAYED = {"main simulate"}
"""Lives of plans in databases that are thrown away: nobody answers for what is played."""

SECRET = {"code_app", "passkey", "recovery_code", "credential", "external_identity"}
"""What there was before is nobody's to know: the act says enough."""

MIGRATION, ENTRY, BEFORE, NEW = "alembic_version", "audit_entry", "before", "new"
_USED = re.compile(r'UPDATE "?api_token"? SET used_at=[^,]+ WHERE')
"""When a program last came with its token."""
_WRITES = re.compile(r'(INSERT|UPDATE|DELETE)(?: OR \w+)?(?: INTO| FROM)? "?(\w+)"?')


def rules() -> frozenset[str]:
    """The tables of rules."""
    found = {mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.__module__ in ROOMS}
    return frozenset(found - NO_RULES.keys())


class _Watch:
    """Notes what each transaction writes, and tells what it kept without an entry."""

    def __init__(self) -> None:
        self.silent: list[str] = []
        self._tables = {*rules(), MIGRATION, ENTRY}

    def note(self, connection: sa.Connection, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found = _WRITES.match(statement)
        if not found or found[2] not in self._tables or (found[1] != "INSERT" and not cursor.rowcount):
            return  # what returns the rows that it inserts counts none of them
        if _USED.match(statement):
            return
        written = connection.info.setdefault("written", {}).setdefault(found[2], set())
        if found[2] == ENTRY:
            tells = found[1] == "INSERT" and _tells_before(statement, values)
            written.update({BEFORE} if tells else ())
        else:
            written.add(BEFORE if found[1] != "INSERT" else NEW)

    def ended(self, connection: sa.Connection) -> None:
        if not connection.invalidated:  # of one that broke nothing was kept
            connection.info.pop("written", None)

    def kept(self, connection: sa.Connection) -> None:
        written, who = connection.info.pop("written", {}), _entry_point()
        if not who or who in PLAYED or MIGRATION in written:
            return
        told = written.pop(ENTRY, None)
        if told is not None and flask.has_request_context():
            flask.g.is_written_down = True
        for table, how in written.items():
            is_use = table == "api_token" and " api." in who and how == {BEFORE}  # when it was used last
            if is_use or (who, table) in COUNTED:
                continue
            if told is None:
                self.silent.append(f"{who}: {table}")
            elif table not in SECRET and how == {BEFORE} and BEFORE not in told:
                self.silent.append(f"{who}: {table} as it was before")

    def answered(self, _app: flask.Flask, response: flask.Response, **_: Any) -> None:
        """A file that somebody who signed in takes along names people, or is of those that name none."""
        attached = response.headers.get("Content-Disposition", "").startswith("attachment")
        told = flask.g.get("is_written_down") or str(flask.request.endpoint) in NAMES_NOBODY
        if attached and current_user.is_authenticated and not told:
            self.silent.append(f"{_entry_point()}: taken along")


@contextmanager
def watched() -> Iterator[list[str]]:
    """What was changed and not written down meanwhile, in words."""
    watch = _Watch()
    listeners = (("after_cursor_execute", watch.note), ("rollback", watch.ended), ("commit", watch.kept))
    for name, listen in listeners:
        sa.event.listen(sa.Engine, name, listen)
    flask.request_finished.connect(watch.answered)
    try:
        yield watch.silent
    finally:
        flask.request_finished.disconnect(watch.answered)
        for name, listen in listeners:
            sa.event.remove(sa.Engine, name, listen)


def _tells_before(statement: str, values: Any) -> bool:
    """Whether one of the entries that are inserted says what there was before, of the work or of a person."""
    columns = [one.strip(' "') for one in statement[statement.index("(") + 1 : statement.index(")")].split(",")]
    told = []
    for row in values if isinstance(values, list) else [values]:
        if isinstance(row, dict):
            told += [value for name, value in row.items() if name.startswith(("before", "personal"))]
        else:
            for name in {"before", "personal"}.intersection(columns):
                told += row[columns.index(name) :: len(columns)]
    return any(not str(one).startswith(("{}", "null", "None", '{"direccion"')) for one in told)


def _entry_point() -> str:
    """The route or command that is being served; nothing where a test writes by itself."""
    if flask.has_request_context():
        return f"{flask.request.method} {flask.request.endpoint}"
    command = click.get_current_context(silent=True)
    return "" if command is None else command.command_path
