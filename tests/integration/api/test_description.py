"""What the description of the API says is what the API does: schemathesis asks, right and wrong, and finds nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from itertools import product
from pathlib import Path

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis import GenerationMode

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.programs import program
from tests.support.web import Site, open_site
from workflows.indicators.models import Indicator

SHORT, LONG_S = 2, 600
"""How many examples of each operation always; how many seconds with `--long`."""
PEOPLE = ("sruiz", "amartinez", "admin")
"""A responsible with an open report, the coordination, the administration."""


@pytest.fixture(scope="module")
def house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = open_site(template, tmp_path_factory.mktemp("api"), demo=False, api_per_minute=10**6)
    yield site
    site.application.database.dispose()


def _schema(
    site: Site, username: str, known: Mapping[str, object] | None = None, language: str = "es"
) -> schemathesis.BaseSchema:
    token = program(site, username).token
    config = {
        "headers": {"Authorization": f"Bearer {token}", "Accept-Language": language},
        "parameters": known or {},
        # what fits the description may still not fit the form that is published, or what stands in the plan
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 401, 403, 404, 409, 422]}},
    }
    return schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", site.app, config=schemathesis.Config.from_dict(config)
    )


def _known(site: Site) -> dict[str, object]:
    """What the addresses may name that is there: whoever makes them up at random names nothing."""
    with site.application.database.reading() as session:
        task = session.scalars(sa.select(UserTask.id).where(UserTask.assignee == PEOPLE[0])).first()
        case = session.scalars(sa.select(Instance.id).where(Instance.process_key == "f5_ciclo_mensual")).first()
        indicator = session.scalars(sa.select(Indicator.code)).first()
    return {
        "plan_code": "PES-GOB", "period": "2018-06", "task_id": task, "path.case_id": case, "indicator_code": indicator,
    }  # fmt: skip


def _settings(examples: int, steps: int = 6) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, derandomize=examples <= SHORT, stateful_step_count=steps,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip


def _ask_everything(schema: schemathesis.BaseSchema, examples: int, language: str = "es") -> None:
    """Ask each operation, with what its description allows and with what it does not."""
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @settings(_settings(examples))
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:
                answer = case.call_and_validate()
                if answer.status_code >= 400:
                    assert answer.headers["content-language"] == [language]

            # of what nothing is asked, nothing can be asked wrongly
            with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
                ask()


def test_the_description_is_openapi_3_1_and_names_a_scope_for_every_operation(house: Site) -> None:
    described = house.app.test_client().get("/api/v1/openapi.json").json

    assert described["openapi"].startswith("3.1")
    scopes = [one["security"] for path in described["paths"].values() for one in path.values()]
    assert all(len(one[0]["token"]) == 1 for one in scopes) and len(scopes) >= 25


def test_it_does_what_its_description_says(house: Site) -> None:
    _ask_everything(_schema(house, PEOPLE[-1], language="en"), SHORT, "en")


@pytest.mark.parametrize("username", PEOPLE[:2])
def test_it_does_so_of_what_is_there_too(house: Site, username: str) -> None:
    _ask_everything(_schema(house, username, _known(house)), SHORT)


def test_one_thing_after_the_other_too(house: Site) -> None:
    _schema(house, PEOPLE[1]).as_state_machine().run(settings=_settings(SHORT))


@pytest.mark.slow
def test_for_ten_minutes(house: Site) -> None:
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        for username, language in product(PEOPLE, ("es", "en")):
            schema = _schema(house, username, language=language)
            _ask_everything(schema, 20, language)
            _ask_everything(_schema(house, username, _known(house), language), 20, language)
            # what follows an answer is drawn from it, and the site is not the same twice: a draw that differs is no
            # fault of the API, whose faults come as failures of their own
            with suppress(FlakyStrategyDefinition):
                schema.as_state_machine().run(settings=_settings(40, steps=20))
