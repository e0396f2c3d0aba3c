"""Incidents in words, and the values that people type for a variable."""

from __future__ import annotations

import json
from typing import Any

from engine.incidents import Incident

KINDS = {
    "step": "Falló un paso automático",
    "decision": "No se pudo decidir por dónde seguir",
    "entry": "No se pudo empezar una parte del proceso",
    "wait": "No se pudo programar una espera",
    "assignment": "No se supo a quién asignar una tarea",
    "deadline": "No se pudo calcular un plazo",
    "guard": "El proceso se detuvo antes de llegar a su fin",
    "uncaught": "Terminó con un error que nadie atiende",
    "timer": "Falló lo que seguía a una fecha",
    "stalled": "Nadie puede continuar un proceso",
    "state": "El estado guardado del proceso no se puede leer",
}
HELP = {
    "step": "Puede ser pasajero: reinténtelo. Si le falta un dato, corrija la variable; si no hace falta, omítalo.",
    "decision": "Casi siempre falta una variable o tiene un valor que nadie previó: corríjala y se intenta de nuevo.",
    "assignment": "Revise que alguien tenga el rol en Personas, y reintente; o corrija la variable que dice quién es.",
    "stalled": "En la página del proceso puede enviar lo que espera, u omitirlo. Se cierra solo cuando vuelve a andar.",
    "deadline": "Casi siempre falta la fecha de la que depende: corrija la variable.",
    "uncaught": "El diagrama no dice qué sigue: reintente para repetirlo, omítalo para seguir, o cancele el proceso.",
}
RESOLUTIONS = {
    "retried": "se reintentó y funcionó",
    "skipped": "se omitió",
    "corrected": "se corrigió una variable",
    "cancelled": "se canceló el proceso",
    "passed": "el proceso pudo seguir",
}


def title(incident: Incident) -> str:
    """«Falló un paso automático»."""
    return KINDS.get(incident.kind, "Algo falló")


def advice(incident: Incident) -> str:
    """What usually helps."""
    return HELP.get(incident.kind, "Reintente; si se repite, avise a quien cuida los procesos.")


def place(incident: Incident) -> str:
    """The element as the drawing calls it."""
    return incident.element_name or incident.element_id or "el proceso"


def typed_value(text: str, before: Any) -> Any:
    """What a person typed for a variable that holds `before`: text stays text, the rest is read as JSON if it is."""
    bare = text.strip()
    if isinstance(before, str):
        return bare
    try:
        return json.loads({"sí": "true", "si": "true", "no": "false"}.get(bare.lower(), bare))
    except json.JSONDecodeError:
        return bare


def shown_value(value: Any) -> str:
    """A variable's value as it can be typed back."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
