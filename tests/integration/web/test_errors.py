"""Every error that the packages can raise has a status."""

from __future__ import annotations

import pytest

import engine.errors
import workflows.errors
from web.answering import SENTENCES, STATUS, TITLES, status_of
from web.errors import WebError


def _subclasses(root: type[Exception]) -> set[type[Exception]]:
    return {one for child in root.__subclasses__() for one in {child, *_subclasses(child)}}


OFF_THE_WEB = ("workflows.simulation", "web.faults")
"""Robots that play months: no page runs them."""

ROOTS = (engine.errors.EngineError, workflows.errors.WorkflowsError, WebError)
KNOWN = {one for root in ROOTS for one in _subclasses(root) if not one.__module__.startswith(OFF_THE_WEB)}
ALL = sorted(KNOWN, key=lambda one: (one.__module__, one.__qualname__))


@pytest.mark.parametrize("error", ALL, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_error_class_is_mapped_to_a_status(error: type[Exception]) -> None:
    assert status_of(error.__new__(error)) is not None


def test_every_status_has_a_title() -> None:
    assert {status for status in STATUS.values()} <= TITLES.keys()
    assert set(SENTENCES) <= set(TITLES)
