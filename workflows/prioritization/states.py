"""Where themes come from and what is decided of them."""

from __future__ import annotations

from enum import StrEnum


class ThemeSource(StrEnum):
    """Who brought up a theme."""

    DIRECTORS = "directivos"
    TEAMS = "equipos_tecnicos"
    COMMUNITY = "comunidad"
    SWOT = "dofa"
    SOURCES = "fuentes"


class ThemeDecision(StrEnum):
    """Whether the plan is about a theme."""

    NONE = ""
    """Not decided yet."""
    CHOSEN = "elegido"
    DISCARDED = "descartado"
