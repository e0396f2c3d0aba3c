"""Robots: how each kind of person fills each form. They see what a page shows and give what a browser sends."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.errors import FieldError
from workflows.forms.opening import OpenForm
from workflows.forms.reading import is_locked
from workflows.forms.values import ROW_KEY
from workflows.handlers.month.progress_forms import TABLE
from workflows.lifecycle.starting import MASTER
from workflows.loading import seeding
from workflows.records.data import PlanData
from workflows.simulation.approval_robots import APPROVAL_ROBOTS
from workflows.simulation.choosing import offered
from workflows.simulation.evaluation_robots import EVALUATION_ROBOTS, SKIPPABLE
from workflows.simulation.formulation_robots import FORMULATION_ROBOTS
from workflows.simulation.implementation_robots import IMPLEMENTATION_ROBOTS, activity_rows
from workflows.simulation.lifecycle_robots import LIFECYCLE_ROBOTS
from workflows.simulation.mindset import Raw, Upload, Words, subject, words_of
from workflows.simulation.recovery_robots import RECOVERY_ROBOTS, progress_rows
from workflows.simulation.values import Reality
from workflows.spanish import month_name, number

GOOD, LATE, LATER, RETURNED, MISSING = "good", "late", "later", "returned", "missing"
PROFILES = (GOOD, LATE, LATER, RETURNED, MISSING)
SENT_BACK = "sent_back"
"""Not one of those that are drawn: where it is wished, the head of the entity returns the first row once."""

DAYS_TO_CLOSE = 30
"""A month is closed so many days after its cut-off: who is `LATER` reports after that."""

Profiles = Callable[[str, str], str]
"""How an entity behaves in a month: (period, entity) → one of `PROFILES`."""

ON_TIME = (
    "reportar_avance",
    "reportar_ejecucion",
    "corregir_avance",
    "corregir_ejecucion",
    "confirmar_calculado",
    "validar_reporte",
    "avalar_reporte",
    "revisar_documento",
)
LATE_TASKS = (
    "completar_reporte",
    "completar_ejecucion",
    "validar_extemporaneo",
    "corregir_extemporaneo",
    "corregir_ejecucion_extemporanea",
    "confirmar_calculado_extemporaneo",
    "avalar_extemporaneo",
)

REPORTS = frozenset((*ON_TIME[:-1], *LATE_TASKS))
"""The forms of the report that an entity makes in time, or late."""

JUDGED = ("validacion", "presupuesto", "actividades")
"""What the liaison decides about, row by row."""

DAYS_TO_MEET = 5
MEETING_OF_THE_MONTH = "Se revisaron los resultados del mes por línea y objetivo, y los cuellos de botella."
WEEKLY_WATCH = "Mantener el seguimiento semanal a los indicadores en rojo."

VERDICTS = {"En rojo": "no_cumple", "En amarillo": "en_riesgo", "Sin dato suficiente": "en_riesgo"}
"""What is said before a figure that is not well."""
ARGUMENTS = {
    "cumple": "Los indicadores del periodo respaldan este juicio.",
    "en_riesgo": "Hay rezagos o falta dato, y las medidas acordadas alcanzan a corregirlos en el año.",
    "no_cumple": "Lo ejecutado no alcanza lo programado a la fecha: se acuerdan medidas.",
}

PROGRESS = (
    "Se cumplió lo previsto en el cronograma con las alcaldías locales.",
    "El equipo avanzó según el plan de trabajo; los soportes quedaron en el expediente.",
    "Se adelantaron las jornadas programadas y se consolidó la información.",
    "Se mantuvo el ritmo de los meses anteriores.",
)
DELAYS = (
    "La contratación del equipo se demoró; se espera recuperar el ritmo el mes entrante.",
    "Hubo reprogramaciones por solicitud de las localidades.",
    "Faltan conceptos de otra entidad para continuar.",
)
EXCESSES = ("Se adelantaron actividades previstas para el segundo semestre.",)
REASONS = {
    "justificacion_rezago": DELAYS,
    "justificacion_sobreejecucion": EXCESSES,
    "motivo": ("Se anularon compromisos que no se van a ejecutar este año.",),
    "motivo_rango": ("El valor se verificó con el soporte: así cerró el mes.",),
}


@dataclass
class Robots:
    """A cast of people. `today` is asked for the day on which they type.

    One robot per form handler; the liaison of an entity that behaves as `RETURNED` returns the first row once, the head
    of one that behaves as `SENT_BACK` does.
    `plan` is what they have in mind when they formulate one. Nobody `polite` objects, refuses or returns anything.
    `words` are how they talk. `successors` says who came for whom. `not_before` is the day before which a task (form
    handler, variables) is taken up by nobody; `dt.date.max`: it stays open.
    """

    today: Callable[[], dt.date]
    reality: Reality = field(default_factory=Reality)
    profile: Profiles = lambda _period, _entity: GOOD
    plan: PlanData = field(default_factory=functools.cache(seeding.demo_plan))
    words: Words = field(default_factory=words_of)
    not_before: Callable[[str, Mapping[str, Any]], dt.date] = lambda _form_handler, _variables: dt.date.min
    polite: bool = False
    successors: Mapping[str, str] = field(default_factory=dict)
    returned: set[tuple[str, str]] = field(default_factory=set, init=False)

    def who_now(self, username: str | None) -> str | None:
        """Who is in this person's place now."""
        while username is not None and username in self.successors:
            username = self.successors[username]
        return username

    def acts(self, form_handler: str, variables: Mapping[str, Any]) -> bool:
        """Whether somebody does this task at all."""
        profile = self.profile(str(variables.get("periodo")), str(variables.get("entidad")))
        if form_handler in ON_TIME:
            return profile not in (LATE, LATER, MISSING)
        return profile != MISSING if form_handler in (*LATE_TASKS, *SKIPPABLE) else True

    def takes_up(self, form_handler: str, variables: Mapping[str, Any]) -> dt.date:
        """The day before which nobody takes this task up; whoever is `LATER` reports once the month is closed."""
        asked = self.not_before(form_handler, variables)
        profile = self.profile(str(variables.get("periodo")), str(variables.get("entidad")))
        if profile != LATER or form_handler not in LATE_TASKS:
            return asked
        return max(asked, dt.date.fromisoformat(str(variables["cierre"])) + dt.timedelta(days=DAYS_TO_CLOSE))

    def fill(self, form: OpenForm, upload: Upload) -> Raw | None:
        """What a person sends with this form, as a browser would; nothing if it has to wait for another day.

        Raises `KeyError` for a form no robot knows.
        """
        return ROBOTS[form_name(form)](self, form, upload)

    def correct(self, form: OpenForm, raw: Raw, errors: Sequence[FieldError]) -> Raw:
        """What a person sends after reading the errors: the reasons that were asked for."""
        for error in errors:
            table, _, rest = error.path.partition(".")
            place, _, column = rest.partition(".")
            reasons = REASONS.get(column)
            if reasons:
                raw[table][int(place)][column] = self.reality.choose(reasons, *subject(form.task, form.instance), place)
        return raw


