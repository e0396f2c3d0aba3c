"""Copies that only who knows a passphrase reads, in the format of age (https://age-encryption.org)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pyrage

from web.errors import DamagedBackup

MARK = b"age-encryption.org/v1"
"""How an encrypted copy begins."""
SUFFIX = ".age"


def encrypt(content: bytes, passphrase: str) -> bytes:
    """A copy that opens with the passphrase, here or with `age --decrypt`."""
    encrypted: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return encrypted


def opened(path: Path, passphrase: str) -> BinaryIO:
    """A copy to read from, decrypted in memory if it is encrypted. Raises `DamagedBackup`; the caller closes it."""
    file = path.open("rb")
    if file.read(len(MARK)) != MARK:
        file.seek(0)
        return file
    with file:
        if not passphrase:
            raise DamagedBackup("La copia está cifrada: escriba su frase en CAUCE_BACKUP_PASSPHRASE.")
        file.seek(0)
        try:
            return BytesIO(pyrage.passphrase.decrypt(file.read(), passphrase))
        except pyrage.DecryptError as wrong:
            raise DamagedBackup("La frase no es la de esta copia, o el archivo está dañado.") from wrong
