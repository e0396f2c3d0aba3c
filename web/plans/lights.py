"""The chips of the traffic light as the pages of a plan show them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from flask import current_app
from markupsafe import Markup

from workflows.reports.contents import light


def chips() -> Callable[[str | None, str | None], Markup]:
    """What draws the chip of a colour and a status, each once: a table of hundreds shows a dozen."""
    chip = current_app.jinja_env.get_template("macros/parts.html").module.chip  # type: ignore[attr-defined]

    @cache
    def chip_of(color: str | None, status: str | None) -> Markup:
        shown = light(color, status)
        return cast(Markup, chip(shown.color, shown.icon, shown.word))

    return chip_of
