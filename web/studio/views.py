"""Every view of the studio, registered by importing the modules that hold them."""

from __future__ import annotations

from web.studio import bringing, editor, fields, forms, processes, publishing, tasks
from web.studio.blueprint import blueprint

__all__ = ["blueprint", "bringing", "editor", "fields", "forms", "processes", "publishing", "tasks"]
