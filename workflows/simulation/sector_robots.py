"""Robots of phase 1: once in a play each, sources are incomplete, topics are left, a method comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.formulation.sources import TOPICS
from workflows.simulation.evaluation_robots import ticked
from workflows.simulation.mindset import Mind, Raw, Upload, entity_of, once, themes_of, working_day
from workflows.spanish import enumeration

QUADRANTS = {"D": "debilidad", "O": "oportunidad", "F": "fortaleza", "A": "amenaza"}
STEPS = ("Diagnóstico", "Marco estratégico", "Metas e indicadores", "Documento")


def _gather(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    entity, year = entity_of(form), mind.today().year
    file = upload(f"normograma {entity}.csv", f"norma;anio\nAcuerdo 257;2006\nentidad {entity};{year}\n".encode())
    topics = list(TOPICS)[:-1] if once(mind, "alistar_fuentes") else list(TOPICS)
    rows = [_source(topic, f"{TOPICS[topic]} de {entity}", year - 1, file) for topic in topics]
    rows += [
        _source("proyecto", f"{project.code} {project.name}", year, file)
        for project in mind.plan.projects
        if project.entity == entity
    ]
    return {"fuentes": rows}


def _source(topic: str, title: str, year: int, file: int) -> Raw:
    return {"tema": topic, "titulo": title, "anio": str(year), "archivo": [file], "enlace": "", "reserva": "publica"}


def _complete(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    file = upload("complemento.csv", f"documento;entidad\ncomplemento;{entity_of(form)}\n".encode())
    year = mind.today().year
    return {"fuentes": [_source(row["tema"], "Documento que faltaba", year, file) for row in form.shown["fuentes"]]}


def _diagnose(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {"nivel": mind.reality.choose(("2", "3", "3", "4", "5"), entity_of(form), place), "soporte": ""}
        for place, _row in enumerate(form.shown["respuestas"])
    ]
    return {"respuestas": rows, "sintesis": "La entidad planea bien y debe mejorar sus sistemas de información."}


def _topics(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    treated = list(TOPICS)[:3] if once(mind, "registrar_temas") else list(TOPICS)
    return {"temas_tratados": treated, "conclusiones": "Las entidades comparten el diagnóstico del sector."}


def _concepts(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {
        "glosario": [
            {"termino": "PES", "definicion": "Plan estratégico sectorial.", "fuente": "Guía metodológica"},
            {"termino": "Línea base", "definicion": "Valor del que parte un indicador.", "fuente": ""},
        ],
        "estructura_sector": f"Las {len(mind.plan.entities)} entidades del sector y su cabeza.",
        "resumen": f"El sector se ocupa de {enumeration([name.lower() for name in mind.words.themes.values()])}.",
    }


def _swot(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    found = [row for row in mind.words.swot if row["entidad"] == entity_of(form)]
    texts = {QUADRANTS[row["cuadrante"]]: row["texto"] for row in found}
    return {
        "entradas": [
            {"cuadrante": one, "texto": texts.get(one, f"Una {one} de la entidad"), "evidencia": "", "puntaje": "4"}
            for one in QUADRANTS.values()
        ]
    }


def _consolidate(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = []
    for row in form.shown["matriz"]:
        entity = str(row["entrada"]).partition(" · ")[2].partition(":")[0]
        urgent = str(row["entrada"]).startswith(("Debilidad", "Amenaza"))
        group = themes_of(mind, entity)[0]
        rows.append({ROW_KEY: row[ROW_KEY], "grupo": group, "puntaje": "4", "prioritaria": "on" if urgent else ""})
    return {"matriz": rows}


def _problems(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    entities = ", ".join(str(code) for code in form.task.variables["entidades"])
    problem = "Los sistemas de información no se hablan."
    return {"problemas": [{"problema": problem, "entidades": entities, "causa": "Cada entidad compró el suyo."}]}


def _alternative(_mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    responsible = form.options["pasos.responsable"][0][0]
    return {
        "documento": [upload("alternativa.csv", "paso\nDiagnóstico\nMarco estratégico\n".encode())],
        "pasos": [
            {"paso": step, "descripcion": f"{step} con las entidades.", "tecnica": "Mesa", "responsable": responsible}
            for step in STEPS
        ],
    }


def _opine(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    is_first = any(panel.title == "Metodología, versión 1" for panel in form.panels)
    if once(mind, "alternativa_devuelta"):
        return {"concepto": "devuelta", "ajustes": "Falta decir cómo se escucha a la comunidad."}
    if not is_first and once(mind, "alternativa_con_ajustes"):
        return {"concepto": "aprobada_con_ajustes", "ajustes": "Dar más tiempo al análisis de informes."}
    return {"concepto": "aprobada"}


def _schedule(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    responsible = form.options["actividades.responsable"][0][0]
    steps = [value for value, _label in form.options["actividades.paso"]]
    rows = [
        {
            "actividad": step,
            "paso": step,
            "responsable": responsible,
            "inicio": working_day(mind, 10 * place + 1),
            "fin": working_day(mind, 10 * place + 9),
            "predecesora": steps[place - 1] if place else "",
        }
        for place, step in enumerate(steps)
    ]
    return {"actividades": rows}


def _close_1(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return ticked(form, "resultados", "herramientas")


SECTOR_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "alistar_fuentes": _gather,
    "completar_fuentes": _complete,
    "responder_autodiagnostico": _diagnose,
    "registrar_temas": _topics,
    "homogenizar_conceptos": _concepts,
    "registrar_dofa": _swot,
    "consolidar_dofa": _consolidate,
    "identificar_problemas": _problems,
    "preparar_alternativa": _alternative,
    "pronunciarse_alternativa": _opine,
    "formular_cronograma": _schedule,
    "cerrar_fase_1": _close_1,
}
"""A robot per form handler."""
