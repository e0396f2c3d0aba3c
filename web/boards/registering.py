"""Every board, registered by importing the modules that hold them."""

from __future__ import annotations

from web.boards import acting, ahead, executive, performance, views, window
from web.boards.views import blueprint

__all__ = ["acting", "ahead", "blueprint", "executive", "performance", "views", "window"]
