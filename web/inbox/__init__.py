"""The inbox and the page of a task."""

from web.inbox.views import blueprint

__all__ = ["blueprint"]
