"""The demonstration plans: fictitious people, a real office's shape, and golden figures to compare with."""

from __future__ import annotations

from importlib import resources

import yaml

from workflows.loading.reading import read_file
from workflows.records.data import PlanData, rebase

DEMO_FILE, FORMULATED_FILE, INVENTED_FILE = "pes_demo.yaml", "habitat_demo.yaml", "inventado_demo.yaml"


def demo_bytes(file: str = DEMO_FILE) -> bytes:
    """A YAML file of the demo as it is shipped."""
    return (resources.files("workflows.loading") / "demo" / file).read_bytes()


def acts_of(file: str = DEMO_FILE) -> tuple[str, str]:
    """Where the sector of a demo file gives its acts, and by which norms: what its card says."""
    told = yaml.safe_load(demo_bytes(file))["actos"]
    return told["lugar"], told["normas"]


def demo_plan(first_year: int | None = None, file: str = DEMO_FILE) -> PlanData:
    """The demo's plan with its measurements of January to June of year 2; begun in another year, if one is given.

    `FORMULATED_FILE` is the plan of its second sector, that is being formulated; `INVENTED_FILE` that of a sector that
    does not exist, with entities, first level and chapters of its own.
    """
    data = read_file(file, demo_bytes(file))
    return data if first_year is None else rebase(data, first_year)
