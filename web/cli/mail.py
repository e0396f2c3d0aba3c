"""`cauce mail`: whether mails can leave from here, and which came back."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from notifications import bounces as notices
from notifications import mailboxes, outbox
from notifications.errors import DeliveryFailed, NoMailbox
from notifications.models import OutboxMessage
from notifications.rendering import render
from notifications.states import MailKind
from web.cli.group import LazyGroup
from web.cli.root import opened

COMMANDS = {"test": "web.cli.mail:test", "bounces": "web.cli.mail:bounces"}


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


@mail.command(
    help="Anota los correos que otro servidor devolvió: los que nadie ha leído del buzón de CAUCE_BOUNCES, los de la "
    "carpeta Maildir CARPETA, o con «-» el que llega por la entrada. En la página de cada persona queda qué dijo su "
    "servidor."
)
@click.argument("folder", metavar="[CARPETA]", default="")
def bounces(folder: str) -> None:
    """Note the mails that came back, each in a transaction of its own."""
    with opened() as application:
        database, counts = application.database, Counter[str]()
        if folder == "-":
            content = sys.stdin.buffer.read(notices.LARGEST)
            with database.unit_of_work() as session:
                click.echo(f"{notices.note(session, content).value}.")
            return
        box = mailboxes.MaildirMailbox(Path(folder)) if folder else application.mailbox
        if box is None:
            raise click.UsageError("Diga la CARPETA, o ponga CAUCE_BOUNCES.")
        try:
            while found := box.unread():
                for content in found.values():
                    with database.unit_of_work() as session:
                        counts[notices.note(session, content).value] += 1
                box.done(found)
        except NoMailbox as wrong:
            raise click.ClickException(str(wrong)) from wrong
    for outcome, count in counts.items() or [("Ningún aviso nuevo", 0)]:
        click.echo(f"{count} {outcome}." if count else f"{outcome}.")
