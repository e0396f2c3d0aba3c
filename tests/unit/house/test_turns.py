"""A case goes on in one way only."""

from __future__ import annotations

import ast

from tests.support.source import trees

MINE = {"engine.instances.turning", "engine.instances.closing"}


def test_nobody_else_opens_or_closes_a_turn() -> None:
    makers = {"Turn": {"engine.instances.turning", "engine.instances.commands"}, "closing.close": MINE}

    calls = {
        (name, ast.unparse(node.func))
        for name, tree in trees().items()
        if name.startswith("engine.")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }

    for what, allowed in makers.items():
        found = {name for name, called in calls if called == what}
        assert found, what
        assert found <= allowed, what


def test_the_turns_that_go_on_are_told_by_one_file() -> None:
    named = {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == "engine.turns"
    }

    assert named == {"engine.instances.turning"}
