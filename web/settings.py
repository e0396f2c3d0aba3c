"""How a setting of the environment is read, whatever it is for."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class InvalidSetting(Exception):
    """A setting of the environment cannot be used; the message says which one and what to write."""


def flag(name: str, environment: Mapping[str, str], usual: str = "0") -> bool:
    """Yes or no. Raises `InvalidSetting`."""
    text = (environment.get(name) or usual).strip().lower()
    if text not in ("", "0", "1", "no", "false", "sí", "si", "true"):
        raise InvalidSetting(f"{name}={text!r} no se entiende. Escriba 1 o 0.")
    return text in ("1", "sí", "si", "true")


def count(name: str, environment: Mapping[str, str], usual: int = 0) -> int:
    """A whole number. Raises `InvalidSetting`."""
    text = environment.get(name, "") or str(usual)
    if not text.isdecimal():
        raise InvalidSetting(f"{name}={text!r} debe ser un número entero.")
    return int(text)


def one_of(choices: Collection[str], name: str, environment: Mapping[str, str]) -> str:
    """One of these words, the first where none is given. Raises `InvalidSetting`."""
    text = environment.get(name, "").strip().lower() or next(iter(choices))
    if text not in choices:
        raise InvalidSetting(f"{name}={text!r} no se entiende. Escriba {' o '.join(choices)}.")
    return text
