"""Who may open which view, and what the view is about: declared on the view, enforced in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])

ANYONE = "cualquiera"
"""No sign-in: the portal, the sign-in page, static files."""

SIGNED_IN = "con sesión"
"""Any person with a session; what they may do there is the use case's business."""

WORKING = "con sesión, salvo quien solo consulta"
"""As `SIGNED_IN`, but not for who only reads where the thing is: of what changes it."""

DEMO = "demostración"
"""Anyone, but only while the demo runs on this machine; elsewhere the page does not exist."""


class Of(Enum):
    """What a view is about, which says whose it is: `web.auth.owners` finds that from the address."""

    NONE = auto()
    """Nothing in particular: a list, which shows of each reader's own sectors."""
    OWN = auto()
    """The reader's own: their account, their inbox."""
    SECTOR = auto()
    PLAN = auto()
    CASE = auto()
    TASK = auto()
    INCIDENT = auto()
    FILE = auto()
    MAIL = auto()
    PERSON = auto()
    ENTITY = auto()
    DEFINITION = auto()
    VARIANT = auto()
    INSTALLATION = auto()


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a view, and of what it is; `of` is None where that was not said.

    `everywhere`: a role counts only if it is held in every sector of the object. `signed_by_sender`: a program sends it
    with a signature of its own, which the view checks, instead of a form's token. `scope`: it is for programs alone,
    whose token must have that scope.
    """

    who: frozenset[str]
    of: Of | None
    everywhere: bool
    signed_by_sender: bool = False
    scope: str = ""

    @property
    def is_public(self) -> bool:
        """Whether nobody needs a session."""
        return not self.who.isdisjoint({ANYONE, DEMO})

    @property
    def asks_no_role(self) -> bool:
        """Whether any person with a session may, with what is theirs."""
        return not self.who.isdisjoint({SIGNED_IN, WORKING})

    @property
    def asks_work(self) -> bool:
        """Whether who only reads may not."""
        return WORKING in self.who


def allow(
    *who: str, of: Of | None = None, everywhere: bool = False, signed_by_sender: bool = False, scope: str = ""
) -> Callable[[View], View]:
    """Declare who may open a view: `ANYONE`, `SIGNED_IN`, `WORKING`, `DEMO`, or role ids (any of them is enough).

    `of` is what it is about: roles count in the sectors whose that is, and for everybody else it does not exist. A view
    with an argument says it. Goes below the route decorator. A view without it answers nobody, and a test fails.
    """

    def declare(view: View) -> View:
        view.__dict__["access"] = Access(frozenset(who), of, everywhere, signed_by_sender, scope)
        return view

    return declare


def declared(view: Callable[..., object]) -> Access | None:
    """What `allow` said about a view, or None."""
    return getattr(view, "access", None)
