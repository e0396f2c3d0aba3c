"""`python -m benchmarks`: what `dev.py bench` runs."""

from __future__ import annotations

import argparse
import json
import logging
import sys

from benchmarks import budgets
from benchmarks.harness import SHORT, Place, Sizes
from benchmarks.report import MEASURES, figures, table


def main(arguments: list[str]) -> int:
    """Measure what is asked and print it; a table on a terminal, JSON with `--json` or into a pipe."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measures the engine and its door.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--only", default="", choices=tuple(MEASURES), help="one measurement")
    parser.add_argument("--database", default="", help="URL of PostgreSQL, or of a SQLite file whose folder is used")
    parser.add_argument("--short", action="store_true", help="sizes that take a minute in all")
    parser.add_argument("--check", action="store_true", help="with --short: fail where a budget is passed")
    asked = parser.parse_args(arguments)
    if asked.check and not asked.short:
        parser.error("--check judges what --short measures")
    logging.getLogger("spiff").setLevel(logging.WARNING)
    found = figures(Place(asked.database), SHORT if asked.short else Sizes(), asked.only)
    print(json.dumps(found, indent=2) if asked.json or not sys.stdout.isatty() else table(found))
    passed = budgets.passed(found, asked.only) if asked.check else []
    for line in passed:
        print(line, file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
