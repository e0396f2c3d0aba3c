"""What the web refuses by itself."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import SpokenError


class WebError(SpokenError):
    """What the web refuses by itself."""

    sentence = "No se pudo hacer lo pedido."


class TooManyAttempts(WebError):
    """Too many sign-ins, or answers, from one place."""

    sentence = "Hubo demasiados intentos de ingreso. Espere quince minutos y vuelva a intentarlo."
    wait: dt.timedelta = dt.timedelta(minutes=15)

    @classmethod
    def of(cls, wait: dt.timedelta) -> TooManyAttempts:
        """The refusal that says how long."""
        seconds = math.ceil(wait.total_seconds())
        told = f"{seconds} segundos" if seconds < 100 else f"{math.ceil(seconds / 60)} minutos"
        refusal = cls(f"Hubo varios intentos fallidos. Espere {told} y vuelva a intentarlo.")
        refusal.wait = wait
        return refusal

    @property
    def seconds(self) -> int:
        """How long to wait, as `Retry-After` says it."""
        return math.ceil(self.wait.total_seconds())


class WrongPassword(WebError):
    """User and password don't go together."""

    sentence = "El usuario o la contraseña no coinciden. Revise las dos y vuelva a intentarlo."


class SignInRefused(WebError):
    """The account that a provider vouches for opens nothing here, or what it says of it does not agree."""

    sentence = "Ese ingreso no se pudo comprobar. Empiécelo de nuevo; si se repite, avise a quien administra."


class ProviderFailed(WebError):
    """Who signs people in does not answer, or says what nobody can use."""

    sentence = "El ingreso con la cuenta de la entidad no responde. Vuelva a intentarlo en unos minutos."


class ScannerFailed(WebError):
    """What looks for malware in files does not answer, or could not look."""

    sentence = (
        "El antivirus no respondió y por eso el archivo no se recibió. Lo que escribió sigue en la página: vuelva a "
        "intentarlo en unos minutos; si se repite, avise a quien administra la plataforma."
    )


class LocalAccountsOff(WebError):
    """Passwords are not used here."""

    sentence = "Aquí no se usan contraseñas: ingrese con la cuenta de su entidad."


class WrongCode(WebError):
    """The second step did not agree."""

    sentence = "Ese código no sirve. Escriba el que la aplicación muestra ahora: cada uno sirve una vez."


class WeakPassword(WebError):
    """A password too short or too obvious."""

    sentence = "Escriba una contraseña de al menos 12 caracteres, distinta de su usuario. Sirve una frase que recuerde."


class BreachedPassword(WeakPassword):
    """A password that was in a breach somewhere."""

    sentence = (
        "Esa contraseña ya se filtró de otro sitio, y las filtradas se prueban primero. Escoja otra, y cámbiela "
        "también donde la use."
    )


class GuessablePassword(WeakPassword):
    """A password that is among the first that are tried."""

    sentence = (
        "Esa contraseña es de las que se prueban primero: está en listas conocidas, o se forma con su nombre, una "
        "palabra sola o una secuencia. Escriba cuatro palabras que no suelan ir juntas."
    )


class ExpiredLink(WebError):
    """A link to choose a password that was used, or is too old."""

    sentence = "Este enlace ya se usó o venció. Pida otro a la administración de la plataforma."


class DamagedBackup(WebError):
    """A copy that is none, or not what was written."""

    sentence = "El archivo no es una copia de Cauce, o está dañado. Use otra copia."


class NewerDatabase(WebError):
    """An older release met tables of a newer one."""

    sentence = (
        "La base de datos es de una versión más nueva de Cauce que esta: no se tocó nada. Instale esa versión o una "
        "posterior, o recupere la copia que se hizo antes de actualizar."
    )


class UnmigratedDatabase(WebError):
    """A newer release met tables of an older one."""

    sentence = (
        "Las tablas son de una versión anterior de Cauce: no se tocó nada. Haga una copia («cauce backup ARCHIVO») y "
        "ejecute «cauce migrate»."
    )


class NotEmpty(WebError):
    """A copy would go over what a database holds."""

    sentence = (
        "La base de datos no está vacía: no se tocó nada. Recupere la copia en una base nueva (CAUCE_DATABASE_URL, o "
        "CAUCE_HOME para SQLite) y use esa."
    )


class UnwritableField(WebError):
    """What was typed has a letter that cannot be kept."""

    sentence = "Lo escrito tiene un carácter que no se puede guardar. Bórrelo y escriba de nuevo esa parte."


class UnknownPage(WebError):
    """No page has this address."""

    sentence = "No hay nada en esta dirección. Revísela o vuelva a la bandeja."


class UnknownToken(WebError):
    """A program came without a token that serves."""

    sentence = "Falta un token que sirva: «Authorization: Bearer cauce_…». El que había pudo vencer o revocarse."


class OutOfScope(WebError):
    """The token is not for this."""

    sentence = "El token no incluye esto."


class TooManyRequests(TooManyAttempts):
    """A program asks more often than it may."""

    sentence = "El programa pregunta demasiado seguido. Espere lo que dice «Retry-After» y siga más despacio."


class KeyReused(WebError):
    """Two different things were asked under one idempotency key."""

    sentence = "Esa clave de idempotencia ya se usó para pedir otra cosa. Use una clave nueva por cada cosa que pide."


@dataclass(frozen=True, slots=True)
class WrongPart:
    """What is wrong with one part of what a program sent. `path` is where, with points between its parts.

    `english` is the message in English, where it is known here; else it is looked for.
    """

    path: str
    message: str
    english: str = ""


@dataclass(eq=False, kw_only=True)
class InvalidRequest(WebError):
    """What a program sent does not fit what is asked."""

    sentence = "Lo enviado no tiene la forma esperada. Compárelo con la descripción de la API."

    errors: Sequence[WrongPart] = ()
