"""Running cases are managed: suspended, cancelled, taken to another step or version, corrected, and all undone."""

from engine.managing.acts import execute, preview
from engine.managing.outcome import Outcome

__all__ = ["Outcome", "execute", "preview"]
