"""`cauce audit`: whether the *bitácora* is as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from web.bootstrap import Application
from web.cli.group import LazyGroup
from web.cli.root import opened
from workflows.auditing import chain
from workflows.auditing.chain import Head
from workflows.errors import Refused

anchor_option = click.option(
    "--anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Archivo de cabezas."
)
COMMANDS = {"verify": "web.cli.audit:verify", "head": "web.cli.audit:head"}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="La bitácora y su cadena.")
def audit() -> None:
    """Group the commands on the trail."""


@audit.command(
    help=(
        "Recalcula la cadena de la bitácora y nombra lo que se cambió, borró o añadió. Termina con 1 si algo hay.\n\n"
        "Con --anchor la compara además con las cabezas que se guardaron fuera."
    )
)
@anchor_option
def verify(anchor: Path | None) -> None:
    """Read the whole chain."""
    heads = anchors(anchor)
    with opened() as application:
        tell(application, heads)


def tell(application: Application, heads: Sequence[Head]) -> None:
    """Say whether the chain holds, and the heads that were kept elsewhere with it; ends with 1 where it does not."""
    with application.database.reading() as session:
        count = chain.head(session, application.clock).position
        wrong = list(chain.verify(session, heads))
    for sentence in wrong:
        click.echo(f"✗ {sentence}")
    if wrong:
        raise SystemExit(1)
    click.echo(f"✓ La bitácora está como se escribió: {count} entradas encadenadas.")


@audit.command(help="Dice la cabeza de la cadena. Con --to la añade a un archivo, que se guarda en otra máquina.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Archivo de cabezas.")
def head(target: Path | None) -> None:
    """Print the end of the chain."""
    with opened() as application, application.database.reading() as session:
        line = str(chain.head(session, application.clock))
    click.echo(line)
    if target is not None:
        with target.open("a", encoding="ascii") as file:
            file.write(f"{line}\n")


def anchors(path: Path | None) -> list[Head]:
    """The heads of a file, where there is one. Raises `Refused`."""
    if path is None:
        return []
    try:
        return [Head.parse(line) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except ValueError as wrong:
        raise Refused(f"«{path}» no es un archivo de cabezas de «cauce audit head».") from wrong
