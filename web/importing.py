"""Modules that are imported when they are needed, in half the time."""

from __future__ import annotations

import gc
import importlib
from typing import Any


def at(address: str) -> Any:
    """What `module:attribute` names. What a program is made of is no garbage: nobody looks for some meanwhile."""
    module, _, attribute = address.partition(":")
    gc.disable()
    try:
        return getattr(importlib.import_module(module), attribute)
    finally:
        gc.freeze()
        gc.enable()
