"""Robots of phases 1 and 2: they formulate the plan they have in mind.

Once in a play each, sources are incomplete, a method comes back, a survey, an indicator and a section are returned.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from workflows import seeding
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.forms.values import ROW_KEY
from workflows.formulation.sources import TOPICS
from workflows.simulation.evaluation_robots import ticked
from workflows.simulation.indicator_robots import define_lines, formulate_indicators

if TYPE_CHECKING:
    from workflows.forms.opening import OpenForm
    from workflows.simulation.robots import Raw, Robots, Upload

THEMES = {
    "3.1": "Gestión de las alcaldías locales",
    "3.2": "Recuperación de espacio público",
    "3.3": "Participación ciudadana",
    "3.4": "Derechos humanos",
    "3.5": "Transparencia",
}
"""What people call the themes of chapter 3 when they talk."""
QUADRANTS = {"D": "debilidad", "O": "oportunidad", "F": "fortaleza", "A": "amenaza"}
STEPS = ("Diagnóstico", "Marco estratégico", "Metas e indicadores", "Documento")


@functools.cache
def _demo() -> Mapping[str, Any]:
    """The sections of the demo's file that no plan carries: SWOT and survey."""
    document: Mapping[str, Any] = yaml.safe_load(seeding.demo_bytes())
    return document


def _once(robots: Robots, what: str) -> bool:
    """True the first time in a play; never among the polite."""
    happened = (what, "") in robots.returned
    robots.returned.add((what, ""))
    return not happened and not robots.polite


def _entity(form: OpenForm) -> str:
    return str(form.task.variables.get("entidad") or "")


def _in_days(robots: Robots, days: int) -> str:
    return (robots.today() + dt.timedelta(days=days)).isoformat()


def _working_day(robots: Robots, after: int) -> str:
    return WorkingCalendar().add_working_days(robots.today(), after).isoformat()


def _themes_of(robots: Robots, entity: str) -> list[str]:
    """What an entity cares about: the themes of the objectives it leads."""
    led = [objective.theme for objective in robots.plan.objectives if objective.lead_entity == entity]
    return list(dict.fromkeys(THEMES.get(theme, THEMES["3.1"]) for theme in led)) or [THEMES["3.5"]]


# Phase 1


