r"""Patterns that a process owner may ask of a text, and that can't make the server think for minutes.

A pattern is a row of single characters or classes (`\d`, `[A-Z]`), each perhaps repeated. Groups and
alternatives are refused: with them a short text can keep a backtracking engine busy for hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAX_PATTERN = 200
MAX_MATCHED = 500
MAX_OPEN_REPEATS = 3


@dataclass(frozen=True, slots=True)
class NamedPattern:
    """A pattern that people choose by what it stands for."""

    label: str
    pattern: str
    message: str


NAMED: Final[Mapping[str, NamedPattern]] = MappingProxyType(
    {
        "correo": NamedPattern(
            "Correo electrónico",
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,20}",
            "Escriba un correo, por ejemplo nombre@entidad.gov.co.",
        ),
        "celular": NamedPattern("Número de celular", r"3\d{9}", "Escriba los diez números del celular, sin espacios."),
        "documento": NamedPattern(
            "Número de documento", r"\d{5,11}", "Escriba el número del documento, sin puntos ni espacios."
        ),
        "nit": NamedPattern("NIT", r"\d{9}-\d", "Escriba el NIT con su dígito, por ejemplo 899999061-9."),
        "bpin": NamedPattern("Código BPIN", r"\d{13}", "Escriba los trece números del código BPIN."),
        "anio": NamedPattern("Año", r"20\d{2}", "Escriba el año con cuatro cifras, por ejemplo 2026."),
        "periodo": NamedPattern("Mes y año", r"20\d{2}-[01]\d", "Escriba año y mes, por ejemplo 2026-09."),
    }
)
"""What a text may be asked to look like, for people who don't write patterns."""

_ATOM = re.compile(
    r"""(?P<atom> \\[dDwWsS] | \\[^\w\s] | \[\^?(?:\\[^\n]|[^\]\\\n])+\] | [^\\\[\](){}|*+?^$\n] )
        (?P<repeat> \{\d{1,3}(?:,\d{0,3})?\} | [*+?] )?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern and the sentence to show when a text does not follow it."""

    text: str
    message: str

    def accepts(self, value: str) -> bool:
        """Whether the whole value follows the pattern."""
        return len(value) <= MAX_MATCHED and re.fullmatch(self.text, value) is not None


def compile_pattern(text: str, message: str) -> Pattern:
    """Check a pattern; raises `ValueError` with a Spanish sentence."""
    body = text.removeprefix("^").removesuffix("$")
    if len(text) > MAX_PATTERN:
        raise ValueError(f"el patrón tiene más de {MAX_PATTERN} caracteres; acórtelo")
    if _open_repeats(body) > MAX_OPEN_REPEATS:
        raise ValueError("el patrón repite demasiadas partes; use a lo sumo tres repeticiones abiertas")
    try:
        re.compile(body)
    except re.error as error:
        raise ValueError("el patrón no se entiende; revise corchetes y llaves") from error
    return Pattern(body, message or "No tiene la forma pedida.")


def _open_repeats(body: str) -> int:
    position = repeats = 0
    while position < len(body):
        atom = _ATOM.match(body, position)
        if atom is None:
            raise ValueError(
                "el patrón usa partes que no se aceptan; escriba solo caracteres, \\d, [A-Z] y repeticiones"
            )
        repeats += "repeat" in atom.groupdict() and (atom["repeat"] or "")[:1] in {"*", "+", "{"}
        position = atom.end()
    return repeats
