"""The demonstration plan: fictitious people, a real office's shape, and golden figures to compare with."""

from __future__ import annotations

from importlib import resources

from workflows.loading.reading import read_file
from workflows.records.data import PlanData, rebase

DEMO_FILE = "pes_demo.yaml"


def demo_bytes() -> bytes:
    """The demo's YAML file as it is shipped."""
    return (resources.files("workflows.loading") / "demo" / DEMO_FILE).read_bytes()


def demo_plan(first_year: int | None = None) -> PlanData:
    """The demo's plan with its measurements of January to June of year 2; begun in another year, if one is given."""
    data = read_file(DEMO_FILE, demo_bytes())
    return data if first_year is None else rebase(data, first_year)
