"""The elements of a plan that a modification may change: how each is called, reads now, and is written.

An element is named by its path: `indicador/IR-1.1/meta/2018`, `linea/L1/nombre`. Weights are not among them: the
figures of months that are still open would change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.approvals import harmonising
from workflows.errors import NotFound
from workflows.forms.notation import format_number, parse_number
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.indicators.sheets import PERIODICITIES
from workflows.indicators.states import Annualization
from workflows.people.models import Person
from workflows.plan.models import Plan

TARGET, INDICATOR, PROGRAMMING, RESPONSIBLE, LINE = "meta", "indicador", "programacion", "responsable", "linea"
PROJECT, HARMONISED = "proyecto", "armonizacion"
MINOR = frozenset({PROGRAMMING, RESPONSIBLE})
PEOPLE = {"reporta": "reports", "revisa": "reviews", "reemplazo": "substitute"}
EMPTY = "(vacío)"
YES, NO = "sí", "no"


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its name in forms, what kind of change it is, and what it is called."""

    path: str
    object: str
    label: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element lives. `year`: of a target or a programming, its own; of what is harmonised, the first."""

    owner: Indicator | Line | Objective
    attribute: str
    year: int | None


def all_of(session: Session, plan_code: str, *, since: dt.date) -> list[Element]:
    """Every element of a plan, in its order. Years before `since` are history and are not among them."""
    return list(_all(session, plan_code, since.year))


def find(session: Session, plan_code: str, path: str) -> Element:
    """The element with this name. Raises `NotFound`."""
    place = _place(session, plan_code, path)
    return Element(path, _object_of(place), _label(place))


def present(session: Session, plan_code: str, path: str) -> str:
    """How it stands now, as a person would write it."""
    place = _place(session, plan_code, path)
    if place.attribute == HARMONISED and isinstance(place.owner, Indicator):
        return harmonising.present(session, place.owner)
    if place.attribute == TARGET:
        return _number(_year_target(session, place))
    if place.attribute == PROGRAMMING:
        return _months_text(session, place)
    return _text(getattr(place.owner, _column(place)))


def check(session: Session, plan_code: str, path: str, after: str) -> str:
    """What is wrong with a new value, as a sentence; empty if nothing is."""
    try:
        _value(session, _place(session, plan_code, path), after)
    except ValueError as error:
        return str(error)
    return ""


def write(session: Session, plan_code: str, path: str, after: str) -> None:
    """Write a new value that `check` found good: months that are open or closed keep what they had when they opened."""
    place = _place(session, plan_code, path)
    if place.attribute == HARMONISED and isinstance(place.owner, Indicator) and place.year is not None:
        told = harmonising.read(session, place.owner, after)
        harmonising.apply(session, place.owner, told, since_year=place.year)
    elif place.attribute == TARGET:
        session.merge(YearTarget(indicator_id=place.owner.id, year=place.year, target=parse_number(after)))
    elif place.attribute == PROGRAMMING:
        for month, programmed in enumerate(_months(after), 1):
            session.merge(MonthTarget(indicator_id=place.owner.id, year=place.year, month=month, programmed=programmed))
    else:
        setattr(place.owner, _column(place), _value(session, place, after))
    session.flush()


def renames(path: str) -> bool:
    """Whether writing an element may give its owner another name: what else changes of that comes first."""
    return f"/{HARMONISED}/" in path


def programming_gap(session: Session, plan_code: str, changes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The changes after which a year's target and its programming by month would not agree, and why."""
    for path in changes:
        place = _place(session, plan_code, path)
        if place.attribute not in (TARGET, PROGRAMMING):
            continue
        stem = path.split("/")[:2]
        target = changes.get("/".join([*stem, TARGET, str(place.year)]))
        months = changes.get("/".join([*stem, PROGRAMMING, str(place.year)]))
        known = parse_number(target) if target else _year_target(session, place)
        programmed = _months(months) if months else _month_targets(session, place)
        if programmed and known is not None and _reached(place.owner, programmed) != known:
            reached = format_number(_reached(place.owner, programmed))
            yield (
                path,
                (
                    f"La programación mensual de {place.year} llega a {reached} y la meta es {format_number(known)}. "
                    "Cambie también la otra, para que coincidan."
                ),
            )


def _all(session: Session, plan_code: str, since: int) -> Iterator[Element]:
    plan = session.get_one(Plan, plan_code)
    years = range(max(since, plan.first_year), plan.ends_on.year + 1)
    for line in session.scalars(sa.select(Line).where(Line.plan_code == plan_code).order_by(Line.position)):
        yield _element("linea", line, "nombre")
    objectives = sa.select(Objective).where(Objective.plan_code == plan_code).order_by(Objective.position)
    for objective in session.scalars(objectives):
        yield _element("objetivo", objective, "nombre")
        yield _element("objetivo", objective, "resultado")
    indicators = sa.select(Indicator).where(Indicator.plan_code == plan_code).order_by(Indicator.position)
    for indicator in session.scalars(indicators):
        for attribute in ("nombre", "periodicidad", "activo", "meta_final", *PEOPLE):
            yield _element("indicador", indicator, attribute)
        if harmonising.is_goal(indicator) and indicator.active and years:
            yield _element("indicador", indicator, HARMONISED, years[0])
        for year in years:
            yield _element("indicador", indicator, TARGET, year)
            yield _element("indicador", indicator, PROGRAMMING, year)


