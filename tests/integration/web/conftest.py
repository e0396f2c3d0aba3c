"""Sites over the demo plan; the plan is loaded once per run and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sharing import made_once
from tests.support.web import Site, build_template, making

WITH_PASSWORD = {"sruiz", "rmora", "admin", "amartinez"}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture
def make_site(template: Path, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    yield from making(template, tmp_path)


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """The demo, where people choose who they are."""
    return make_site()


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    """An installation with passwords."""
    site = make_site(demo=False)
    site.give_password(*WITH_PASSWORD)
    return site
