"""Mails from templates: each is a folder with a subject, a text and an HTML body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from workflows.documents.letters import shown
from workflows.spanish import week_day


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail, not yet addressed."""

    subject: str
    text: str
    html: str


def render(name: str, values: Mapping[str, Any]) -> Mail:
    """Render the mail called `name` (a folder of `templates/email`). An unknown variable is an error."""
    subject, text, html = (_environment().get_template(f"{name}/{part}").render(values) for part in
                           ("subject.txt", "body.txt", "body.html"))  # fmt: skip
    return Mail(" ".join(shown(subject).split()), shown(text).strip() + "\n", shown(html))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications", "templates/email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dia"] = week_day
    return environment
