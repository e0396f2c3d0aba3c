"""`cauce diagrams`: look at a diagram, or bring one from another tool, without a database.

Those that need one, `list` and `publish`, are in `web.cli.publishing`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from engine.definitions.importing import ImportResult
from engine.errors import UnreadableDiagram
from web.cli.group import LazyGroup

if TYPE_CHECKING:
    from engine.definitions.linting import Finding, KnownNames

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2
SEVERITIES = {"error": "error", "warning": "aviso"}

COMMANDS = {
    "list": "web.cli.publishing:list_published",
    "publish": "web.cli.publishing:publish",
    "check": "web.cli.diagrams:check",
    "import": "web.cli.diagrams:bring",
}


@click.group(
    cls=LazyGroup, commands_at=COMMANDS, help="Lista, publica y revisa diagramas, y trae los de otras herramientas."
)
def diagrams() -> None:
    """Group the commands on diagrams."""


@click.command(
    help="Dice qué hay que corregir en un diagrama. Termina con 0 si nada, 1 si algo, 2 si no se puede leer."
)
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Escribe los hallazgos como JSON.")
def check(file: Path, as_json: bool) -> None:
    """Lint one file."""
    from engine.confinement import confined  # noqa: PLC0415  (quick --help)
    from engine.definitions.linting import lint  # noqa: PLC0415

    try:
        found = confined(lint, _bytes_of(file), _known(file))
    except UnreadableDiagram as exc:
        _refuse(exc, as_json=as_json)
    if as_json:
        _write({"findings": [finding.as_json() for finding in found]})
    else:
        _tell(found)
    sys.exit(FINDINGS if found else CLEAN)


@click.command(help="Trae un diagrama de otra herramienta: lo arregla y dice qué cambió y qué falta decidir.")
@click.argument("file", metavar="ARCHIVO", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Dónde guardar el diagrama arreglado.")
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Respuestas a las preguntas, como JSON: {"clave de la pregunta": "respuesta"}.',
)
@click.option("--json", "as_json", is_flag=True, help="Escribe los arreglos y las preguntas como JSON.")
def bring(file: Path, output: Path | None, answers: Path | None, as_json: bool) -> None:
    """Import one file; what was answered is done, and no longer asked."""
    from engine.confinement import confined  # noqa: PLC0415  (quick --help)
    from engine.definitions.importing import import_diagram  # noqa: PLC0415

    try:
        given = _answers(answers) if answers is not None else {}
        result = confined(functools.partial(import_diagram, answers=given), _bytes_of(file), _known(file))
    except UnreadableDiagram as exc:
        _refuse(exc, as_json=as_json)
    if output is not None:
        _save(result, output)
    if as_json:
        _write(_as_json(result, output))
    else:
        _tell_import(result, output)


def _bytes_of(file: Path) -> bytes:
    """The file, or as much as is enough to see that it is too large."""
    from engine.definitions.markup import MAX_BYTES  # noqa: PLC0415

    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _answers(file: Path) -> dict[str, str]:
    """What a file of answers says; raises `UnreadableDiagram` for anything but texts by key."""
    try:
        given = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as exc:
        raise UnreadableDiagram(f"El archivo de respuestas no es JSON: {exc}.") from exc
    if not isinstance(given, dict) or not all(isinstance(answer, str) for answer in given.values()):
        raise UnreadableDiagram('Las respuestas se escriben como {"clave de la pregunta": "respuesta"}.')
    return given


def _known(file: Path) -> KnownNames:
    """What Cauce comes with, and the diagrams and forms beside the file."""
    from engine.clock import SystemClock  # noqa: PLC0415
    from engine.definitions.linting import KnownNames  # noqa: PLC0415
    from workflows.assembly import process_engine  # noqa: PLC0415
    from workflows.shipped import shipped_diagrams, shipped_forms  # noqa: PLC0415

    engine = process_engine(SystemClock())
    beside = [one.read_bytes() for one in file.parent.glob("*.bpmn") if one.stat().st_size < 1_000_000]
    forms = [*shipped_forms(), *(one.stem for one in (file.parent / "forms").glob("*.form"))]
    return KnownNames(
        reserved_keys=engine.reserved_keys,
        roles=dict(engine.groups.roles()),
        forms={form: form for form in forms},
        processes=_processes([*shipped_diagrams(), *beside]),
        topics={topic: topic for topic in engine.service_tasks},
        form_handlers=engine.form_handlers,
        check_deadline=engine.calendar.check,
        check_opening=engine.check_opening,
    )


def _processes(files: list[bytes]) -> Mapping[str, str]:
    from engine.definitions.reading import read_diagram  # noqa: PLC0415

    found = {}
    for xml in files:
        try:
            model = read_diagram(xml)
        except UnreadableDiagram:
            continue
        found[model.process_key] = model.name
    return found


def _told(finding: Finding) -> str:
    where = f" [{finding.element}]" if finding.element else ""
    return f"{SEVERITIES[finding.severity]}{where}: {finding.message}"


def _tell(found: list[Finding]) -> None:
    for finding in found:
        click.echo(_told(finding))
        for following in finding.consequences:
            click.echo(f"  de ahí sale: {_told(following)}")
    if not found:
        click.echo("Nada que corregir.")


def _tell_import(result: ImportResult, output: Path | None) -> None:
    for repair in result.repairs:
        click.echo(f"arreglo: {repair.message}")
    for question in result.questions:
        options = f" ({', '.join(question.options)})" if question.options else ""
        click.echo(f"pregunta [{question.key}]: {question.message}{options}")
    for key in result.unused:
        click.echo(f"respuesta sin pregunta: {key}")
    click.echo(f"{len(result.repairs)} arreglos, {len(result.questions)} preguntas.")
    click.echo(f"Quedó en {output}." if output else "Para guardarlo, diga dónde con --output.")


def _as_json(result: ImportResult, output: Path | None) -> dict[str, Any]:
    return {
        "output": str(output) if output else None,
        "repairs": [
            {"element": repair.element, "rule": repair.rule, "message": repair.message} for repair in result.repairs
        ],
        "questions": [
            {
                "key": question.key,
                "kind": question.kind.value,
                "element": question.element,
                "rule": question.rule,
                "message": question.message,
                "options": list(question.options),
            }
            for question in result.questions
        ],
        "answered": [{"key": question.key, "answer": said} for question, said in result.answered],
        "forms": sorted(result.forms),
        "unused_answers": list(result.unused),
    }


def _save(result: ImportResult, output: Path) -> None:
    """The diagram, and its forms in `forms/` beside it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(result.xml)
    folder = output.parent / "forms"
    for key, form in result.forms.items():
        folder.mkdir(exist_ok=True)
        (folder / f"{key}.form").write_bytes(orjson.dumps(form, option=orjson.OPT_INDENT_2))


def _write(document: dict[str, Any]) -> None:
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def _refuse(exc: UnreadableDiagram, *, as_json: bool) -> None:
    if as_json:
        _write({"error": exc.message})
    else:
        click.echo(exc.message, err=True)
    sys.exit(UNREADABLE)
