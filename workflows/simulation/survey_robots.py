"""Robots of the survey: it comes back once, is open until its day, and is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.calendar import bogota_day
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.mindset import Mind, Raw, Upload, in_days, once


def _design_survey(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    options = [
        {"texto": option["texto"], "texto_libre": "on" if option.get("texto_libre") else ""}
        for option in mind.words.options
    ]
    return {
        "pregunta": mind.words.question,
        "opciones": options,
        "respuesta_multiple": "on",
        "apertura": mind.today().isoformat(),
        "cierre_encuesta": in_days(mind, 15),
        "canales": ["redes_sociales", "web"],
        "aviso_privacidad": form.shown["aviso_privacidad"],
    }


def _approve_survey(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "encuesta_devuelta"):
        return {"decision": "devuelta", "motivo": "Ofrezca también la gestión de las alcaldías locales."}
    return {"decision": "aprobada"}


def _spread(mind: Mind, form: OpenForm, _upload: Upload) -> Raw | None:
    if form.task.due_at and mind.today() < bogota_day(form.task.due_at):
        return None  # sending it would close the survey
    row = {"canal": "Redes sociales", "enlace": "https://example.org/encuesta", "fecha": mind.today().isoformat()}
    return {"difusion": [row]}


def _analyse_survey(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {ROW_KEY: row[ROW_KEY], "tema": row["tema"], "prioridad": str(row["prioridad"])} for row in form.shown["temas"]
    ]
    return {"temas": rows, "nota": "La ciudadanía pone primero lo que ve en su calle."}


SURVEY_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "disenar_encuesta": _design_survey,
    "aprobar_encuesta": _approve_survey,
    "acompanar_encuesta": _spread,
    "analizar_encuesta": _analyse_survey,
}
"""A robot per form handler; one that gives nothing waits for another day."""
