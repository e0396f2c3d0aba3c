"""Runs the suite, or a part of it, and counts the lines that no test runs: `python -m tests.support.uncovered [PART…]`.

Processes that tests start are measured too. With the whole suite, more such lines than tests/coverage.toml says is a
failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "var" / "coverage" / "report.json"
BUDGET = ROOT / "tests" / "coverage.toml"
IN_PARALLEL = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    """Print the lines of each room that no test runs; non-zero if a test fails or the budget does not hold."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    parallel = () if "-n" in arguments else IN_PARALLEL
    measured = ("--cov", f"--cov-report=json:{REPORT}")
    command = [sys.executable, "-m", "pytest", *parallel, *measured, *arguments]
    failed = subprocess.run(command, check=False, cwd=ROOT).returncode
    if not REPORT.is_file():
        return failed or 1
    lines, missing = by_room(json.loads(REPORT.read_text()))
    for room, count in missing.most_common():
        if count:
            print(f"{count:6} of {lines[room]:6}  {room}")
    print(f"{missing.total():6} of {lines.total():6} lines are run by no test")
    budget = tomllib.loads(BUDGET.read_text())["lines_that_no_test_runs"]
    if not arguments and missing.total() > budget:
        print(f"tests/coverage.toml allows {budget}: test what is new, or say there why more is right.")
        return failed or 1
    return failed


def by_room(report: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """The lines of each room (`workflows/reports`), and those that no test runs."""
    lines, missing = Counter[str](), Counter[str]()
    for path, found in report["files"].items():
        room = "/".join(Path(path).parts[:2]).removesuffix(".py")
        lines[room] += found["summary"]["num_statements"]
        missing[room] += found["summary"]["missing_lines"]
    return lines, missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
