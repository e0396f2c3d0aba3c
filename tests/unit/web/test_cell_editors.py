"""The cells of a decision table by the type of their column."""

from __future__ import annotations

import pytest

from engine.definitions.tabling import Column
from web.studio.cell_editors import Editor, editor, said, suggested

COLOURS = Column("c", "Semáforo", "semaforo", "string", '"Rojo", "Amarillo"')
DAY, AMOUNT, FLAG = (Column("c", "C", "c", kind) for kind in ("date", "number", "boolean"))
FIRST, JULY = 'date("2026-07-01")', 'date("2026-07-31")'
FREE = Column("c", "C", "c", "string")


@pytest.mark.parametrize(
    ("column", "typed", "test", "result"),
    [
        (COLOURS, "rojo", '"Rojo"', '"Rojo"'),
        (COLOURS, "Rojo, amarillo", '"Rojo", "Amarillo"', '"Rojo", "Amarillo"'),
        (COLOURS, "Verde", "Verde", "Verde"),
        (COLOURS, 'not("Rojo")', 'not("Rojo")', 'not("Rojo")'),
        (DAY, "31/07/2026", 'date("2026-07-31")', 'date("2026-07-31")'),
        (DAY, ">= 2026-07-31", '>= date("2026-07-31")', '>= date("2026-07-31")'),
        (DAY, "[1/7/2026..31/7/2026]", f"[{FIRST}..{JULY}]", f"[{FIRST}..{JULY}]"),
        (DAY, "31/02/2026", "31/02/2026", "31/02/2026"),
        (DAY, '> date("2026-07-31")', '> date("2026-07-31")', '> date("2026-07-31")'),
        (AMOUNT, "3,5", "3,5", "3.5"),
        (FLAG, "Sí", "true", "true"),
        (FREE, "Rojo", "Rojo", "Rojo"),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_value_of_the_column(column: Column, typed: str, test: str, result: str) -> None:
    assert said(column, typed, gives=False) == test
    assert said(column, typed, gives=True) == result


@pytest.mark.parametrize(
    ("column", "cell", "kind", "value"),
    [
        (COLOURS, '"Rojo"', "lista", '"Rojo"'),
        (COLOURS, "otra", "texto", "otra"),
        (DAY, 'date("2026-07-31")', "fecha", "2026-07-31"),
        (DAY, "hoy + duration", "texto", "hoy + duration"),
        (AMOUNT, "5", "numero", "5"),
        (AMOUNT, "monto * 2", "texto", "monto * 2"),
        (FLAG, "", "lista", ""),
        (FREE, '"x"', "texto", '"x"'),
    ],
)
def test_a_result_has_a_control_of_its_type_where_it_is_a_value(
    column: Column, cell: str, kind: str, value: str
) -> None:
    found = editor(column, cell, gives=True)

    assert (found.kind, found.value) == (kind, value)
    assert editor(column, cell, gives=False) == Editor("texto", cell)
    assert said(column, value, gives=True) == cell


def test_a_test_is_offered_the_values_of_its_column() -> None:
    assert suggested(COLOURS) == (
        ('"Rojo"', "Rojo"), ('"Amarillo"', "Amarillo"), ('not("Rojo")', "no es Rojo"),
        ('not("Amarillo")', "no es Amarillo"), ("-", "da igual"),
    )  # fmt: skip
    assert [value for value, _label in suggested(FLAG)] == ["true", "false", "-"]
    assert suggested(FREE) == ()
