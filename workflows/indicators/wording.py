"""How traffic lights and what an indicator lacks are called and drawn: never by the colour alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflows.indicators.sheets import Month
from workflows.indicators.states import Color, Status
from workflows.spanish import enumeration, month_name

COLOR_WORDS: Mapping[str, str] = {
    Color.RED: "En rojo",
    Color.YELLOW: "En amarillo",
    Color.GREEN: "En verde",
    Color.ORANGE: "Sobreejecución",
    Color.GREY: "Sin dato",
    Color.WHITE: "No programado",
}
COLOR_ICONS: Mapping[str, str] = {
    Color.RED: "■",
    Color.YELLOW: "◐",
    Color.GREEN: "●",
    Color.ORANGE: "▲",
    Color.GREY: "–",
    Color.WHITE: "○",
}
ENOUGH_IS_MISSING = "Sin dato suficiente"
"""Of a level with less than 60 % of coverage."""


def known_words(
    status: str | None, data_month: Month | None, missing: Iterable[Month] = (), partial: Iterable[Month] = ()
) -> str:
    """Where a value comes from if it is not the cut-off's own, or what it lacks; empty where nothing is to be said.

    «último dato: mayo de 2018», «sin dato desde mayo de 2018», «sin dato», «incompleto: falta marzo de 2018»,
    «parcial: sin todas las metas en marzo de 2018».
    """
    since = month_name("{}-{:02}".format(*data_month)) if data_month else ""
    if status == Status.CARRIED:
        return f"último dato: {since}"
    if status == Status.NO_DATA:
        return f"sin dato desde {since}" if since else "sin dato"
    lacking, without = (enumeration([month_name("{}-{:02}".format(*one)) for one in of]) for of in (missing, partial))
    words = (f"incompleto: falta {lacking}", lacking), (f"parcial: sin todas las metas en {without}", without)
    return "; ".join(word for word, months in words if months)


def level_word(color: str | None, status: str | None = None) -> str:
    """The light of a level in words."""
    if color == Color.GREY:
        return ENOUGH_IS_MISSING
    return COLOR_WORDS[color] if color else STATUS_WORDS.get(status or "", STATUS_WORDS[Status.NO_CUTOFF_YET])


STATUS_WORDS: Mapping[str, str] = {
    Status.NO_DATA: "Sin dato",
    Status.NOT_PROGRAMMED: "No programado",
    Status.NO_CUTOFF_YET: "Sin corte exigible",
}
