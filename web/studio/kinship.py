"""What the page of a process or form says of whose it is: its variants, those the reader may begin, a sector's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.definitions import catalogue, drafts, variants
from engine.definitions.models import FormVersion
from engine.definitions.names import Name
from engine.definitions.variants import Standing
from web.pages import actor, person
from web.studio.blueprint import LEADERS
from workflows.people.groups import sectors_of
from workflows.sectors import registry


@dataclass(frozen=True, slots=True)
class Variant:
    """What is a sector's own, by its name, and how it stands to what all share; `own` may be only a draft.

    Of what a sector has alone there is no `standing`.
    """

    name: str
    sector: str
    standing: Standing | None

    @property
    def key(self) -> str:
        """The name of what all share, of which it is a variant."""
        return Name.parse(self.name).key


@dataclass(frozen=True, slots=True)
class Kinship:
    """Where a process or form stands among its kin.

    `variant` is what the page is of, where it is a sector's own; `variants` are those of what all share, of the
    reader's sectors; `may_begin` the names under which they may begin one, with what their sectors are called.
    """

    variant: Variant | None
    variants: tuple[Variant, ...]
    may_begin: Mapping[str, str]


def of(session: Session, kind: str, name: str) -> Kinship:
    """The kin of what is named. With one sector there is none: it changes what it has."""
    sectors = registry.named(session)
    key, tenant = Name.parse(name)
    if tenant:
        return Kinship(_variant(session, kind, name, sectors), (), {})
    there = {str(Name(key, code)) for code in _begun(session, kind, key)}
    if len(sectors) < 2:
        return Kinship(None, (), {})
    seen = sorted(sectors_of(actor()) & sectors.keys())
    found = [_variant(session, kind, str(Name(key, code)), sectors) for code in seen if str(Name(key, code)) in there]
    may_begin = {
        str(Name(key, code)): sectors[code]
        for code in seen
        if str(Name(key, code)) not in there and person().may(LEADERS, code)
    }
    return Kinship(None, tuple(found), may_begin)


def of_forms(session: Session) -> Mapping[str, Mapping[str, str]]:
    """What the reader's sectors have of every form in force: name → sector, by the key of the form."""
    found: dict[str, dict[str, str]] = {}
    for version in catalogue.form_variants(session):
        if version.tenant in sectors_of(actor()):
            found.setdefault(version.form_key, {})[version.reference] = version.tenant
    return found


def compared_form(session: Session, name: str) -> dict[str, Any] | None:
    """What the draft of a form is compared with: the version in force, else the shared one; None of a new form."""
    key, tenant = Name.parse(name)
    found: FormVersion | None = catalogue.form_version(session, key, tenant)
    return None if found is None else found.schema


def _begun(session: Session, kind: str, key: str) -> set[str]:
    """The sectors that have a variant, or the draft of one."""
    if kind == drafts.FORM:
        published = {one.tenant for one in catalogue.form_variants(session, key)}
    else:
        published = {one.tenant for one in catalogue.variants(session, key)}
    drawn = {Name.parse(name).tenant for name in drafts.names(session, kind) if Name.parse(name).key == key}
    return (published | drawn) - {""}


def _variant(session: Session, kind: str, name: str, sectors: Mapping[str, str]) -> Variant:
    tenant = Name.parse(name).tenant
    stands = None if variants.is_alone(session, kind, name) else variants.standing(session, kind, name)
    return Variant(name, sectors.get(tenant, tenant), stands)
