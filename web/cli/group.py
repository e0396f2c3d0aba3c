"""Command groups that load a command when it is asked for, and speak Spanish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from engine.errors import EngineError
from notifications.errors import NotificationsError
from web import importing
from web.errors import WebError
from web.settings import InvalidSetting
from workflows.errors import WorkflowsError

REFUSALS = (EngineError, WorkflowsError, NotificationsError, WebError, InvalidSetting)
HEADINGS = {"Options": "Opciones", "Commands": "Órdenes"}
WORDS = {"Show this message and exit.": "Muestra esta ayuda."}


class SpanishFormatter(click.HelpFormatter):
    """Writes the few words that click itself adds to a help page in Spanish."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of use."""
        super().write_usage(prog, args.replace("[OPTIONS]", "[OPCIONES]").replace("COMMAND", "ORDEN"), "Uso: ")

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        super().write_heading(HEADINGS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **options: Any) -> None:
        """Write terms and their explanations."""
        super().write_dl([(term, WORDS.get(text, text)) for term, text in rows], *args, **options)


click.Context.formatter_class = SpanishFormatter


class LazyGroup(click.Group):
    """A group whose commands are `name → "module:attribute"`, imported only when used.

    What the packages below refuse becomes one sentence and exit code 1, never a traceback.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, str], **options: Any) -> None:
        """Take the addresses of the commands, in the order of the help page."""
        super().__init__(*args, **options)
        self._addresses = dict(commands_at)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order given."""
        return list(self._addresses)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None if there is no such name."""
        if cmd_name not in self._addresses:
            return None
        command: click.Command = importing.at(self._addresses[cmd_name])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and say refusals in one sentence."""
        try:
            return super().invoke(ctx)
        except REFUSALS as exc:
            raise click.ClickException(_sentences(exc)) from exc


def _sentences(error: Exception) -> str:
    findings = getattr(error, "findings", ()) or getattr(error, "errors", ())
    return "\n".join([str(error), *(f"  · {getattr(finding, 'message', finding)}" for finding in findings)])
