"""Robots of phase 6. Once in a play each, an intermediate evaluation, an annual report and the final one come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from workflows.forms.notation import parse_number
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.simulation.mindset import Mind, Raw, Upload, once

SKIPPABLE = ("autoevaluar", "aportar_capitulo")
"""Tasks that an entity which does not report leaves undone too."""

GOOD, FAIR = Decimal(90), Decimal(70)
JUDGEMENTS = ("satisfactorio", "satisfactorio", "aceptable", "insuficiente")
ARGUED = {
    "satisfactorio": "Lo alcanzado responde a lo programado, y las autoevaluaciones lo confirman.",
    "aceptable": "Avanza, con rezagos que las medidas acordadas alcanzan a corregir en el año.",
    "insuficiente": "Lo alcanzado no responde a lo programado: se acuerdan medidas para lo que falta.",
    "": "No hay dato suficiente en este corte: se juzga por lo que cuentan las autoevaluaciones.",
}
"""What is said with each judgement; the last where no figure is known."""


def ticked(form: OpenForm, *lists: str) -> Raw:
    """A closing review as an honest person fills it: what has a record, and why the rest has none."""
    points: Raw = {}
    left = []
    for field in lists:
        options = form.options[field]
        points[field] = [value for value, label in options if not label.endswith("no se puede marcar")]
        left += [label.partition(" · ")[0] for value, label in options if value not in points[field]]
    points["observaciones"] = f"Quedó pendiente en este ciclo: {', '.join(left)}." if left else ""
    return points


def _assess_oneself(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    entity = form.task.variables.get("entidad")
    return {
        "logros": f"{entity} cumplió la mayor parte de lo programado y fortaleció el trabajo con las localidades.",
        "dificultades": "La contratación de comienzo de año retrasó los primeros meses.",
        "factores": "Ayudó la coordinación con las alcaldías; estorbaron los trámites precontractuales.",
        "ajustes_propuestos": "",
    }


def _prepare_base(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw | None:
    if form.prefill.notes:
        return None  # a month is still open
    reviewed = [value for value, _label in form.options["tablas_revisadas"]]
    return {"tablas_revisadas": reviewed, "notas": "Cifras tomadas de los informes mensuales cerrados."}


def _analyse(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    shares = _shares(form)
    return {
        table: [{ROW_KEY: row[ROW_KEY], **_judged(shares.get(row[ROW_KEY]))} for row in form.shown[table]]
        for table in ("objetivos", "lineas")
    }


def _shares(form: OpenForm) -> dict[str, Decimal]:
    """The compliance of each objective and line, as the tables beside the form say it."""
    rows = [row for panel in form.prefill.panels if panel.head[1:2] == ("Cumplimiento",) for row in panel.rows]
    told = {row[0].partition(" ")[0]: row[1] for row in rows}
    return {code: parse_number(text.removesuffix(" %")) for code, text in told.items() if text.endswith("%")}


def _judged(share: Decimal | None) -> Raw:
    if share is None:
        return {"juicio": "aceptable", "argumentacion": ARGUED[""]}
    judgement = "satisfactorio" if share >= GOOD else "aceptable" if share >= FAIR else "insuficiente"
    return {"juicio": judgement, "argumentacion": ARGUED[judgement]}


def _decide_measures(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    rows = []
    for row in form.shown["cuellos"]:
        recovers = row["severidad"] == "alta"
        rows.append(
            {
                ROW_KEY: row[ROW_KEY],
                "severidad": row["severidad"] or "media",
                "plan_de_choque": "si" if recovers else "no",
                "razon": "" if recovers else "La medida preventiva del mes es suficiente.",
            }
        )
    return {"cuellos": rows, "modificar_pes": "no"}


def _approve_evaluation(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "evaluacion devuelta"):
        return {"decision": "devuelta", "motivo": "Precise el argumento de las líneas con rezago."}
    return {"decision": "aprobada"}


def _contribute(_mind: Mind, form: OpenForm, upload: Upload) -> Raw:
    entity = form.task.variables.get("entidad")
    annex = upload(f"anexo {entity}.csv", f"entidad;logro\n{entity};Metas del año\n".encode())
    return {
        "capitulo": form.shown["capitulo"],
        "logros": "Se cumplieron las metas prioritarias del año y se atendió a la ciudadanía en todas las localidades.",
        "retos": "Anticipar la contratación y mejorar la calidad de los soportes.",
        "anexos": [annex],
    }


def _review_follow_up(mind: Mind, form: OpenForm, _upload: Upload) -> Raw | None:
    points = ticked(form, "resultados", "herramientas")
    if points["observaciones"]:
        return None  # a record is still missing, and this review has no room to explain it
    return {
        "resultados": points["resultados"],
        "herramientas": points["herramientas"],
        "mejoras": [
            {
                "mejora": "Preparar los soportes antes del cierre del mes.",
                "clase": "eficiencia_de_la_gestion",
                "responsable": form.options["mejoras.responsable"][0][0],
                "fecha": (mind.today() + dt.timedelta(days=60)).isoformat(),
            }
        ],
    }


def _consolidate(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw | None:
    semesters = [value for value, _label in form.options["evaluaciones"]]
    if form.prefill.notes or not semesters:
        return None  # a month or a semester is still open
    return {
        "resumen": "El sector avanzó en sus líneas estratégicas y deja planes de choque para lo que se retrasó.",
        "capitulos": [{ROW_KEY: row[ROW_KEY], "revisado": "on", "nota": ""} for row in form.shown["capitulos"]],
        "evaluaciones": semesters,
    }


def _review_report(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "informe anual devuelto"):
        return {"decision": "devuelto", "motivo": "Falta mencionar la ejecución presupuestal en el resumen."}
    return {"decision": "conforme"}


def _approve_report(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {"decision": "aprobado"}


def _define_questions(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    asked = (
        ("¿Se cumplieron los objetivos del plan?", "eficacia", "Evaluaciones intermedias e informes anuales"),
        ("¿Los recursos se usaron como se programó?", "eficiencia", "Ejecución presupuestal"),
        ("¿Qué cambió en la ciudad por el plan?", "efectividad", "Indicadores de resultado"),
        ("¿Cómo lo ve la ciudadanía?", "percepcion", "Encuesta y reuniones de socialización"),
    )
    return {
        "preguntas": [
            {"pregunta": question, "criterio": criterion, "fuente": source} for question, criterion, source in asked
        ],
        "con_encuesta": "si",
    }


def _write_evaluation(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "hallazgos": [
            {
                ROW_KEY: row[ROW_KEY],
                "hallazgo": f"En {row['criterio'].lower()}, el plan muestra avances sostenidos y rezagos puntuales.",
                "juicio": mind.reality.choose(JUDGEMENTS, "final", row[ROW_KEY]),
            }
            for row in form.shown["hallazgos"]
        ],
        "conclusiones": "El plan ordenó el trabajo del sector; el siguiente debe comenzar con líneas base completas.",
        "anexos": [],
    }


def _approve_final(mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    if once(mind, "evaluacion final devuelta"):
        return {"decision": "devuelta", "motivo": "Separe los hallazgos de eficiencia de los de eficacia."}
    return {"decision": "aprobada"}


def _record_lessons(_mind: Mind, _form: OpenForm, _upload: Upload) -> Raw:
    return {
        "lecciones": [
            {
                "leccion": "Los indicadores sin línea base no se pudieron juzgar en el primer año.",
                "recomendacion": "Medir la línea base antes de adoptar el plan.",
                "destinatario": "siguiente_pes",
            },
            {
                "leccion": "Los reportes con soportes ordenados se validaron en un día.",
                "recomendacion": "Preparar los soportes durante el mes.",
                "destinatario": "entidades",
            },
        ]
    }


def _close_phase(_mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    return ticked(form, "pasos")


EVALUATION_ROBOTS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "autoevaluar": _assess_oneself,
    "preparar_base": _prepare_base,
    "analizar_resultados": _analyse,
    "ajustar_evaluacion": _analyse,
    "decidir_medidas": _decide_measures,
    "aprobar_evaluacion": _approve_evaluation,
    "aportar_capitulo": _contribute,
    "revisar_seguimiento": _review_follow_up,
    "consolidar_informe": _consolidate,
    "revisar_informe": _review_report,
    "aprobar_informe_anual": _approve_report,
    "definir_preguntas": _define_questions,
    "redactar_evaluacion": _write_evaluation,
    "aprobar_evaluacion_final": _approve_final,
    "registrar_lecciones": _record_lessons,
    "cerrar_fase_6": _close_phase,
}
"""A robot per form handler; one that gives nothing waits for another day."""
