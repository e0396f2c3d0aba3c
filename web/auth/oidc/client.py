"""Talking to the provider: discovery, the way there and back, what its tokens say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import Flask, current_app, request
from flask import session as browser_session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from web.errors import ProviderFailed, SignInRefused
from web.pages import current
from web.provider import Provider

WAIT_S = 6
"""How long the provider may take to answer."""
MOST_BEGUN = 3
"""How many sign-ins a browser may have begun at once: what is kept of each has to fit into its cookie."""
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Those that only the provider can make: no shared secret, and never none."""
LOGGED_OUT = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_NOTICE_S = 600
_NAME = "entidad"
_STATE = f"_state_{_NAME}_"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: the claims of the person, their token, and what was kept at the beginning."""

    claims: Mapping[str, Any]
    id_token: str
    kept: Mapping[str, Any]


def register(app: Flask, provider: Provider) -> None:
    """Let an application sign people in with this provider; nothing is asked of it yet."""
    oauth = OAuth(app)
    app.extensions["cauce_oidc"] = oauth.register(
        _NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.discovery,
        client_kwargs={"scope": provider.scopes, "code_challenge_method": "S256", "default_timeout": WAIT_S},
    )


def address_there(provider: Provider, back: str, **kept: Any) -> str:
    """Where to send the browser; `kept` comes back with the person. Raises `ProviderFailed`."""
    client = _client()
    _described(provider)
    wished = {"acr_values": " ".join(provider.strong)} if provider.strong else {}
    begun = _asking(lambda: client.create_authorization_url(back, **wished))
    _forget_oldest()
    client.save_authorize_data(
        state=begun["state"], nonce=begun["nonce"], code_verifier=begun["code_verifier"], redirect_uri=back, **kept
    )
    return str(begun["url"])


def come_back(provider: Provider) -> Returned:
    """Take what the provider sent with this request. Raises `SignInRefused`, `ProviderFailed`."""
    client = _client()
    kept = client.framework.get_state_data(browser_session, request.args.get("state", ""))
    if not kept:
        raise SignInRefused("Este ingreso se empezó en otra ventana, o hace más de una hora. Empiécelo de nuevo.")
    if request.args.get("error") == "access_denied":
        client.framework.clear_state_data(browser_session, request.args["state"])
        raise SignInRefused("No se autorizó el ingreso. Si fue sin querer, vuelva a intentarlo.")
    described = _described(provider)
    expected = {
        "iss": {"essential": True, "value": described["issuer"]},
        "aud": {"essential": True, "values": [provider.client_id]},
        "sub": {"essential": True},
    }
    token = _asking(lambda: client.authorize_access_token(claims_options=expected))
    if not token.get("userinfo") or not token["userinfo"].get("sub"):
        raise ProviderFailed("El proveedor no dijo quién ingresó. Avise a quien administra la plataforma.")
    return Returned(dict(token["userinfo"]), str(token["id_token"]), kept)


def address_out(provider: Provider, back: str, id_token: str) -> str | None:
    """Where a browser goes to end the session at the provider too; None if it has no such place, or cannot say it."""
    try:
        if not _described(provider).get("end_session_endpoint"):
            return None
        out = _client().create_logout_url(
            post_logout_redirect_uri=back, id_token_hint=id_token or None, client_id=provider.client_id
        )
    except ProviderFailed:
        return None
    return str(out["url"])


def logged_out(provider: Provider, token: str, now: float) -> tuple[str, str]:
    """Whose sessions end, as the provider tells us behind the browser's back: subject and session, one may be empty.

    Raises `SignInRefused` unless the provider signed that, for us, just now.
    """
    described, keys = _described(provider), _asking(_client().fetch_jwk_set)
    algorithms = described["id_token_signing_alg_values_supported"]
    try:
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        claims = jwt.decode(token, KeySet.import_key_set(keys), registry=registry).claims
    except (JoseError, ValueError) as exc:
        raise SignInRefused from exc
    audience = claims.get("aud")
    is_ours = provider.client_id in (audience if isinstance(audience, list) else [audience])
    is_new = isinstance(claims.get("iat"), int | float) and abs(now - claims["iat"]) < OLDEST_NOTICE_S
    says_so = LOGGED_OUT in (claims.get("events") or {}) and "nonce" not in claims
    if claims.get("iss") != described["issuer"] or not (is_ours and is_new and says_so):
        raise SignInRefused
    return str(claims.get("sub") or ""), str(claims.get("sid") or "")


def _client() -> FlaskOAuth2App:
    return current_app.extensions["cauce_oidc"]


def _described(provider: Provider) -> Mapping[str, Any]:
    """What the provider says of itself, asked for once; refused if it is another than was named."""
    described: dict[str, Any] = _asking(_client().load_server_metadata)
    if described.get("issuer") != provider.issuer:
        described.pop("_loaded_at", None)
        raise ProviderFailed("El proveedor de ingreso no es el que se configuró. Avise a quien administra.")
    offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
    described["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNATURES]
    return described


def _asking(ask: Callable[[], Answer]) -> Answer:
    """Ask something of the provider, in no transaction; what goes wrong is said in words."""
    current().database.let_go()
    try:
        return ask()
    except (requests.RequestException, ValueError, KeyError, RuntimeError) as exc:
        raise ProviderFailed from exc
    except (OAuthError, OAuth2Error, JoseError) as exc:
        raise SignInRefused from exc


def _forget_oldest() -> None:
    begun = [key for key in browser_session if key.startswith(_STATE)]
    oldest = sorted(begun, key=lambda key: browser_session[key].get("exp", 0))
    for key in oldest[: max(0, len(begun) - MOST_BEGUN + 1)]:
        browser_session.pop(key)
