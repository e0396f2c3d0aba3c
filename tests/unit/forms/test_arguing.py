"""An argument is of one verdict."""

from __future__ import annotations

from workflows.forms import arguing


def _paths(*given: tuple[str, str, str]) -> list[str]:
    return [error.path for error in arguing.shared(given)]


def test_one_argument_holds_any_number_of_equal_verdicts() -> None:
    assert _paths(("a", "cumple", "Se hizo."), ("b", "cumple", "Se hizo.")) == []


def test_one_argument_for_two_verdicts_is_refused_at_the_second_however_it_is_typed() -> None:
    assert _paths(
        ("a", "cumple", "Se hizo en junio."),
        ("b", "no_cumple", "  se hizo  en JUNIO"),
        ("c", "no_cumple", "No se hizo."),
    ) == ["b"]


def test_verdicts_without_argument_are_no_two_of_one() -> None:
    assert _paths(("a", "cumple", ""), ("b", "no_cumple", " ")) == []
