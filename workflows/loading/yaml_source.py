"""A plan from a YAML file: the demo's format, turned into the tables that a workbook holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from workflows.indicators.sheets import IN_NO_MONTH
from workflows.loading.tables import Row, Tables
from workflows.people.roles import ALIASES, BY_ID
from workflows.records.columns import MONTH_NAMES
from workflows.records.problems import InvalidPlan, Problem

_YEARLY = re.compile(r"(mediciones|programacion)_anio_(\d)")
_LATE = re.compile(r"extemporaneos_anio_(\d)")
LISTS = (
    "entidades", "roles", "usuarios", "lineas", "objetivos", "indicadores", "proyectos", "metas_proyecto",
    "planes_desarrollo",
)  # fmt: skip
Mappings = list[Mapping[str, Any]]


class _Loader(yaml.SafeLoader):
    """Plain data only, and no aliases: a few of them would unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def read_yaml(content: bytes) -> Tables:
    """The tables of a YAML file; rows are numbered by their place in each list. Raises `InvalidPlan`."""
    try:
        document = yaml.load(content, _Loader)  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InvalidPlan(problems=[Problem(f"El archivo no es YAML que se pueda leer{_where(error)}.")]) from error
    if not isinstance(document, dict) or not isinstance(document.get("plan"), dict):
        raise InvalidPlan(problems=[Problem("El archivo no es un plan: falta la sección «plan».")])
    problems = list(_misshapen(document))
    if problems:
        raise InvalidPlan(problems=problems)
    return {key: _numbered(rows) for key, rows in _tables(document).items()}


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (línea {mark.line + 1})" if mark else ""


def _misshapen(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in LISTS:
        rows = document.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield Problem("La sección debe ser una lista de filas con sus campos.", name)
    for name, series in document.items():
        if _YEARLY.fullmatch(name) and not _is_series(series):
            yield Problem("La sección debe tener, por indicador, una lista de hasta doce valores.", name)
    for name, late in document.items():
        if _LATE.fullmatch(name) and not _is_late(late):
            yield Problem("La sección debe tener, por indicador, el mes del que es la cifra y desde cuál cuenta.", name)
    for number, row in enumerate(document.get("roles", []) if isinstance(document.get("roles"), list) else [], 1):
        if isinstance(row, dict) and ALIASES.get(str(row.get("id")), row.get("id")) not in BY_ID:
            yield Problem(
                f"El rol «{row.get('id')}» no está en el catálogo, y ningún diagrama lo puede nombrar.", "roles", number
            )


def _is_series(series: Any) -> bool:
    return isinstance(series, dict) and all(isinstance(v, list) and len(v) <= 12 for v in series.values())


def _is_late(late: Any) -> bool:
    return isinstance(late, dict) and all(
        isinstance(months, dict) and all(_month_name(month) for month in months) for months in late.values()
    )


def _month_name(month: Any) -> str:
    """The column of a month that is written as its number, its name, or AAAA-MM; empty if it is none."""
    text = str(month).strip().lower()
    number = text.rpartition("-")[2]
    if number.isdecimal() and 1 <= int(number) <= 12:
        return MONTH_NAMES[int(number) - 1]
    return text if text in MONTH_NAMES else ""


def _late(late: Mapping[str, Mapping[Any, Any]], year: int) -> Mappings:
    return [
        {"indicador": code, "anio": year}
        | {_month_name(month): IN_NO_MONTH if since is None else since for month, since in months.items()}
        for code, months in late.items()
    ]


def _tables(document: Mapping[str, Any]) -> dict[str, Mappings]:
    plan = _plan(document["plan"])
    first = plan.get("anio_inicio")
    first_year = first if isinstance(first, int) else 0
    yearly: dict[str, Mappings] = {"mediciones": [], "programacion": [], "extemporaneos": []}
    for name, series in document.items():
        if match := _YEARLY.fullmatch(name):
            yearly[match[1]] += _by_month(series, first_year + int(match[2]) - 1)
        if match := _LATE.fullmatch(name):
            yearly["extemporaneos"] += _late(series, first_year + int(match[1]) - 1)
    projects: Mappings = document.get("proyectos", [])
    return {
        "plan": [plan],
        "entidades": document.get("entidades", []),
        "personas": document.get("usuarios", []),
        "lineas": document.get("lineas", []),
        "objetivos": document.get("objetivos", []),
        "indicadores": [_indicator(row) for row in document.get("indicadores", [])],
        "metas": [_targets(row) for key in ("indicadores", "metas_proyecto") for row in document.get(key, [])],
        "metas_proyecto": [_indicator(row) for row in document.get("metas_proyecto", [])],
        "proyectos": projects,
        "presupuesto": [row for project in projects for row in _budgets(project, first_year)],
        "semaforo": _section(document, "semaforo", "umbrales"),
        "planes_desarrollo": document.get("planes_desarrollo", []),
        "dias_no_habiles": _holidays(_section(document, "calendario", "dias_no_habiles_extra")),
    } | yearly


def _section(document: Mapping[str, Any], name: str, part: str) -> list[Any]:
    section = document.get(name)
    found = section.get(part) if isinstance(section, dict) else None
    return found if isinstance(found, list) else []


def _numbered(rows: Mappings) -> list[Row]:
    return [Row(number, row) for number, row in enumerate(rows, start=1)]


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    act = plan.get("acto_adopcion")
    act = act if isinstance(act, dict) else {}
    return dict(plan) | {f"acto_{key}": act.get(key) for key in ("tipo", "numero", "fecha", "expide")}


def _indicator(row: Mapping[str, Any]) -> dict[str, Any]:
    # `fuente` names a key of the file's own list of sources, not the indicator's source.
    return {key: value for key, value in row.items() if key not in ("prog", "fuente")}


def _targets(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"indicador": row.get("codigo")} | _positional(row.get("prog"), "anio_{}")


def _positional(values: Any, name: str) -> dict[str, Any]:
    return {name.format(n): value for n, value in enumerate(values, start=1)} if isinstance(values, list) else {}


def _by_month(series: Mapping[str, list[Any]], year: int) -> Mappings:
    return [
        {"indicador": code, "anio": year} | dict(zip(MONTH_NAMES, values, strict=False))
        for code, values in series.items()
    ]


def _budgets(project: Mapping[str, Any], first_year: int) -> Iterator[dict[str, Any]]:
    money = {name: project.get(name) or [] for name in ("apropiacion", "compromisos", "giros")}
    for n in range(max(len(values) for values in money.values())):
        year = {name: values[n] if n < len(values) else None for name, values in money.items()}
        yield {"proyecto": project.get("codigo"), "anio": first_year + n} | year


def _holidays(rows: list[Any]) -> Mappings:
    return [row if isinstance(row, dict) else {"fecha": row, "motivo": "Día no hábil local"} for row in rows]
