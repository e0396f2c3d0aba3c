"""The HTTP server of one process: waitress, told to stop without dropping an answer.

Waitress reads requests in one thread and hands over whole ones, so a connection that sends a byte now and then costs a
little memory and no thread. It is told to take thousands of them; a hundred are its default.
"""

from __future__ import annotations

import gc
import select
import socket
import threading
import time
from contextlib import suppress
from importlib import util

import waitress

from web.app import create_app
from web.bootstrap import Application
from web.unread import Channel

THREADS = 8
MOST_CONNECTIONS = 4000
"""Of one process. Each takes some kilobytes until its request is whole."""
SELECTABLE = 400
"""Where there is only `select`, as on Windows: it takes 512 in all."""
OWN_FILES = 200
"""Files and database connections that the process needs beside those of people."""
BACKLOG = 1024
ENDS_WITHIN_S = 20
"""How long requests that have begun may take when the server is told to stop."""


def listen(host: str, port: int) -> socket.socket:
    """The socket on which people connect; several processes may share it."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def serve(application: Application, listening: socket.socket, stop: threading.Event, *, threads: int = THREADS) -> None:
    """Answer until `stop` is set, then finish what has begun."""
    polls = hasattr(select, "poll")
    server = waitress.create_server(
        create_app(application),
        sockets=[listening],
        threads=threads,
        ident="Cauce",
        connection_limit=min(MOST_CONNECTIONS, room_for_connections()) if polls else SELECTABLE,
        backlog=BACKLOG,
        asyncore_use_poll=polls,
        # Behind a proxy its headers must reach ProxyFix; elsewhere nobody's are believed.
        clear_untrusted_proxy_headers=not application.config.proxies,
    )
    server.channel_class = Channel
    threading.Thread(target=_wake, args=(stop, server), daemon=True).start()
    _set_aside()
    while not stop.is_set():
        _turn(server)
    _finish(server)


def _set_aside() -> None:
    """Let the garbage collector look no more at what the program itself is made of: it looked again and again.

    A person who reports cost a seventh more for it.
    """
    gc.collect()
    gc.freeze()


def room_for_connections() -> int:
    """How many connections the system lets this process hold, after asking for as many as it may have."""
    if util.find_spec("resource") is None:
        return MOST_CONNECTIONS
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OWN_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(100, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_FILES)


def _turn(server: waitress.server.BaseWSGIServer) -> None:
    """Look once at every connection."""
    server.asyncore.loop(timeout=1, map=server._map, use_poll=server.adj.asyncore_use_poll, count=1)


def _wake(stop: threading.Event, server: waitress.server.BaseWSGIServer) -> None:
    """Let the loop see at once that it is to stop."""
    stop.wait()
    server.pull_trigger()


def _finish(server: waitress.server.BaseWSGIServer) -> None:
    """Take no more connections, let requests that have begun be answered, and close."""
    server.del_channel()
    server.socket.close()
    limit = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < limit and any(_busy(one) for one in list(server.active_channels.values())):
        _turn(server)
    server.task_dispatcher.shutdown(timeout=1)


def _busy(channel: waitress.channel.HTTPChannel) -> bool:
    """Whether somebody waits for an answer here, or has it half."""
    return bool(channel.requests or channel.total_outbufs_len)
