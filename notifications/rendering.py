"""Mails from templates: each is a folder with a subject, a text and an HTML body in the frame of all mails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from workflows.calendar import BOGOTA
from workflows.documents.letters import shown
from workflows.spanish import month_name, week_day

LETTER = re.compile("<!--/?letter-->")
"""What stands around the part of the frame that is the mail's own; nothing typed can be one, for it is escaped."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A rendered mail, not yet addressed. `letter` is what of its HTML may stand in another mail."""

    subject: str
    text: str
    html: str
    letter: str = ""


def render(name: str, values: Mapping[str, Any]) -> Mail:
    """Render the mail called `name` (a folder of `templates/email`). An unknown variable is an error."""
    subject, text, body = (_environment().get_template(f"{name}/{part}").render(values) for part in
                           ("subject.txt", "body.txt", "body.html"))  # fmt: skip
    before, letter, after = LETTER.split(shown(body))
    html = _inliner().inline(before + letter + after)
    return Mail(" ".join(shown(subject).split()), shown(text).strip() + "\n", html, letter.strip())


@cache
def _inliner() -> css_inline.CSSInliner:
    """Writes the style of the frame into its elements, as Outlook and Gmail want it; fetches nothing."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications", "templates/email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "dia": week_day, "mes": month_name, "hora": lambda moment: f"{moment.astimezone(BOGOTA):%H:%M}",
    }  # fmt: skip
    return environment
