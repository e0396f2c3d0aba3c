"""`cauce simulate --faults`: whatever goes wrong, nothing is lost and nothing happens twice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.database import Database
from web.cli.root import main
from web.faults import trial
from web.faults.processes import House
from web.faults.trial import BEGINNINGS, Laboratory, Trial, Trials
from workflows.auditing.models import AuditEntry
from workflows.forms.models import Submission

SEED = 3
"""Of a plan that is followed."""


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("fallas"))


def test_three_weeks_of_troubles_lose_nothing_and_do_nothing_twice(laboratory: Laboratory) -> None:
    found = laboratory.run(SEED, 21)

    assert found.broken == ""
    assert found.days == 21
    assert sum(found.faults.values()) >= 10
    assert found.submissions > 20


def test_a_seed_fails_in_the_same_places_again(laboratory: Laboratory) -> None:
    first, again, other = (replace(laboratory.run(seed, 5), elapsed_s=0) for seed in (1, 1, 4))

    assert first.faults
    assert again == first
    assert replace(other, seed=1) != first


def _alter_the_trail(session: sa.orm.Session) -> None:
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).first()
    if entry is not None:
        entry.reason = "Otra cosa."


def _lose_a_form(session: sa.orm.Session) -> None:
    sent = session.scalars(sa.select(Submission).order_by(Submission.id)).first()
    if sent is not None:
        sent.token = "otro"


@pytest.mark.parametrize(
    ("harm", "told"), [(_alter_the_trail, "no es la que se escribió"), (_lose_a_form, "se respondió y no está")]
)
def test_what_does_not_hold_ends_the_play_and_is_told(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch, harm: Callable[[sa.orm.Session], None], told: str
) -> None:
    def end(house: House) -> None:
        database = Database(house.url)
        with database.unit_of_work() as session:
            harm(session)
        database.dispose()

    monkeypatch.setattr(House, "heal", end)

    found = laboratory.run(SEED, 5)

    assert told in found.broken
    assert found.days < 5


def test_several_seeds_fail_when_something_never_happened_and_one_alone_does_not() -> None:
    one = Trial(1, "seguimiento", 90, {}, 1, 1)

    assert Trials([one], {}, ["un mes se cierra"]).clean
    assert not Trials([one, one], {}, ["un mes se cierra"]).clean
    assert not Trials([replace(one, broken="algo")], {}, []).clean


def test_the_command_tells_what_each_seed_came_to() -> None:
    done = CliRunner().invoke(main, ["simulate", "--faults", "--seed", "1", "--days", "1", "--json"])
    told = json.loads(done.stdout)

    assert done.exit_code == 0, done.output
    assert told["clean"] is True
    assert [one["seed"] for one in told["trials"]] == [1]
    assert "el disco se llena" in {*told["sometimes"], *told["never"]}


@pytest.mark.slow
def test_many_seeds_are_clean_and_everything_happened_sometimes() -> None:
    found = trial.run(range(1, 31), out=io.StringIO())

    assert [one.broken for one in found.trials if one.broken] == []
    assert all(sum(one.faults.values()) >= 10 for one in found.trials)
    assert found.never == []
    assert {one.beginning for one in found.trials} == {one.name for one in BEGINNINGS}
