"""What the money of a month is checked against: the month before, the appropriation in force, the usual."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from workflows.forms.handlers import FieldError, Values, path_of
from workflows.implementation.execution import ProjectMoney
from workflows.spanish import month_name, number

TABLE = "presupuesto"
TIMES = 10
"""How many times the month before is asked about."""
THOUSANDTH = Decimal(1000)
"""Of the appropriation: who commits less than that has probably typed thousands, or millions."""


def errors_of(
    rows: Sequence[Values], known: Sequence[ProjectMoney], accepted: Collection[int] = ()
) -> list[FieldError]:
    """Everything that is wrong or has to be explained, each at its field, in one answer; not of `accepted` projects.

    What was not typed yet, or cannot be read, is None.
    """
    by_code = {money.project_id: money for money in known}
    return [
        error
        for place, row in enumerate(rows)
        if row["project_id"] not in accepted
        for error in _of_row(path_of(TABLE, place), row, by_code[row["project_id"]])
    ]


def is_asked(row: Values, known: ProjectMoney) -> bool:
    """Whether the amounts of a row are told only with a reason."""
    return any(_asked(row, known))


def _of_row(path: str, row: Values, known: ProjectMoney) -> Iterator[FieldError]:
    money, committed, paid = row.get("apropiacion_vigente"), row.get("compromisos"), row.get("giros")
    if money is not None and known.in_force is not None and money not in (known.in_force, known.appropriation):
        yield FieldError(
            f"{path}.apropiacion_vigente",
            f"La apropiación vigente es {pesos(known.in_force)}. Si cambió, registre la modificación "
            "presupuestal con su acto, en Plan, Presupuesto.",
        )
    elif money is not None and committed is not None and committed > money:
        yield FieldError(
            f"{path}.compromisos",
            f"Los compromisos no pueden superar la apropiación vigente, {pesos(money)}. Revise que estén en "
            "pesos; si hubo una adición, regístrela en Plan, Presupuesto.",
        )
    if paid is not None and committed is not None and paid > committed:
        yield FieldError(f"{path}.giros", "Los giros no pueden superar los compromisos.")
    if not row.get("motivo") and (asked := " ".join(_asked(row, known))):
        yield FieldError(f"{path}.motivo", asked, asks=True)


def _asked(row: Values, known: ProjectMoney) -> Iterator[str]:
    """What is told only with a reason: a fall, or an amount that looks as if it were in another unit."""
    money, committed, paid = row.get("apropiacion_vigente"), row.get("compromisos"), row.get("giros")
    for word, now, before in (
        ("compromisos", committed, known.earlier.commitments if known.earlier else None),
        ("giros", paid, known.earlier.payments if known.earlier else None),
    ):
        if now is None:
            continue
        if before is not None and known.earlier is not None and now < before:
            yield (
                f"Los {word} del año bajan de {pesos(before)} en {month_name(known.earlier.period)} a "
                f"{pesos(now)}: diga por qué (reintegro, anulación o corrección)."
            )
        elif before and now > before * TIMES:
            yield f"Los {word} son más de diez veces los del mes anterior ({pesos(before)}): confirme y diga por qué."
    if money and committed is not None and 0 < committed < money / THOUSANDTH:
        yield f"Los compromisos son menos de la milésima parte de la apropiación ({pesos(money)}): ¿están en pesos?"


def pesos(value: Decimal | None) -> str:
    """«$ 1.234.567», and a dash where nothing is known."""
    return "—" if value is None else f"$\u00a0{number(value)}"
