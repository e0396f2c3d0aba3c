"""`cauce exports`: the files that other systems are sent."""

from __future__ import annotations

from pathlib import Path

import click

from engine.errors import NotFound
from notifications.exports import delivering, keeping
from notifications.exports.keeping import Wanted
from notifications.exports.models import Export
from notifications.exports.states import When
from web.cli.group import LazyGroup
from web.cli.root import opened
from workflows.calendar import bogota_day
from workflows.people.directory import Directory
from workflows.reports import layouts
from workflows.reports.assembling import monthly_report

COMMANDS = {name: f"web.cli.exports:{name}_export" for name in ("list", "add", "write", "send")}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="Archivos del plan con las columnas que otros sistemas piden.")
def exports() -> None:
    """Group the commands on exports."""


@exports.command(name="list", help="Los de un plan, con lo último que se envió.")
@click.argument("plan", metavar="PLAN")
def list_export(plan: str) -> None:
    """List the exports of a plan."""
    with opened() as application, application.database.reading() as session:
        newest = keeping.newest(session, plan)
        for one in keeping.of_plan(session, plan):
            last = newest.get(one.id)
            told = "sin enviar" if last is None else f"{last.name}: {last.last_error or 'entregado'}"
            click.echo(f"{one.id}  {one.name}  {one.target}  {'' if one.active else 'detenido  '}{told}")


@exports.command(name="add", help="Agrega uno. COLUMNAS es un archivo con una línea «Título = campo» por columna.")
@click.argument("plan", metavar="PLAN")
@click.argument("columns", metavar="COLUMNAS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", metavar="NOMBRE", required=True, help="Cómo se llama.")
@click.option("--to", metavar="DESTINO", required=True, help="carpeta:…, sftp://usuario@servidor/carpeta o https://…")
@click.option("--host-key", metavar="HUELLA", default="", help="La huella del servidor SFTP: SHA256:…")
@click.option("--when", type=click.Choice([one.value for one in When]), default=When.CLOSED.value, help="Cuándo.")
@click.option("--format", "kind", type=click.Choice(list(layouts.MEDIA_TYPES)), default=layouts.CSV, help="El formato.")
@click.option("--separator", type=click.Choice(list(layouts.SEPARATORS)), default=";", help="Entre columnas de un CSV.")
@click.option("--decimal", type=click.Choice(list(layouts.DECIMALS)), default=",", help="Ante los decimales de un CSV.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo agrega.")
def add_export(
    plan: str, columns: Path, name: str, to: str, host_key: str, when: str, kind: str, separator: str, decimal: str,
    username: str,
) -> None:  # fmt: skip
    """Make an export."""
    wanted = Wanted(name, columns.read_text(encoding="utf-8"), to, when, kind, separator, decimal, host_key)
    with opened() as application, application.database.unit_of_work() as session:
        actor = Directory().actor(session, username, bogota_day(application.clock.now()))
        made = keeping.make(
            session, application.clock, plan, wanted, actor=actor, settings=application.config.receivers
        )
        click.echo(f"✓ «{made.name}» ({made.id}) se envía desde ahora.")


@exports.command(name="write", help="Escribe en ARCHIVO cómo quedaría el de un mes. No envía nada.")
@click.argument("number", metavar="NÚMERO", type=click.INT)
@click.argument("period", metavar="MES")
@click.argument("file", metavar="ARCHIVO", type=click.Path(dir_okay=False, path_type=Path))
def write_export(number: int, period: str, file: Path) -> None:
    """Render an export into a file."""
    with opened() as application, application.database.reading() as session:
        export = session.get(Export, number)
        if export is None:
            raise NotFound("Esa exportación no existe.")
        report = monthly_report(session, export.plan_code, period)
        rendered = layouts.render(keeping.layout_of(export), report)
    file.write_bytes(rendered.content)
    click.echo(f"✓ {len(rendered.sheet.rows)} indicadores en {file}")


@exports.command(name="send", help="Hace y envía ahora lo que toque, sin esperar al trabajador.")
def send_export() -> None:
    """Deliver what is due."""
    with opened() as application:
        sending = delivering.Sending(application.config.secret_key, application.config.receivers)
        sent = delivering.deliver_due(application.database, application.clock, application.calendar, sending)
    click.echo(f"✓ {sent} {'archivo enviado' if sent == 1 else 'archivos enviados'}")
