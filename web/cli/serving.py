"""`cauce serve` and `cauce worker`."""

from __future__ import annotations

import ipaddress
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click
import waitress

from web import logs, migrating
from web.app import create_app
from web.bootstrap import Application
from web.cli.database import prepare
from web.cli.root import opened
from web.delivery import Delivery

THREADS = 8


@click.command(
    help=(
        "Atiende a las personas y, al lado, hace lo que vence.\n\n"
        "Aplica antes las migraciones que falten. Con --demo carga la demostración la primera vez."
    )
)
@click.option("--demo", is_flag=True, help="Datos ficticios ya jugados, sin contraseñas; solo en esta máquina.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Dirección en la que atiende.")
@click.option("--port", default=8000, show_default=True, help="Puerto.")
@click.option("--no-worker", is_flag=True, help="No hacer aquí lo que vence: otro proceso corre «cauce worker».")
def serve(demo: bool, host: str, port: int, no_worker: bool) -> None:
    """Serve people, with a worker beside."""
    if demo and not is_loopback(host):
        raise click.UsageError("La demostración no pide contraseñas: solo se sirve en esta máquina (127.0.0.1).")
    with opened(demo=demo or None) as application:
        logs.begin(application.config.log)
        if application.is_demo and not is_loopback(host):
            raise click.UsageError("CAUCE_DEMO=1 solo se sirve en esta máquina (127.0.0.1).")
        prepare(application)
        with nullcontext() if no_worker else _working(application):
            click.echo(f"Cauce atiende en http://{host}:{port} (Ctrl+C para terminar)")
            run(application, host, port)


@click.command(
    help=(
        "Hace lo que vence: abre periodos, dispara plazos, reintenta, escribe y envía correos.\n\n"
        "Pueden correr varios a la vez; cada cosa se hace una sola vez."
    )
)
def worker() -> None:
    """Do what is due until told to stop."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    with opened() as application:
        logs.begin(application.config.log)
        migrating.migrate(application.database)
        with _working(application):
            click.echo("El trabajador está en marcha (Ctrl+C para terminar)")
            stop.wait()


def run(application: Application, host: str, port: int) -> None:
    """Serve until told to stop."""
    signal.signal(signal.SIGTERM, _stop)
    waitress.serve(
        create_app(application),
        host=host,
        port=port,
        threads=THREADS,
        ident="Cauce",
        # Behind a proxy its headers must reach ProxyFix; elsewhere nobody's are believed.
        clear_untrusted_proxy_headers=not application.config.proxies,
        _quiet=True,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def _stop(*_: object) -> None:
    raise SystemExit(0)
