"""The log: one line per thing that happened, as text or JSON, with the code of its request and nothing personal.

Whoever logs writes a constant sentence and, in `extra={"fields": {…}}`, counts, durations and ids.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

FORMATS = ("text", "json")
OURS = ("engine", "workflows", "notifications", "web")

SLOW_MS = 1000

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The code of the request that is being answered, empty outside of one."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def begin(form: str) -> None:
    """Log what our packages say; libraries, one of which tells every step of every case, only when they warn."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    handler.addFilter(with_request_id)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in OURS:
        logging.getLogger(package).setLevel(logging.INFO)


def with_request_id(record: logging.LogRecord) -> bool:
    """Write the code of the request on a record; it is kept whatever it says."""
    record.request_id = request_id.get()
    return True


class Lines(logging.Formatter):
    """`2026-07-06 10:00:00,000 INFO web.delivery: mails sent=3 ms=41 [K7Q2-9XDM]`."""

    def __init__(self) -> None:
        """Take the format of the start of a line."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line and, below, where it failed; nothing of it is taken from another handler, or left for one."""
        record.exc_text = None
        try:
            return super().format(record)
        finally:
            record.exc_text = None

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is the library's
        """The line, with what belongs to it."""
        said = [super().formatMessage(record), *(f"{name}={value}" for name, value in _fields(record).items())]
        code = getattr(record, "request_id", "")
        return " ".join([*said, f"[{code}]"] if code else said)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the same
        """Where it failed, without what the error says."""
        return without_words(ei[1])


class JsonLines(logging.Formatter):
    """A JSON object per line: `time level logger event`, its fields, `request`, and `error` with its `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if code := getattr(record, "request_id", ""):
            line["request"] = code
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": _name(record.exc_info[1]), "trace": without_words(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False, default=str)


def without_words(failure: BaseException | None) -> str:
    """Classes and places of an error and its causes, the root first. What errors say may quote what people typed."""
    if failure is None:
        return ""
    before = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    told = "".join(traceback.format_tb(failure.__traceback__)) + _name(failure)
    return f"{without_words(before)}\n{told}" if before is not None else told


@contextmanager
def timed(log: logging.Logger, event: str, **ids: Any) -> Iterator[dict[str, int]]:
    """Log one line when the block ends, with its duration and the counts it put into the dictionary.

    Where nothing was counted it is a line of detail, unless it took longer than `SLOW_MS`.
    """
    counts: dict[str, int] = {}
    began = time.monotonic()
    try:
        yield counts
    finally:
        ms = round((time.monotonic() - began) * 1000)
        level = logging.INFO if any(counts.values()) or ms > SLOW_MS else logging.DEBUG
        log.log(level, event, extra={"fields": {**ids, **counts, "ms": ms}})


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = getattr(record, "fields", {})
    return fields


def _name(failure: BaseException) -> str:
    return f"{type(failure).__module__}.{type(failure).__qualname__}"
