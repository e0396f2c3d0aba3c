"""The page that a demo shows while its past is played: how far it is, and itself again in two seconds."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import waitress

PAGE = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Preparando la demostración · Cauce</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1rem; }}
progress {{ width: 100%; height: 1rem; }}
</style>
</head>
<body>
<main>
<h1>Preparando la demostración</h1>
<p>Dos sectores ficticios viven su pasado: uno formula su plan, el otro ya va por su segundo año. Ocurre una sola vez
y tarda alrededor de un minuto.</p>
<p><label>{share} % <progress max="100" value="{share}">{share} %</progress></label></p>
<p>Esta página se actualiza sola y abre la demostración cuando esté lista.</p>
</main>
</body>
</html>
"""


class WaitingPage:
    """A WSGI application of one page; `share` is how far the play is, in percent."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.share = 0

    def tell(self, share: int) -> None:
        """From now on the play is so far."""
        self.share = share

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The page; whoever asks for anything else is told to come back."""
        body = PAGE.format(share=self.share).encode()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Retry-After", "2"),
            ("Cache-Control", "no-store"),
        ]
        start_response("503 Service Unavailable", headers)
        return [body]


@contextmanager
def answering(listening: socket.socket) -> Iterator[WaitingPage]:
    """Show the page to whoever connects, until the block ends; the socket stays open for whoever serves then."""
    page = WaitingPage()
    server = waitress.create_server(
        page,
        sockets=[listening.dup()],
        threads=1,
        ident="Cauce",
        clear_untrusted_proxy_headers=True,
        asyncore_use_poll=hasattr(select, "poll"),
    )
    over = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, over), daemon=True)
    thread.start()
    try:
        yield page
    finally:
        over.set()
        thread.join(timeout=5)


def _serve(server: Any, over: threading.Event) -> None:
    while not over.is_set():
        server.asyncore.loop(timeout=0.2, map=server._map, use_poll=server.adj.asyncore_use_poll, count=1)
    server.close()
