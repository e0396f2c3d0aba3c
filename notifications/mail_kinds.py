"""The kinds of mail whose words an office may change: when each goes out, and the variables that its template has.

Shipped and changed templates speak one language (`workflows.documents.marks`): flat variables, `if`, `for`. What the
senders know becomes those variables here. Mails that let somebody in are not among them: their link may not get lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.calendar import BOGOTA
from workflows.documents.marks import Listed
from workflows.spanish import month_name, week_day

Values = Mapping[str, Any]
LINK = "enlace"


@dataclass(frozen=True, slots=True)
class MailKindWords:
    """A kind of mail. `view` makes its variables of what the sender knows; `needed` may be left out of no template.

    `greeting` comes before the name, `foot` stands under it, whoever wrote the words. `preheader` names the list whose
    first thing a mailbox shows beside the subject.
    """

    title: str
    when: str
    listed: Listed
    view: Callable[[Values], dict[str, Any]]
    needed: tuple[str, ...] = (LINK,)
    greeting: str = ""
    foot: str = "Es un aviso de Cauce. No hace falta responderlo."
    preheader: str = ""
    of_person: bool = False
    """It tells of a person who may be of several sectors: the installation alone has words of its own for it."""


_NAME = {"nombre": "A quien se le escribe"}
_TASK = _NAME | {
    "tarea": "El nombre de la tarea",
    "entidad": "La sigla de la entidad; vacía si es de todo el sector",
    "vence": "El día en que vence: lunes 9 de noviembre; vacío si no tiene plazo",
    "proceso": "El nombre del proceso",
    LINK: "La dirección que abre la tarea",
}


def _day(moment: Any) -> str:
    return week_day(moment) if moment is not None else ""


def _of_task(values: Values) -> dict[str, Any]:
    """What most mails about a task say."""
    task, to = values["task"], values.get("to")
    return {
        "nombre": to.name if to is not None else values["name"],
        "tarea": task.name,
        "entidad": str(task.variables.get("entidad") or ""),
        "vence": _day(task.due_at),
        "proceso": values["case_name"],
        LINK: f"{values['base_url']}/tareas/{task.id}",
    }


def _returned(values: Values) -> dict[str, Any]:
    when = values["when"]
    return _of_task(values) | {
        "asunto": values["subject"],
        "quien": values["who"],
        "dia": _day(when),
        "hora": f"{when.astimezone(BOGOTA):%H:%M}",
        "motivos": [{"sobre": one.about, "motivo": one.reason} for one in values["reasons"]],
    }


def _nudge(values: Values) -> dict[str, Any]:
    return _of_task(values) | {"quien": values["by"], "vencida": values["late"], "palabras": values["words"]}


def _comment(values: Values) -> dict[str, Any]:
    one, case = values["one"], values["case"]
    return {
        "nombre": values["to"].name,
        "quien": values["author"].name,
        "le_pregunta": values["is_asked"],
        "responde": one.thread_id is not None,
        "asunto_de": one.row or values["task_name"] or case.name,
        "entidad": one.entity or "",
        "texto": one.text,
        "proceso": case.name,
        LINK: f"{values['base_url']}/casos/{case.id}#conversacion",
    }


def _extension(values: Values) -> dict[str, Any]:
    one = values["extension"]
    return _of_task(values) | {
        "pide": values["asked_by"],
        "decide": values["decided_by"],
        "hasta": _day(one.granted_on),
        "pedido": _day(one.wanted_on),
        "vencia": _day(one.due_before),
        "motivo": one.reason,
        "respuesta": one.answer or "",
    }


def _extension_asked(values: Values) -> dict[str, Any]:
    return _extension(values) | {LINK: f"{values['base_url']}/prorrogas"}


def _invitation(values: Values) -> dict[str, Any]:
    meeting = values["meeting"]
    return {
        "nombre": values["name"],
        "tema": meeting.topic,
        "dia": _day(meeting.held_on),
        "hora": f"{meeting.starts_at:%H:%M}" if meeting.starts_at else "",
        "modo": meeting.mode,
        "lugar": meeting.place,
        "convoca": values["convener"],
        "motivo": values["reason"],
        "se_retira": values["withdrawn"],
        "puntos": [str(point.get("punto") or "") for point in meeting.agenda],
        "proceso": values["case_name"],
    }


def _modification_denied(values: Values) -> dict[str, Any]:
    modification = values["modification"]
    return {
        "nombre": values["name"],
        "numero": str(modification.number),
        "plan": modification.plan_code,
        "motivo": modification.reason,
        "cambios": [
            {"que": one.label, "antes": str(one.before), "despues": str(one.after)} for one in values["changes"]
        ],
        "proceso": values["case_name"],
    }


def _standing_in(values: Values) -> dict[str, Any]:
    absence, other, to = values["absence"], values["stand_in"], values["to"]
    return {
        "nombre": to.name,
        "ausente": values["person"].name,
        "reemplazo": other.name if other else "",
        "usted_reemplaza": other is not None and to.username == other.username,
        "desde": _day(absence.since),
        "hasta": _day(absence.until),
        "desde_corto": f"{absence.since:%d/%m}",
        "hasta_corto": f"{absence.until:%d/%m}",
        LINK: f"{values['base_url']}/ausencias",
    }


def _uncovered(values: Values) -> dict[str, Any]:
    return {
        "nombre": values["to"].name,
        "ausente": values["person"].name,
        "hasta": _day(values["gone"].until),
        "cuantas": f"{len(values['tasks'])} tarea{'s' if len(values['tasks']) != 1 else ''}",
        "tareas": [
            {
                "tarea": task.name,
                "entidad": str(task.variables.get("entidad") or ""),
                "vence": _day(task.due_at),
                LINK: f"{values['base_url']}/seguimiento/tareas/{task.id}/reasignar",
            }
            for task in values["tasks"]
        ],
        LINK: f"{values['base_url']}/ausencias",
    }


def _handed_over(values: Values) -> dict[str, Any]:
    one = values["one"]
    return {
        "nombre": values["to"].name,
        "entrega": values["giver"],
        "recibe": values["receiver"],
        "usted_recibe": values["to"].username == one.receiver,
        "motivo": one.reason,
        "cosas": [{"que": table["titulo"], "cuantas": str(len(table["filas"]))} for table in one.content["tablas"]],
        LINK: f"{values['base_url']}/entregas/acta?acta={one.id}",
    }


def _help(values: Values) -> dict[str, Any]:
    one, rows = values["help"], values["help"].rows or []
    return _of_task(values) | {
        "pide": values["asked_by"],
        "ayuda": values["helper"],
        "cuantas": f"{len(rows)} fila{'s' if len(rows) != 1 else ''}" if rows else "",
        "filas": ", ".join(rows),
        "hasta": _day(one.wanted_on),
        "nota": one.note or "",
    }


def _window_moved(values: Values) -> dict[str, Any]:
    effect = values["effect"]
    return {
        "nombre": values["to"].name,
        "mes": month_name(effect.period),
        "hasta": _day(effect.closes_on),
        "antes": _day(effect.closed_on),
        "motivo": values["reason"],
        "pasos": [{"paso": one.name, "dia": _day(one.after)} for one in effect.steps if not one.is_past],
        LINK: f"{values['base_url']}/bandeja/",
    }


def _digest(values: Values) -> dict[str, Any]:
    return {
        "nombre": values["name"],
        "asunto": values["subject"],
        "dia": _day(values["day"]),
        "titular": values["digest"].headline(),
        "contenido": values["contents"],
    }


_EXTENSION = {
    "pide": "Quién pide la prórroga",
    "decide": "Quién decidió",
    "hasta": "Hasta cuándo se concedió; vacío si se negó",
    "pedido": "Hasta cuándo se pidió",
    "vencia": "Cuándo vencía antes",
    "motivo": "Por qué se pidió",
    "respuesta": "Lo que respondió quien decidió",
}
_HELP = {
    "pide": "Quién pide la ayuda",
    "ayuda": "A quién se le pide",
    "cuantas": "Cuántas filas: 3 filas; vacío si es toda la tarea",
    "filas": "Cuáles filas, separadas por comas",
    "hasta": "Para cuándo se pide; vacío si no se dijo",
    "nota": "Lo que escribió quien pide",
}

KINDS: Mapping[str, MailKindWords] = {
    "digest": MailKindWords(
        "Resumen del día",
        "Cada día hábil, desde las 7:30, a quien tenga algo que hacer.",
        Listed(
            _NAME
            | {
                "asunto": "Lo más urgente: Reportar 5 indicadores: vence el lunes 9",
                "dia": "El día del resumen",
                "titular": "Cuánto hay de cada cosa: 1 devuelta · 2 nuevas",
                "contenido": "Las tareas, avisos y compromisos de la persona, con sus enlaces",
            }
        ),
        _digest,
        needed=("contenido",),
        greeting="Buenos días, ",
    ),
    "returned": MailKindWords(
        "Trabajo devuelto",
        "Cuando alguien devuelve una tarea con su motivo.",
        Listed(
            _TASK
            | {
                "asunto": "Qué se devolvió: Devuelto: 2 filas de Reportar avance · ENT",
                "quien": "Quién la devolvió",
                "dia": "El día en que se devolvió",
                "hora": "La hora en que se devolvió",
            },
            lists={"motivos": "Cada motivo de la devolución"},
            fields={"motivos": {"sobre": "La fila; vacía si es toda la tarea", "motivo": "Lo que se escribió"}},
        ),
        _returned,
        needed=(LINK, "motivos"),
        foot="Recibe este correo porque alguien espera su corrección; el resumen del día no lo repite.",
        preheader="motivos",
    ),
    "nudge": MailKindWords(
        "Recordatorio de la coordinación",
        "Cuando quien coordina pulsa «Recordar».",
        Listed(
            _TASK | {"quien": "Quién recuerda", "palabras": "Lo que añadió; puede estar vacío"},
            flags={"vencida": "Si ya venció"},
        ),
        _nudge,
    ),
    "comment": MailKindWords(
        "Pregunta o comentario",
        "Cuando alguien pregunta o comenta en un proceso.",
        Listed(
            _NAME
            | {
                "quien": "Quién escribió",
                "asunto_de": "La fila, la tarea o el proceso del que se habla",
                "entidad": "La sigla de la entidad; puede estar vacía",
                "texto": "Lo que escribió",
                "proceso": "El nombre del proceso",
                LINK: "La dirección de la conversación",
            },
            flags={"le_pregunta": "Si se le menciona con @", "responde": "Si es respuesta a una pregunta"},
        ),
        _comment,
        needed=(LINK, "texto"),
    ),
    "extension_asked": MailKindWords(
        "Piden una prórroga", "A quien puede concederla.", Listed(_TASK | _EXTENSION), _extension_asked
    ),
    "extension_answered": MailKindWords(
        "Respuesta a una prórroga", "A quien la pidió.", Listed(_TASK | _EXTENSION), _extension
    ),
    "extension_given": MailKindWords(
        "Más plazo sin pedirlo",
        "Cuando la coordinación da más plazo.",
        Listed(_TASK | _EXTENSION),
        _extension,
    ),
    "window_moved": MailKindWords(
        "Ventana de reporte movida",
        "A todas las personas del mes, cuando la coordinación mueve la ventana.",
        Listed(
            _NAME
            | {
                "mes": "El mes que se reporta",
                "hasta": "La fecha nueva",
                "antes": "La fecha de antes",
                "motivo": "Por qué se movió",
                LINK: "La dirección de la bandeja",
            },
            lists={"pasos": "Cada paso del mes que falta"},
            fields={"pasos": {"paso": "Su nombre", "dia": "Su fecha nueva"}},
        ),
        _window_moved,
        needed=(LINK, "hasta"),
    ),
    "invitation": MailKindWords(
        "Convocatoria a una mesa",
        "Al convocar, al cambiar la fecha o el lugar, y al cancelar; lleva la cita del calendario.",
        Listed(
            _NAME
            | {
                "tema": "El tema",
                "dia": "El día: lunes 9 de noviembre",
                "hora": "La hora; puede estar vacía",
                "modo": "Presencial, virtual o mixta",
                "lugar": "El lugar o el enlace",
                "convoca": "Quién convoca",
                "motivo": "Por qué cambió o se cancela; vacío en la primera",
                "proceso": "El nombre del proceso",
            },
            lists={"puntos": "Cada punto del orden del día"},
            flags={"se_retira": "Si ya no se hace ese día"},
        ),
        _invitation,
        needed=("tema", "dia"),
    ),
    "modification_denied": MailKindWords(
        "Modificación negada",
        "A quien pidió modificar el plan, si no procede.",
        Listed(
            _NAME
            | {
                "numero": "El número de la modificación",
                "plan": "El código del plan",
                "motivo": "Por qué no procede",
                "proceso": "El nombre del proceso",
            },
            lists={"cambios": "Cada cambio que se pidió"},
            fields={"cambios": {"que": "Qué se quería cambiar", "antes": "Cómo está", "despues": "Cómo se pidió"}},
        ),
        _modification_denied,
        needed=("motivo",),
    ),
    "standing_in": MailKindWords(
        "Reemplazo temporal",
        "A quien reemplaza, y a quien se ausenta si otra persona lo registró.",
        Listed(
            _NAME
            | {
                "ausente": "Quién se ausenta",
                "reemplazo": "Quién le reemplaza; vacío si nadie",
                "desde": "Desde qué día",
                "hasta": "Hasta qué día",
                "desde_corto": "Desde qué día, en números: 09/11",
                "hasta_corto": "Hasta qué día, en números: 13/11",
                LINK: "La dirección de las ausencias",
            },
            flags={"usted_reemplaza": "Si el correo es para quien reemplaza"},
        ),
        _standing_in,
        of_person=True,
    ),
    "uncovered": MailKindWords(
        "Sin quien lo haga",
        "A la coordinación, si vence trabajo de alguien ausente y nadie le reemplaza.",
        Listed(
            _NAME
            | {
                "ausente": "Quién está ausente",
                "hasta": "Hasta qué día",
                "cuantas": "Cuántas tareas: 2 tareas",
                LINK: "La dirección de las ausencias",
            },
            lists={"tareas": "Cada tarea que vence antes de que vuelva"},
            fields={
                "tareas": {
                    "tarea": "Su nombre",
                    "entidad": "La sigla de la entidad; puede estar vacía",
                    "vence": "Cuándo vence",
                    LINK: "La dirección para reasignarla",
                }
            },
        ),
        _uncovered,
        needed=(LINK, "tareas"),
        of_person=True,
    ),
    "handed_over": MailKindWords(
        "Entrega del cargo",
        "A quien entrega y a quien recibe.",
        Listed(
            _NAME
            | {
                "entrega": "Quién entrega",
                "recibe": "Quién recibe",
                "motivo": "Por qué",
                LINK: "La dirección del acta de entrega",
            },
            lists={"cosas": "Qué pasó de mano, por clases"},
            flags={"usted_recibe": "Si el correo es para quien recibe"},
            fields={"cosas": {"que": "La clase", "cuantas": "Cuántas"}},
        ),
        _handed_over,
        of_person=True,
    ),
    "help_asked": MailKindWords("Piden ayuda con una tarea", "A quien se le pide.", Listed(_TASK | _HELP), _help),
    "help_ready": MailKindWords("La ayuda está lista", "A quien la pidió.", Listed(_TASK | _HELP), _help),
}
"""By folder of `templates/email`."""


def bare(kind: str) -> dict[str, Any]:
    """Variables to try a template with of which none says anything."""
    listed = KINDS[kind].listed
    return {
        **dict.fromkeys(listed.texts, ""),
        **{one: [] for one in listed.lists},
        **dict.fromkeys(listed.flags, False),
    }


def sample(kind: str, *, mark: str = "") -> dict[str, Any]:
    """Variables of an example: every list has two things; every text ends with `mark`, letters that must be escaped."""
    listed = KINDS[kind].listed
    told: dict[str, Any] = {name: _example(meaning) + mark for name, meaning in listed.texts.items()}
    for name in listed.lists:
        fields = listed.fields.get(name)
        one: Any = {part: _example(said) + mark for part, said in fields.items()} if fields else f"Uno{mark}"
        told[name] = [one, one]
    if LINK in told:
        told[LINK] = "https://cauce.example/tareas/1"
    return told | dict.fromkeys(listed.flags, True)


def _example(meaning: str) -> str:
    """The example in what is said of a variable, else what is said without its condition."""
    said, _, example = meaning.partition(": ")
    return (example or said).partition(";")[0]
