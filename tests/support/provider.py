"""Providers that sign people in: a real one, in a process of its own, and one that says whatever a test wants."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, jsonify, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server

from tests.support.remote import free_port
from tests.support.web import Visitor
from web.provider import Provider

CLIENT = {"client_id": "cauce", "client_secret": "secreto-de-cauce"}
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Running:
    """A provider that answers at `issuer`."""

    issuer: str

    def settings(self, **more: Any) -> Provider:
        """How Cauce is told of it."""
        return Provider(issuer=self.issuer, name="la cuenta del Distrito", **CLIENT, **more)

    def knows(self, subject: str, **claims: Any) -> None:
        """Let somebody have an account there."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()


@contextmanager
def running_provider() -> Iterator[Running]:
    """The provider of `oidc-provider-mock`, as a program of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://localhost:{port}"
    try:
        deadline = time.monotonic() + 60
        while not _answers(issuer):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        yield Running(issuer)
    finally:
        process.kill()
        process.wait()


def _answers(issuer: str) -> bool:
    try:
        return requests.get(f"{issuer}/.well-known/openid-configuration", timeout=2).ok
    except requests.ConnectionError:
        return False


def go_through(visitor: Visitor, subject: str, begin: str = "/ingresar/entidad/") -> None:
    """Go to the provider, be that account there, and come back, as a browser does."""
    there = visitor.client.get(begin).headers["Location"]
    back = requests.post(there, data={"sub": subject}, allow_redirects=False, timeout=5).headers["Location"]
    return_to(visitor, back)


def return_to(visitor: Visitor, address: str) -> None:
    """Open an address of ours that the provider sends the browser to."""
    parts = urlsplit(address)
    visitor.last = visitor.client.get(f"{parts.path}?{parts.query}", follow_redirects=True)
    visitor.address = visitor.last.request.path


@dataclass
class Forger:
    """A provider whose tokens are made by the test: `claims` over what is right, `key` that signs, `header` of it."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "uno", "alg": "RS256"}))
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "uno"})
    algorithms: list[str] = field(default_factory=lambda: ["RS256"])
    asked: list[dict[str, str]] = field(default_factory=list)
    said_issuer: str = ""
    while_asked: Callable[[], object] = lambda: None

    def token(self, claims: dict[str, Any], key: Any = None) -> str:
        """A signed token with these claims and those that any has."""
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": "cauce", "iat": now, "exp": now + 300, **claims}
        return jwt.encode(self.header, whole, key or self.key, algorithms=[self.header["alg"]])

    def notice(self, now: float, **claims: Any) -> str:
        """A notice that somebody signed out."""
        return self.token({"iat": int(now), "jti": "1", "events": {LOGGED_OUT: {}}, **claims})

    def settings(self, **more: Any) -> Provider:
        """How Cauce is told of it."""
        return Provider(issuer=self.issuer, name="la cuenta del Distrito", **CLIENT, **more)


@contextmanager
def forger() -> Iterator[Forger]:
    """Serve a forger's discovery, keys and tokens."""
    made, app = Forger(), Flask("forger")

    @app.before_request
    def look() -> None:
        made.while_asked()

    @app.get("/.well-known/openid-configuration")
    def describe() -> Any:
        return jsonify(
            issuer=made.said_issuer or made.issuer, authorization_endpoint=f"{made.issuer}/authorize",
            token_endpoint=f"{made.issuer}/token", jwks_uri=f"{made.issuer}/jwks",
            end_session_endpoint=f"{made.issuer}/logout",
            id_token_signing_alg_values_supported=made.algorithms,
        )  # fmt: skip

    @app.get("/jwks")
    def keys() -> Any:
        return jsonify(keys=[made.key.as_dict(private=False)])

    @app.post("/token")
    def token() -> Any:
        made.asked.append(request.form.to_dict())
        return jsonify(access_token="a", token_type="Bearer", id_token=made.token(made.claims))

    server = make_server("127.0.0.1", 0, app, threaded=True)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def forged(visitor: Visitor, made: Forger, **claims: Any) -> dict[str, str]:
    """Come back from a forger as somebody; what Cauce sent it at the beginning."""
    there = visitor.client.get("/ingresar/entidad/").headers["Location"]
    sent = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    made.claims = {"nonce": sent["nonce"], **claims}
    return_to(visitor, f"/ingresar/entidad/vuelta?code=c&state={sent['state']}")
    return sent
