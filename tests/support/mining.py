"""The event log of a whole installation, exported by its command and read as a program that mines processes does."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.database import Database
from engine.definitions import catalogue
from tests.support.replaying import Replay
from web.cli import main


def exported(database: Database, target: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log in a file; the name says in which format."""
    monkeypatch.setenv("CAUCE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    told = CliRunner().invoke(main, ["cases", "export", str(target)])
    assert told.exit_code == 0, told.output
    return target


def mined(target: Path) -> Any:
    """What pm4py reads: a table of events, or an OCEL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py

        if target.suffix == ".json":
            return pm4py.read_ocel2_json(str(target))
        return pm4py.read_xes(str(target), return_legacy_log_object=False)


def impossible_steps(database: Database, log: Any) -> dict[str, str]:
    """By case, the first step that the diagrams on which it ran do not allow; none of those that were redirected."""
    found, replays = {}, {}
    with database.reading() as session:
        for sha in log["case:cauce:bundle"].unique():
            replays[sha] = Replay(catalogue.by_sha(session, sha).diagrams)
    for key, trace in log[log["case:cauce:changes"] == ""].groupby("case:concept:name"):
        first = trace.iloc[0]
        steps = list(zip(trace["cauce:process"], trace["cauce:element"], strict=True))
        told = replays[first["case:cauce:bundle"]].impossible(first["case:cauce:process"], steps)
        if told:
            found[str(key)] = told
    return found
