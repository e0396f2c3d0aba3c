"""A plan as tables of cells, and back: where the workbook and the YAML file meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from workflows.indicators.sheets import Month
from workflows.indicators.states import IndicatorKind
from workflows.indicators.traffic_light import DEFAULT_BANDS, Band
from workflows.loading import cells
from workflows.people.roles import ALIASES, APPOINTED
from workflows.plan import development
from workflows.plan.development import Described
from workflows.records import columns
from workflows.records.columns import MAX_YEARS, MONTH_NAMES, SHEETS, Sheet
from workflows.records.data import (
    BudgetRecord,
    EntityRecord,
    HolidayRecord,
    IndicatorRecord,
    LineRecord,
    ObjectiveRecord,
    PersonRecord,
    PlanData,
    PlanRecord,
    ProjectRecord,
)
from workflows.records.problems import InvalidPlan, Problem
from workflows.spanish import plain

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number there, and its cells by column key."""

    number: int
    cells: Values


Tables = Mapping[str, list[Row]]
"""Rows by sheet key."""


def read_plan(tables: Tables) -> PlanData:
    """The plan that the cells say. Raises `InvalidPlan` with every cell that cannot be read."""
    read, problems = read_cells(tables, columns.sheets(first_year(tables)), _KEYS)
    problems += [
        Problem("La hoja está vacía. Llénela y vuelva a cargar.", sheet.title)
        for sheet in SHEETS
        if sheet.key not in columns.OPTIONAL and not tables.get(sheet.key)
    ]
    if len(tables.get("plan", [])) > 1:
        problems.append(Problem("La hoja lleva una sola fila: un archivo es un plan.", columns.PLAN.title, 3))
    if problems:
        raise InvalidPlan(problems=problems)
    return _assemble(read)


def read_cells(
    tables: Tables, sheets: Sequence[Sheet], keys: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[Row]], list[Problem]]:
    """The rows of these sheets with their cells read, and every cell that can't be, or row that stands twice.

    `keys` are the columns that tell the rows of a sheet apart.
    """
    problems: list[Problem] = []
    read = {sheet.key: list(_read_sheet(sheet, tables.get(sheet.key, []), problems)) for sheet in sheets}
    read = _as_defined(read, sheets, keys)
    problems += _repeated(read, {sheet.key: sheet for sheet in sheets}, keys)
    return read, problems


def _as_defined(
    read: dict[str, list[Row]], sheets: Sequence[Sheet], keys: Mapping[str, Sequence[str]]
) -> dict[str, list[Row]]:
    """The same rows with every code that points to another sheet written as it is there: «ip-1.1» is IP-1.1."""
    written = {
        key: {str(row.cells[keys[key][0]]).casefold(): row.cells[keys[key][0]] for row in rows}
        for key, rows in read.items()
        if key in keys
    }
    pointing = {
        sheet.key: [
            (column.key, other) for column in sheet.columns if (other := column.refers_to or _NAMES.get(column.key))
        ]
        for sheet in sheets
    }
    if "indicadores" in written:  # what is programmed or measured is an indicator, or the goal of a project
        written["indicadores"] = written.get("metas_proyecto", {}) | written["indicadores"]
    return {
        key: [
            replace(
                row,
                cells={
                    **row.cells,
                    **{
                        name: written.get(other, {}).get(str(row.cells[name]).casefold(), row.cells[name])
                        for name, other in pointing[key]
                        if row.cells[name] is not None
                    },
                },
            )
            for row in rows
        ]
        for key, rows in read.items()
    }


def numbers(read: Tables, keys: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], int]:
    """Where each row stands: by its sheet's key and what tells it apart."""
    return {
        (key, " ".join(_identity(name, row.cells[name]) for name in names)): row.number
        for key, names in keys.items()
        for row in read[key]
    }


def _identity(name: str, value: Any) -> str:
    """What tells a row apart, as its record says it: users are in small letters."""
    return str(value).lower() if name == "usuario" else str(value)


def first_year(tables: Tables) -> int | None:
    """The year in which the plan of these cells begins, if it can be read yet."""
    written = next((row.cells.get("anio_inicio") for row in tables.get("plan", [])), None)
    return int(text) if (text := str(written).strip()).isdecimal() and len(text) == 4 else None


