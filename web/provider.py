"""The settings of the provider that signs people in: `CAUCE_OIDC_*`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from notifications.hosts import is_loopback
from web.settings import InvalidSetting, flag
from workflows.people.groups import Group
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope

NAME = "la cuenta de su entidad"
SCOPES = "openid email profile"
GROUPS_CLAIM = "groups"


class Vouching(Protocol):
    """Who says who somebody is: a provider, or a directory. Which roles its groups hold, whose people are let in."""

    @property
    def roles(self) -> Mapping[str, frozenset[Group]]:
        """What each group holds here; those roles are given and taken at every sign-in."""
        ...

    @property
    def new_people_of(self) -> frozenset[str]:
        """The mail domains whose people get an account at their first sign-in."""
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """Who signs people in.

    `name` is what people call it: «Ingresar con …». `groups_claim` is where the token says a person's groups, with dots
    for what is inside something; `roles` are what each group holds: those roles are the provider's to give and take,
    at every sign-in. `new_people_of` are the mail domains whose people get an account at their first sign-in; empty,
    nobody does. `trusts_email` takes a mail address for the person's that the provider does not call verified;
    `trusts_factor` leaves the second step to the provider. `strong` are the levels (`acr`) that it is asked for, the
    best first: what it answers with one of them was a second step, and after any other Cauce asks for its own.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = NAME
    scopes: str = SCOPES
    groups_claim: str = GROUPS_CLAIM
    roles: Mapping[str, frozenset[Group]] = field(default_factory=dict)
    new_people_of: frozenset[str] = frozenset()
    trusts_email: bool = False
    trusts_factor: bool = False
    strong: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Provider | None:
        """Read `CAUCE_OIDC_*`; None where no issuer is named. Raises `InvalidSetting`."""
        issuer = environment.get("CAUCE_OIDC_ISSUER", "").strip()
        if not issuer:
            return None
        scopes = environment.get("CAUCE_OIDC_SCOPES") or SCOPES
        return cls(
            issuer=_issuer(issuer),
            client_id=_needed("CAUCE_OIDC_CLIENT_ID", environment),
            client_secret=_needed("CAUCE_OIDC_CLIENT_SECRET", environment),
            name=environment.get("CAUCE_OIDC_NAME", "").strip() or NAME,
            scopes=scopes if "openid" in scopes.split() else f"openid {scopes}",
            groups_claim=environment.get("CAUCE_OIDC_GROUPS_CLAIM", "").strip() or GROUPS_CLAIM,
            roles=roles_by_group("CAUCE_OIDC_ROLES", environment),
            new_people_of=domains("CAUCE_OIDC_NEW_PEOPLE_OF", environment),
            trusts_email=flag("CAUCE_OIDC_TRUST_EMAIL", environment),
            trusts_factor=flag("CAUCE_OIDC_TRUST_FACTOR", environment),
            strong=tuple(environment.get("CAUCE_OIDC_ACR", "").split()),
        )

    @property
    def discovery(self) -> str:
        """Where the provider describes itself."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    def took_two_steps(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token says that the person was asked for more than a password."""
        methods = claims.get("amr")
        return (isinstance(methods, list) and "mfa" in methods) or claims.get("acr") in self.strong


def roles_by_group(name: str, environment: Mapping[str, str]) -> Mapping[str, frozenset[Group]]:
    """Read `grupo=rol@SECTOR/ENTIDAD; …`: what each group of a directory holds here. Raises `InvalidSetting`."""
    found: dict[str, frozenset[Group]] = {}
    for part in _parts(environment.get(name, ""), ";"):
        group, separator, held = part.rpartition("=")
        place = Group.parse(held.strip())
        if not separator or not group.strip() or not _is_whole(place):
            raise InvalidSetting(
                f"{name}: «{part}» no se entiende. Escriba grupo=rol@SECTOR/ENTIDAD (sin /ENTIDAD en los roles del "
                "sector, sin @ en los de la instalación), separados por punto y coma."
            )
        found[group.strip()] = found.get(group.strip(), frozenset()) | {place}
    return found


def domains(name: str, environment: Mapping[str, str]) -> frozenset[str]:
    """Read mail domains, separated by commas."""
    return frozenset(_parts(environment.get(name, "").lower()))


def _is_whole(place: Group) -> bool:
    """Whether a role says the place that its scope needs; of a sector's own roles only the database knows it."""
    sheet = BY_ID.get(place.role)
    if sheet is None:
        return bool(place.role and place.sector)
    wanted = {
        RoleScope.INSTALLATION: (False, False),
        RoleScope.SECTOR: (True, False),
        RoleScope.ENTITY: (True, True),
    }
    return wanted.get(sheet.scope) == (bool(place.sector), bool(place.entity))


def _issuer(text: str) -> str:
    """The issuer letter by letter, as its tokens name it: what it says decides who people are, so over HTTPS."""
    parts = urlsplit(text)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise InvalidSetting(
            f"CAUCE_OIDC_ISSUER={text!r} no es una dirección https://. Copie el «issuer» de su proveedor, completo."
        )
    return text


def _needed(name: str, environment: Mapping[str, str]) -> str:
    text = environment.get(name, "").strip()
    if not text:
        raise InvalidSetting(f"Con CAUCE_OIDC_ISSUER hace falta {name}: lo da el proveedor al registrar a Cauce.")
    return text


def _parts(text: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]
