"""Sending to an address that somebody typed, without letting them reach what only this machine can.

The name is resolved once, every address it has is looked at, and the connection goes to the one that was looked at:
a name that answers differently the second time, or a redirection, leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from notifications.errors import InnerAddress, InvalidReceiver, ReceiverUnavailable

CONNECT_S, READ_S = 5, 10
MOST_READ = 4096
"""Of an answer, only the beginning is looked at."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""An IPv4 address inside an IPv6 one, where a gateway translates."""
_OF_EVERYBODY = ipaddress.ip_network("2000::/3")
"""Where the open network lives in IPv6: what is elsewhere is of a site, of a network's own gateway, or of nobody."""
_INNER_THOUGH_GLOBAL = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.88.99.0/24")))
"""What answers there is the machine's own host (Azure's agent), or the nearest gateway, whatever registries say."""


def ensure_receiver(url: str, *, inner: bool) -> None:
    """Raise `InvalidReceiver` for what is no address to send to; `inner`: those of inside may be, and plain HTTP."""
    parts = _split(url)
    if parts.scheme != "https" and not inner:
        raise InvalidReceiver("La dirección debe comenzar con https://, para que nadie lea lo que viaja.")
    literal = _literal(parts.hostname or "")
    if literal is not None and not inner and not is_outer(literal):
        raise InnerAddress


def post(url: str, body: bytes, headers: Mapping[str, str], *, inner: bool) -> tuple[int, str]:
    """Send a body; the status and the beginning of the answer. Follows no redirection.

    Raises `InvalidReceiver`, `InnerAddress` (nothing was sent) or `ReceiverUnavailable`.
    """
    ensure_receiver(url, inner=inner)
    parts = _split(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = address_of(host, port, inner=inner)
    timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, retries=False, server_hostname=host, assert_hostname=host, maxsize=1
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False, maxsize=1)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with pool:
        try:
            answer = pool.urlopen(
                "POST", target, body=body, headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
                redirect=False, preload_content=False,
            )  # fmt: skip
            told = answer.read(MOST_READ).decode("utf-8", "replace")
            answer.close()
        except (HTTPError, OSError) as error:
            raise ReceiverUnavailable(f"{host} no responde ({type(error).__name__}).") from error
    return answer.status, told


def address_of(host: str, port: int, *, inner: bool) -> str:
    """Where a name leads. One inner address among them is enough to send nothing.

    Raises `InnerAddress` or `ReceiverUnavailable`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ReceiverUnavailable(f"No se encuentra la dirección de {host}.") from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not inner and not all(is_outer(ipaddress.ip_address(one)) for one in addresses):
        raise InnerAddress
    return addresses[0]


def is_outer(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is of the open network, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_outer(inside)
        return address in _OF_EVERYBODY and address.is_global
    is_near = any(address in network for network in _INNER_THOUGH_GLOBAL)
    return address.is_global and not address.is_multicast and not is_near


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        _port = parts.port
    except ValueError:
        fits = False
    if not fits or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise InvalidReceiver
    return parts


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
