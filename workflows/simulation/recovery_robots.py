"""How people fill the forms of a recovery plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.mindset import Mind, Raw, Upload

DAYS_TO_RECOVER = 75
"""What people give themselves: long enough for two cut-offs."""
CAUSES = (
    "La contratación del equipo se hace tarde cada año.",
    "El trámite depende del concepto de otra entidad y nadie le hace seguimiento.",
    "Las jornadas se programan sin confirmar con las alcaldías locales.",
)


def _formulate(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    responsible = form.options["acciones.responsable"][0][0]
    begins, ends = mind.today(), mind.today() + dt.timedelta(days=DAYS_TO_RECOVER)
    about = form.task.variables.get("indicador")
    return {
        "problema": "El indicador va por debajo de lo programado y no alcanza la meta del año a este ritmo.",
        "causa_raiz": mind.reality.choose(CAUSES, about),
        "acciones": [
            {
                "accion": action,
                "responsable": responsible,
                "inicio": begins.isoformat(),
                "fin": ends.isoformat(),
                "producto": product,
            }
            for action, product in (
                ("Adelantar la contratación del equipo de apoyo", "Contratos firmados"),
                ("Hacer seguimiento semanal con las localidades", "Actas de seguimiento"),
            )
        ],
        "recursos": "El equipo del proyecto y dos profesionales de apoyo.",
        "meta_recuperacion": str(form.shown["meta_recuperacion"] or 1).replace(".", ","),
        "fecha_objetivo": ends.isoformat(),
    }


def _review(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"decision": "conforme"}


def _approve(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"decision": "aprobado"}


def _declare(_mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    rows = []
    for row in form.shown["acciones"]:
        content = f"accion\n{row['accion']}\n".encode()
        rows.append({ROW_KEY: row[ROW_KEY], "cumplida": "on", "soporte": [upload("acta de seguimiento.csv", content)]})
    return {"acciones": rows}


def _decide(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    once = ("recovery", str(form.task.instance_id))
    if once not in mind.returned and mind.reality.choose((True, False, False), form.task.variables["indicador"]):
        mind.returned.add(once)
        return {"decision": "reformular", "argumento": "Las acciones no atacaban la causa: hay que volver a pensarlas."}
    argument = "Las acciones se cumplieron y el indicador no respondió: se revisará en la evaluación."
    return {"decision": "cerrar_sin_recuperar", "argumento": argument}


def _verify(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    recovered = bool(form.task.variables.get("recuperado"))
    lesson = "Adelantar la contratación al último trimestre del año anterior evita el rezago."
    return {"eficaz": "si" if recovered else "no", "leccion": lesson}


def progress_rows(form: OpenForm) -> list[Raw]:
    """What the month's report tells of the actions of recovery plans."""
    rows = form.shown.get("plan_de_choque") or []
    return [
        {
            ROW_KEY: row[ROW_KEY],
            "avance": str(min(int(row["avance"] or 0) + 40, 100)),
            "nota": "Se avanzó según lo acordado.",
            "evidencia": [],
        }
        for row in rows
    ]


RECOVERY_ROBOTS: Mapping[str, Callable[[Mind, OpenForm, Upload], Raw]] = {
    "formular_plan_choque": _formulate,
    "revisar_plan_choque": _review,
    "aprobar_plan_choque": _approve,
    "ejecutar_plan_choque": _declare,
    "escalar_plan_choque": _decide,
    "verificar_eficacia": _verify,
}
"""A robot per form handler."""
