"""The blueprint of the pages of people."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/personas")
