"""The addresses of files, which nobody finds by counting."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.routing import BaseConverter, ValidationError

from web.auth.sealing import key_of
from web.numbers import LARGEST_ID


def file_numbers(secret_key: str) -> type[BaseConverter]:
    """The `file` of our addresses: an id as twenty-two letters that only this installation makes and reads.

    One block of AES over the id and as many zeros: whoever makes letters up meets the zeros once in 2⁶⁴.
    """
    # One block at a time is what this mode is for; there is no second that could be told to be alike.
    cipher = Cipher(algorithms.AES(key_of(secret_key, "file-addresses")), modes.ECB())  # noqa: S305

    class FileNumber(BaseConverter):
        """An id in an address, as nobody can guess it."""

        regex = "[A-Za-z0-9_-]{22}"

        def to_python(self, value: str) -> int:
            """The id. Raises `ValidationError`: then there is no such page."""
            opener = cipher.decryptor()
            block = opener.update(urlsafe_b64decode(f"{value}==")) + opener.finalize()
            number = int.from_bytes(block[:8])
            if any(block[8:]) or number > LARGEST_ID:
                raise ValidationError
            return number

        def to_url(self, value: int) -> str:
            """The letters."""
            closer = cipher.encryptor()
            block = closer.update(int(value).to_bytes(8) + bytes(8)) + closer.finalize()
            return urlsafe_b64encode(block).decode().rstrip("=")

    return FileNumber
