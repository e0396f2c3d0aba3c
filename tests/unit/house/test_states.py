"""States are told apart by the names of an enumeration, never by what is written in the database."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from engine.database import Database, states
from engine.states import InstanceState
from tests.support.source import trees

MIGRATIONS = "web.migrations."
"""They tell of the past: what stood in the database then is a text."""
TOLD_APART = frozenset({"state", "outcome", "resolution"})
OF_RECORDS = frozenset({"kind", "scope", "severity"})
"""These are also BPMN's: only with a value of one of our enumerations they are a state."""


def test_no_state_is_compared_with_a_text() -> None:
    values = {value for tree in trees().values() for value in _values(tree)}
    present = {name: tree for name, tree in trees().items() if not name.startswith(MIGRATIONS)}

    found = [f"{name}:{line}" for name, tree in present.items() for line in _comparisons(tree, values)]

    assert "active" in values
    assert found == []


def test_a_comparison_with_a_text_would_be_found() -> None:
    told = "a.state == 'x'\na.state in ('x', 'y')\na.state.in_(['x'])\na.kind == 'x'\na.kind == 'task'\na.state == X\n"

    assert list(_comparisons(ast.parse(told), {"x"})) == [1, 2, 3, 4]


def test_an_unknown_value_raises_where_it_is_read_and_where_it_is_written() -> None:
    database = Database("sqlite://")
    table = sa.Table("t", sa.MetaData(), sa.Column("state", states(InstanceState)))
    with database.unit_of_work() as session:
        table.create(session.connection())
        session.execute(table.insert(), [{"state": InstanceState.ACTIVE}, {"state": "completed"}])

        assert set(session.scalars(sa.select(table.c.state))) == {InstanceState.ACTIVE, InstanceState.COMPLETED}
        with pytest.raises(StatementError, match="raro"):
            session.execute(table.insert(), [{"state": "raro"}])
        session.execute(sa.text("INSERT INTO t VALUES ('raro')"))
        with pytest.raises(ValueError, match="raro"):
            session.scalars(sa.select(table.c.state)).all()
    database.dispose()


def _values(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
            for inner in node.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Constant):
                    yield str(inner.value.value)


def _comparisons(tree: ast.Module, values: set[str]) -> Iterator[int]:
    for node in ast.walk(tree):
        if any(_told_by_text(side, other, values) for side, other in _pairs(node)):
            yield node.lineno  # type: ignore[attr-defined]


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is compared with what, by an operator or by `in_`."""
    if isinstance(node, ast.Compare):
        yield from itertools.permutations((node.left, *node.comparators), 2)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("in_", "not_in"):
        yield from ((node.func.value, argument) for argument in node.args)


def _told_by_text(side: ast.expr, other: ast.expr, values: set[str]) -> bool:
    if not isinstance(side, ast.Attribute):
        return False
    texts = {node.value for node in _items(other) if isinstance(node, ast.Constant) and isinstance(node.value, str)} - {
        ""
    }
    return bool(texts) and (side.attr in TOLD_APART or (side.attr in OF_RECORDS and not texts.isdisjoint(values)))


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
