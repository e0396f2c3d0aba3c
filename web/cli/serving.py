"""`cauce serve` and `cauce worker`."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click

from notifications.hosts import is_loopback
from web import logs, migrating, server
from web.bootstrap import Application, assemble
from web.cli.database import know_local_days, prepare
from web.cli.root import opened
from web.config import Config
from web.delivery import Delivery
from web.processes import cores, run

log = logging.getLogger(__name__)

MOST_ON_SQLITE = 2
"""SQLite lets one write at a time: two processes answer nearly twice as many people as one, more were not measured."""
LOOKS_EVERY_S = 1
DAYS_EVERY_S = 60
"""How often a process that answers looks whether there are new days that nobody works."""


@click.command(
    help=(
        "Atiende a las personas y, al lado, hace lo que vence.\n\n"
        "Aplica antes las migraciones que falten. Con --demo carga la demostración la primera vez."
    )
)
@click.option("--demo", is_flag=True, help="Datos ficticios ya jugados, sin contraseñas; solo en esta máquina.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Dirección en la que atiende.")
@click.option("--port", default=8000, show_default=True, help="Puerto.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    envvar="CAUCE_PROCESSES",
    help="Procesos que atienden. Sin decirlo: uno por núcleo; con SQLite, hasta dos.",
)
@click.option("--no-worker", is_flag=True, help="No hacer aquí lo que vence: otro proceso corre «cauce worker».")
def serve(demo: bool, host: str, port: int, processes: int | None, no_worker: bool) -> None:
    """Serve people, with a worker beside."""
    if demo and not is_loopback(host):
        raise click.UsageError("La demostración no pide contraseñas: solo se sirve en esta máquina (127.0.0.1).")
    with opened(demo=demo or None, any_release=True) as application:
        logs.begin(application.config.log)
        if application.is_demo and not is_loopback(host):
            raise click.UsageError("CAUCE_DEMO=1 solo se sirve en esta máquina (127.0.0.1).")
        with server.listen(host, port) as listening:
            prepare(application, listening)
            stop = told_to_stop()
            with nullcontext() if no_worker else _working(application):
                click.echo(f"Cauce atiende en http://{host}:{port} (Ctrl+C para terminar)")
                answer_in(processes or usual_processes(application), application, listening, stop)


@click.command(
    help=(
        "Hace lo que vence: abre periodos, dispara plazos, reintenta, escribe y envía correos.\n\n"
        "Pueden correr varios a la vez; cada cosa se hace una sola vez."
    )
)
def worker() -> None:
    """Do what is due until told to stop."""
    stop = told_to_stop()
    with opened(any_release=True) as application:
        logs.begin(application.config.log)
        migrating.migrate(application.database)
        with _working(application):
            click.echo("El trabajador está en marcha (Ctrl+C para terminar)")
            # A signal that the system hands to another thread is only heard when this one wakes up.
            while not stop.wait(LOOKS_EVERY_S):
                pass


def usual_processes(application: Application) -> int:
    """How many processes answer where nobody says; the demonstration has one visitor."""
    if application.is_demo:
        return 1
    return min(cores(), MOST_ON_SQLITE) if application.database.is_sqlite else cores()


def answer_in(count: int, application: Application, listening: socket.socket, stop: threading.Event) -> None:
    """Answer until told to stop, in this process or in so many others."""
    if count == 1:
        _answer(application, listening, stop)
    else:
        run(count, answer, application.config, listening, stop)


def answer(config: Config, listening: socket.socket, stop: threading.Event) -> None:
    """What a process of its own does: answer, over an application of its own."""
    logs.begin(config.log)
    application = assemble(config)
    try:
        _answer(application, listening, stop)
    finally:
        application.database.dispose()


def _answer(application: Application, listening: socket.socket, stop: threading.Event) -> None:
    threading.Thread(target=_keep_days, args=(application, stop), daemon=True).start()
    server.serve(application, listening, stop)


def _keep_days(application: Application, stop: threading.Event) -> None:
    """Know the local days: a plan with new ones may be loaded by another process."""
    while True:
        try:
            know_local_days(application)
        except Exception:
            log.exception("the local days could not be read; they will be read again")
        if stop.wait(DAYS_EVERY_S):
            return


def told_to_stop() -> threading.Event:
    """What is set when the system or the terminal asks this process to end."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    return stop


@contextmanager
def _working(application: Application) -> Iterator[None]:
    """Do what is due and, beside it, send mails, until the block ends."""
    from web import worker  # noqa: PLC0415 - APScheduler, which no other command needs

    scheduler = worker.start(application)
    try:
        with Delivery(application):
            yield
    finally:
        scheduler.shutdown(wait=True)
