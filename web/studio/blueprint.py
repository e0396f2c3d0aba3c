"""The blueprint that every module of the studio adds its views to, and who may change what."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/procesos")

LEADERS: Final = ("lider_proceso", "lider_proceso_instalacion")
"""The roles that edit and publish what all sectors share, held where that is: in the installation.

Everybody signed in may look. With one sector, its own leader holds it there."""
