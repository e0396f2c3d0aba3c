"""`cauce access matrix`: who may do what, for auditors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from web.auth.table import TABLE, Reader, Right, Row
from web.cli.group import LazyGroup
from workflows.documents.tables import Column, as_csv

COMMANDS = {"matrix": "web.cli.access:matrix"}
VERBS = {Right.CHANGE: "cambia", Right.READ: "consulta"}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="Quién puede hacer qué.")
def access() -> None:
    """Group the commands on permissions."""


@access.command(
    help=(
        "Escribe la tabla de permisos: de cada objeto, qué rol lo cambia o lo consulta en su sector, y qué puede quien "
        "solo tiene roles en otro. Cada página de Cauce se prueba contra esta tabla.\n\n"
        "Con --csv sale como cuadro, un rol por columna, y nombra además las páginas de cada objeto."
    )
)
@click.option("--csv", "as_table", is_flag=True, help="Separada por comas, para una hoja de cálculo.")
def matrix(as_table: bool) -> None:
    """Print the table of permissions."""
    if as_table:
        click.echo(as_csv(_columns(), TABLE), nl=False)
        return
    for row in TABLE:
        click.echo("\n".join([row.thing, *_told(row)]))


def _told(row: Row) -> Iterator[str]:
    for right, verb in VERBS.items():
        readers = [reader for reader in Reader if row.right(reader) is right]
        if readers:
            yield f"  {right.value} {verb}: {_named(readers)}"
    if row.foreign is not Right.NOTHING:
        yield f"  {row.foreign.value} también con los de otro sector"
    if row.note:
        yield f"  · {row.note}"


def _named(readers: Sequence[Reader]) -> str:
    if set(readers) >= set(Reader) - {Reader.PUBLIC}:
        return "cualquiera" if Reader.PUBLIC in readers else "toda persona que ingresa"
    return ", ".join(reader.value for reader in readers)


def _columns() -> list[Column[Row]]:
    return [
        Column("objeto", lambda row: row.thing),
        *(_column(reader) for reader in Reader),
        Column("con los de otro sector", lambda row: row.foreign.value),
        Column("además", lambda row: row.note),
        Column("páginas", lambda row: " ".join(sorted(row.reads | row.changes))),
    ]


def _column(reader: Reader) -> Column[Row]:
    return Column(reader.value, lambda row: row.right(reader).value)
