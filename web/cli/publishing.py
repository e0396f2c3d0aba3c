"""`cauce diagrams list` and `cauce diagrams publish`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import publishing
from engine.definitions.decisions import read_decisions
from engine.definitions.models import ProcessDefinition, ProcessVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from web import migrating
from web.bootstrap import Application
from web.cli.root import opened
from web.rehearsals import gate
from workflows.calendar import bogota_day
from workflows.cycles import effects
from workflows.errors import InvalidForm, Refused
from workflows.people.directory import Directory
from workflows.spanish import long_day


@click.command("list", help="Lista los procesos publicados, con su versión y su motivo.")
def list_published() -> None:
    """Print one line per process."""
    with opened() as application, application.database.reading() as session:
        query = sa.select(ProcessDefinition, ProcessVersion).join(
            ProcessVersion, ProcessVersion.id == ProcessDefinition.version_id
        )
        query = query.where(ProcessDefinition.own).order_by(ProcessDefinition.key, ProcessDefinition.tenant)
        rows = session.execute(query).all()
        for definition, version in rows:
            when, name = long_day(version.published_at), Name(definition.key, definition.tenant)
            click.echo(f"{name}  v{version.version}  {when}  {definition.name}: {version.reason}")
        if not rows:
            click.echo("Todavía no hay procesos publicados. Ejecute «cauce seed».")


@click.command(
    help="Publica diagramas (.bpmn), formularios (.form) y tablas de decisión (.dmn). Los procesos en curso siguen con "
    "su versión; lo que no cambió no recibe una nueva. Si algo no se puede publicar, no se publica nada."
)
@click.argument(
    "files",
    metavar="ARCHIVO...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--reason", metavar="MOTIVO", required=True, help="Por qué cambia; queda en el historial.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién publica.")
@click.option(
    "--since",
    metavar="FECHA",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Primer día del periodo desde el que abre una cadencia nueva o cambiada; sin esto, el próximo.",
)
@click.option("--opens", metavar="N", type=int, help="Cuántos casos se abrirán ahora, para confirmar que son varios.")
@click.option("--accept-rehearsals", "accepted", is_flag=True, help="Vi lo que sale distinto en los ensayos guardados.")
def publish(
    files: tuple[Path, ...], reason: str, username: str, since: dt.datetime | None, opens: int | None, accepted: bool
) -> None:
    """Publish files in one transaction."""
    diagrams = [path.read_bytes() for path in files if path.suffix not in (".form", ".dmn")]
    decisions = [path.read_bytes() for path in files if path.suffix == ".dmn"]
    forms = dict(_form(path) for path in files if path.suffix == ".form")
    with opened() as application:
        migrating.migrate(application.database)
        _rehearse(application, diagrams, forms, accepted=accepted)
        with application.database.unit_of_work() as session:
            actor = Directory().actor(session, username, bogota_day(application.clock.now()))
            diagrams = [_begun(session, application, xml, since.date() if since else None, opens) for xml in diagrams]
            versions = publishing.publish(
                session, application.engine, diagrams, forms, actor=actor, reason=reason, decisions=decisions
            )
            _tell(versions)
            for one in decisions:
                click.echo(f"✓ Tabla de decisión «{read_decisions(one).name}»")


def _rehearse(
    application: Application, diagrams: list[bytes], forms: dict[str, dict[str, Any]], *, accepted: bool
) -> None:
    """Replay the rehearsals that are kept of what changes, as the page does before it publishes. Raises `Refused`."""
    with application.database.reading() as session:
        kept = gate.touched(session, [read_diagram(xml).process_key for xml in diagrams], forms)
        played = gate.runs(session, application, kept, diagrams, forms)
        session.expunge_all()
    if kept:
        click.echo(f"Se {'repite un ensayo guardado' if len(kept) == 1 else f'repiten {len(kept)} ensayos guardados'}…")
    how = "Si así debe ser, repita con --accept-rehearsals."
    if wrong := gate.why_not(gate.replay(kept, played), accepted=accepted, how=how):
        raise Refused(wrong)


def _begun(
    session: Session, application: Application, xml: bytes, since: dt.date | None, confirmed: int | None
) -> bytes:
    """The diagram with the day from which its calendar opens, after saying what that does."""
    for effect in effects.of_publication(session, application.engine, [read_diagram(xml)]):
        chosen = effect.beginning(since)
        opened_now = chosen.opens if chosen else 0
        dates = "; ".join(long_day(day) for _plan, _words, day in effect.dates) or "ninguna"
        click.echo(f"«{effect.name}» abre {opened_now} casos ahora; próximas fechas: {dates}.")
        if opened_now > 1 and confirmed != opened_now:
            raise Refused(f"Se abrirían {opened_now} casos ahora. Para confirmarlo, repita con --opens {opened_now}.")
        xml = effects.begun(xml, effect, since)
    return xml


def _form(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        schema = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as exc:
        raise InvalidForm(f"{path.name} no es un formulario: no es JSON.") from exc
    if not isinstance(schema, dict) or not isinstance(schema.get("id"), str):
        raise InvalidForm(f"{path.name} no es un formulario: le falta «id».")
    return schema["id"], schema


def _tell(versions: Iterable[ProcessVersion]) -> None:
    lines = [f"✓ {one.name} ({one.process_key}), versión {one.version}" for one in versions]
    click.echo("\n".join(lines) or "Los diagramas ya estaban publicados así: ninguno recibió otra versión.")
