"""A plan from a file that somebody hands in."""

from __future__ import annotations

from workflows.loading.tables import read_plan
from workflows.loading.xlsx_source import read_xlsx
from workflows.loading.yaml_source import read_yaml
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan, Problem

MAX_SIZE = 10 * 1024 * 1024


def read_file(name: str, content: bytes) -> PlanData:
    """The plan in an `.xlsx` workbook or a `.yaml` file, told apart by content. Raises `InvalidPlan`.

    Cells and types are checked here; the plan's own rules by `checking.check`.
    """
    if len(content) > MAX_SIZE:
        raise InvalidPlan(problems=[Problem(f"El archivo pesa más de {MAX_SIZE // 1024 // 1024} MB.")])
    if content.startswith(b"PK"):
        return read_plan(read_xlsx(content))
    if name.lower().endswith((".yaml", ".yml")):
        return read_plan(read_yaml(content))
    raise InvalidPlan(
        problems=[Problem("Se reciben libros de Excel (.xlsx) y archivos .yaml. Si es .xls, guárdelo como .xlsx.")]
    )
