"""How people fill the forms of phase 4: the year planned, changed, reported outside and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from workflows.forms.closing import NO_RECORD
from workflows.forms.notation import format_number
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.choosing import offered
from workflows.simulation.mindset import Mind, Raw, Upload

WORK = (
    "Ejecutar las jornadas acordadas con las alcaldías locales",
    "Contratar y acompañar el equipo territorial",
    "Atender la demanda de la ciudadanía y hacer seguimiento",
)
PRODUCTS = ("Informe de ejecución", "Listados de asistencia y actas", "Reporte del sistema de información")
DEFAULT_BUDGET = 500_000_000


def _define(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    """What is proposed, with the work in words; programmed by month as proposed."""
    rows = []
    for row in form.shown["actividades"]:
        about = (row["meta_pes"], form.task.variables["vigencia"])
        months = {key: _typed(value) for key, value in row.items() if key.startswith("mes_")}
        rows.append(
            {
                **{key: row[key] for key in ("proyecto", "meta_proyecto", "meta_pes")},
                **months,
                "actividad": row["actividad"] or mind.reality.choose(WORK, *about),
                "producto": row["producto"] or mind.reality.choose(PRODUCTS, *about),
                "peso": _typed(row["peso"]),
                "inicio": row["inicio"].isoformat(),
                "fin": row["fin"].isoformat(),
                "responsable": offered(form, "actividades.responsable", row["responsable"]),
            }
        )
    return {"actividades": rows}


def _approve(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"decision": "aprobado"}


def _allocate(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    year = form.task.variables["vigencia"]
    rows = [
        {
            "proyecto": row["proyecto"],
            "fuente": row["fuente"],
            "apropiacion_inicial": _typed(row["apropiacion_inicial"] or DEFAULT_BUDGET),
            "acto": f"Decreto de liquidación del presupuesto de {year}",
        }
        for row in form.shown["recursos"]
    ]
    return {"recursos": rows, "recursos_fisicos_y_humanos": "El equipo de planta y las sedes de la entidad."}


def _follow(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    people = [username for username, _label in form.options["estrategia.reporta"]]
    rows = []
    for row in form.shown["estrategia"]:
        reports = row["reporta"] or people[0]
        others = [username for username in people if username != reports]
        rows.append(
            {
                "proyecto": row["proyecto"],
                "frecuencia": row["frecuencia"],
                "fuente_verificacion": row["fuente_verificacion"] or "Informes y actas del proyecto",
                "reporta": reports,
                "revisa": row["revisa"] if row["revisa"] in others else others[0],
                "reemplazo": row["reemplazo"] if row["reemplazo"] in others else others[1],
            }
        )
    return {"estrategia": rows}


def _close_entity(_mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    deliveries = [
        {
            ROW_KEY: row[ROW_KEY],
            "entrega": row["entrega"] or "Los productos del plan de acción",
            "soporte": [upload(f"entregas {row[ROW_KEY]}.csv", f"proyecto\n{row['proyecto']}\n".encode())],
        }
        for row in form.shown["entregas"]
    ]
    reserves = [{ROW_KEY: row[ROW_KEY], "valor": _typed(row["valor"] or 0)} for row in form.shown["reservas"]]
    reason = "El rezago se atiende con la programación que ya tiene el año siguiente."
    lagging = [{ROW_KEY: row[ROW_KEY], "reprogramar": "no", "motivo": reason} for row in form.shown["rezagadas"]]
    return {"entregas": deliveries, "reservas": reserves, "rezagadas": lagging}


def _close_year(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    ticked = [item for item, label in form.options["pasos"] if NO_RECORD not in label]
    remarks = "" if len(ticked) == len(form.options["pasos"]) else "Falta el registro de los pasos sin marcar."
    return {"pasos": ticked, "observaciones": remarks}


def _modify(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    today = mind.today()
    act = f"Decreto {100 + today.timetuple().tm_yday} de {today.year}"
    return {
        "proyecto": form.shown["proyecto"] or form.options["proyecto"][0][0],
        "tipo": "reduccion",
        "valor": "10000000",
        "acto": act,
        "fecha": today.isoformat(),
        "soporte": [upload("acto.csv", f"acto\n{act}\n".encode())],
        "afecta_metas": "no",
    }


def _file(mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    where = f"{form.task.variables['entidad']}-{form.task.variables['periodo']}"
    return {
        "sistema": "segplan",
        "numero_radicado": where,
        "fecha": mind.today().isoformat(),
        "soporte": [upload(f"radicado {where}.csv", f"radicado\n{where}\n".encode())],
    }


def activity_rows(mind: Mind, form: OpenForm) -> list[Raw]:
    """What the month's report tells of the activities of the action plan."""
    rows = []
    month = str(form.task.variables["periodo"])
    for place, row in enumerate(form.shown.get("actividades") or []):
        met = mind.reality.choose((True, True, False), form.task.variables.get("entidad"), place, month)
        delivery = f"Avance de {row['actividad']}" if month.endswith(("-06", "-12")) else ""
        rows.append(
            {ROW_KEY: row[ROW_KEY], "ejecutado": "1", "hito_cumplido": "on" if met else "", "entrega": delivery[:200]}
        )
    return rows


def _typed(value: Any) -> str:
    """A number as people type it."""
    if value is None or isinstance(value, str | dt.date):
        return str(value or "")
    return format_number(value)


IMPLEMENTATION_ROBOTS: Mapping[str, Callable[[Mind, OpenForm, Upload], Raw]] = {
    "definir_plan_accion": _define,
    "aprobar_plan_accion": _approve,
    "asignar_recursos": _allocate,
    "definir_estrategia": _follow,
    "cerrar_vigencia_entidad": _close_entity,
    "cerrar_vigencia": _close_year,
    "registrar_modificacion": _modify,
    "radicar_reporte": _file,
}
"""A robot per form handler."""
