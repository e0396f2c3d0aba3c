"""`cauce backup` and `cauce restore`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from web.backups.bringing_back import bring_back
from web.backups.taking import take
from web.backups.verifying import verify
from web.cli.audit import anchor_option, anchors, tell
from web.cli.root import opened
from web.health.beats import BACKUP, beat
from workflows.errors import Refused


@click.command(
    help=(
        "Escribe en ARCHIVO una copia de toda la base de datos, tal como está en un momento, mientras se trabaja.\n\n"
        "«cauce backup verify ARCHIVO» la recupera en una base aparte y la revisa entera. Sirve para SQLite y "
        "PostgreSQL, también para pasar de una a otra. El secreto (CAUCE_HOME/secret) no va en ella. Con "
        "CAUCE_BACKUP_PASSPHRASE sale cifrada."
    )
)
@click.argument("words", metavar="[verify] ARCHIVO", nargs=-1, required=True)
def backup(words: tuple[str, ...]) -> None:
    """Take a copy, or look at one."""
    if len(words) == 2 and words[0] == "verify":
        _verify(Path(words[1]))
    elif len(words) == 1:
        _take(Path(words[0]))
    else:
        raise click.UsageError("Escriba «cauce backup ARCHIVO» o «cauce backup verify ARCHIVO».")


def _take(target: Path) -> None:
    with opened(any_release=True) as application:
        try:
            manifest = take(application.database, application.clock, target, application.config.backup_passphrase)
        except FileExistsError as exists:
            raise Refused(f"«{target}» ya existe: no se tocó. Escriba otro nombre.") from exists
        except OSError as failed:
            raise Refused(f"No se pudo escribir «{target}»: {failed.strerror}. No quedó nada a medias.") from failed
    click.echo(f"✓ {manifest.total} filas de {len(manifest.members)} tablas en «{target}» ({_size(target)}).")


def _verify(path: Path) -> None:
    _ensure_there(path)
    with opened() as application:
        manifest, wrong = verify(path, application)
        for sentence in wrong:
            click.echo(f"✗ {sentence}")
        if wrong:
            raise SystemExit(1)
        beat(application.database, application.clock, BACKUP)
    click.echo(f"✓ La copia del {manifest.taken_at} se recuperó aparte y está en orden: {manifest.total} filas.")


@click.command(
    help=(
        "Recupera una copia en la base de datos de los ajustes, que debe estar vacía, y revisa la cadena de su "
        "bitácora.\n\nCon --anchor la compara además con las cabezas que se guardaron fuera hasta el día de la copia. "
        "Termina con 1 si la bitácora no está como se escribió; lo recuperado queda."
    )
)
@click.argument("path", metavar="ARCHIVO", type=click.Path(path_type=Path))
@anchor_option
def restore(path: Path, anchor: Path | None) -> None:
    """Bring a copy back."""
    _ensure_there(path)
    heads = anchors(anchor)
    with opened(any_release=True) as application:
        manifest = bring_back(path, application.database, application.config.backup_passphrase)
        click.echo(f"✓ Se recuperó la copia del {manifest.taken_at}: {manifest.total} filas.")
        taken_at = dt.datetime.fromisoformat(manifest.taken_at)
        tell(application, [head for head in heads if head.at <= taken_at])


def _ensure_there(path: Path) -> None:
    if not path.is_file():
        raise Refused(f"«{path}» no es un archivo.")


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1024 / 1024:.1f} MB"
