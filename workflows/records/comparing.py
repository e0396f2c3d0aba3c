"""What loading a file would change, told before anything is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.records.columns import BY_KEY
from workflows.records.data import PersonRecord, PlanData
from workflows.spanish import number

ADDED, CHANGED, REMOVED = "nuevo", "cambia", "se retira"

_FIELDS = {
    "name": "nombre",
    "sector": "sector",
    "first_year": "primer año",
    "years": "número de años",
    "development_plan": "plan de desarrollo",
    "first_level_name": "nombre del primer nivel",
    "approval_rule": "regla de aprobación",
    "state": "estado",
    "first_month": "primer mes",
    "mission": "misión",
    "vision": "visión",
    "values": "valores",
    "act_kind": "tipo del acto",
    "act_number": "número del acto",
    "act_on": "fecha del acto",
    "act_issuer": "quién expide el acto",
    "sector_role": "rol en el sector",
    "email": "correo",
    "entity": "entidad",
    "roles": "roles",
    "active": "activo",
    "weight": "peso",
    "line": "línea",
    "lead_entity": "entidad líder",
    "theme": "tema",
    "expected_result": "resultado esperado",
    "objective": "objetivo",
    "kind": "clase",
    "unit": "unidad",
    "decimals": "decimales",
    "annualization": "anualización",
    "direction": "dirección",
    "tolerance": "tolerancia",
    "minimum": "mínimo",
    "maximum": "máximo",
    "baseline": "línea base",
    "baseline_year": "año de la línea base",
    "final_target": "meta final",
    "periodicity": "periodicidad",
    "lag_days": "días de rezago",
    "project": "proyecto",
    "reports": "reporta",
    "reviews": "revisa",
    "substitute": "reemplazo",
    "definition": "definición",
    "formula": "fórmula",
    "source": "fuente",
    "targets": "metas anuales",
    "monthly": "programación mensual",
    "budgets": "presupuesto",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that loading would do. `kind`: nuevo, cambia, se retira."""

    kind: str
    sheet: str
    code: str
    text: str


def compare(before: PlanData | None, after: PlanData, *, on_record: Iterable[PersonRecord] = ()) -> list[Change]:
    """What would be added, changed and taken out, sheet by sheet. `on_record`: the people who are already."""
    changes = list(_plan_changes(before, after))
    for sheet, old, new in _sections(before, after, on_record):
        changes += _section_changes(BY_KEY[sheet].title, old, new)
    changes += _measurement_changes(before, after)
    if before is not None and before.bands != after.bands:
        changes.append(Change(CHANGED, "Semáforo", "", "Nuevos límites, que valen desde hoy; lo cerrado no cambia."))
    known = {holiday.day for holiday in before.holidays} if before else set()
    changes += [
        Change(ADDED, "Días no hábiles", f"{holiday.day:%d/%m/%Y}", holiday.name)
        for holiday in after.holidays
        if holiday.day not in known
    ]
    return changes


def _plan_changes(before: PlanData | None, after: PlanData) -> Iterator[Change]:
    if before is None:
        yield Change(ADDED, "Plan", after.plan.code, after.plan.name)
    elif before.plan != after.plan:
        yield Change(CHANGED, "Plan", after.plan.code, _differences(before.plan, after.plan))


def _sections(
    before: PlanData | None, after: PlanData, on_record: Iterable[PersonRecord]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    def by_code(records: Any) -> dict[str, Any]:
        return {record.code: record for record in records}

    # People and entities may serve other plans: what a file does not name stays.
    people = {person.username: person for person in after.people}
    known_people = {person.username: person for person in on_record}
    entities = by_code(after.entities)
    known_entities = {e.code: e for e in before.entities if e.code in entities} if before else {}
    yield "entidades", known_entities, entities
    yield "personas", known_people, people
    yield "lineas", by_code(before.lines) if before else {}, by_code(after.lines)
    yield "objetivos", by_code(before.objectives) if before else {}, by_code(after.objectives)
    yield "indicadores", by_code(before.indicators) if before else {}, by_code(after.indicators)
    yield "proyectos", {p.code: p for p in before.projects} if before else {}, by_code(after.projects)


def _section_changes(sheet: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for code, record in new.items():
        if code not in old:
            yield Change(ADDED, sheet, code, record.name)
        elif differences := _differences(old[code], record):
            yield Change(CHANGED, sheet, code, differences)
    for code, record in old.items():
        if code not in new and getattr(record, "active", True):
            yield Change(REMOVED, sheet, code, record.name)


def _measurement_changes(before: PlanData | None, after: PlanData) -> Iterator[Change]:
    counts: dict[tuple[int, int], int] = {}
    for code, series in after.measurements.items():
        known = before.measurements.get(code, {}) if before else {}
        for month in series:
            if month not in known:
                counts[month] = counts.get(month, 0) + 1
    for measured, count in sorted(counts.items()):
        values = "1 medición" if count == 1 else f"{count} mediciones"
        yield Change(ADDED, "Mediciones", "{}-{:02}".format(*measured), f"{values}; el mes queda cerrado.")


def _differences(old: Any, new: Any) -> str:
    parts = []
    for field in dataclasses.fields(new):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if isinstance(now, tuple):
            was, now = tuple(sorted(was)), tuple(sorted(now))
        if was != now:
            label = _FIELDS.get(field.name, field.name)
            parts.append(label if isinstance(now, Mapping) else f"{label}: {_shown(was)} → {_shown(now)}")
    return "; ".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, tuple):
        return ", ".join(value) or "(nada)"
    text = str(value) if value not in (None, "") else "(nada)"
    return text if len(text) <= 80 else text[:79] + "…"
