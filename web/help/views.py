"""The help: how each task is done, the keys, whom to ask."""

from __future__ import annotations

from flask import Blueprint

from web.auth import SIGNED_IN, Of, allow
from web.pages import page

blueprint = Blueprint("help", __name__, url_prefix="/ayuda")


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.OWN)
def index() -> str:
    """What one does here, a task at a time, and the map of keys."""
    return page("help/index.html")
