"""The blueprint of the pages of sectors."""

from flask import Blueprint

blueprint = Blueprint("sectors", __name__, url_prefix="/sectores")
