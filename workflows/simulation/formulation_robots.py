"""Robots of phases 1 and 2: they formulate the plan they have in mind.

Once in a play each, a method is not approved, an indicator is wrong and a section is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.evaluation_robots import ticked
from workflows.simulation.indicator_robots import define_lines, formulate_indicators
from workflows.simulation.mindset import Mind, Raw, Upload, entity_of, in_days, once, themes_of
from workflows.simulation.sector_robots import SECTOR_ROBOTS
from workflows.simulation.survey_robots import SURVEY_ROBOTS


def _adjust(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {
        "sin_ajustes": "",
        "ajustes": [{"ajuste": "Ampliar en dos semanas el análisis.", "afecta_cronograma": "on"}],
    }


def _approve_method(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "metodologia_no_aprobada"):
        return {"decision": "no_aprueba", "razon": "El cronograma no deja tiempo para las mesas."}
    return {"decision": "aprueba"}


def _assign(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    people = [value for value, _label in form.options["asignaciones.responsable"]]
    works = [value for value, _label in form.options["asignaciones.trabajo"]]
    rows = [
        {
            "trabajo": work,
            "responsable": people[place % len(people)],
            "apoyo": people[(place + 1) % len(people)],
            "entrega": in_days(mind, 150),
        }
        for place, work in enumerate(works)
    ]
    interested = [
        {"nombre": "Juntas de acción comunal", "tipo": "organizacion", "interes": "Incidir en lo que se prioriza"},
        {"nombre": "Universidades", "tipo": "academia", "interes": "Aportar conocimiento"},
    ]
    return {"asignaciones": rows, "partes_interesadas": interested}


def _analyse(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    themes = themes_of(mind, entity_of(form))
    rows = [
        {
            "proyecto": row["proyecto"],
            "estado": "En ejecución, según el informe de gestión.",
            "aporte": "Sostiene las metas del sector.",
            "tema": themes[place % len(themes)],
        }
        for place, row in enumerate(form.shown["proyectos"])
    ]
    return {"informes": [upload("informe de gestion.csv", b"seccion\nresultados\n")], "proyectos": rows}


def _consolidate_themes(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {"temas": [dict(row) for row in form.shown["temas"]]}


def _bet(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    themes = themes_of(mind, entity_of(form))
    return {
        "apuesta": f"{entity_of(form)} pone primero {themes[0].lower()}.",
        "temas": [{"tema": theme, "prioridad": str(max(5 - place, 1))} for place, theme in enumerate(themes)],
        "validacion": "validada",
    }


def _projects(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    themes = themes_of(mind, entity_of(form))
    rows = [
        {
            "proyecto": row["proyecto"],
            "avance_fisico": "35",
            "avance_presupuestal": "40",
            "aporte_ciudad": "Mejora el servicio a la ciudadanía.",
            "tema": themes[place % len(themes)],
        }
        for place, row in enumerate(form.shown["proyectos"])
    ]
    return {"proyectos": rows, "investigacion": "validada"}


def _modes(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"modalidades": ["encuesta_virtual", "validacion_en_campo"]}


def _in_field(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    seen = {"validada": "on", "nota": ""}
    return {
        "espacio": "dialogo_ciudadano",
        "fecha": mind.today().isoformat(),
        "lugar": "Casa de la participación",
        "localidad": form.options["localidad"][6][0],
        "observadores": [form.options["observadores"][0][0]],
        "problematicas": [{"problematica": "Ocupación indebida de andenes", **seen}],
        "lineas": [{"linea": line.name, **seen} for line in mind.plan.lines],
        "temas": [{"tema": mind.words.themes["3.3"], "sustento": "Lo pidieron las juntas presentes."}],
        "soportes": [upload("acta de campo.csv", b"asistentes\n42\n")],
    }


def _articulate(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "puntos": [
            {
                "punto": f"{mind.words.theme('3.2')} en las localidades",
                "entidades": ", ".join(str(code) for code in form.task.variables["entidades"]),
                "compromiso": "Programar juntas las jornadas de cada mes.",
                "responsable": form.options["puntos.responsable"][0][0],
                "fecha": in_days(mind, 30),
            }
        ]
    }


def _prioritize(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    objectives: dict[str, str] = {}
    for objective in mind.plan.objectives:
        objectives.setdefault(mind.words.theme(objective.theme).casefold(), objective.name)
    rows = []
    for row in form.shown["matriz"]:
        points = {key: str(row[key]) for key in ("directivos", "equipos_tecnicos", "comunidad", "dofa", "fuentes")}
        pursued = objectives.get(str(row["tema"]).casefold())
        chosen = {"decision": "elegido", "objetivo": pursued}
        discarded = {"decision": "descartado", "razon": "Lo atiende otro sector o cabe dentro de otro tema."}
        rows.append({ROW_KEY: row[ROW_KEY], **points, **(chosen if pursued else discarded)})
    return {"matriz": rows}


def _structure(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    chosen = {label.casefold(): value for value, label in form.options["objetivos.tema"]}
    government = dict(form.options["objetivos.fuente_gobierno"])
    citizens = dict(form.options["objetivos.fuente_ciudadana"])
    rows = []
    for objective in mind.plan.objectives:
        theme = chosen[mind.words.theme(objective.theme).casefold()]
        rows.append(
            {
                "codigo": objective.code,
                "nombre": objective.name,
                "tema": theme,
                "fuente_gobierno": theme if theme in government else next(iter(government)),
                "fuente_ciudadana": theme if theme in citizens else next(iter(citizens)),
            }
        )
    values = [{"valor": value, "descripcion": f"{value} en lo que hacemos."} for value in mind.plan.plan.values]
    return {
        "mision": mind.plan.plan.mission or "Coordinar el sector al servicio de la ciudadanía.",
        "vision": mind.plan.plan.vision or "Un sector que cumple lo que promete.",
        "objetivos": rows,
        "valores": values or [{"valor": "Transparencia", "descripcion": "Contamos lo que hacemos."}],
    }


def _estimate(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    """A thousand million pesos for each project and year."""
    years = range(1, mind.plan.plan.years + 1)
    rows = [
        {"proyecto": row["proyecto"], "fuente": row["fuente"], **{f"anio_{year}": "1000000000" for year in years}}
        for row in form.shown["recursos"]
    ]
    return {"recursos": rows, "supuestos": "Marco de gasto de mediano plazo.", "soporte": []}


def _consolidate_funding(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"texto": "El plan se financia con los recursos que las entidades estimaron por proyecto, fuente y año."}


def _tool(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    bands = [{"color": band.color, "hasta": "" if band.up_to is None else str(band.up_to)} for band in mind.plan.bands]
    return {
        "umbrales": bands,
        "periodicidad": "mensual",
        "formatos": [],
        "descripcion": "Cada mes se reporta, se valida, se consolida y se publica.",
    }


def _draft(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    code = str(form.task.variables["seccion"])
    text = f"La sección {code} recoge lo trabajado por las entidades del sector.\nLas cifras están en sus tablas."
    return {"contenido": text, "datos_incrustados": form.shown["datos_incrustados"], "anexos": []}


def _review(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "seccion_devuelta"):
        return {"decision": "devuelta", "comentarios": "Explique de dónde salen las cifras."}
    return {"decision": "aprobada"}


def _close_2(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return ticked(form, "resultados", "insumos")


FORMULATION_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    **SECTOR_ROBOTS,
    **SURVEY_ROBOTS,
    "registrar_ajustes": _adjust,
    "aprobar_metodologia": _approve_method,
    "asignar_tareas": _assign,
    "analizar_informes": _analyse,
    "consolidar_temas": _consolidate_themes,
    "validar_apuesta": _bet,
    "registrar_estado_proyectos": _projects,
    "elegir_modalidad": _modes,
    "validar_en_campo": _in_field,
    "registrar_articulacion": _articulate,
    "priorizar_temas": _prioritize,
    "estructurar_mes": _structure,
    "definir_lineas_productos": define_lines,
    "formular_indicadores": formulate_indicators,
    "corregir_indicadores": formulate_indicators,
    "estimar_financiamiento": _estimate,
    "consolidar_financiamiento": _consolidate_funding,
    "disenar_herramienta": _tool,
    "redactar_seccion": _draft,
    "revisar_seccion": _review,
    "cerrar_fase_2": _close_2,
}
"""A robot per form handler."""