def knows(form: OpenForm) -> bool:
    """Whether some robot fills forms of this kind."""
    return form_name(form) in ROBOTS


def form_name(form: OpenForm) -> str:
    """The form handler's name."""
    return str(form.task.properties.get("registro") or form.task.element_id)


def _report(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    year, month = (int(part) for part in str(form.task.variables["periodo"]).split("-"))
    rows = []
    for place, row in enumerate(form.shown[TABLE]):
        if is_locked(f"{TABLE}.{place}", form.prefill.locked):
            rows.append({ROW_KEY: row[ROW_KEY]})
            continue
        value = robots.reality.value(row, (year, month))
        code = row["codigo"]
        rows.append(
            {
                ROW_KEY: row[ROW_KEY],
                "valor_periodo": str(value).replace(".", ","),
                "avance_cualitativo": robots.reality.choose(PROGRESS, code, year, month),
                "dificultades": "",
                "justificacion_rezago": row.get("justificacion_rezago") or "",
                "justificacion_sobreejecucion": row.get("justificacion_sobreejecucion") or "",
                "evidencias": [upload(f"soporte {code} {year}-{month:02}.csv", _evidence(row, value))],
                "fecha_evidencia": robots.today().strftime("%d/%m/%Y"),
            }
        )
    return {TABLE: rows, "plan_de_choque": progress_rows(form), **_of_goals(form, rows, month)}


def _of_goals(form: OpenForm, rows: Sequence[Raw], month: int) -> Raw:
    """The money of the goals of projects, and all of each value in its first locality."""
    typed = {row[ROW_KEY]: row.get("valor_periodo", "") for row in rows}
    money = [
        {
            ROW_KEY: row[ROW_KEY],
            "apropiacion": str(int(row["apropiacion"] or 12_000_000)),
            "compromisos": str(int((row["apropiacion"] or 12_000_000) * month / 13)),
            "giros": str(int((row["apropiacion"] or 12_000_000) * month / 16)),
        }
        for row in form.shown.get("dinero") or ()
    ]
    places, told = [], set()
    for row in form.shown.get("territorio") or ():
        code = str(row[ROW_KEY]).partition("/")[0]
        places.append({ROW_KEY: row[ROW_KEY], "valor": "" if code in told else typed.get(code, "")})
        told.add(code)
    return {"dinero": money, "territorio": places}


def _confirm(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    year, month = (int(part) for part in str(form.task.variables["periodo"]).split("-"))
    return {
        "calculados": [
            {
                ROW_KEY: row[ROW_KEY],
                "valor": row["valor"],
                "de_donde": row["de_donde"],
                "confirmo": "confirmo",
                "avance_cualitativo": robots.reality.choose(PROGRESS, row["codigo"], year, month),
                "justificacion_rezago": DELAYS[0] if row["pide_rezago"] else "",
                "justificacion_sobreejecucion": EXCESSES[0] if row["pide_sobreejecucion"] else "",
            }
            for row in form.shown["calculados"]
        ]
    }


def _report_late(robots: Robots, form: OpenForm, upload: Upload) -> Raw:
    return {**_report(robots, form, upload), "motivo_retraso": "La persona responsable estaba en vacaciones."}


def _evidence(row: Mapping[str, Any], value: Any) -> bytes:
    return f"indicador;nombre;valor\n{row['codigo']};{row['nombre']};{number(value)}\n".encode()


def _execution(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    month = int(str(form.task.variables["periodo"]).split("-")[1])
    rows = []
    for row in form.shown["presupuesto"]:
        total = row["apropiacion_vigente"] or 0
        committed = int(total * month * robots.reality.choose((70, 76, 82), row[ROW_KEY]) / 1200)
        rows.append(
            {
                ROW_KEY: row[ROW_KEY],
                "apropiacion_vigente": str(int(total)),
                "compromisos": str(committed),
                "giros": str(int(committed * 80 / 100)),
            }
        )
    return {"presupuesto": rows, "actividades": activity_rows(robots, form)}


def _validate(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    where = (str(form.task.variables["periodo"]), str(form.task.variables["entidad"]))
    returns = robots.profile(*where) == RETURNED and where not in robots.returned
    if returns:
        robots.returned.add(where)
    raw = {
        table: [{ROW_KEY: row[ROW_KEY], "decision": "valida"} for row in form.shown[table]]
        for table in JUDGED
        if table in form.shown
    }
    if returns and (rows := raw.get("validacion")):
        rows[0] |= {"decision": "devuelta", "motivo": "El soporte no permite verificar el valor; adjunte el listado."}
    if returns and (money := raw.get("presupuesto")):
        money[0] |= {"decision": "devuelta", "motivo": "Los giros no coinciden con el reporte de tesorería."}
    return raw


def _endorse(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    where, rows = (
        (str(form.task.variables["periodo"]), str(form.task.variables["entidad"])),
        form.shown.get("devueltas"),
    )
    if robots.profile(*where) != SENT_BACK or where in robots.returned or not rows:
        return {"decision": "avalo"}
    robots.returned.add(where)
    first = {"devolver": "on", "motivo_fila": "La cifra no es la que me informó el área."}
    return {"decision": "devuelvo", "devueltas": [{ROW_KEY: rows[0][ROW_KEY], **first}]}


def _endorse_late(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"avalo": "on", "nota": ""}


def _review(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    rows: list[Raw] = [{ROW_KEY: row[ROW_KEY], "decision": "procede"} for row in form.shown["alertas"]]
    if rows and not form.prefill.notes:  # the first look: nothing was answered yet
        rows[0] |= {"decision": "aclarar", "pregunta": "¿Qué explica esta cifra y cuándo se normaliza?"}
    return {"alertas": rows, "nota": "Cifras revisadas con los enlaces de planeación."}


def _clarify(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    told = "El comportamiento obedece al cronograma del proyecto y se normaliza en el trimestre."
    return {"aclaraciones": [{ROW_KEY: row[ROW_KEY], "respuesta": told} for row in form.shown["aclaraciones"]]}


def _qualify(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    rows = []
    for row in form.shown["cuellos"]:
        measure = row["medida"] or "preventiva"
        confirmed = {
            "es_cuello": "si",
            "causa": robots.reality.choose(DELAYS, row[ROW_KEY]),
            "categoria": "contractual",
            "severidad": "alta" if measure == "plan_de_choque" else "media",
            "medida": measure,
            "accion": "Alistar los pliegos tipo y hacer seguimiento semanal.",
            "responsable": offered(form, "cuellos.responsable", row["responsable"]),
            "fecha": (robots.today() + dt.timedelta(days=45)).isoformat(),
        }
        rows.append({ROW_KEY: row[ROW_KEY], **confirmed})
    return {"cuellos": rows}


def _approve(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    month = month_name(str(form.task.variables["periodo"]))
    seen = [{ROW_KEY: row[ROW_KEY], "visto": True} for row in form.shown.get("cambios") or []]
    return {
        "decision": "aprobado",
        "mensaje": f"El sector presenta los resultados de {month}.",
        "cambios": seen,
    }


def _adjust(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"cambios": "Se precisó la redacción de las alertas.", "nota": "Cifras verificadas."}


def _appoint(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    people = [username for username, _label in form.options["matriz.reporta"]]
    return {
        "matriz": [_appointed(robots, row, people, form.task.variables.get("persona")) for row in form.shown["matriz"]]
    }


def _appointed(robots: Robots, row: Mapping[str, Any], people: Sequence[str], leaver: str | None) -> Raw:
    """Who was there before, or whoever came in their place; of a row that somebody reported and left, the newcomer."""
    taken: list[str] = []
    vacancies = not row["revisa"] or not row["reemplazo"]
    proposed = {column: row[column] or leaver for column in ("reporta", "revisa", "reemplazo")}
    if leaver and not vacancies:
        proposed["reporta"] = leaver
    for username in proposed.values():
        free = [one for one in people if one not in taken] or list(people[1:])
        now = robots.who_now(username)
        taken.append(now if now in free else free[0])
    return {ROW_KEY: row[ROW_KEY], **dict(zip(proposed, taken, strict=True))}


def _accept(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"respuesta": "acepto"}


def _convene(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    topic = str(form.task.variables.get("tema") or "Resultados del mes")
    return {
        "fecha_reunion": _meeting_day(robots, form).isoformat(),
        "modalidad": "presencial",
        "lugar_o_enlace": "9:00 a. m., sala de juntas de la oficina de planeación",
        "tecnica": "mesa",
        "orden_del_dia": form.shown["orden_del_dia"] or [{"punto": topic}],
        "invitados": form.shown["invitados"] or [form.options["invitados"][0][0]],
        "invitados_externos": [],
    }


def _meeting_day(robots: Robots, form: OpenForm) -> dt.date:
    """The day proposed; while the plan is formulated people meet within the week, to be done before it begins."""
    proposed: dt.date = form.shown["fecha_reunion"] or robots.today()
    if form.instance.process_key != MASTER:
        return proposed
    soon = robots.today() + dt.timedelta(days=DAYS_TO_MEET)
    weekend = max(soon.isoweekday() - 5, 0)
    return min(proposed, soon + dt.timedelta(days=3 - weekend if weekend else 0))


def _attend(_robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    return {
        "asistencia": [
            {**row, "cargo": row["cargo"] or "Profesional", "autoriza_datos": "on"} for row in form.shown["asistencia"]
        ]
    }


def _write_minutes(robots: Robots, form: OpenForm, _upload: Upload) -> Raw:
    topic = str(form.task.variables.get("tema") or "")
    monthly = form.task.variables.get("tipo") in (None, "seguimiento") or not topic
    responsible = form.options["compromisos.responsable"][0][0]
    return {
        "desarrollo": MEETING_OF_THE_MONTH if monthly else f"Se trató: {topic}. Cada entidad expuso su posición.",
        "decisiones": [{"decision": WEEKLY_WATCH if monthly else f"Continuar con lo acordado sobre: {topic}."}],
        "compromisos": [
            {
                "texto": "Presentar el avance de las medidas en la próxima mesa.",
                "responsable": responsible,
                "fecha": (robots.today() + dt.timedelta(days=30)).isoformat(),
            }
        ],
        "compromisos_anteriores": [
            {ROW_KEY: row[ROW_KEY], "cumplido": "si"} for row in form.shown.get("compromisos_anteriores") or []
        ],
        "veredictos_objetivo": _verdicts(form, "veredictos_objetivo"),
        "veredictos_linea": _verdicts(form, "veredictos_linea"),
        "medidas": [
            {ROW_KEY: row[ROW_KEY], "medida": row["medida"] or "preventiva"} for row in form.shown.get("medidas") or []
        ],
    }


def _verdicts(form: OpenForm, table: str) -> list[Raw]:
    return [{ROW_KEY: row[ROW_KEY], **_verdict(row["cifra"])} for row in form.shown.get(table) or []]


def _verdict(figure: str) -> Raw:
    """What a meeting says before a figure: «72,0 %, En amarillo, cobertura 87,5 %»."""
    verdict = next((said for word, said in VERDICTS.items() if word in figure), "cumple")
    return {"veredicto": verdict, "argumento": ARGUMENTS[verdict]}


def _review_minutes(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"resultado": "conforme"}


def _approve_minutes(_robots: Robots, _form: OpenForm, _upload: Upload) -> Raw:
    return {"apruebo": "on"}


ROBOTS: Mapping[str, Callable[[Robots, OpenForm, Upload], Raw | None]] = {
    "reportar_avance": _report,
    "corregir_avance": _report,
    "corregir_extemporaneo": _report,
    "completar_reporte": _report_late,
    "confirmar_calculado": _confirm,
    "confirmar_calculado_extemporaneo": _confirm,
    "reportar_ejecucion": _execution,
    "completar_ejecucion": _execution,
    "corregir_ejecucion": _execution,
    "corregir_ejecucion_extemporanea": _execution,
    "validar_reporte": _validate,
    "validar_extemporaneo": _validate,
    "avalar_reporte": _endorse,
    "avalar_extemporaneo": _endorse_late,
    "revisar_consolidado": _review,
    "aclarar_reporte": _clarify,
    "calificar_cuellos": _qualify,
    "aprobar_informe": _approve,
    "ajustar_informe": _adjust,
    "establecer_responsables": _appoint,
    "reasignar_responsables": _appoint,
    "aceptar_responsabilidad": _accept,
    "convocar": _convene,
    "registrar_asistencia": _attend,
    "elaborar_acta": _write_minutes,
    "revisar_acta": _review_minutes,
    "aprobar_acta": _approve_minutes,
    **FORMULATION_ROBOTS,
    **RECOVERY_ROBOTS,
    **IMPLEMENTATION_ROBOTS,
    **APPROVAL_ROBOTS,
    **EVALUATION_ROBOTS,
    **LIFECYCLE_ROBOTS,
}
"""A robot per form handler."""
