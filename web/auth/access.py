"""Who may open which view: declared on the view, enforced in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])

ANYONE = "cualquiera"
"""No sign-in: the portal, the sign-in page, static files."""

SIGNED_IN = "con sesión"
"""Any person with a session; what they may do there is the use case's business."""

DEMO = "demostración"
"""Anyone, but only while the demo runs on this machine; elsewhere the page does not exist."""


def allow(*who: str) -> Callable[[View], View]:
    """Declare who may open a view: `ANYONE`, `SIGNED_IN`, `DEMO`, or role ids (any of them is enough).

    Goes below the route decorator. A view without it answers nobody, and a test fails.
    """

    def declare(view: View) -> View:
        view.__dict__["allowed"] = frozenset(who)
        return view

    return declare


def declared(view: Callable[..., object]) -> frozenset[str] | None:
    """What `allow` said about a view, or None."""
    return getattr(view, "allowed", None)
