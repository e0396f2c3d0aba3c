"""Mails from templates: each is a folder with a subject, a text and an HTML body."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

BOGOTA = ZoneInfo("America/Bogota")
MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
          "noviembre", "diciembre")  # fmt: skip
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


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
    return Mail(" ".join(subject.split()), text.strip() + "\n", html)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications", "templates/email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dia"] = spanish_day
    return environment


def spanish_day(moment: dt.datetime | dt.date) -> str:
    """«viernes 9 de noviembre», in Bogotá."""
    day = moment.astimezone(BOGOTA).date() if isinstance(moment, dt.datetime) else moment
    return f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
