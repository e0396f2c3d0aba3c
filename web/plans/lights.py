"""The chips of the traffic light as the pages of a plan show them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from flask import current_app
from markupsafe import Markup

from web.plans.levels import Part
from workflows.monitoring.period_figures import LevelFigure
from workflows.reports.contents import light, light_of_level


def chips() -> Callable[[str | None, str | None], Markup]:
    """What draws the chip of a colour and a status, each once: a table of hundreds shows a dozen."""
    chip = current_app.jinja_env.get_template("macros/parts.html").module.chip  # type: ignore[attr-defined]

    @cache
    def chip_of(color: str | None, status: str | None) -> Markup:
        shown = light(color, status)
        return cast(Markup, chip(shown.color, shown.icon, shown.word))

    return chip_of


def level_chips() -> Callable[[LevelFigure | Part], Markup]:
    """What draws the chip of an objective, a line, an entity or the plan, and says where silence decided it."""
    chip = current_app.jinja_env.get_template("macros/parts.html").module.chip  # type: ignore[attr-defined]

    def level_chip_of(level: LevelFigure | Part) -> Markup:
        shown = light_of_level(level.color, level.status)
        why = Markup(' <small class="muted">por falta de dato</small>') if level.by_silence else Markup("")
        return cast(Markup, chip(shown.color, shown.icon, shown.word)) + why

    return level_chip_of
