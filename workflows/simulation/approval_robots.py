"""Robots of phase 3 and of modifications. In each case, once: an entity objects and refuses, the act is returned,
a channel fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from workflows.forms.closing import NO_RECORD
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.mindset import Mind, Raw, Upload, once, subject

PDF = b"%PDF-1.4\n% documento de la simulacion\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


def _is_last(form: OpenForm) -> bool:
    """Whether the entity of a task is the last of its case: the one that objects."""
    entities = form.task.variables.get("entidades") or [None]
    return bool(form.task.variables.get("entidad") == entities[-1])


def _set_terms(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "medio": "plataforma",
        "plazo_dias_habiles": "10",
        "con_mesa": "si" if once(mind, "mesa", form.task.instance_id) else "no",
        "rondas_maximas": str(form.shown["rondas_maximas"]),
    }


def _review(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    if not _is_last(form) or not once(mind, "observacion", form.task.instance_id):
        return {"sin_observaciones": "on"}
    sections = [value for value, _label in form.options["observaciones.seccion"]]
    return {
        "observaciones": [
            {
                "seccion": sections[0],
                "tipo": "contenido",
                "texto": "La sección no dice con qué fuente se sostiene.",
                "propuesta": "Citar la fuente y su año.",
            },
            {
                "seccion": sections[-1],
                "tipo": "cifra",
                "texto": "La cifra no coincide con la de la entidad.",
                "propuesta": "Usar la cifra del informe de gestión.",
            },
        ]
    }


def _answer(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {
            ROW_KEY: row[ROW_KEY],
            "decision": "acogida" if place == 0 else "aclaracion",
            "respuesta": "Se cita la fuente." if place == 0 else "La cifra es la del registro oficial.",
            "cambio": "Fuente citada." if place == 0 else "",
        }
        for place, row in enumerate(form.shown["respuestas"])
    ]
    return {"respuestas": rows}


ADJUSTED = (
    "Fuente: registros administrativos de las entidades del sector.",
    "Los recursos de cada entidad están en el capítulo 4.",
    "Las cifras son las del registro oficial a la fecha del documento.",
)
"""What is added to a section, each once."""


def _adjust(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    section = form.options["cambios.seccion"][0][0]
    text = next((text for text in ADJUSTED if once(mind, text)), ADJUSTED[-1])
    return {"cambios": [{"seccion": section, "tipo": "aclaracion", "texto": text}]}


def _approve(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    if _is_last(form) and once(mind, "no_aprueba", form.task.instance_id):
        return {"decision": "no_aprueba", "razon": "Falta precisar los recursos de la entidad en el capítulo 4."}
    return {"decision": "aprueba", "apruebo_esta_version": "on"}


def _decide_in_committee(_mind: Mind, _form: OpenForm, upload: Upload) -> Raw:
    minutes = [upload("acta del comité.pdf", PDF)]
    return {"decision": "se_adopta", "argumento": "El Comité encuentra resueltas las observaciones.", "acta": minutes}


def _draft(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {"tipo": "resolucion", "considerandos": form.shown["considerandos"], "articulado": form.shown["articulado"]}


def _sign(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    if once(mind, "acto_devuelto", form.task.instance_id):
        return {"decision": "devuelto", "motivo": "Citar en los considerandos el acto de delegación."}
    return {"decision": "suscrito", "acto_suscrito": [upload("acto suscrito.pdf", PDF)]}


def _number(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    number = mind.reality.choose(tuple(range(100, 1000)), *subject(form.task, form.instance))
    return {
        "numero": f"{number:03}",
        "fecha": mind.today().isoformat(),
        "registro_distrital": f"N.º {6000 + number}",
        "archivo": [upload("acto numerado.pdf", PDF)],
    }


def _call_presentation(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "publicos": form.shown["publicos"],
        "fecha_prevista": (mind.today() + dt.timedelta(days=7)).isoformat(),
        "medio": "correo",
        "mensaje": "Los invitamos a la presentación del plan del sector.",
    }


def _publish(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    entity = str(form.task.variables["entidad"]).lower()
    return {
        "canales": [
            {
                ROW_KEY: row[ROW_KEY],
                "url": f"https://www.{entity}.example/{row[ROW_KEY]}/plan-sectorial",
                "fecha": mind.today().isoformat(),
                "captura": [upload(f"captura {entity} {row[ROW_KEY]}.png", PNG)],
            }
            for row in form.shown["canales"]
        ]
    }


def _verify(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {ROW_KEY: row[ROW_KEY], "enlace_valido": "si", "accesible": "si", "nota": ""}
        for row in form.shown["verificacion"]
    ]
    if rows and once(mind, f"canal_caido/{form.task.variables['objeto']}", form.task.instance_id):
        rows[-1] |= {"enlace_valido": "no", "nota": "El enlace lleva a una página que no existe."}
    return {"verificacion": rows}


def _close_phase(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    proved = [value for value, label in form.options["resultados"] if not label.endswith(NO_RECORD)]
    missing = len(form.options["resultados"]) - len(proved)
    return {"resultados": proved, "observaciones": "Lo demás no aplica en este caso." if missing else ""}


def _request_modification(_mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    path, label = next(
        (value, label) for value, label in form.options["cambios.elemento"] if value.startswith("indicador/")
    )
    name = label.split(" · ")[0].partition(" ")[2]
    return {
        "objeto": ["indicador"],
        "cambios": [{"elemento": path, "despues": f"{name} (precisado)"}],
        "justificacion": "La ficha técnica se precisó con la entidad.",
        "soporte": [upload("justificación.pdf", PDF)],
    }


def _judge(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"concepto": "mayor", "argumento": "Cambia un indicador del plan adoptado."}


def _approve_modification(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"decision": "aprobada"}


APPROVAL_ROBOTS: Mapping[str, Callable[[Any, Any, Any], dict[str, Any]]] = {
    "fijar_plazos": _set_terms,
    "revisar_documento": _review,
    "responder_observaciones": _answer,
    "ajustar_documento": _adjust,
    "ajustar_o_aclarar": _adjust,
    "aprobar_pes": _approve,
    "decidir_en_comite": _decide_in_committee,
    "proyectar_acto": _draft,
    "suscribir_acto": _sign,
    "registrar_adopcion": _number,
    "convocar_presentacion": _call_presentation,
    "cerrar_fase_3": _close_phase,
    "publicar_en_canales": _publish,
    "completar_publicacion": _publish,
    "verificar_publicacion": _verify,
    "formular_modificacion": _request_modification,
    "emitir_concepto": _judge,
    "aprobar_modificacion": _approve_modification,
}
"""A robot per form of this room."""
