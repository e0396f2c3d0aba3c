"""`python -m benchmarks`: what `dev.py bench` runs."""

from __future__ import annotations

import argparse
import json
import logging
import sys

from benchmarks.harness import Place, Sizes
from benchmarks.report import MEASURES, figures, table


def main(arguments: list[str]) -> int:
    """Measure what is asked and print it; a table on a terminal, JSON with `--json` or into a pipe."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measures the engine and its door.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--only", default="", choices=tuple(MEASURES), help="one measurement")
    parser.add_argument("--database", default="", help="URL of PostgreSQL, or of a SQLite file whose folder is used")
    asked = parser.parse_args(arguments)
    logging.getLogger("spiff").setLevel(logging.WARNING)
    found = figures(Place(asked.database), Sizes(), asked.only)
    print(json.dumps(found, indent=2) if asked.json or not sys.stdout.isatty() else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
