"""The phases of a plan on one line of time."""

from __future__ import annotations

import datetime as dt

import pytest

from web.lifecycle import picture
from workflows.lifecycle.phases import BEFORE, DONE, TO_COME, UNDER_WAY, PhaseView

PLANNED = (dt.date(2024, 3, 1), dt.date(2024, 5, 1))
TODAY = dt.date(2024, 6, 1)


def phase(state: str, began: dt.date | None = None, ended: dt.date | None = None, number: int = 1) -> PhaseView:
    return PhaseView(number, "Conociendo el sector", "Formulación", state, PLANNED, began, ended, (), (), (0, 0))


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (phase(DONE, PLANNED[0], dt.date(2024, 5, 13)), "terminó 12 días después de lo previsto"),
        (phase(DONE, PLANNED[0], dt.date(2024, 4, 30)), "terminó 1 día antes de lo previsto"),
        (phase(DONE, PLANNED[0], PLANNED[1]), "terminó el día previsto"),
        (phase(UNDER_WAY, PLANNED[0]), "debía terminar el 1 de mayo de 2024: lleva 31 días de más"),
        (phase(TO_COME), "debía comenzar el 1 de marzo de 2024"),
        (phase(BEFORE), "terminada antes de cargar el plan"),
    ],
)
def test_a_phase_says_how_far_it_is_from_what_was_planned(shown: PhaseView, words: str) -> None:
    assert picture.apart(shown, TODAY) == words


def test_what_was_planned_and_what_happened_stand_on_one_scale_of_whole_years() -> None:
    drawn = picture.draw([phase(DONE, PLANNED[0], dt.date(2025, 1, 1)), phase(TO_COME, number=2)], TODAY)

    first, second = drawn.rows
    assert [year for year, _x in drawn.years] == [2024, 2025] and drawn.years[0][1] == picture.LEFT
    assert first.actual is not None and first.actual.x == first.planned.x
    assert round(first.actual.x + first.actual.width) == round(drawn.years[1][1])
    assert second.actual is None and second.y > first.y and drawn.today is not None


def test_a_phase_of_a_day_is_still_seen() -> None:
    drawn = picture.draw([phase(UNDER_WAY, TODAY)], TODAY)

    assert drawn.rows[0].actual is not None and drawn.rows[0].actual.width == picture.LEAST
