"""Answers that say when to come again: the one place that writes `Retry-After`."""

from __future__ import annotations

from typing import TypeVar

from werkzeug.wrappers import Response

from web.errors import TooManyAttempts

Answer = TypeVar("Answer", bound=Response)


def later(answer: Answer, seconds: int) -> Answer:
    """The answer, which asks to come again after so many seconds."""
    answer.headers["Retry-After"] = str(seconds)
    return answer


def not_before(answer: Answer, refused: Exception | None) -> Answer:
    """The answer to what was refused; to what came too often, with how long to wait."""
    return later(answer, refused.seconds) if isinstance(refused, TooManyAttempts) else answer
