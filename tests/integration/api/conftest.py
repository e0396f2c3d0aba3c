"""A site over the demo plan in which June is being reported, with programs that use its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sharing import made_once
from tests.support.web import Site, build_template, making


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture
def make_site(template: Path, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    yield from making(template, tmp_path, demo=False)


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    """An installation with passwords."""
    return make_site()
