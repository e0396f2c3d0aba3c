"""`cauce mail`: whether mails can leave from here."""

from __future__ import annotations

import click

from notifications import outbox
from notifications.errors import DeliveryFailed
from notifications.models import OutboxMessage
from notifications.rendering import render
from notifications.states import MailKind
from web.cli.group import LazyGroup
from web.cli.root import opened

COMMANDS = {"test": "web.cli.mail:test"}


@click.group(cls=LazyGroup, commands_at=COMMANDS, help="El correo.")
def mail() -> None:
    """Group the commands on mails."""


@mail.command(
    help="Envía ya un correo de prueba a DIRECCIÓN y dice qué respondió el servidor. No espera turno ni se guarda."
)
@click.argument("address", metavar="DIRECCIÓN")
def test(address: str) -> None:
    """Send one mail by the configured way, outside of the outbox."""
    with opened() as application:
        config, sender, now = application.config, application.sender, application.clock.now()
        written = render("trial", {"name": "Hola", "base_url": config.base_url, "server": sender.name})
        message = OutboxMessage(
            id=0, kind=MailKind.ACCOUNT_CHANGED, address=address, subject=written.subject, text=written.text,
            html=written.html, attachments=[], created_at=now, reply_to="",
        )  # fmt: skip
        click.echo(f"De {config.mail_from} a {address}, por {sender.name}.")
        try:
            with sender.session() as session:
                session.send(outbox.compose(message, config.mail_from))
        except DeliveryFailed as wrong:
            raise click.ClickException(str(wrong)) from wrong
    click.echo("✓ El servidor recibió el correo. Mire que haya llegado, y que el enlace abra Cauce.")
