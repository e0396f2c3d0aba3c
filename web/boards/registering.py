"""Every board, registered by importing the modules that hold them."""

from __future__ import annotations

from web.boards import ahead, performance, views
from web.boards.views import blueprint

__all__ = ["ahead", "blueprint", "performance", "views"]
