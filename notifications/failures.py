"""Background work that fails, in words: what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.units import SystemIncident
from workflows.plan.models import Plan


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of unit is called when it fails, and what usually helps."""

    title: str
    advice: str = "Se reintenta solo. Si se repite, mire el registro del servidor: allí está el detalle."


_DOCUMENT = "Lo demás se sigue haciendo. Revise los textos y archivos de ese documento; se reintenta solo."

KINDS: Mapping[str, Words] = {
    "act": Words("Falla una parte entera del trabajo automático"),
    "local_days": Words("No se pudieron leer los días no laborables"),
    "release": Words(
        "No se pudo publicar un proceso en su fecha",
        "Sigue la versión anterior. Revise el borrador y publíquelo a mano.",
    ),
    "deadline": Words("No se pudieron mover los plazos de un proceso", "Revise ese proceso con «cauce doctor»."),
    "opening": Words(
        "No se pudo abrir un periodo",
        "Los demás se abren. Revise la fecha y el calendario del plan, y el evento de inicio del proceso.",
    ),
    "closed_year": Words("No se pudo avisar que terminó una vigencia"),
    "closed_cutoff": Words("No se pudo avisar que se cerró un corte"),
    "closed_phase": Words("No se pudo avisar que terminó una fase del plan"),
    "timer": Words("No se pudo atender un plazo vencido", "Revise ese proceso con «cauce doctor»."),
    "retry": Words("No se pudo reintentar un paso de un proceso", "Revise ese proceso con «cauce doctor»."),
    "stand_in": Words(
        "No se pudo pasar una tarea a quien reemplaza, o devolverla", "Reasígnela desde el seguimiento; dice el motivo."
    ),
    "extension": Words("No se pudo pasar una prórroga concedida al reporte extemporáneo", "Cambie ese plazo a mano."),
    "approval_link": Words(
        "No se pudo enviar a alguien el enlace con que avala", "Puede avalar en Cauce. Se reintenta solo."
    ),
    "uncovered": Words("No se pudo avisar que alguien ausente no tiene reemplazo"),
    "digest": Words(
        "No se pudo escribir un resumen diario",
        "Las demás personas lo reciben. Cuando se arregle, esa persona recibe lo que no se le dijo.",
    ),
    "monthly_report": Words("No se pudo hacer el informe de un mes", _DOCUMENT),
    "frozen_document": Words("No se pudieron hacer los archivos de un documento", _DOCUMENT),
    "plan_document": Words("No se pudieron hacer los archivos del documento del plan", _DOCUMENT),
    "methodology": Words("No se pudieron hacer los archivos de una metodología", _DOCUMENT),
    "act_or_sheet": Words("No se pudieron hacer los archivos de un acto o de una matriz de observaciones", _DOCUMENT),
    "external_report": Words("No se pudieron hacer los archivos de un reporte externo", _DOCUMENT),
    "minutes": Words("No se pudieron hacer los archivos de un acta", _DOCUMENT),
    "changeover": Words("No se pudieron hacer los archivos de un empalme", _DOCUMENT),
    "sign_of_life": Words("No se pudo anotar que el trabajador sigue en marcha"),
    "stall": Words("No se pudo mirar si un proceso está detenido", "Revise ese proceso con «cauce doctor»."),
    "audit_chain": Words("No se pudo encadenar la bitácora", "Revísela con «cauce audit verify»."),
    "search": Words("No se pudo poner al día el buscador", "Rehágalo con «cauce search rebuild»."),
    "webhook": Words(
        "Un sistema no recibe los avisos que se le envían",
        "Los avisos esperan en orden hasta siete días. Mire en el plan, «Otros sistemas», qué respondió.",
    ),
    "export": Words(
        "Un archivo no llega al sistema que lo espera",
        "Se sigue intentando, y nada más espera por él. Mire en el plan, «Otros sistemas», qué respondió.",
    ),
    "kept_answers": Words("No se pudieron borrar respuestas viejas a programas"),
    "backup": Words("No se pudo hacer o revisar la copia del día", "Mire si hay espacio en la carpeta de copias."),
    "bounce": Words(
        "No se pudo leer un aviso de correo devuelto",
        "Los demás se leen. Mire CAUCE_BOUNCES: que la carpeta exista y se pueda escribir, o que el buzón se abra con "
        "esa clave.",
    ),
    "mail_template": Words(
        "Una plantilla de correo no se pudo usar",
        "El correo salió con el texto de siempre. Corrija la plantilla en el sector, «Textos de los correos».",
    ),
    "unused_files": Words("No se pudieron borrar archivos de borradores viejos"),
}
"""Every kind of unit; a test holds the worker's acts against it."""


OF_A_CASE = frozenset({"deadline", "timer", "retry", "stall"})
"""Kinds whose key is the number of a case; that of a digest is a person, that of the others begins with a plan."""
OF_A_SECTOR = "mail_template"
"""The kind whose key begins with a sector, or with nothing where it is the installation's."""


def tenants(session: Session, incidents: Collection[SystemIncident]) -> Mapping[int, str]:
    """By id, the sector whose work fails; none where it is the whole installation's. At most two statements."""
    cases = {int(one.key) for one in incidents if one.kind in OF_A_CASE and one.key.isdecimal()}
    plans = {_plan(one) for one in incidents if one.kind not in OF_A_CASE and one.kind != OF_A_SECTOR}
    of_case = _by_key(session, Instance.id, Instance.tenant, cases)
    of_plan = _by_key(session, Plan.code, Plan.sector_code, plans)
    return {
        one.id: of_case.get(one.key, "") if one.kind in OF_A_CASE
        else _plan(one) if one.kind == OF_A_SECTOR
        else of_plan.get(_plan(one), "")
        for one in incidents
    }  # fmt: skip


def _plan(incident: SystemIncident) -> str:
    return incident.key.split("/")[0]


def _by_key(session: Session, key: Any, value: Any, wanted: Collection[Any]) -> Mapping[str, str]:
    if not wanted:
        return {}
    return {str(row[0]): row[1] for row in session.execute(sa.select(key, value).where(key.in_(wanted)))}


def words(incident: SystemIncident) -> Words:
    """What to call a failing unit."""
    return KINDS.get(incident.kind, Words("Falla un trabajo automático"))


def which(incident: SystemIncident) -> str:
    """Which one fails: an act by its own words, else the key."""
    if incident.kind == "act":
        return KINDS[incident.key].title if incident.key in KINDS else incident.key
    return incident.key or "todos"


def sentence(incident: SystemIncident) -> str:
    """In one line: «No se pudo abrir un periodo: PES-GOB/f5_ciclo_mensual/2018-06»."""
    return f"{words(incident).title}: {which(incident)}"
