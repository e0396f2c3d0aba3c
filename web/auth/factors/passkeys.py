"""Passkeys (WebAuthn): a key that the person's device keeps and never shows, bound to this very address."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any
from urllib.parse import urlsplit

import orjson
import sqlalchemy as sa
import webauthn
from cryptography.exceptions import InvalidSignature
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from engine.clock import Clock
from web.auth import spending
from web.auth.models import Passkey
from web.auth.sealing import seal, unseal
from web.config import Config
from web.errors import WrongCode
from workflows.people.models import Person

CHALLENGE_S = 300
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
MOST = 10
"""How many a person may have."""
_VERIFIED = UserVerificationRequirement.REQUIRED
"""The device asks for its own code or finger: a passkey is something one has and something one knows or is."""


def are_possible(config: Config) -> bool:
    """Whether browsers let pages of this address use passkeys: by name, over HTTPS or on this machine."""
    host = _host(config)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return config.is_secure or host == "localhost"
    return False


def ask_to_make(config: Config, person: Person, known: list[Passkey]) -> dict[str, Any]:
    """What the browser needs to make a passkey: options, and the challenge to send back with it."""
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=_host(config),
        rp_name="Cauce",
        user_id=person.username.encode(),
        user_name=person.username,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known],
    )
    return {
        "opciones": orjson.loads(webauthn.options_to_json(options)),
        "reto": seal(config.secret_key, "passkey-make", [challenge.hex(), person.username]),
    }


def keep(session: Session, clock: Clock, config: Config, username: str, answer: str, challenge: str, name: str) -> None:
    """Keep the passkey that a device made. Raises `WrongCode` unless it was made here, for this person, just now."""
    asked = unseal(config.secret_key, "passkey-make", challenge, seconds=CHALLENGE_S)
    if not asked or asked[1] != username or len(answer) > LONGEST_ANSWER:
        raise WrongCode(EXPIRED)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=bytes.fromhex(asked[0]),
            expected_rp_id=_host(config),
            expected_origin=_origin(config),
            require_user_verification=True,
        )
    except (WebAuthnException, InvalidSignature, ValueError, KeyError, TypeError) as exc:
        raise WrongCode(NOT_VERIFIED) from exc
    spending.spend(session, clock, challenge)
    credential_id = bytes_to_base64url(made.credential_id)
    if session.scalar(sa.select(Passkey.id).where(Passkey.credential_id == credential_id)):
        raise WrongCode(NOT_VERIFIED)
    session.add(
        Passkey(
            credential_id=credential_id,
            username=username,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip()[:LONGEST_NAME] or "Llave de acceso",
            created_at=clock.now(),
        )
    )


def ask_to_show(config: Config) -> dict[str, Any]:
    """What the browser needs to show a passkey, whosever it is."""
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=_host(config), challenge=challenge, user_verification=_VERIFIED
    )
    return {
        "opciones": orjson.loads(webauthn.options_to_json(options)),
        "reto": seal(config.secret_key, "passkey-show", challenge.hex()),
    }


def shown(session: Session, clock: Clock, config: Config, answer: str, challenge: str) -> Passkey:
    """The passkey that a device proved to hold, once for each challenge. Raises `WrongCode`."""
    asked = unseal(config.secret_key, "passkey-show", challenge, seconds=CHALLENGE_S)
    if not asked or len(answer) > LONGEST_ANSWER:
        raise WrongCode(EXPIRED)
    try:
        found = session.scalars(
            sa.select(Passkey).where(Passkey.credential_id == str(orjson.loads(answer)["id"]))
        ).first()
        if found is None:
            raise WrongCode(UNKNOWN)
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=bytes.fromhex(asked),
            expected_rp_id=_host(config),
            expected_origin=_origin(config),
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, InvalidSignature, ValueError, KeyError, TypeError) as exc:
        raise WrongCode(NOT_VERIFIED) from exc
    spending.spend(session, clock, challenge)
    found.sign_count, found.used_at = verified.new_sign_count, clock.now()
    return found


def remove(session: Session, username: str, passkey_id: int) -> bool:
    """Take away one passkey of a person; whether there was such a one."""
    done = session.execute(sa.delete(Passkey).where(Passkey.username == username, Passkey.id == passkey_id))
    return isinstance(done, CursorResult) and done.rowcount == 1


EXPIRED = "Pasó mucho tiempo desde que se pidió. Vuelva a pulsar el botón."
NOT_VERIFIED = "La llave de acceso no se pudo comprobar. Vuelva a intentarlo, o use otra manera de ingresar."
UNKNOWN = "Aquí no se conoce esa llave de acceso. Ingrese de otra manera y agréguela en «Mi cuenta»."


def _host(config: Config) -> str:
    return urlsplit(config.base_url).hostname or ""


def _origin(config: Config) -> str:
    parts = urlsplit(config.base_url)
    return f"{parts.scheme}://{parts.netloc}"
