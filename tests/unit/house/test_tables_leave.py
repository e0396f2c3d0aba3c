"""Every table of a page leaves as Excel or CSV, or says here why nobody needs it to."""

from __future__ import annotations

import re
from pathlib import Path

NAMED = re.compile(r'data-file="(?:\{\{)?([^"}]+?)(?:\}\})?"')
ASKED = re.compile(r'exports\(files_of\(([^),]+)\)|name="tabla" value="(\S+?)"')
TEMPLATES = Path(__file__).parents[3] / "web" / "templates"
TABLE, TAKEN = re.compile(r"<table\b"), re.compile(r"\bexports\(|\bfile_of\(['\"]csv|name=\"formato\" value=\"csv")

STAY = {
    "forms/fields.html": (3, "a form that is being filled in"),
    "forms/panels.html": (1, "what stands beside a form; its own page has it"),
    "inbox/sent.html": (2, "what one saw while one sent; Registros has what was sent"),
    "inbox/several.html": (1, "what is about to be done, before it is"),
    "inbox/brought_file.html": (2, "what is in a file that somebody has just brought"),
    "macros/loads.html": (3, "what is in a workbook that somebody has just brought"),
    "files/show.html": (1, "a file, which is taken whole"),
    "privacy/held.html": (1, "one's own data, which leave together as JSON"),
    "audit/index.html": (1, "has a file of its own, which takes all and not a page of it"),
    "incidents/show.html": (1, "the variables of one step, which are mended there"),
    "cases/running.html": (3, "cases to act on; En curso lists them and leaves"),
    "lifecycle/plan.html": (1, "tasks page by page; the inbox of the sector leaves whole"),
    "reminders/edit.html": (1, "what would change, before it does"),
    "studio/changes.html": (2, "what would change, before it does"),
    "studio/walk.html": (1, "a rehearsal, of which nothing is kept"),
    "studio/decision.html": (1, "a table of decisions, which leaves as DMN"),
    "systems/columns.html": (2, "the columns of a file, and how that file begins"),
    "systems/differences.html": (1, "how two files differ that are both at hand"),
    "boards/window.html": (1, "five days beside the list that leaves"),
    "portal/plan.html": (1, "the indicators of an objective, which leave with their months as open data"),
    "portal/indicator.html": (1, "leaves as open data"),
    "plans/projects.html": (3, "parts of the table of goals, which leaves with all of them"),
    "plans/indicator.html": (1, "four years of the sheet of one indicator"),
}
"""How many tables of a template stay, and why."""


def test_every_table_leaves_as_a_file_or_says_why_not() -> None:
    left = {name: len(TABLE.findall(text)) - len(TAKEN.findall(text)) for name, text in _templates()}

    stay = {name: count for name, count in left.items() if count > 0}

    assert stay == {name: count for name, (count, _why) in STAY.items()}


def test_a_table_that_leaves_as_it_is_shown_has_the_name_that_is_asked_for() -> None:
    for name, text in _templates():
        named = {one.strip() for one in NAMED.findall(text)}
        asked = {one.strip("'\"") for found in ASKED.findall(text) for one in found if one}
        assert named <= asked, name


def _templates() -> list[tuple[str, str]]:
    return [(str(one.relative_to(TEMPLATES)), one.read_text()) for one in sorted(TEMPLATES.rglob("*.html"))]
