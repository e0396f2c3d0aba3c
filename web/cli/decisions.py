"""`cauce decisions`: look at decision tables and try them; they are published with `cauce diagrams publish`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import orjson

from web.cli.group import LazyGroup
from workflows.errors import Refused
from workflows.spanish import long_day

CLEAN, FINDINGS = 0, 1
SEVERITIES = {"error": "error", "warning": "aviso"}
COMMANDS = {
    "list": "web.cli.decisions:list_published",
    "check": "web.cli.decisions:check",
    "evaluate": "web.cli.decisions:evaluate",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="Revisa tablas de decisión (DMN) y las prueba.")
def decisions() -> None:
    """Group the commands on decisions."""


@click.command("list", help="Lista las tablas de decisión publicadas, con su versión y su motivo.")
def list_published() -> None:
    """Print one line per file."""
    from engine.definitions import catalogue  # noqa: PLC0415  (quick --help)
    from web.cli.root import opened  # noqa: PLC0415

    with opened() as application, application.database.reading() as session:
        files = catalogue.latest_decisions(session)
        for one in files:
            names = ", ".join(one.decisions)
            click.echo(f"{names}  v{one.version}  {long_day(one.published_at)}  {one.name}: {one.reason}")
        if not files:
            click.echo("Todavía no hay tablas publicadas. Publíquelas con: cauce diagrams publish tabla.dmn")


@click.command(
    help="Dice qué hay que corregir en un archivo DMN: huecos, filas que se cruzan o no se usan, tipos, y lo que no se "
    "evalúa. Termina con 0 si nada, 1 si algo."
)
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Escribe los hallazgos como JSON.")
def check(file: Path, as_json: bool) -> None:
    """Lint one file."""
    from engine.confinement import confined  # noqa: PLC0415  (quick --help)

    found = confined(_lint, file.read_bytes())
    if as_json:
        click.echo(_json({"findings": found}))
    else:
        for one in found:
            row = f", fila {one['fila']}" if one["fila"] else ""
            click.echo(f"{SEVERITIES[one['severidad']]}: {one['decision']}{row}: {one['mensaje']}")
        click.echo(f"{len(found)} por corregir." if found else "Nada que corregir.")
    sys.exit(FINDINGS if found else CLEAN)


@click.command(help="Evalúa las decisiones de un archivo DMN con unos datos, y dice el resultado de cada una.")
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--var", "variables", metavar="NOMBRE=VALOR", multiple=True, help="Un dato; se repite. El valor, en JSON."
)
@click.option(
    "--vars",
    "data",
    metavar="ARCHIVO",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Todos los datos, en un archivo JSON.",
)
@click.option("--decision", default="", help="Solo esta, y aquellas de las que depende.")
@click.option("--json", "as_json", is_flag=True, help="En JSON: {decisión: resultado}.")
@click.option("--explain", is_flag=True, help="Con las filas que se cumplieron y lo que falló, también en JSON.")
def evaluate(
    file: Path, variables: tuple[str, ...], data: Path | None, decision: str, as_json: bool, explain: bool
) -> None:
    """Evaluate one file."""
    from engine.confinement import confined  # noqa: PLC0415  (quick --help)

    given = _read(data) if data is not None else {}
    given |= dict(_pair(text) for text in variables)
    found = confined(_evaluate, file.read_bytes(), given, decision)
    if as_json:
        click.echo(_json(found if explain else {name: one["resultado"] for name, one in found.items()}))
        return
    for name, one in found.items():
        rows = f"  (filas {', '.join(map(str, one['filas']))})" if explain and one["filas"] else ""
        click.echo(f"{name} = {json.dumps(one['resultado'], ensure_ascii=False)}{rows}")
        for problem in one["problemas"]:
            click.echo(f"  {problem}")


def _lint(xml: bytes) -> list[dict[str, Any]]:
    from engine.decisions.linting import lint  # noqa: PLC0415
    from engine.definitions.decisions import read_decisions  # noqa: PLC0415

    return [finding.as_json() for finding in lint(read_decisions(xml))]


def _evaluate(xml: bytes, given: dict[str, Any], decision: str) -> dict[str, dict[str, Any]]:
    from engine.decisions import values  # noqa: PLC0415
    from engine.decisions.evaluating import evaluate as decide  # noqa: PLC0415
    from engine.definitions.decisions import read_decisions  # noqa: PLC0415

    return {
        name: {
            "resultado": values.plain(one.value),
            "filas": list(one.rows),
            "problemas": [problem.message for problem in one.problems],
        }
        for name, one in decide(read_decisions(xml), given, decision).items()
    }


def _read(file: Path) -> dict[str, Any]:
    try:
        given = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as exc:
        raise Refused(f"El archivo de datos no es JSON: {exc}.") from exc
    if not isinstance(given, dict):
        raise Refused('Los datos se escriben como {"nombre": valor}.')
    return given


def _pair(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused(f"«{text}» no es un dato: escriba nombre=valor.")
    try:
        return name.strip(), orjson.loads(value)
    except orjson.JSONDecodeError:
        return name.strip(), value.strip()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
