"""How traffic lights and what an indicator lacks are called and drawn: never by the colour alone."""

from __future__ import annotations

from workflows.indicators.formulas import NO_CUTOFF_YET, NO_DATA, NOT_PROGRAMMED
from workflows.indicators.traffic_light import GREEN, GREY, ORANGE, RED, YELLOW

WHITE = "blanco"
"""Nothing to judge."""

COLOR_WORDS = {
    RED: "En rojo",
    YELLOW: "En amarillo",
    GREEN: "En verde",
    ORANGE: "Sobreejecución",
    GREY: "Sin dato",
    WHITE: "No programado",
}
COLOR_ICONS = {RED: "■", YELLOW: "◐", GREEN: "●", ORANGE: "▲", GREY: "–", WHITE: "○"}
STATUS_WORDS = {
    NO_DATA: "Sin dato",
    NOT_PROGRAMMED: "No programado",
    NO_CUTOFF_YET: "Sin corte exigible",
}
