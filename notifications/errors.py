"""What can go wrong with mail, as one tree. Every sentence is Spanish and written where the error is raised."""

from __future__ import annotations

from engine.errors import SpokenError


class NotificationsError(SpokenError):
    """The root of the tree."""


class InvalidMailUrl(NotificationsError):
    """The address of the mail server cannot be used."""


class DeliveryFailed(NotificationsError):
    """A mail did not leave."""


class ServerUnavailable(DeliveryFailed):
    """The server cannot be reached, hangs, or takes nothing from us: no mail's fault, and any mail would meet it."""


class RefusedForNow(DeliveryFailed):
    """The server answered 4xx for this mail: it may take it later, and others now."""


class AddressRefused(DeliveryFailed):
    """The address is none, or the server refuses it for good."""


class MessageRefused(DeliveryFailed):
    """The mail cannot be composed, or the server refuses its content for good."""
