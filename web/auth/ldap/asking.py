"""Asking a directory whether a password is somebody's, and who that is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from notifications.outbox import is_address
from web.auth.oidc.people import Known
from web.directory import Directory
from web.errors import ProviderFailed, WrongPassword

log = logging.getLogger(__name__)

WAIT_S = 6
"""How long the directory may take to answer."""
IDS = ("entryUUID", "objectGUID")
"""What an entry is known by whatever it is called later: of OpenLDAP, of Active Directory."""
GROUPS = "memberOf"
ATTRIBUTES = [*IDS, "cn", "displayName", "mail", GROUPS]
MOST_GROUPS = 500
"""How many groups of a person are asked what they are in themselves."""


def authenticate(directory: Directory, typed: str, password: str) -> Known:
    """Who has this name and password there. Raises `WrongPassword`, whoever there is, or `ProviderFailed`.

    The password is tried as that of the one entry that the name finds; an empty one is none, though directories take it
    for somebody who does not want to say who they are.
    """
    import bonsai  # noqa: PLC0415 - installed only where there is a directory

    wanted = directory.user_filter.replace("{usuario}", bonsai.escape_filter_exp(typed))
    try:
        with _connected(directory, directory.reader, directory.password) as connection:
            scope = bonsai.LDAPSearchScope.SUB
            found = connection.search(directory.base, scope, wanted, ATTRIBUTES, timeout=WAIT_S, sizelimit=2)
    except bonsai.SizeLimitError as exc:
        raise WrongPassword from exc  # more than one: nobody can be meant
    except bonsai.LDAPError as exc:
        log.exception("the directory does not answer")
        raise ProviderFailed from exc
    entries = [one for one in found if str(one.dn)]
    if not password:
        raise WrongPassword
    # Who is not there is tried too, as nobody: how long it takes tells nothing.
    dn = str(entries[0].dn) if len(entries) == 1 else f"cn=nadie,{directory.base}"
    try:
        with _connected(directory, dn, password):
            if len(entries) != 1:
                raise WrongPassword
            known = _known(directory, entries[0], typed)
    except bonsai.AuthenticationError as exc:
        raise WrongPassword from exc
    except bonsai.LDAPError as exc:
        log.exception("the directory does not answer")
        raise ProviderFailed from exc
    return _with_groups_of_groups(directory, known) if directory.nested_groups else known


def _with_groups_of_groups(directory: Directory, known: Known) -> Known:
    """With the groups in which a person's groups are, however far up; each is asked once, so circles come to an end.

    Each group is asked as any entry, not by Active Directory's rule of chains, which other directories do not know.
    """
    import bonsai  # noqa: PLC0415 - the same

    found, asked = set(known.groups), set[str]()
    try:
        with _connected(directory, directory.reader, directory.password) as connection:
            while waiting := found - asked:
                if len(asked) >= MOST_GROUPS:
                    return replace(known, are_groups_whole=False)
                group = min(waiting)
                asked.add(group)
                found |= _groups_of(connection, group)
    except bonsai.LDAPError as exc:
        log.exception("the directory does not answer")
        raise ProviderFailed from exc
    return replace(known, groups=frozenset(found))


def _groups_of(connection: Any, dn: str) -> frozenset[str]:
    """The groups in which a group is; none where the reader does not see it, or it is no more."""
    import bonsai  # noqa: PLC0415 - the same

    try:
        found = connection.search(dn, bonsai.LDAPSearchScope.BASE, "(objectClass=*)", [GROUPS], timeout=WAIT_S)
    except (bonsai.NoSuchObjectError, bonsai.InsufficientAccess, bonsai.InvalidDN):
        return frozenset()
    return frozenset().union(*(_groups(one) for one in found))


@contextmanager
def _connected(directory: Directory, user: str, password: str) -> Iterator[Any]:
    import bonsai  # noqa: PLC0415 - the same

    client = bonsai.LDAPClient(directory.url, tls=directory.uses_tls and not directory.url.startswith("ldaps:"))
    client.set_cert_policy("demand")
    client.set_ignore_referrals(True)  # another server would be asked with this person's password
    if directory.ca is not None:
        client.set_ca_cert(str(directory.ca))
    if user:
        client.set_credentials("SIMPLE", user=user, password=password)
    with client.connect(timeout=WAIT_S) as connection:
        yield connection


def _known(directory: Directory, entry: Any, typed: str) -> Known:
    """What the directory says of a person. Its addresses are the entity's own: it answers for them."""
    mail, subject = _first(entry, "mail"), next(filter(None, (_first(entry, name) for name in IDS)), "")
    if not subject:
        log.error("the directory tells no lasting id of its entries")
        raise ProviderFailed
    return Known(
        issuer=directory.issuer,
        subject=subject,
        name=(_first(entry, "displayName") or _first(entry, "cn") or typed)[:200],
        email=mail.lower() if is_address(mail) else "",
        unconfirmed=mail,
        username=typed,
        groups=_groups(entry),
        # Active Directory tells very many of them in parts, under another name.
        are_groups_whole=not any(str(name).lower().startswith(f"{GROUPS.lower()};") for name in entry),
    )


def _groups(entry: Any) -> frozenset[str]:
    return frozenset(str(one).lower() for one in entry.get(GROUPS, ()))


def _first(entry: Any, name: str) -> str:
    value = next(iter(entry.get(name, ())), "")
    return value.hex() if isinstance(value, bytes) else str(value)
