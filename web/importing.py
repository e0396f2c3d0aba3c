"""Modules that are imported when they are needed, in half the time."""

from __future__ import annotations

import importlib
from typing import Any

from engine.loading import loading


def at(address: str) -> Any:
    """What `module:attribute` names."""
    module, _, attribute = address.partition(":")
    with loading():
        return getattr(importlib.import_module(module), attribute)