def _element(kind: str, owner: Indicator | Line | Objective, attribute: str, year: int | None = None) -> Element:
    parts = [kind, owner.code, attribute, *([str(year)] if year else [])]
    place = _Place(owner, attribute, year)
    return Element("/".join(parts), _object_of(place), _label(place))


def _place(session: Session, plan_code: str, path: str) -> _Place:
    kind, _, rest = path.partition("/")
    code, _, what = rest.partition("/")
    attribute, _, year = what.partition("/")
    owner = _owner(session, plan_code, kind, code)
    if owner is None or attribute not in LABELS or (year and not year.isdecimal()):
        raise NotFound(f"El plan {plan_code} no tiene el elemento «{path}».")
    return _Place(owner, attribute, int(year) if year else None)


def _owner(session: Session, plan_code: str, kind: str, code: str) -> Indicator | Line | Objective | None:
    if kind == "linea":
        return session.scalar(sa.select(Line).where(Line.plan_code == plan_code, Line.code == code))
    if kind == "objetivo":
        return session.scalar(sa.select(Objective).where(Objective.plan_code == plan_code, Objective.code == code))
    if kind == "indicador":
        return session.scalar(sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.code == code))
    return None


LABELS = {
    "nombre": "nombre",
    "resultado": "resultado esperado",
    "periodicidad": "periodicidad",
    "activo": "¿sigue en el plan?",
    "meta_final": "meta final",
    HARMONISED: f"armonización desde {{}} ({harmonising.HOW})",
    TARGET: "meta de {}",
    PROGRAMMING: "programación mensual de {} (doce valores separados por punto y coma)",
    "reporta": "quién reporta",
    "revisa": "quién revisa",
    "reemplazo": "reemplazo",
}
_COLUMNS = {
    "nombre": "name",
    "resultado": "expected_result",
    "periodicidad": "periodicity",
    "activo": "active",
    "meta_final": "final_target",
    **PEOPLE,
}


def _label(place: _Place) -> str:
    return f"{place.owner.code} {place.owner.name} · {LABELS[place.attribute].format(place.year)}"


def _object_of(place: _Place) -> str:
    if not isinstance(place.owner, Indicator):
        return LINE
    if place.attribute == HARMONISED:
        return PROJECT
    if place.attribute in PEOPLE:
        return RESPONSIBLE
    if place.attribute == PROGRAMMING:
        return PROGRAMMING
    return TARGET if place.attribute in (TARGET, "meta_final") else INDICATOR


def _column(place: _Place) -> str:
    return _COLUMNS[place.attribute]


def _value(session: Session, place: _Place, after: str) -> Decimal | list[Decimal] | str | bool:
    """The typed value. Raises `ValueError` with a sentence."""
    text = after.strip()
    if place.attribute == HARMONISED and isinstance(place.owner, Indicator):
        harmonising.read(session, place.owner, text)
        return text
    if place.attribute in (TARGET, "meta_final"):
        return parse_number(text)
    if place.attribute == PROGRAMMING:
        return _months(text)
    if place.attribute in PEOPLE:
        return _person(session, text)
    if place.attribute == "activo":
        return _yes(text)
    if place.attribute == "periodicidad" and text not in PERIODICITIES:
        raise ValueError(f"Escriba una de: {', '.join(PERIODICITIES)}.")
    return text


def _months(text: str) -> list[Decimal]:
    values = [parse_number(part) for part in text.split(";") if part.strip()]
    if len(values) != 12:
        raise ValueError("Escriba los doce meses, de enero a diciembre, separados por punto y coma.")
    return values


def _person(session: Session, text: str) -> str:
    query = sa.select(Person.username).where(
        sa.or_(Person.username == text, sa.func.lower(Person.name) == text.lower()), Person.active
    )
    found = session.scalars(query).all()
    if len(found) != 1:
        raise ValueError(f"No hay una persona activa que se llame «{text}». Escriba su nombre completo o su usuario.")
    return found[0]


def _yes(text: str) -> bool:
    word = text.lower().rstrip(".")
    if word not in ("sí", "si", "no"):
        raise ValueError("Escriba «sí» o «no».")
    return word != "no"


def _reached(owner: Indicator | Line | Objective, months: list[Decimal]) -> Decimal:
    """What the year comes to: the sum of the months, or the last level."""
    is_sum = isinstance(owner, Indicator) and owner.annualization == Annualization.SUM
    return sum(months, Decimal(0)) if is_sum else months[-1]


def _year_target(session: Session, place: _Place) -> Decimal | None:
    target = session.get(YearTarget, (place.owner.id, place.year))
    return target.target if target else None


def _month_targets(session: Session, place: _Place) -> list[Decimal]:
    query = sa.select(MonthTarget.programmed).where(
        MonthTarget.indicator_id == place.owner.id, MonthTarget.year == place.year
    )
    return list(session.scalars(query.order_by(MonthTarget.month)))


def _months_text(session: Session, place: _Place) -> str:
    months = _month_targets(session, place)
    return "; ".join(format_number(value) for value in months) if months else "lineal, por la meta del año"


def _number(value: Decimal | None) -> str:
    return EMPTY if value is None else format_number(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Decimal):
        return _number(value)
    return str(value) if value else EMPTY
