"""The settings of the directory with whose passwords people sign in: `CAUCE_LDAP_*`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from notifications.hosts import is_loopback
from web.provider import NAME, domains, roles_by_group
from web.settings import InvalidSetting, flag
from workflows.people.groups import Group

USER_FILTER = "(|(uid={usuario})(sAMAccountName={usuario})(mail={usuario}))"


@dataclass(frozen=True, slots=True)
class Directory:
    """An LDAP directory: OpenLDAP, Active Directory.

    `url` is `ldaps://…`, or `ldap://…` over which TLS is demanded before anything is said, except on this machine.
    People stand below `base`; `user_filter` finds one by what they type. `reader`, with `password`, is who asks for
    them; empty: anybody may. `ca` is who signs its certificate, where the system does not know. `name`, `roles` and
    `new_people_of` are as those of a provider; groups are named whole (`cn=pes,ou=grupos,dc=…`): whoever may make one
    of the same short name elsewhere in the directory is given nothing. With `nested_groups`, who is in a group that is
    in another is in that one too.
    """

    url: str
    base: str
    user_filter: str = USER_FILTER
    reader: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    name: str = NAME
    roles: Mapping[str, frozenset[Group]] = field(default_factory=dict)
    new_people_of: frozenset[str] = frozenset()
    nested_groups: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Directory | None:
        """Read `CAUCE_LDAP_*`; None where no address is given. Raises `InvalidSetting`."""
        url = environment.get("CAUCE_LDAP_URL", "").strip()
        if not url:
            return None
        _ensure_usable(url)
        base = environment.get("CAUCE_LDAP_BASE", "").strip()
        if not base:
            raise InvalidSetting("Con CAUCE_LDAP_URL hace falta CAUCE_LDAP_BASE: dónde están las personas (dc=…,dc=…).")
        ca = environment.get("CAUCE_LDAP_CA", "").strip()
        if ca and not Path(ca).is_file():
            raise InvalidSetting(f"CAUCE_LDAP_CA={ca!r} no es un archivo.")
        return cls(
            url=url,
            base=base,
            user_filter=_filter(environment.get("CAUCE_LDAP_USER_FILTER", "").strip() or USER_FILTER),
            reader=environment.get("CAUCE_LDAP_READER", "").strip(),
            password=environment.get("CAUCE_LDAP_PASSWORD", ""),
            ca=Path(ca).resolve() if ca else None,
            name=environment.get("CAUCE_LDAP_NAME", "").strip() or NAME,
            roles={dn.lower(): held for dn, held in roles_by_group("CAUCE_LDAP_ROLES", environment).items()},
            new_people_of=domains("CAUCE_LDAP_NEW_PEOPLE_OF", environment),
            nested_groups=flag("CAUCE_LDAP_NESTED_GROUPS", environment),
        )

    @property
    def issuer(self) -> str:
        """By what its accounts are told from those of another, whichever of its servers answered."""
        return f"ldap:{self.base.lower()}"

    @property
    def uses_tls(self) -> bool:
        """Whether what is said travels under a key: always, but for a directory of this machine."""
        parts = urlsplit(self.url)
        return parts.scheme == "ldaps" or not is_loopback(parts.hostname)


def _ensure_usable(url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("ldap", "ldaps") and bool(parts.hostname) and parts.path in ("", "/")
        _port = parts.port
    except ValueError:
        fits = False
    if not fits:
        raise InvalidSetting(f"CAUCE_LDAP_URL={url!r} no se entiende. Escriba ldaps://directorio.entidad.gov.co")
    if find_spec("bonsai") is None:
        raise InvalidSetting("Para CAUCE_LDAP_URL hay que instalar «cauce[ldap]»: docs/sign-in.md dice cómo.")


def _filter(text: str) -> str:
    if "{usuario}" not in text or text.count("(") != text.count(")"):
        raise InvalidSetting(f"CAUCE_LDAP_USER_FILTER={text!r} no se entiende. Escriba por ejemplo (uid={{usuario}})")
    return text
