"""A plan from a file that somebody hands in."""

from __future__ import annotations

from dataclasses import replace

from engine.confinement import confined
from workflows.loading.tables import read_plan
from workflows.loading.xlsx_source import read_xlsx
from workflows.loading.yaml_source import read_yaml
from workflows.records.data import PlanData
from workflows.records.problems import InvalidPlan, Problem

MAX_SIZE = 10 * 1024 * 1024
SECONDS = 60.0
"""Of work: the workbook of a sector with 600 indicators and four years of months takes a tenth of it."""


def read_strangers(name: str, content: bytes) -> PlanData:
    """The same as `read_file`, in a process of its own that may take a minute and 1 GB. Raises `InvalidPlan`.

    For whatever comes from outside: a small file can be made to unfold beyond any memory.
    """
    read = confined(_read, name, content, seconds=SECONDS, too_much=too_much)
    if isinstance(read, PlanData):
        return read
    raise InvalidPlan(problems=read)


def _read(name: str, content: bytes) -> PlanData | list[Problem]:
    """The plan, or what is wrong: an error with fields of its own does not travel between processes."""
    try:
        return read_file(name, content)
    except InvalidPlan as refused:
        return list(refused.problems)


def too_much() -> Exception:
    """What is said of a file that takes too much to read."""
    return InvalidPlan(
        problems=[Problem("Leer el archivo tarda o pesa más de lo permitido. Deje solo las hojas y filas del formato.")]
    )


def read_file(name: str, content: bytes) -> PlanData:
    """The plan in an `.xlsx` workbook or a `.yaml` file, told apart by content. Raises `InvalidPlan`.

    Cells and types are checked here; the plan's own rules by `checking.check`.
    """
    if len(content) > MAX_SIZE:
        raise InvalidPlan(problems=[Problem(f"El archivo pesa más de {MAX_SIZE // 1024 // 1024} MB.")])
    if content.startswith(b"PK"):
        tables, taken_at, notices = read_xlsx(content)
        return replace(read_plan(tables), taken_at=taken_at, notices=tuple(notices))
    if name.lower().endswith((".yaml", ".yml")):
        return read_plan(read_yaml(content))
    raise InvalidPlan(
        problems=[Problem("Se reciben libros de Excel (.xlsx) y archivos .yaml. Si es .xls, guárdelo como .xlsx.")]
    )