def _gather(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    entity, year = _entity(form), robots.today().year
    file = upload(f"normograma {entity}.csv", f"norma;anio\nAcuerdo 257;2006\nentidad {entity};{year}\n".encode())
    topics = list(TOPICS)[:-1] if _once(robots, "alistar_fuentes") else list(TOPICS)
    rows = [_source(topic, f"{TOPICS[topic]} de {entity}", year - 1, file) for topic in topics]
    rows += [
        _source("proyecto", f"{project.code} {project.name}", year, file)
        for project in robots.plan.projects
        if project.entity == entity
    ]
    return {"fuentes": rows}


def _source(topic: str, title: str, year: int, file: int) -> Raw:
    return {"tema": topic, "titulo": title, "anio": str(year), "archivo": [file], "enlace": "", "reserva": "publica"}


def _complete(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    file = upload("complemento.csv", f"documento;entidad\ncomplemento;{_entity(form)}\n".encode())
    year = robots.today().year
    return {"fuentes": [_source(row["tema"], "Documento que faltaba", year, file) for row in form.shown["fuentes"]]}


def _diagnose(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {"nivel": robots.reality.choose(("2", "3", "3", "4", "5"), _entity(form), place), "soporte": ""}
        for place, _row in enumerate(form.shown["respuestas"])
    ]
    return {"respuestas": rows, "sintesis": "La entidad planea bien y debe mejorar sus sistemas de información."}


def _topics(robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    treated = list(TOPICS)[:3] if _once(robots, "registrar_temas") else list(TOPICS)
    return {"temas_tratados": treated, "conclusiones": "Las tres entidades comparten el diagnóstico del sector."}


def _concepts(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {
        "glosario": [
            {"termino": "PES", "definicion": "Plan estratégico sectorial.", "fuente": "Guía metodológica"},
            {"termino": "Línea base", "definicion": "Valor del que parte un indicador.", "fuente": ""},
        ],
        "estructura_sector": "Una cabeza de sector, un establecimiento público y un departamento administrativo.",
        "resumen": "El sector coordina la gobernabilidad, la participación y el espacio público.",
    }


def _swot(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    found = [row for row in _demo()["dofa"] if row["entidad"] == _entity(form)]
    texts = {QUADRANTS[row["cuadrante"]]: row["texto"] for row in found}
    return {
        "entradas": [
            {"cuadrante": one, "texto": texts.get(one, f"Una {one} de la entidad"), "evidencia": "", "puntaje": "4"}
            for one in QUADRANTS.values()
        ]
    }


def _consolidate(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    groups = {"SDG": THEMES["3.1"], "IDPAC": THEMES["3.3"], "DADEP": THEMES["3.2"]}
    rows = []
    for row in form.shown["matriz"]:
        entity = str(row["entrada"]).partition(" · ")[2].partition(":")[0]
        urgent = str(row["entrada"]).startswith(("Debilidad", "Amenaza"))
        group = groups.get(entity, THEMES["3.5"])
        rows.append({ROW_KEY: row[ROW_KEY], "grupo": group, "puntaje": "4", "prioritaria": "on" if urgent else ""})
    return {"matriz": rows}


def _problems(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    entities = ", ".join(str(code) for code in form.task.variables["entidades"])
    problem = "Los sistemas de información no se hablan."
    return {"problemas": [{"problema": problem, "entidades": entities, "causa": "Cada entidad compró el suyo."}]}


def _alternative(_robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    responsible = form.options["pasos.responsable"][0][0]
    return {
        "documento": [upload("alternativa.csv", "paso\nDiagnóstico\nMarco estratégico\n".encode())],
        "pasos": [
            {"paso": step, "descripcion": f"{step} con las entidades.", "tecnica": "Mesa", "responsable": responsible}
            for step in STEPS
        ],
    }


def _opine(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    is_first = any(panel.title == "Metodología, versión 1" for panel in form.panels)
    if _once(robots, "alternativa_devuelta"):
        return {"concepto": "devuelta", "ajustes": "Falta decir cómo se escucha a la comunidad."}
    if not is_first and _once(robots, "alternativa_con_ajustes"):
        return {"concepto": "aprobada_con_ajustes", "ajustes": "Dar más tiempo al análisis de informes."}
    return {"concepto": "aprobada"}


def _schedule(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    responsible = form.options["actividades.responsable"][0][0]
    steps = [value for value, _label in form.options["actividades.paso"]]
    rows = [
        {
            "actividad": step,
            "paso": step,
            "responsable": responsible,
            "inicio": _working_day(robots, 10 * place + 1),
            "fin": _working_day(robots, 10 * place + 9),
            "predecesora": steps[place - 1] if place else "",
        }
        for place, step in enumerate(steps)
    ]
    return {"actividades": rows}


def _close_1(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    return ticked(form, "resultados", "herramientas")


# Phase 2


def _adjust(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {
        "sin_ajustes": "",
        "ajustes": [{"ajuste": "Ampliar en dos semanas el análisis.", "afecta_cronograma": "on"}],
    }


def _approve_method(robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    if _once(robots, "metodologia_no_aprobada"):
        return {"decision": "no_aprueba", "razon": "El cronograma no deja tiempo para las mesas."}
    return {"decision": "aprueba"}


def _assign(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    people = [value for value, _label in form.options["asignaciones.responsable"]]
    works = [value for value, _label in form.options["asignaciones.trabajo"]]
    rows = [
        {
            "trabajo": work,
            "responsable": people[place % len(people)],
            "apoyo": people[(place + 1) % len(people)],
            "entrega": _in_days(robots, 150),
        }
        for place, work in enumerate(works)
    ]
    interested = [
        {"nombre": "Juntas de acción comunal", "tipo": "organizacion", "interes": "Incidir en lo que se prioriza"},
        {"nombre": "Universidades", "tipo": "academia", "interes": "Aportar conocimiento"},
    ]
    return {"asignaciones": rows, "partes_interesadas": interested}


def _analyse(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    themes = _themes_of(robots, _entity(form))
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


def _consolidate_themes(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    return {"temas": [dict(row) for row in form.shown["temas"]]}


def _bet(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    themes = _themes_of(robots, _entity(form))
    return {
        "apuesta": f"{_entity(form)} pone primero {themes[0].lower()}.",
        "temas": [{"tema": theme, "prioridad": str(max(5 - place, 1))} for place, theme in enumerate(themes)],
        "validacion": "validada",
    }


def _projects(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    themes = _themes_of(robots, _entity(form))
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


def _modes(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"modalidades": ["encuesta_virtual", "validacion_en_campo"]}


def _in_field(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    seen = {"validada": "on", "nota": ""}
    return {
        "espacio": "dialogo_ciudadano",
        "fecha": robots.today().isoformat(),
        "lugar": "Casa de la participación",
        "localidad": form.options["localidad"][6][0],
        "observadores": [form.options["observadores"][0][0]],
        "problematicas": [{"problematica": "Ocupación indebida de andenes", **seen}],
        "lineas": [{"linea": line.name, **seen} for line in robots.plan.lines],
        "temas": [{"tema": THEMES["3.3"], "sustento": "Lo pidieron las juntas presentes."}],
        "soportes": [upload("acta de campo.csv", b"asistentes\n42\n")],
    }


def _articulate(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "puntos": [
            {
                "punto": "Recuperación y uso del espacio público en las localidades",
                "entidades": ", ".join(str(code) for code in form.task.variables["entidades"]),
                "compromiso": "Programar juntas las jornadas de cada mes.",
                "responsable": form.options["puntos.responsable"][0][0],
                "fecha": _in_days(robots, 30),
            }
        ]
    }


def _prioritize(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    objectives: dict[str, str] = {}
    for objective in robots.plan.objectives:
        objectives.setdefault(THEMES.get(objective.theme, THEMES["3.1"]).casefold(), objective.name)
    rows = []
    for row in form.shown["matriz"]:
        points = {key: str(row[key]) for key in ("directivos", "equipos_tecnicos", "comunidad", "dofa", "fuentes")}
        pursued = objectives.get(str(row["tema"]).casefold())
        chosen = {"decision": "elegido", "objetivo": pursued}
        discarded = {"decision": "descartado", "razon": "Lo atiende otro sector o cabe dentro de otro tema."}
        rows.append({ROW_KEY: row[ROW_KEY], **points, **(chosen if pursued else discarded)})
    return {"matriz": rows}


def _structure(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    chosen = {label.casefold(): value for value, label in form.options["objetivos.tema"]}
    government = dict(form.options["objetivos.fuente_gobierno"])
    citizens = dict(form.options["objetivos.fuente_ciudadana"])
    rows = []
    for objective in robots.plan.objectives:
        theme = chosen[THEMES.get(objective.theme, THEMES["3.1"]).casefold()]
        rows.append(
            {
                "codigo": objective.code,
                "nombre": objective.name,
                "tema": theme,
                "fuente_gobierno": theme if theme in government else next(iter(government)),
                "fuente_ciudadana": theme if theme in citizens else next(iter(citizens)),
            }
        )
    values = [{"valor": value, "descripcion": f"{value} en lo que hacemos."} for value in robots.plan.plan.values]
    return {
        "mision": robots.plan.plan.mission or "Coordinar el sector al servicio de la ciudadanía.",
        "vision": robots.plan.plan.vision or "Un sector que cumple lo que promete.",
        "objetivos": rows,
        "valores": values or [{"valor": "Transparencia", "descripcion": "Contamos lo que hacemos."}],
    }


def _tool(robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    bands = [
        {"color": band.color, "hasta": "" if band.up_to is None else str(band.up_to)} for band in robots.plan.bands
    ]
    return {
        "umbrales": bands,
        "periodicidad": "mensual",
        "formatos": [],
        "descripcion": "Cada mes se reporta, se valida, se consolida y se publica.",
    }


def _draft(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    code = str(form.task.variables["seccion"])
    text = f"La sección {code} recoge lo trabajado por las entidades del sector.\nLas cifras están en sus tablas."
    return {"contenido": text, "datos_incrustados": form.shown["datos_incrustados"], "anexos": []}


def _review(robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    if _once(robots, "seccion_devuelta"):
        return {"decision": "devuelta", "comentarios": "Explique de dónde salen las cifras."}
    return {"decision": "aprobada"}


def _close_2(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    return ticked(form, "resultados", "insumos")


# The survey


def _design_survey(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    options = [
        {"texto": option["texto"], "texto_libre": "on" if option.get("texto_libre") else ""}
        for option in _demo()["encuesta"]["opciones"]
    ]
    return {
        "pregunta": form.shown["pregunta"] or _demo()["encuesta"]["pregunta"],
        "opciones": options,
        "respuesta_multiple": "on",
        "apertura": robots.today().isoformat(),
        "cierre_encuesta": _in_days(robots, 15),
        "canales": ["redes_sociales", "web"],
        "aviso_privacidad": form.shown["aviso_privacidad"],
    }


def _approve_survey(robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    if _once(robots, "encuesta_devuelta"):
        return {"decision": "devuelta", "motivo": "Ofrezca también la gestión de las alcaldías locales."}
    return {"decision": "aprobada"}


def _spread(robots: Robots, form: OpenForm, _upload: Upload) -> Raw | None:
    if form.task.due_at and robots.today() < bogota_day(form.task.due_at):
        return None  # sending it would close the survey
    row = {"canal": "Redes sociales", "enlace": "https://example.org/encuesta", "fecha": robots.today().isoformat()}
    return {"difusion": [row]}


def _analyse_survey(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    rows = [
        {ROW_KEY: row[ROW_KEY], "tema": row["tema"], "prioridad": str(row["prioridad"])} for row in form.shown["temas"]
    ]
    return {"temas": rows, "nota": "La ciudadanía pone primero lo que ve en su calle."}


FORMULATION_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
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
    "disenar_herramienta": _tool,
    "redactar_seccion": _draft,
    "revisar_seccion": _review,
    "cerrar_fase_2": _close_2,
    "disenar_encuesta": _design_survey,
    "aprobar_encuesta": _approve_survey,
    "acompanar_encuesta": _spread,
    "analizar_encuesta": _analyse_survey,
}
"""A robot per form handler."""
