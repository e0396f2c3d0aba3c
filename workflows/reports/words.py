"""How the states of what a report tells are called on paper."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.indicators.states import Measure

VERDICTS = {"cumple": "Cumple", "en_riesgo": "En riesgo", "no_cumple": "No cumple"}
REPORT_STATES = {
    "pendiente": "Pendiente",
    "enviado": "Enviado",
    "devuelto": "Devuelto",
    "validado": "Validado",
    "avalado": "Avalado",
    "sin_reporte": "Sin reporte",
    "extemporaneo": "Reporte extemporáneo",
    "no_presentado": "No presentado",
}
MEASURES: Mapping[str, str] = {
    Measure.PREVENTIVE: "Medida preventiva",
    Measure.RECOVERY: "Plan de choque",
    Measure.NONE: "Ninguna",
}
BOTTLENECK_STATES = {"cuello": "Cuello de botella", "descartado": "Descartado"}
DECISIONS = {"procede": "Revisada: procede", "aclarar": "Se pidió aclarar"}
COMMITMENT_STATES = {
    "abierto": "Abierto",
    "cumplido": "Cumplido",
    "en_parte": "Cumplido en parte",
    "incumplido": "Incumplido",
}
