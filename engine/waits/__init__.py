"""Every wait of a running case explained: what for, from whom, since when, until when, if it can still come."""

from engine.waits.explaining import of_cases, waits
from engine.waits.wait import Wait, WaitKind

__all__ = ["Wait", "WaitKind", "of_cases", "waits"]
