"""How the people of the demonstration are marked as invented, and called where that is known anyway."""

from __future__ import annotations

INVENTED = " (demo)"
"""What stands after their names, so that no document made with them is taken for a real one."""


def called(name: str) -> str:
    """A name, or a text with names in it, without the mark."""
    return name.replace(INVENTED, "")
