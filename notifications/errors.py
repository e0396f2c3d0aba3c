"""What can go wrong with mail, as one tree. The docstring is the default message, in Spanish."""

from __future__ import annotations


class NotificationsError(Exception):
    """No se pudo enviar el correo."""

    def __init__(self, message: str | None = None) -> None:
        """Take another message than the docstring's."""
        super().__init__(message or (type(self).__doc__ or "").strip())


class DeliveryFailed(NotificationsError):
    """El servidor de correo no recibió el mensaje. Se intentará de nuevo."""


class InvalidMailUrl(NotificationsError):
    """La dirección del servidor de correo no se entiende. Escriba por ejemplo «smtp://servidor:25»."""
