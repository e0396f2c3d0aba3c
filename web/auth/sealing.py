"""Values that only this installation reads and makes: encrypted with keys that come from its secret."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(secret_key: str, purpose: str, value: Any) -> str:
    """A value as text that nobody else reads or makes; what is sealed for one purpose opens for no other."""
    return _box(secret_key, purpose).encrypt(orjson.dumps(value)).decode()


def unseal(secret_key: str, purpose: str, text: str, *, seconds: int | None = None) -> Any:
    """The value back; None if it was altered, is of another installation, or older than so many seconds."""
    try:
        return orjson.loads(_box(secret_key, purpose).decrypt(text.encode(), ttl=seconds))
    except (InvalidToken, ValueError):
        return None


def key_of(secret_key: str, purpose: str) -> bytes:
    """The key of 32 bytes that the secret of this installation gives for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=f"cauce/{purpose}".encode()).derive(secret_key.encode())


@lru_cache(maxsize=16)
def _box(secret_key: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(key_of(secret_key, purpose)))
