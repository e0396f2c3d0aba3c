"""`cauce cases`: begin one by hand; those that run are in `web.cli.managing`."""

from __future__ import annotations

import click

from web.cli.group import LazyGroup
from web.cli.root import opened
from workflows.calendar import bogota_day
from workflows.cycles import by_hand
from workflows.errors import InvalidSubmission, Refused
from workflows.people.directory import Directory

COMMANDS = {
    "start": "web.cli.cases:start",
    "list": "web.cli.managing:list_cases",
    "export": "web.cli.eventlog:export",
    **{
        name: f"web.cli.managing:{name}"
        for name in (
            *("show", "suspend", "resume", "cancel", "move", "migrate", "correct", "undo"),
            *("proposals", "approve", "refuse", "retry", "skip"),
        )
    },
}


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    help="Empieza procesos a mano, maneja los que están en curso, y cuenta lo que pasó en ellos.",
)
def cases() -> None:
    """Group the commands on cases."""


@click.command(help="Empieza un proceso a mano y dice su clave. Pide lo mismo que su página.")
@click.argument("key", metavar="PROCESO")
@click.option("--plan", metavar="CÓDIGO", help="De qué plan es.")
@click.option("--var", "variables", metavar="NOMBRE=VALOR", multiple=True, help="Un dato con que empieza; se repite.")
@click.option("--as", "username", metavar="USUARIO", required=True, help="Quién lo empieza.")
def start(key: str, plan: str | None, variables: tuple[str, ...], username: str) -> None:
    """Open one case."""
    raw: dict[str, object] = dict(_pair(text) for text in variables)
    if plan is not None:
        raw[by_hand.PLAN] = plan
    with opened() as application, application.database.unit_of_work() as session:
        engine, today = application.engine, bogota_day(application.clock.now())
        actor = Directory().actor(session, username, today)
        key = by_hand.taken_by(session, key, plan or "")
        how = by_hand.beginning(session, engine, key, actor)
        labels = {name: field for field, name in how.handed.items()}
        sent = {labels.get(name, name): value for name, value in raw.items()}
        try:
            case = by_hand.begin(session, engine, key, sent, actor=actor, catalogues=application.forms.catalogues)
        except InvalidSubmission as invalid:
            wrong = "; ".join(f"{how.handed.get(error.path, error.path)}: {error.message}" for error in invalid.errors)
            raise Refused(f"Faltan datos o no se entienden ({wrong}). Escríbalos con --plan y --var.") from invalid
        click.echo(f"✓ «{case.name}» comenzó: {case.business_key}")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused(f"«{text}» no es un dato: escriba nombre=valor.")
    return name.strip(), value.strip()
