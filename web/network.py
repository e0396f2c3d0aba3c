"""Where a request comes from, as far as limits go by it, and the token that it shows."""

from __future__ import annotations

import ipaddress

from flask import Request

OWN_V6 = 64
"""A connection is given this many bits of IPv6 and may use any address below them."""


def network_of(address: str | None) -> str:
    """What stands for whoever asks: an IPv4 address, the /64 of an IPv6 one; empty if there is none."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, OWN_V6), strict=False))
    return str(found)


def bearer(request: Request) -> str:
    """The token that a program shows (`Authorization: Bearer …`); empty if it shows none."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""
