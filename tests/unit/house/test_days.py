"""What a field of a date sends: a browser's own field one way, the calendar of our pages another."""

from __future__ import annotations

from pathlib import Path

WEB = Path(__file__).parents[3] / "web"
OWN = {
    "app.py": "writes days that we kept",
    "days.py": "reads both",
    "rehearsals/stepping.py": "a file of ours",
    "studio/calendar.py": "the value of a choice",
}


def test_days_that_people_type_are_read_by_the_one_function_that_knows_both_ways() -> None:
    reading = {
        str(path.relative_to(WEB)) for path in WEB.rglob("*.py") if "date.fromisoformat(" in path.read_text("utf-8")
    }

    assert {one for one in reading if not one.startswith("migrations")} <= OWN.keys()
