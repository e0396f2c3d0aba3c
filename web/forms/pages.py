"""A form as HTML."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import render_template
from markupsafe import Markup

from web.forms.controls import FormView
from workflows.documents.files import LIMIT
from workflows.documents.kinds import SUFFIXES
from workflows.errors import FieldError
from workflows.forms.opening import OpenForm


def render(
    opened: OpenForm,
    *,
    action: str = "",
    draft_url: str = "",
    files_url: str = "",
    username: str = "",
    errors: Sequence[FieldError] = (),
    sentence: str = "",
    submit_label: str = "Enviar",
    submit_as: str = "enviar",
    answer: tuple[str, str, str] | None = None,
    readonly: bool = False,
    facts: bool = False,
    panels: bool = True,
    file_url: Callable[[int], str] | None = None,
    address_of: Callable[[Mapping[str, Any]], str] | None = None,
) -> Markup:
    """The whole `<form>`: error summary, context, fields, buttons, and the state of the draft.

    `submit_as` is what the first button does. `answer`: label, field and value of one that answers and sends.
    `sentence` is an error of the form as a whole. `draft_url` empty: no
    autosave; `files_url` empty: files go with the form. `username` is whose text the browser keeps while there is no
    network.
    `readonly`: without inputs or buttons; `facts`: so, and without what is still to be answered. `address_of`: where
    all is told of what a row is about, from its cells.
    """
    return Markup(  # noqa: S704 — Jinja escapes what goes in
        render_template(
            "forms/form.html",
            view=FormView(opened, errors, readonly=readonly, facts=facts, address_of=address_of),
            opened=opened,
            action=action,
            draft_url="" if readonly or facts else draft_url,
            files_url=files_url if opened.schema.takes_files else "",
            file_limit=LIMIT,
            username=username,
            sentence=sentence,
            submit_label=submit_label,
            submit_as=submit_as,
            answer=answer,
            readonly=readonly or facts,
            with_panels=panels,
            file_url=file_url,
            accept=",".join(SUFFIXES),
            token=secrets.token_urlsafe(24),
        )
    )
