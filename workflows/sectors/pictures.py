"""The logo that somebody hands in, as it is kept: one format, without anything but the picture.

What reads a stranger's file runs in a process of its own: callers use `engine.confinement.confined`.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image

from engine.confinement import reading_strangers
from workflows.errors import Refused

MOST_BYTES = 1024 * 1024
MOST_SIDE = 4_000
LARGEST = (600, 200)
"""Pixels that a logo is kept with at the most: enough for the head of a printed page."""
FORMATS = ("PNG", "JPEG", "WEBP")


class NoLogo(Refused):
    """Says in a sentence why a file cannot be a logo."""

    sentence = "Ese archivo no sirve como logo. Use una imagen PNG, JPG o WebP."


def logo_from(content: bytes) -> bytes:
    """A PNG of this picture, no larger than `LARGEST`, made from its pixels alone. Raises `NoLogo`."""
    if len(content) > MOST_BYTES:
        raise NoLogo("El logo pesa más de 1 MB. Redúzcalo: con 600 píxeles de ancho basta.")
    with warnings.catch_warnings(), reading_strangers(_unreadable):
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return _as_png(content)


def _unreadable() -> Exception:
    return NoLogo("El archivo no es una imagen que se pueda leer. Use PNG, JPG o WebP.")


def too_much() -> Exception:
    """What is said of a picture that takes too much to read."""
    return NoLogo("Leer la imagen tarda o pesa más de lo permitido. Guárdela de nuevo como PNG, más pequeña.")


def _as_png(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if max(picture.size) > MOST_SIDE:
            raise NoLogo(f"La imagen mide más de {MOST_SIDE} píxeles. Redúzcala: con 600 de ancho basta.")
        kept = picture.convert("RGBA")
    kept.thumbnail(LARGEST)
    plain = Image.new("RGBA", kept.size)
    plain.paste(kept)  # what else the file said (place, camera, comments) stays behind
    target = io.BytesIO()
    plain.save(target, "PNG", optimize=True)
    return target.getvalue()
