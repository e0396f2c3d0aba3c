"""What the log would show, as it would show it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from web import logs


class Kept(io.StringIO):
    """The lines of a log."""

    def lines(self) -> list[dict[str, Any]]:
        """Each as the object it is (of JSON)."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        """Those of one event."""
        return [line for line in self.lines() if line["event"] == event]


@contextmanager
def kept_log(form: str = "json") -> Iterator[Kept]:
    """Keep all that is logged, details included, formatted as `CAUCE_LOG` asks."""
    kept, root = Kept(), logging.getLogger()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(logs.JsonLines() if form == "json" else logs.Lines())
    handler.addFilter(logs.with_request_id)
    levels = {name: logging.getLogger(name).level for name in ("", *logs.OURS)}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
