"""`cauce search`: the index by which everything is found."""

from __future__ import annotations

import click

from web.cli.group import LazyGroup
from web.cli.root import opened
from workflows.searching import indexing

COMMANDS = {"rebuild": "web.cli.search:rebuild"}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="El buscador.")
def search() -> None:
    """Group the commands on the index."""


@search.command(help="Rehace el índice del buscador. Mientras tanto se encuentra lo que ya se volvió a leer.")
def rebuild() -> None:
    """Forget the index and read everything again, in transactions of a bounded size."""
    with opened() as application:
        with application.database.unit_of_work() as session:
            indexing.begin_again(session)
        more = True
        while more:
            with application.database.unit_of_work() as session:
                more = indexing.catch_up(session, application.clock)
        with application.database.reading() as session:
            count = indexing.count(session)
    click.echo(f"✓ El buscador está al día: {count} entradas.")
