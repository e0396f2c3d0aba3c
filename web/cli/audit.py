"""`cauce audit`: whether the *bitácora* is as it was written."""

from __future__ import annotations

from pathlib import Path

import click

from web.cli.group import LazyGroup
from web.cli.root import opened
from workflows.auditing import chain
from workflows.auditing.chain import Head
from workflows.errors import Refused

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
@click.option("--anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Archivo de cabezas.")
def verify(anchor: Path | None) -> None:
    """Read the whole chain."""
    anchors = _anchors(anchor) if anchor else []
    with opened() as application, application.database.reading() as session:
        count = chain.head(session, application.clock).position
        wrong = list(chain.verify(session, anchors))
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


def _anchors(path: Path) -> list[Head]:
    try:
        return [Head.parse(line) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except ValueError as wrong:
        raise Refused(f"«{path}» no es un archivo de cabezas de «cauce audit head».") from wrong
