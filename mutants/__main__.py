"""Try the mutants: `python -m mutants [MODULE…] [--jobs N] [--json FILE] [--list]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from mutants import running
from mutants.catalogue import LEAST_KILLED, chosen, equivalent
from mutants.mutating import Mutant, mutants_of
from mutants.running import KILLED, TIMED_OUT

NOTICED = (KILLED, TIMED_OUT)


def main(arguments: list[str]) -> int:
    """Print the mutants that no test notices, module by module; 1 if they are too many or the list is out of date."""
    options = _options(arguments)
    known, began = equivalent(), time.monotonic()
    running.prepare()
    found: dict[str, list[dict[str, object]]] = {}
    for core in chosen(options.modules):
        mutants = [mutant for module in core.modules for mutant in mutants_of(module)]
        for module in core.modules:
            found[module] = []

        def tell(mutant: Mutant, verdict: str) -> None:
            found[mutant.module].append({"name": mutant.name, "line": mutant.lines[-1], "verdict": verdict})
            if verdict not in NOTICED and mutant.name not in known:
                print(f"{verdict}: {mutant.module}:{mutant.lines[-1]} {mutant.name.partition(': ')[2]}", flush=True)

        running.try_all(core, [mutant for mutant in mutants if mutant.name not in known], options.jobs, tell)
    summary = _summary(found)
    minutes = (time.monotonic() - began) / 60
    print(f"{minutes:.1f} minutes")
    if options.json:
        text = json.dumps({"minutes": round(minutes, 1), "modules": summary, "mutants": found}, ensure_ascii=False)
        options.json.write_text(text + "\n")
    return int(any(one["percent"] < LEAST_KILLED for one in summary.values()))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="only modules whose name begins so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write every verdict to this file")
    return parser.parse_args(arguments)


def _summary(found: dict[str, list[dict[str, object]]]) -> dict[str, dict[str, float]]:
    known = equivalent()
    summary = {}
    for module, mutants in found.items():
        counted = Counter(one["verdict"] in NOTICED for one in mutants)
        listed = sum(name.startswith((f"{module}.", f"{module}:")) for name in known)
        percent = 100 * counted[True] / len(mutants) if mutants else 100.0
        summary[module] = {"tried": len(mutants), "killed": counted[True], "percent": percent, "equivalent": listed}
        print(f"{percent:5.1f} %  {counted[True]:4} of {len(mutants):4}, {listed:2} equivalent  {module}")
    return summary


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
