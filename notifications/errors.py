"""What can go wrong with mail, as one tree."""

from __future__ import annotations

from engine.errors import SpokenError


class NotificationsError(SpokenError):
    """The root of the tree."""

    sentence = "No se pudo enviar el correo."


class InvalidMailUrl(NotificationsError):
    """The address of the mail server cannot be used."""

    sentence = "La dirección del servidor de correo no se entiende. Escriba por ejemplo «smtp://servidor:25»."


class DeliveryFailed(NotificationsError):
    """A mail did not leave."""

    sentence = "El servidor de correo no recibió el mensaje. Se intentará de nuevo."


class ServerUnavailable(DeliveryFailed):
    """The server cannot be reached, hangs, or takes nothing from us: no mail's fault, and any mail would meet it."""

    sentence = "El servidor de correo no responde. Se intentará de nuevo."


class RefusedForNow(DeliveryFailed):
    """The server answered 4xx for this mail: it may take it later, and others now."""

    sentence = "El servidor de correo no recibió el mensaje por ahora. Se intentará de nuevo."


class AddressRefused(DeliveryFailed):
    """The address is none, or the server refuses it for good."""

    sentence = "El servidor de correo no acepta esa dirección. Corríjala en la ficha de la persona."


class MessageRefused(DeliveryFailed):
    """The mail cannot be composed, or the server refuses its content for good."""

    sentence = "El servidor de correo no acepta ese mensaje."


class InvalidReceiver(NotificationsError):
    """An address to which nothing can be sent."""

    sentence = (
        "La dirección del sistema que recibe no se entiende. Escríbala así: https://sistema.entidad.gov.co/avisos"
    )


class InnerAddress(InvalidReceiver):
    """An address of inside, which only this machine reaches."""

    sentence = (
        "Esa dirección es de la red interna del servidor: no se envía nada ahí. Si debe poderse, quien administra la "
        "plataforma lo permite con CAUCE_INNER_RECEIVERS=1."
    )


class ReceiverUnavailable(NotificationsError):
    """Another system does not answer."""

    sentence = "El sistema que recibe no responde. Se intentará de nuevo."


class ReceiverRefused(NotificationsError):
    """Another system does not take what is sent."""

    sentence = "El sistema que recibe no acepta lo que se le envía."


class WordsTooLong(NotificationsError):
    """What an office's template makes is too long, or takes too long."""

    sentence = "La plantilla hace un correo demasiado largo, o tarda demasiado. Acórtela."


class NoMailbox(NotificationsError):
    """The mailbox of the notices of mails that came back cannot be read."""

    sentence = "El buzón de los correos devueltos no se puede leer."
