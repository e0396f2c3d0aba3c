"""`cauce cases export`: what happened in cases, for tools that mine processes."""

from __future__ import annotations

from pathlib import Path

import click

from engine.eventlog import ocel, reading, xes
from web.cli.root import opened
from workflows.errors import Refused

WRITERS = {"xes": xes.write, "ocel": ocel.write}
ABOUT = frozenset({"entidad"})
"""What an event may be told to be about where nobody is to be named: other loops are over people."""


@click.command(
    name="export",
    help=(
        "Escribe en ARCHIVO lo que pasó en los procesos, para herramientas de minería de procesos: XES (IEEE 1849), u "
        "OCEL 2.0 si el nombre termina en .json o se pide. Sin --people no nombra a nadie."
    ),
)
@click.argument("file", metavar="ARCHIVO", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "kind", type=click.Choice(list(WRITERS)), help="El formato, si el nombre no lo dice.")
@click.option("--process", metavar="PROCESO", default="", help="Solo los casos de este proceso.")
@click.option("--plan", metavar="CÓDIGO", default="", help="Solo los de este plan.")
@click.option("--life", is_flag=True, help="También cuándo se creó, tomó, devolvió o canceló cada tarea.")
@click.option("--people", is_flag=True, help="Con el usuario de quien lo hizo: son datos personales.")
def export(file: Path, kind: str | None, process: str, plan: str, life: bool, people: bool) -> None:
    """Write the log."""
    chosen = kind or ("ocel" if file.suffix == ".json" else "xes")
    wanted = reading.Wanted(process, plan, life, people, None if people else ABOUT)
    with opened() as application, application.database.reading() as session:
        try:
            with file.open("wb") as target:
                count = WRITERS[chosen](reading.cases(session, wanted), target)
        except OSError as error:
            raise Refused(f"No se pudo escribir {file}: {error.strerror}.") from error
    which = "1 caso" if count == 1 else f"{count} casos"
    click.echo(f"✓ {which} en {file} ({chosen.upper()})")
