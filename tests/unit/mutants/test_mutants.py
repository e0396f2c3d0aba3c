"""The faults that `dev.py mutants` puts into the code, and the list of those that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutants import mutating
from mutants.catalogue import CORES, chosen, equivalent
from mutants.mutating import mutants_of

TEXT = '''
"""A docstring is no code."""

LIMIT = 10


def reached(value: "int | None", least: int = 3) -> bool:
    """Neither is this."""
    if not value:
        raise ValueError("nada")
    return least <= value < LIMIT and value % 2 == 0
'''


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(mutating, "ROOT", tmp_path)
    (tmp_path / "sample.py").write_text(TEXT)
    return "sample"


def test_every_mutant_that_is_said_to_be_equivalent_is_one_of_code_that_is_there() -> None:
    names = {mutant.name for core in CORES for module in core.modules for mutant in mutants_of(module)}

    assert set(equivalent()) <= names
    assert all(reason.endswith(".") for reason in equivalent().values())


def test_comparisons_bounds_constants_and_ways_out_each_have_their_faults(sample: str) -> None:
    names = [
        mutant.name.removeprefix("sample").removeprefix(".reached").removeprefix(": ") for mutant in mutants_of(sample)
    ]

    assert names == [
        "LIMIT = 10 → LIMIT = 11",
        "3 → 4",
        "not value → value",
        "raise ValueError('nada') → pass",
        "'nada' → 'nadaXX'",
        "return least <= value < LIMIT and value % 2 == 0 → return None",
        "least <= value < LIMIT and value % 2 == 0 → least <= value < LIMIT or value % 2 == 0",
        "least <= value < LIMIT → least < value < LIMIT",
        "least <= value < LIMIT → least > value < LIMIT",
        "least <= value < LIMIT → least <= value <= LIMIT",
        "least <= value < LIMIT → least <= value >= LIMIT",
        "value % 2 == 0 → value % 2 != 0",
        "value % 2 → value * 2",
        "value % 2 → value % 3",
        "value % 2 == 0 → value % 2 == 1",
    ]


def test_a_mutant_is_the_module_with_one_fault_in_it(sample: str) -> None:
    boundary = next(one for one in mutants_of(sample) if one.name.endswith("least < value < LIMIT"))
    names: dict[str, object] = {}

    exec(boundary.code(), names)

    assert [names["reached"](value) for value in (3, 4)] == [False, True]  # type: ignore[operator]


def test_what_takes_effect_at_import_belongs_to_no_function(sample: str) -> None:
    functions = {mutant.name: mutant.function for mutant in mutants_of(sample)}

    assert functions["sample: LIMIT = 10 → LIMIT = 11"] == ""
    assert functions["sample.reached: 3 → 4"] == ""
    assert functions["sample.reached: not value → value"] == "reached"


def test_modules_are_chosen_by_how_their_names_begin() -> None:
    assert [core.modules for core in chosen(["workflows.cal"])] == [("workflows.calendar",)]
    assert chosen([]) == list(CORES)
