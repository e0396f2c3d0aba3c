"""The pictures that a section's text shows: files of the section, by the name that the text says."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from engine.confinement import confined, reading_strangers
from workflows.documents import files, prose
from workflows.documents.models import StoredFile
from workflows.errors import Refused

MEDIA_TYPES = ("image/png", "image/jpeg")
MOST_BYTES = 5 * 1024 * 1024
MOST_SIDE = 6_000
SECONDS = 10.0
ROOM, TALLEST = 17.2, 18.0
"""Between the margins of a page, in centimetres."""


def wrong(session: Session, text: str, annexes: Collection[int]) -> Iterator[str]:
    """What is wrong with the pictures of a text, each in a sentence: not among its files, no picture, nothing said."""
    kept: dict[str, list[StoredFile]] = {}
    for file in _files(session, annexes):
        kept.setdefault(file.name, []).append(file)
    for one in prose.pictures(text):
        name, found = one["name"], kept.get(one["name"], [])
        if not one["text"]:
            yield f"Diga en palabras qué muestra «{name}»: ![Lo que muestra]({name})."
        if len(found) != 1:
            told = "no está en Anexos: cárguela allí" if not found else "está dos veces en Anexos: deje una"
            yield f"La imagen «{name}» {told}."
        elif reason := _unfit(session, found[0]):
            yield f"La imagen «{name}» {reason}."


def kept(session: Session, text: str, annexes: Collection[int]) -> dict[str, str]:
    """The pictures of a text as a version keeps them: the digest of each, by its name."""
    shown = {one["name"] for one in prose.pictures(text)}
    return {file.name: file.sha256 for file in _files(session, annexes) if file.name in shown}


def names(session: Session, annexes: Collection[int]) -> set[str]:
    """What the files of a section are called."""
    return {file.name for file in _files(session, annexes)}


def ids(session: Session, annexes: Collection[int]) -> dict[str, int]:
    """The pictures among the files of a section, by name."""
    return {file.name: file.id for file in _files(session, annexes) if file.media_type in MEDIA_TYPES}


def named(session: Session, text: str, annexes: Collection[int]) -> dict[str, bytes]:
    """The bytes of the pictures of a text, by name."""
    return {name: files.content_of(session, digest) for name, digest in kept(session, text, annexes).items()}


def contents(session: Session, sections: Collection[Mapping[str, Any]]) -> dict[str, bytes]:
    """The bytes of the pictures of a version's sections, by their digest."""
    digests = {digest for one in sections for digest in (one.get("pictures") or {}).values()}
    return {digest: files.content_of(session, digest) for digest in sorted(digests)}


def across(content: bytes) -> float:
    """How wide a picture stands on a page, in centimetres: as large as at 96 dots an inch where there is room."""
    wide, high = size(content)
    return round(min(ROOM, wide * 2.54 / 96, TALLEST * wide / high), 2)


def size(content: bytes) -> tuple[int, int]:
    """How wide and high a picture is, in pixels."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        return picture.size


def _files(session: Session, annexes: Collection[int]) -> Iterator[StoredFile]:
    yield from session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(annexes)).order_by(StoredFile.id))


def _unfit(session: Session, file: StoredFile) -> str:
    if file.media_type not in MEDIA_TYPES:
        return "no es PNG ni JPG"
    if file.size > MOST_BYTES:
        return f"pesa más de {MOST_BYTES // (1024 * 1024)} MB: redúzcala"
    try:
        wide, high = confined(_looked_at, files.content_of(session, file.sha256), seconds=SECONDS, too_much=_unreadable)
    except Refused:
        return "no se puede leer: guárdela otra vez como PNG o JPG"
    return f"mide más de {MOST_SIDE} píxeles: redúzcala" if max(wide, high) > MOST_SIDE else ""


def _looked_at(content: bytes) -> tuple[int, int]:
    """Its size, once all of it could be read; what reads a stranger's file runs in a process of its own."""
    with warnings.catch_warnings(), reading_strangers(_unreadable):
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        measured = size(content)
        if max(measured) <= MOST_SIDE:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                picture.load()
        return measured


def _unreadable() -> Exception:
    return Refused("La imagen no se puede leer.")
