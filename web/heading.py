"""The sector that stands in the header of a page: only where the installation has several."""

from __future__ import annotations

from flask import g
from flask_login import current_user

from web.auth.gate import is_foreign
from web.auth.owners import Owner
from web.pages import current, person
from workflows.sectors import identity
from workflows.sectors.identity import Identity


def sector_of_page() -> Identity | None:
    """That of the thing that the page is about, else the reader's only one; None where nobody has to tell them apart.

    A page that refuses what is foreign does not name whose it is.
    """
    if not current_user.is_authenticated or not person().is_among_many:
        return None
    owner: Owner | None = g.get("owner")
    about = owner.sectors - {""} if owner is not None and not is_foreign(owner) else frozenset()
    found = about if len(about) == 1 else person().sectors
    if len(found) != 1:
        return None
    with current().database.reading() as session:
        return identity.shown(session, found).get(next(iter(found)))
