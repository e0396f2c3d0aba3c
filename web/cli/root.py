"""The root of the command line, and what every command opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from web.cli.group import LazyGroup
from web.config import Config

if TYPE_CHECKING:
    from web.bootstrap import Application

HELP = """Cauce lleva la vida de un plan estratégico sectorial.

\b
Para conocerlo:
  cauce serve --demo          abre la demostración en http://127.0.0.1:8000

\b
Para instalarlo:
  cauce migrate               crea o actualiza las tablas
  cauce seed                  carga los roles y publica los diagramas
  cauce admin create ana      crea a quien administra
  cauce plan import plan.xlsx carga el plan, sus personas e indicadores
  cauce serve                 atiende y hace lo que vence

\b
Ajustes, por variables de entorno (docs/settings.md):
  CAUCE_DATABASE_URL   base de datos; sin ella, SQLite en CAUCE_HOME
  CAUCE_HOME           carpeta propia (var)
  CAUCE_SECRET_KEY     secreto de las sesiones; sin él se hace uno en CAUCE_HOME
  CAUCE_BASE_URL       dirección con la que entran las personas
  CAUCE_SMTP_URL       servidor de correo; sin él, los correos van a una carpeta
  CAUCE_MAIL_FROM      remitente de los correos
  CAUCE_LOG            forma del registro: text o json
  CAUCE_PROXIES        cuántos proxies inversos hay delante
  CAUCE_PROCESSES      cuántos procesos atienden
"""

COMMANDS = {
    "serve": "web.cli.serving:serve",
    "worker": "web.cli.serving:worker",
    "migrate": "web.cli.database:migrate",
    "seed": "web.cli.database:seed",
    "admin": "web.cli.people:admin",
    "sector": "web.cli.sectors:sector",
    "plan": "web.cli.plan:plan",
    "diagrams": "web.cli.diagrams:diagrams",
    "decisions": "web.cli.decisions:decisions",
    "cases": "web.cli.cases:cases",
    "guide": "web.cli.guide:guide",
    "simulate": "web.cli.simulate:simulate",
    "doctor": "web.cli.database:doctor",
    "audit": "web.cli.audit:audit",
    "backup": "web.cli.backup:backup",
    "restore": "web.cli.backup:restore",
    "access": "web.cli.access:access",
    "search": "web.cli.search:search",
    "exports": "web.cli.exports:exports",
    "mail": "web.cli.mail:mail",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help=HELP)
@click.version_option(package_name="cauce", message="Cauce %(version)s", help="Muestra la versión.")
def main() -> None:
    """Run a command."""


@contextmanager
def opened(*, demo: bool | None = None, any_release: bool = False) -> Iterator[Application]:
    """The application for one command, closed at its end.

    Raises `NewerDatabase` or `UnmigratedDatabase` where the tables are of another release, unless the command brings
    them up to date or says it itself (`any_release`).
    """
    from web import migrating, torn  # noqa: PLC0415 - half a second that --help need not wait for
    from web.bootstrap import assemble  # noqa: PLC0415 - the same

    application = assemble(Config.from_environment(demo=demo))
    try:
        with torn.watched(application.database):
            if not any_release:
                migrating.ensure_of_this_release(application.database)
            yield application
    finally:
        application.database.dispose()
