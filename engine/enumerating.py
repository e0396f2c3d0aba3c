"""Several things in one sentence."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(parts: Sequence[str]) -> str:
    """«a, b y c»."""
    return f"{', '.join(parts[:-1])} y {parts[-1]}" if len(parts) > 1 else "".join(parts)