def write_plan(data: PlanData) -> dict[str, list[dict[str, Any]]]:
    """The cells of a plan by sheet key: the inverse of `read_plan`."""
    return {
        "plan": [_plan_cells(data.plan)],
        "entidades": [{"sigla": e.code, "nombre": e.name, "rol": e.sector_role} for e in data.entities],
        "personas": [person_cells(person) for person in data.people],
        "lineas": [{"codigo": line.code, "nombre": line.name, "peso": line.weight} for line in data.lines],
        "objetivos": [_objective_cells(objective) for objective in data.objectives],
        "indicadores": [_indicator_cells(indicator) for indicator in data.indicators],
        "metas": [_target_cells(sheet, data.plan) for sheet in data.sheets],
        "programacion": [row for one in data.sheets for row in _month_cells(one.code, one.monthly)],
        "mediciones": [row for code, series in data.measurements.items() for row in _month_cells(code, series)],
        "extemporaneos": [row for code, late in data.late.items() for row in _month_cells(code, late)],
        "proyectos": [{"codigo": p.code, "nombre": p.name, "entidad": p.entity} for p in data.projects],
        "metas_proyecto": [_goal_cells(goal) for goal in data.goals],
        "presupuesto": [
            {
                "proyecto": project.code,
                "anio": year,
                "apropiacion": budget.appropriation,
                "compromisos": budget.commitments,
                "giros": budget.payments,
            }
            for project in data.projects
            for year, budget in project.budgets.items()
        ],
        "semaforo": [{"color": band.color, "hasta": band.up_to} for band in data.bands],
        "dias_no_habiles": [{"fecha": holiday.day, "motivo": holiday.name} for holiday in data.holidays],
        "planes_desarrollo": [_development_plan_cells(one) for one in data.development_plans],
    }


def _read_sheet(sheet: Sheet, rows: list[Row], problems: list[Problem]) -> Iterator[Row]:
    for row in rows:
        values = {}
        for column in sheet.columns:
            try:
                values[column.key] = cells.read(column, row.cells.get(column.key))
            except cells.Unreadable as unreadable:
                problems.append(Problem(str(unreadable), sheet.title, row.number, column.heading))
        yield Row(row.number, values)


_NAMES = {"proyecto": "proyectos"}
"""Columns that name a row of another sheet without having to: what is there is written the same way."""

_KEYS = {
    "entidades": ("sigla",),
    "personas": ("usuario",),
    "lineas": ("codigo",),
    "objetivos": ("codigo",),
    "indicadores": ("codigo",),
    "metas": ("indicador",),
    "programacion": ("indicador", "anio"),
    "mediciones": ("indicador", "anio"),
    "extemporaneos": ("indicador", "anio"),
    "proyectos": ("codigo",),
    "metas_proyecto": ("codigo",),
    "presupuesto": ("proyecto", "anio"),
    "semaforo": ("color",),
    "dias_no_habiles": ("fecha",),
    "planes_desarrollo": ("codigo",),
}


