"""The sector that stands in the header of a page: only where the installation has several."""

from __future__ import annotations

from flask import g
from flask_login import current_user

from web.auth.gate import is_foreign
from web.auth.owners import Owner
from web.pages import current, person
from workflows.people.roles import INSTALLATION_ADMINISTRATOR
from workflows.sectors import identity, registry
from workflows.sectors.identity import Identity


def sector_of_page() -> Identity | None:
    """That of the thing that the page is about, else the reader's only one; None where nobody has to tell them apart.

    A page that refuses what is foreign does not name whose it is. Their own sectors are read with the person.
    """
    if not current_user.is_authenticated:
        return None
    owner: Owner | None = g.get("owner")
    about = owner.sectors - {""} if owner is not None and not is_foreign(owner) else frozenset()
    looks = person().looks
    found = about if len(about) == 1 else frozenset(looks)
    if len(found) != 1:
        return None
    (code,) = found
    return looks.get(code) or _kept(code)


def _kept(code: str) -> Identity | None:
    """A sector in which the reader holds nothing, and which they keep for the installation."""
    if not person().may({INSTALLATION_ADMINISTRATOR}):
        return None
    with current().database.reading() as session:
        return identity.shown(session, [code]).get(code) if len(registry.codes(session)) > 1 else None
