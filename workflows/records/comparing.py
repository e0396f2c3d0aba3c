"""What loading a file would change, told before anything is written."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workflows.plan.development import Described
from workflows.records.columns import BY_KEY
from workflows.records.data import PersonRecord, PlanData
from workflows.spanish import number

ADDED, CHANGED, REMOVED = "nuevo", "cambia", "se retira"

_FIELDS = {
    "name": "nombre",
    "sector": "sector",
    "first_year": "primer año",
    "years": "número de años",
    "development_plans": "plan de desarrollo",
    "government": "gobierno",
    "starts_on": "rige desde",
    "ends_on": "rige hasta",
    "adopted_by": "acto que lo adoptó",
    "adopted_on": "fecha del acto",
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
    """One thing that loading would do. `kind`: nuevo, cambia, se retira.

    Of what changes, `values` has each field by its name, as it was and as it will be, whole.
    """

    kind: str
    sheet: str
    code: str
    text: str
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def compare(
    before: PlanData | None,
    after: PlanData,
    *,
    on_record: Iterable[PersonRecord] = (),
    development_plans: Iterable[Described] = (),
) -> list[Change]:
    """What would be added, changed and taken out, sheet by sheet.

    `on_record`: the people who are already; `development_plans`: those of the file that are.
    """
    changes = list(_plan_changes(before, after))
    known = {one.code: one for one in development_plans}
    framing = {one.code: one for one in after.development_plans}
    changes += _section_changes(BY_KEY["planes_desarrollo"].title, known, framing)
    for sheet, old, new in _sections(before, after, on_record):
        changes += _section_changes(BY_KEY[sheet].title, old, new)
    changes += _measurement_changes(before, after)
    if before is not None and before.bands != after.bands:
        told = "Nuevos límites, que valen desde hoy; lo cerrado no cambia."
        values = {"límites": (_whole(before.bands), _whole(after.bands))}
        changes.append(Change(CHANGED, "Semáforo", "", told, values))
    days = {holiday.day for holiday in before.holidays} if before else set()
    changes += [
        Change(ADDED, "Días no hábiles", f"{holiday.day:%d/%m/%Y}", holiday.name)
        for holiday in after.holidays
        if holiday.day not in days
    ]
    return changes


def _plan_changes(before: PlanData | None, after: PlanData) -> Iterator[Change]:
    if before is None:
        yield Change(ADDED, "Plan", after.plan.code, after.plan.name)
    elif before.plan != after.plan:
        values = _differing(before.plan, after.plan)
        yield Change(CHANGED, "Plan", after.plan.code, _in_words(values), _wholly(values))


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
    yield "metas_proyecto", by_code(before.goals) if before else {}, by_code(after.goals)
    yield "proyectos", {p.code: p for p in before.projects} if before else {}, by_code(after.projects)


def _section_changes(sheet: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for code, record in new.items():
        if code not in old:
            held = _differing(dataclasses.replace(record, roles=()), record) if isinstance(record, PersonRecord) else {}
            yield Change(ADDED, sheet, code, record.name, _wholly(held))
        elif values := _differing(old[code], record):
            yield Change(CHANGED, sheet, code, _in_words(values), _wholly(values))
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


_Values = Mapping[str, tuple[Any, Any]]
"""By the name of a field, what it was and what it will be."""


def _differing(old: Any, new: Any) -> _Values:
    found = {}
    for one in dataclasses.fields(new):
        was, now = getattr(old, one.name), getattr(new, one.name)
        if isinstance(now, tuple):
            was, now = tuple(sorted(was)), tuple(sorted(now))
        if was != now:
            found[_FIELDS.get(one.name, one.name)] = (was, now)
    return found


def _in_words(values: _Values) -> str:
    return "; ".join(
        name if isinstance(now, Mapping) else f"{name}: {_shown(was)} → {_shown(now)}"
        for name, (was, now) in values.items()
    )


def _wholly(values: _Values) -> Mapping[str, tuple[str, str]]:
    """The same as it is kept for good: no text is cut, and of a series stands what differs."""
    return {name: _both(was, now) for name, (was, now) in values.items()}


def _both(was: Any, now: Any) -> tuple[str, str]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        differing = [key for key in {**was, **now} if was.get(key) != now.get(key)]
        was, now = ({key: side[key] for key in differing if key in side} for side in (was, now))
    return _whole(was), _whole(now)


def _whole(value: Any) -> str:
    """A value with nothing left out."""
    if dataclasses.is_dataclass(value):
        value = {_FIELDS.get(one.name, one.name): getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return "; ".join(f"{_whole(key)}: {_whole(one)}" for key, one in value.items()) or "(nada)"
    if isinstance(value, tuple):
        return ", ".join(map(_whole, value)) or "(nada)"
    return str(value) if isinstance(value, str) and value else _shown(value)


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
