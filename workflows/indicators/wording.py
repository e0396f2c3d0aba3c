"""How traffic lights and what an indicator lacks are called and drawn: never by the colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.indicators.states import Color, Status

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
STATUS_WORDS: Mapping[str, str] = {
    Status.NO_DATA: "Sin dato",
    Status.NOT_PROGRAMMED: "No programado",
    Status.NO_CUTOFF_YET: "Sin corte exigible",
}
