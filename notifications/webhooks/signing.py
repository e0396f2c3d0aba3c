"""How a receiver knows that a message is ours, and new: the scheme of Standard Webhooks."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping

PREFIX = "whsec_"


def secret_of(key: str, webhook_id: int, salt: str) -> str:
    """What signs for a webhook, as its receiver keeps it; `key` is the installation's secret."""
    made = hmac.new(key.encode(), f"webhook/{webhook_id}/{salt}".encode(), hashlib.sha256).digest()
    return PREFIX + b64encode(made).decode()


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that sign a body: receivers compare the signature and refuse a timestamp that is old."""
    key, content = b64decode(secret.removeprefix(PREFIX)), f"{message_id}.{timestamp}.".encode() + body
    signed = hmac.new(key, content, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{b64encode(signed.digest()).decode()}",
    }
