"""What happened to a case, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.history import HistoryEntry
from workflows.calendar import bogota_day
from workflows.spanish import long_day

SYSTEM = "Cauce"
"""Who does what no person does."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's history. `is_detail`: an automatic step, which the reader may skip."""

    at: dt.datetime
    text: str
    is_detail: bool = False


SENTENCES: Mapping[str, str] = {
    "instance_started": "{who} abrió el proceso.",
    "instance_completed": "El proceso terminó.",
    "instance_cancelled": "{who} canceló el proceso.{why}",
    "task_created": "Quedó pendiente «{what}»{entity}.",
    "task_completed": "{who} terminó «{what}»{entity}.",
    "task_cancelled": "«{what}»{entity} ya no hizo falta.",
    "task_claimed": "{who} tomó «{what}»{entity}.",
    "task_released": "{who} devolvió «{what}»{entity} al grupo.",
    "task_reassigned": "{who} reasignó «{what}»{entity}.{why}",
    "step_completed": "Se hizo solo: «{what}».",
    "call_completed": "Terminó «{what}».",
    "decision": "Se decidió: «{what}».",
    "table_decided": "La tabla de decisión «{table}»{rows} decidió «{what}».",
    "timer_fired": "Llegó el momento: «{what}».",
    "deadline_moved": "«{what}»{entity} pasó del {before} al {after}: cambiaron los días que no se trabajan.",
    "message_sent": "Se avisó a otro proceso: «{what}».",
    "message_received": "Llegó un aviso de otro proceso: «{what}».",
    "message_kept": "Llegó antes de que el proceso lo esperara: «{what}». Queda guardado hasta entonces.",
    "message_dropped": "Se descartó lo que había llegado antes de que se esperara: «{what}».",
    "signal_sent": "Se dio la señal: «{what}».",
    "message_given": "{who} envió a mano lo que se esperaba en «{what}».{why}",
    "date_brought": "{who} dio por llegada la fecha de «{what}».{why}",
    "wait_skipped": "{who} omitió la espera de «{what}».{why}",
    "suspended": "{who} suspendió el proceso.{why}",
    "resumed": "{who} reanudó el proceso.{why}",
    "deadline_postponed": "«{what}»{entity} pasó del {before} al {after}: el proceso estuvo suspendido.",
    "step_changed": "{who} llevó el proceso de «{what}» a {target}.{why}",
    "migrated": "{who} pasó el proceso de la versión {before_version} a la {after_version}.{why}",
    "variable_corrected": "{who} corrigió el dato «{variable}».{why}",
    "change_undone": "{who} deshizo lo hecho: el proceso volvió a donde estaba.{why}",
    "incident_opened": "Falló «{what}»; quedó como incidente.",
    "incident_resolved": "{who} resolvió el incidente de «{what}».{why}",
}
DETAILS = frozenset(
    {"task_created", "step_completed", "call_completed", "decision", "timer_fired", "message_sent", "message_received"}
)


def lines(
    entries: Sequence[HistoryEntry],
    names: Mapping[str, str],
    element_name: Callable[[HistoryEntry], str],
    entities: Mapping[int, str],
) -> list[Line]:
    """The history as sentences, in the order given. `names` are people by username, `entities` codes by task id."""
    return [_line(entry, names, element_name(entry), entities.get(entry.task_id or 0, "")) for entry in entries]


def _line(entry: HistoryEntry, names: Mapping[str, str], what: str, entity: str) -> Line:
    reason = str(entry.data.get("reason") or entry.data.get("motivo") or "").strip()
    text = SENTENCES.get(entry.kind, "«{what}»").format(
        who=names.get(entry.actor_id, SYSTEM) if entry.actor_id != "sistema" else SYSTEM,
        what=what,
        why=f" Motivo: {reason}" if reason else "",
        entity=f" de {entity}" if entity else "",
        before=_day(entry.data.get("antes")),
        after=_day(entry.data.get("ahora")),
        table=entry.data.get("tabla", ""),
        rows=_rows(entry.data.get("filas")),
        target=entry.data.get("hasta", ""),
        before_version=entry.data.get("de", ""),
        after_version=entry.data.get("a", ""),
        variable=entry.data.get("variable", ""),
    )
    return Line(entry.at, text, entry.kind in DETAILS)


def _rows(rows: object) -> str:
    """«, fila 3»."""
    found = rows if isinstance(rows, list) else []
    return f", {'filas' if len(found) > 1 else 'fila'} {' y '.join(map(str, found))}" if found else ""


def _day(moment: object) -> str:
    return long_day(bogota_day(dt.datetime.fromisoformat(moment))) if isinstance(moment, str) and moment else ""
