"""The blueprint that the modules of the inbox add their views to."""

from flask import Blueprint

blueprint = Blueprint("inbox", __name__)
