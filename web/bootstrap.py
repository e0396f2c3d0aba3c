"""The only composition root: what is not put together here does not exist."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import Clock, SystemClock
from engine.database import Database
from engine.runtime import ProcessEngine
from notifications import mailboxes
from notifications.listeners import MailListener
from notifications.mail import EmailSender, FolderSender, SmtpSender
from notifications.mailboxes import Mailbox
from web import schema
from web.clock import DemoClock
from web.config import Config
from workflows.assembly import forms, process_engine
from workflows.calendar import WorkingCalendar
from workflows.forms.submissions import Forms


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that views, commands and the worker use."""

    config: Config
    database: Database
    clock: Clock
    calendar: WorkingCalendar
    engine: ProcessEngine
    forms: Forms
    sender: EmailSender
    mailbox: Mailbox | None
    """Of the notices of mails that came back."""

    @property
    def is_demo(self) -> bool:
        """Whether people choose who they are instead of signing in."""
        return self.config.demo


def assemble(
    config: Config,
    *,
    clock: Clock | None = None,
    sender: EmailSender | None = None,
    database: Database | None = None,
) -> Application:
    """Put the application together; nothing is opened yet. Tests and simulations hand in what is theirs."""
    schema.load()
    clock, calendar = clock or _clock(config), WorkingCalendar()
    return Application(
        config=config,
        database=database or Database(config.database_url),
        clock=clock,
        calendar=calendar,
        engine=process_engine(clock, listeners=(MailListener(config.base_url),), calendar=calendar),
        forms=forms(),
        sender=sender or _sender(config),
        mailbox=mailboxes.at(config.bounces, config.bounces_tokens) if config.bounces else None,
    )


def _clock(config: Config) -> Clock:
    return DemoClock(config.home / "reloj.json") if config.demo else SystemClock()


def _sender(config: Config) -> EmailSender:
    if not config.smtp_url:
        return FolderSender(config.mail_folder)
    return SmtpSender(config.smtp_url, tokens=config.smtp_tokens)
