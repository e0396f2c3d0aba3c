"""A form that arrived without a valid session: what was typed is carried through the sign-in, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

LIFETIME_S = 8 * 3600
PRIVATE = frozenset({"csrf_token", "password", "held"})


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A form waiting to be sent again: its path and its fields, in order. Files cannot be kept."""

    path: str
    fields: tuple[tuple[str, str], ...]
    lost_files: bool = False


def hold(request: Request) -> HeldRequest | None:
    """Keep the form of this request, if it was sent from one of our own pages.

    A form sent by another site is dropped: signing in must not complete what the person did not write here.
    """
    if not _is_ours(request):
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in PRIVATE]
    return HeldRequest(request.full_path.rstrip("?"), tuple(fields), any(f.filename for f in request.files.values()))


def seal(secret_key: str, held: HeldRequest) -> str:
    """The held form as one signed field of the sign-in page."""
    content: list[Any] = [held.path, held.fields, held.lost_files]
    return _serializer(secret_key).dumps(content)


def unseal(secret_key: str, text: str) -> HeldRequest | None:
    """The held form back, or None if the text was altered or is too old."""
    try:
        path, fields, lost_files = _serializer(secret_key).loads(text, max_age=LIFETIME_S)
    except BadSignature:
        return None
    return HeldRequest(path, tuple((name, value) for name, value in fields), lost_files)


def _is_ours(request: Request) -> bool:
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin).netloc == request.host


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="held-request")
