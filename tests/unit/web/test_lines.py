"""A line of the log, beside other handlers of the same record."""

from __future__ import annotations

import logging

from web.logs import Lines


def test_a_line_leaves_the_words_of_an_error_to_other_handlers_and_takes_none_of_theirs() -> None:
    try:
        raise ValueError("roto")
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    record = logging.LogRecord("n", logging.ERROR, "f.py", 1, "falló", None, caught)

    theirs = logging.Formatter().format(record)
    ours = Lines().format(record)
    again = logging.Formatter().format(record)

    assert "ValueError: roto" in theirs and theirs == again
    assert ours.endswith("ValueError") and "ValueError: roto" not in ours