def _repeated(read: Tables, sheets: Mapping[str, Sheet], keys: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for key, names in keys.items():
        seen: dict[tuple[Any, ...], int] = {}
        for row in read[key]:
            parts = [row.cells.get(name) for name in names]
            if None in parts:
                continue
            identity = tuple(str(part).casefold() for part in parts)
            if identity in seen:
                said = " ".join(str(part) for part in parts)
                yield Problem(
                    f"«{said}» ya está en la fila {seen[identity]}. Deje una sola.",
                    sheets[key].title,
                    row.number,
                    sheets[key].heading(names[0]),
                )
            seen.setdefault(identity, row.number)


def _assemble(read: Tables) -> PlanData:
    plan = _plan(read["plan"][0].cells)
    frame = [_development_plan(r) for r in _cells(read, "planes_desarrollo")]
    plan, frame = _named(plan, frame)
    targets = {row.cells["indicador"]: _targets(row.cells, plan) for row in read["metas"]}
    monthly = _series(read["programacion"])
    budgets = _budgets(read["presupuesto"])
    entities = {r["codigo"]: r["entidad"] for r in _cells(read, "proyectos")}
    bands = tuple(Band(row.cells["color"], row.cells["hasta"]) for row in read["semaforo"])
    return PlanData(
        plan=plan,
        entities=tuple(EntityRecord(r["sigla"], r["nombre"], r["rol"]) for r in _cells(read, "entidades")),
        people=tuple(person_of(r) for r in _cells(read, "personas")),
        lines=tuple(LineRecord(r["codigo"], r["nombre"], r["peso"]) for r in _cells(read, "lineas")),
        objectives=tuple(_objective(r) for r in _cells(read, "objetivos")),
        indicators=tuple(
            replace(_indicator(r), targets=targets.get(r["codigo"], {}), monthly=monthly.get(r["codigo"], {}))
            for r in _cells(read, "indicadores")
        ),
        projects=tuple(
            ProjectRecord(r["codigo"], r["nombre"], r["entidad"], budgets.get(r["codigo"], {}))
            for r in _cells(read, "proyectos")
        ),
        goals=tuple(
            replace(_goal(r, entities), targets=targets.get(r["codigo"], {}), monthly=monthly.get(r["codigo"], {}))
            for r in _cells(read, "metas_proyecto")
        ),
        measurements={code: series for code, series in _series(read["mediciones"]).items() if series},
        late={code: late for code, late in _series(read["extemporaneos"]).items() if late},
        bands=bands or DEFAULT_BANDS,
        holidays=tuple(HolidayRecord(r["fecha"], r["motivo"]) for r in _cells(read, "dias_no_habiles")),
        development_plans=tuple(frame),
        rows=numbers(read, _KEYS),
    )


def _development_plan(r: Values) -> Described:
    code, said = r["codigo"].upper(), [r[name] or "" for name in ("gobierno", "acto")]
    return Described(code, r["nombre"], said[0], r["desde"], r["hasta"], said[1], r["acto_fecha"])


def _development_plan_cells(one: Described) -> dict[str, Any]:
    return {
        "codigo": one.code,
        "nombre": one.name,
        "gobierno": one.government,
        "desde": one.starts_on,
        "hasta": one.ends_on,
        "acto": one.adopted_by,
        "acto_fecha": one.adopted_on,
    }


def _named(plan: PlanRecord, frame: list[Described]) -> tuple[PlanRecord, list[Described]]:
    """The plan with its development plans by name, and a record of each: of one without a row nothing else is said."""
    known = {plain(said): one for one in frame for said in (one.code, one.name)}
    named = []
    for said in dict.fromkeys(plan.development_plans):
        if plain(said) not in known:
            known[plain(said)] = Described(development.code_for(said), said)
            frame = [*frame, known[plain(said)]]
        named.append(known[plain(said)].name)
    return replace(plan, development_plans=tuple(named)), frame


def _cells(read: Tables, key: str) -> Iterator[Values]:
    return (row.cells for row in read[key])


def _plan(r: Values) -> PlanRecord:
    return PlanRecord(
        code=r["codigo"],
        name=r["nombre"],
        sector=r["sector"],
        first_year=r["anio_inicio"],
        years=r["anios"],
        development_plans=r["pdd"] or (),
        first_level_name=r["nombre_primer_nivel"] or "línea",
        approval_rule=r["regla_aprobacion"] or "unanimidad",
        state=r["estado"] or "vigente",
        first_month=r["primer_mes"] or "",
        mission=r["mision"] or "",
        vision=r["vision"] or "",
        values=r["valores"] or (),
        act_kind=r["acto_tipo"] or "",
        act_number=r["acto_numero"] or "",
        act_on=r["acto_fecha"],
        act_issuer=r["acto_expide"] or "",
    )


def _plan_cells(plan: PlanRecord) -> dict[str, Any]:
    return {
        "codigo": plan.code,
        "nombre": plan.name,
        "sector": plan.sector,
        "anio_inicio": plan.first_year,
        "anios": plan.years,
        "pdd": "; ".join(plan.development_plans),
        "nombre_primer_nivel": plan.first_level_name,
        "regla_aprobacion": plan.approval_rule,
        "estado": plan.state,
        "primer_mes": plan.first_month,
        "mision": plan.mission,
        "vision": plan.vision,
        "valores": "; ".join(plan.values),
        "acto_tipo": plan.act_kind,
        "acto_numero": plan.act_number,
        "acto_fecha": plan.act_on,
        "acto_expide": plan.act_issuer,
    }


def person_of(r: Values) -> PersonRecord:
    """Somebody, from the cells of the sheet of people."""
    active = True if r["activo"] is None else r["activo"]
    roles = tuple(ALIASES.get(role, role) for role in r["roles"] or ())
    return PersonRecord(r["usuario"].lower(), r["nombre"], r["correo"], r["entidad"], roles, active)


def person_cells(person: PersonRecord) -> dict[str, Any]:
    """The cells of somebody: the inverse of `person_of`, without the roles that no file gives."""
    return {
        "usuario": person.username,
        "nombre": person.name,
        "correo": person.email,
        "entidad": person.entity,
        "roles": "; ".join(role for role in person.roles if role not in APPOINTED),
        "activo": "sí" if person.active else "no",
    }


_OBJECTIVE = {
    "codigo": "code",
    "linea": "line",
    "nombre": "name",
    "peso": "weight",
    "entidad_lider": "lead_entity",
    "tema": "theme",
    "resultado_esperado": "expected_result",
}
_INDICATOR = {
    "codigo": "code",
    "objetivo": "objective",
    "clase": "kind",
    "entidad": "entity",
    "peso": "weight",
    "nombre": "name",
    "unidad": "unit",
    "decimales": "decimals",
    "anualizacion": "annualization",
    "direccion": "direction",
    "tolerancia": "tolerance",
    "minimo": "minimum",
    "maximo": "maximum",
    "linea_base": "baseline",
    "anio_lb": "baseline_year",
    "meta_final": "final_target",
    "periodicidad": "periodicity",
    "rezago_dias": "lag_days",
    "proyecto": "project",
    "reporta": "reports",
    "revisa": "reviews",
    "reemplazo": "substitute",
    "definicion": "definition",
    "formula": "formula",
    "fuente": "source",
    "regla_calculo": "rule",
    "activo": "active",
}
_GOAL = {
    key: field
    for key, field in _INDICATOR.items()
    if key not in ("objetivo", "clase", "entidad", "rezago_dias", "definicion", "formula", "fuente", "regla_calculo")
} | {"indicador": "feeds", "aporte": "contribution", "territorial": "territorial", "recursos_propios": "funded"}
_IF_EMPTY: dict[str, Any] = {"decimales": 0, "rezago_dias": 0, "activo": True} | dict.fromkeys(
    ("linea_base", "anio_lb", "minimo", "maximo")
)
_IF_EMPTY["tolerancia"] = Decimal(0)
_IF_EMPTY |= {"aporte": Decimal(100), "territorial": False, "recursos_propios": False}


def _objective(r: Values) -> ObjectiveRecord:
    fields: dict[str, Any] = {field: "" if r[key] is None else r[key] for key, field in _OBJECTIVE.items()}
    return ObjectiveRecord(**fields)


def _objective_cells(objective: ObjectiveRecord) -> dict[str, Any]:
    return {key: getattr(objective, field) for key, field in _OBJECTIVE.items()}


def _indicator(r: Values) -> IndicatorRecord:
    return IndicatorRecord(
        **{field: _IF_EMPTY.get(key, "") if r[key] is None else r[key] for key, field in _INDICATOR.items()}
    )


def _indicator_cells(indicator: IndicatorRecord) -> dict[str, Any]:
    values = {key: getattr(indicator, field) for key, field in _INDICATOR.items()}
    return values | {"activo": "sí" if indicator.active else "no"}


def _goal(r: Values, entities: Mapping[str, str]) -> IndicatorRecord:
    fields = {field: _IF_EMPTY.get(key, "") if r[key] is None else r[key] for key, field in _GOAL.items()}
    fields["periodicity"] = fields["periodicity"] or "mensual"
    return IndicatorRecord(
        **fields, objective="", kind=IndicatorKind.PROJECT_GOAL, entity=entities.get(r["proyecto"], "")
    )


def _goal_cells(goal: IndicatorRecord) -> dict[str, Any]:
    values = {key: getattr(goal, field) for key, field in _GOAL.items()}
    flags = ("activo", goal.active), ("territorial", goal.territorial), ("recursos_propios", goal.funded)
    return values | {key: "sí" if flag else "no" for key, flag in flags}


def _targets(r: Values, plan: PlanRecord) -> dict[int, Decimal]:
    by_year = {plan.first_year + n - 1: r[f"anio_{n}"] for n in range(1, MAX_YEARS + 1)}
    return {year: target for year, target in by_year.items() if target is not None}


def _target_cells(indicator: IndicatorRecord, plan: PlanRecord) -> dict[str, Any]:
    years = {f"anio_{n}": indicator.targets.get(plan.first_year + n - 1) for n in range(1, plan.years + 1)}
    return {"indicador": indicator.code} | years


def _series(rows: list[Row]) -> dict[str, dict[Month, Any]]:
    series: dict[str, dict[Month, Any]] = {}
    for row in rows:
        found = series.setdefault(row.cells["indicador"], {})
        for month, name in enumerate(MONTH_NAMES, start=1):
            if row.cells[name] is not None:
                found[(row.cells["anio"], month)] = row.cells[name]
    return series


def _month_cells(code: str, series: Mapping[Month, Any]) -> Iterator[dict[str, Any]]:
    for year in sorted({year for year, _month in series}):
        months = {name: series.get((year, number)) for number, name in enumerate(MONTH_NAMES, start=1)}
        yield {"indicador": code, "anio": year} | months


def _budgets(rows: list[Row]) -> dict[str, dict[int, BudgetRecord]]:
    budgets: dict[str, dict[int, BudgetRecord]] = {}
    for row in rows:
        r = row.cells
        budgets.setdefault(r["proyecto"], {})[r["anio"]] = BudgetRecord(r["apropiacion"], r["compromisos"], r["giros"])
    return budgets
