"""The blueprint that every module of the studio adds its views to, and who may change what."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from web.studio import recipes

blueprint = Blueprint("studio", __name__, url_prefix="/procesos")
blueprint.add_app_template_global(recipes.of_tab, "recipes_of")

LEADERS: Final = ("lider_proceso", "lider_proceso_instalacion")
"""The roles that edit and publish: what all sectors share where they are held in the installation, a variant where they
are held in its sector.

Everybody signed in may look at what is shared. With one sector, its own leader holds it there."""
