"""The rehearsals that come with a process of the product: files beside its diagram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson

from web.rehearsals.order import Order, Told


@dataclass(frozen=True, slots=True)
class Shipped:
    """One that comes along: what it is called and asks, what it must go through and must not, whether it ends.

    It says nothing of days and mails: those are of each plan, and come with keeping it.
    """

    name: str
    order: Order
    through: Sequence[str]
    not_through: Sequence[str]
    ends: bool

    def wrong(self, told: Told) -> list[str]:
        """What of it did not come true, in sentences."""
        return [*self._found(told)]

    def _found(self, told: Told) -> Iterator[str]:
        if told.stopped:
            yield f"Se detuvo: {told.stopped}"
        if told.ended != self.ends:
            yield "No termina." if self.ends else "Termina, y no debía."
        yield from (f"No pasa por «{name}»." for name in self.through if name not in told.path)
        yield from (f"Pasa por «{name}»." for name in self.not_through if name in told.path)


@cache
def of_process(process_key: str) -> Sequence[Shipped]:
    """Those of a process; none of one that the product does not bring."""
    file = resources.files("bpmn") / "ensayos" / f"{process_key}.json"
    return tuple(_read(one) for one in orjson.loads(file.read_bytes())) if file.is_file() else ()


def _read(kept: dict[str, Any]) -> Shipped:
    order = Order(kept["comportamiento"], kept.get("respuestas", {}))
    return Shipped(kept["nombre"], order, kept["pasa_por"], kept["no_pasa_por"], kept["termina"])
