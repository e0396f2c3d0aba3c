"""The passing key that a mail server takes in the place of a password (OAuth 2): asked for, and kept while it holds."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from notifications.errors import InvalidMailUrl, ServerUnavailable
from notifications.hosts import is_loopback

ASKED_S = 10
"""The longest that the provider may take, in either direction."""
BEFORE_S, USUAL_S = 60, 300
"""A key is asked for anew so long before it ends; so long it holds where the provider does not say."""
LONGEST = 20_000
SENDING = "CAUCE_SMTP_OAUTH"
"""The setting that says where keys for sending are had."""
REFUSED = "no entregó el permiso de usar el correo"


@dataclass(slots=True)
class Tokens:
    """Where keys are had (`endpoint`), by whom, and what for.

    With `refresh` what somebody granted once (Google); without it the program asks for itself (Microsoft 365). Raises
    `InvalidMailUrl`, which names the `setting`, where a secret would travel in clear.
    """

    endpoint: str
    client: str
    secret: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    scope: str = ""
    setting: str = SENDING
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise InvalidMailUrl(f"{self.setting} es la dirección «https://…» en que el proveedor entrega el permiso.")
        if not self.client or not (self.secret or self.refresh):
            raise InvalidMailUrl(f"Con {self.setting} hacen falta {self.setting}_CLIENT y {self.setting}_SECRET.")

    def token(self) -> str:
        """A key that holds; of several threads one asks. Raises `ServerUnavailable`, without any secret."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._token, lasts_s = self._ask()
                self._until = time.monotonic() + max(lasts_s - BEFORE_S, 0)
            return self._token

    def forget(self) -> None:
        """Ask for another one next time: the mail server did not take this one."""
        with self._lock:
            self._until = 0.0

    def _ask(self) -> tuple[str, float]:
        asked = {"client_id": self.client, "client_secret": self.secret, "scope": self.scope}
        asked |= {"grant_type": "refresh_token", "refresh_token": self.refresh} if self.refresh else {
            "grant_type": "client_credentials"
        }  # fmt: skip
        named = urlsplit(self.endpoint).hostname
        try:
            answer = requests.post(
                self.endpoint, data={name: value for name, value in asked.items() if value}, timeout=ASKED_S,
                allow_redirects=False,
            )  # fmt: skip
            told = answer.json() if len(answer.content) <= LONGEST else {}
        except (requests.RequestException, ValueError) as wrong:
            raise ServerUnavailable(f"{named} {REFUSED} ({type(wrong).__name__}).") from wrong
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            why = str(told.get("error", "")) if isinstance(told, dict) else ""
            raise ServerUnavailable(f"{named} {REFUSED}: {answer.status_code} {why[:80]}")
        lasts = told.get("expires_in", USUAL_S)
        return told["access_token"], float(lasts) if isinstance(lasts, int | float) else USUAL_S


def answer(user: str, token: str) -> str:
    """What XOAUTH2 says to a server."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
