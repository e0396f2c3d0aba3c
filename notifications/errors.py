"""What can go wrong with mail, as one tree. The docstring is the default message, in Spanish."""

from __future__ import annotations

from engine.errors import SpokenError


class NotificationsError(SpokenError):
    """No se pudo enviar el correo."""


class DeliveryFailed(NotificationsError):
    """El servidor de correo no recibió el mensaje. Se intentará de nuevo."""


class InvalidMailUrl(NotificationsError):
    """La dirección del servidor de correo no se entiende. Escriba por ejemplo «smtp://servidor:25»."""
