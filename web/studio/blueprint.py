"""The blueprint that every module of the studio adds its views to, and who may change what."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/procesos")

LEADERS: Final = "lider_proceso"
"""The role that edits and publishes; everybody signed in may look."""
