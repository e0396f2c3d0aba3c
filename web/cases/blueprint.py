"""The blueprint that the modules of the cases' pages add their views to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/casos")
