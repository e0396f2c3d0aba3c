"""What the commands that load a workbook have in common: an empty one to fill, and each thing that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from workflows.records.problems import InvalidPlan


def ensure_new(file: Path, *, force: bool) -> None:
    """Raise where a file would be written over unasked."""
    if file.exists() and not force:
        raise click.ClickException(f"{file} ya existe. Escriba otro nombre, o --force para reemplazarlo.")


@contextmanager
def problems_told() -> Iterator[None]:
    """Tell everything that is wrong with a workbook before the command fails for it."""
    try:
        yield
    except InvalidPlan as refused:
        for problem in refused.problems:
            click.echo(f"  error: {problem}", err=True)
        raise
