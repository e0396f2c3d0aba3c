"""The rules a plan keeps before it is loaded (Bogotá's catalogue of plan validations, restated)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from workflows.indicators.computed import may_feed
from workflows.indicators.sheets import PERIODICITIES, shown
from workflows.indicators.states import OF_PLAN, Annualization, Direction, IndicatorKind, Rule
from workflows.records.columns import BY_KEY, MAX_YEARS
from workflows.records.data import IndicatorRecord, PlanData
from workflows.records.problems import ERROR, WARNING, Problem
from workflows.spanish import number

HUNDRED = Decimal(100)
ROUNDING = Decimal("0.05")
"""How far from 100 weights may add up: three times 33,33 is a hundred to whoever wrote it."""
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PLAN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEEDED_ROLES = ("responsable_meta", "enlace_planeacion", "directivo_entidad")


def check(data: PlanData) -> list[Problem]:
    """Everything that the plan's own rules find: errors, and warnings that do not keep it from being loaded.

    What of its file was left out, or taken for something, is among the warnings.
    """
    return [*(problem for rule in _RULES for problem in rule(data)), *data.notices]


def _at(data: PlanData, sheet: str, code: str, column: str, message: str, severity: str = ERROR) -> Problem:
    row = data.rows.get((sheet, code))
    return Problem(message, BY_KEY[sheet].title, row, BY_KEY[sheet].heading(column) if column else "", severity)


def _plan_is_possible(data: PlanData) -> Iterator[Problem]:
    plan = data.plan
    if not _PLAN_CODE.fullmatch(plan.code):
        yield _plan_problem(data, "codigo", "El código lleva letras, números, punto o guion, sin espacios.")
    if not 2000 <= plan.first_year <= 2100:
        yield _plan_problem(data, "anio_inicio", f"{plan.first_year} no es un año posible.")
    if not 1 <= plan.years <= MAX_YEARS:
        yield _plan_problem(data, "anios", f"Un plan dura entre 1 y {MAX_YEARS} años.")
    if not f"{plan.first_year}-01" <= data.first_followed_month <= f"{plan.last_year + 1}-01":
        yield _plan_problem(data, "primer_mes", f"{data.first_followed_month} queda fuera de los años del plan.")


def _plan_problem(data: PlanData, column: str, message: str) -> Problem:
    return Problem(message, BY_KEY["plan"].title, None, BY_KEY["plan"].heading(column))


def _people_can_work(data: PlanData) -> Iterator[Problem]:
    for person in data.people:
        if not _USERNAME.fullmatch(person.username):
            yield _at(data, "personas", person.username, "usuario", "Use minúsculas, números, punto o guion.")
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", person.email):
            yield _at(data, "personas", person.username, "correo", f"«{person.email}» no es un correo.")


def _entities_have_people(data: PlanData) -> Iterator[Problem]:
    reporting = {indicator.entity for indicator in data.indicators if indicator.active}
    for entity in data.entities:
        for role in _NEEDED_ROLES if entity.code in reporting else ():
            if not any(p.entity == entity.code and role in p.roles and p.active for p in data.people):
                message = f"{entity.code} no tiene a nadie con el rol {role}: sus tareas quedarán sin quien las haga."
                yield _at(data, "entidades", entity.code, "", message, WARNING)


def _references_exist(data: PlanData) -> Iterator[Problem]:
    entities = {entity.code for entity in data.entities}
    lines, objectives = {line.code for line in data.lines}, {objective.code for objective in data.objectives}
    indicators, people = {i.code for i in data.sheets}, {person.username for person in data.people}
    projects = {project.code for project in data.projects}
    wanted = [("personas", p.username, "entidad", p.entity, entities) for p in data.people]
    wanted += [("objetivos", o.code, "linea", o.line, lines) for o in data.objectives]
    wanted += [("objetivos", o.code, "entidad_lider", o.lead_entity, entities) for o in data.objectives]
    wanted += [("proyectos", p.code, "entidad", p.entity, entities) for p in data.projects]
    for i in data.indicators:
        wanted += [("indicadores", i.code, "objetivo", i.objective, objectives)]
        wanted += [("indicadores", i.code, "entidad", i.entity, entities)]
        wanted += [("indicadores", i.code, "proyecto", i.project, projects)] if i.project else []
        named = {"reporta": i.reports, "revisa": i.reviews, "reemplazo": i.substitute}
        wanted += [("indicadores", i.code, column, username, people) for column, username in named.items() if username]
    feeding = {i.code for i in data.indicators}
    for i in data.goals:
        wanted += [("metas_proyecto", i.code, "proyecto", i.project, projects)]
        wanted += [("metas_proyecto", i.code, "indicador", i.feeds, feeding)] if i.feeds else []
        named = {"reporta": i.reports, "revisa": i.reviews, "reemplazo": i.substitute}
        wanted += [("metas_proyecto", i.code, column, who, people) for column, who in named.items() if who]
    for sheet, code, column, reference, known in wanted:
        if reference not in known:
            yield _at(data, sheet, code, column, f"«{reference}» no está en su hoja. Agréguelo o corríjalo.")
    owners = {"metas": indicators, "programacion": indicators, "mediciones": indicators, "presupuesto": projects}
    owners["extemporaneos"] = indicators
    for sheet, key in data.rows:
        # The key of a row by year is «code year».
        owner = key if sheet == "metas" else key.rpartition(" ")[0]
        if sheet in owners and owner not in owners[sheet]:
            column = "proyecto" if sheet == "presupuesto" else "indicador"
            yield _at(data, sheet, key, column, f"«{owner}» no está en su hoja. Agréguelo o corríjalo.")


def _weights_close(data: PlanData) -> Iterator[Problem]:
    yield from _closes(data, "lineas", "las líneas", [(one.code, one.weight) for one in data.lines])
    for line in data.lines:
        weights = [(one.code, one.weight) for one in data.objectives if one.line == line.code]
        yield from _closes(data, "objetivos", f"los objetivos de {line.code}", weights)
    for objective in data.objectives:
        weights = [(i.code, i.weight) for i in data.indicators if i.objective == objective.code and i.active]
        yield from _closes(data, "indicadores", f"los indicadores de {objective.code}", weights)
    for project in data.projects:
        if weights := [(i.code, i.weight) for i in data.goals if i.project == project.code and i.active]:
            yield from _closes(data, "metas_proyecto", f"las metas del proyecto {project.code}", weights)
    for sheet, records in (("lineas", data.lines), ("objetivos", data.objectives)):
        for record in records:
            if record.weight <= 0:
                yield _at(data, sheet, record.code, "peso", "El peso debe ser mayor que 0.")
    for i in data.sheets:
        one = "Una meta" if i.kind == IndicatorKind.PROJECT_GOAL else "Un indicador"
        if i.active and i.weight <= 0:
            yield _at(data, _sheet_of(i), i.code, "peso", f"{one} {_word(i, 'activo')} tiene un peso mayor que 0.")
        if not i.active and i.weight:
            yield _at(data, _sheet_of(i), i.code, "peso", f"{one} {_word(i, 'inactivo')} tiene peso 0.")


def _sheet_of(i: IndicatorRecord) -> str:
    return "metas_proyecto" if i.kind == IndicatorKind.PROJECT_GOAL else "indicadores"


def _word(i: IndicatorRecord, masculine: str) -> str:
    return f"{masculine[:-1]}a" if i.kind == IndicatorKind.PROJECT_GOAL else masculine


def _closes(data: PlanData, sheet: str, whose: str, weights: Sequence[tuple[str, Decimal]]) -> Iterator[Problem]:
    """Whether weights add up to 100, but for the rounding of thirds; else with what they would be in proportion."""
    total = sum((weight for _, weight in weights), Decimal(0))
    if abs(total - HUNDRED) <= ROUNDING:
        return
    message = f"Los pesos de {whose} suman {number(total)} y deben sumar 100."
    if total > 0:
        message += f" En proporción serían: {'; '.join(_proposed(data, sheet, weights, total))}."
    yield Problem(message, BY_KEY[sheet].title, None, "Peso (%)")


def _proposed(data: PlanData, sheet: str, weights: Sequence[tuple[str, Decimal]], total: Decimal) -> Iterator[str]:
    """Each weight in proportion, to two decimals; the last takes what the rounding leaves."""
    left = HUNDRED
    for place, (code, weight) in enumerate(weights, start=1):
        share = left if place == len(weights) else shown(weight * HUNDRED / total, 2)
        left -= share
        row = data.rows.get((sheet, code))
        yield f"{code} {number(share.normalize() if share else share, 2)}" + (f" (fila {row})" if row else "")


def _sheets_are_sound(data: PlanData) -> Iterator[Problem]:
    for i in data.sheets:
        for column, message in _sheet_errors(i):
            yield _at(data, _sheet_of(i), i.code, column, message)
        if i.unit.strip() == "%" and i.targets and all(0 < target <= 1 for target in i.targets.values()):
            message = "La unidad es % y las metas van de 0 a 1. Escríbalas de 0 a 100."
            yield _at(data, "metas", i.code, "", message, WARNING)


def _sheet_errors(i: IndicatorRecord) -> Iterator[tuple[str, str]]:
    if (i.baseline is None) != (i.baseline_year is None):
        yield "anio_lb", "La línea base lleva valor y año, o ninguno de los dos."
    if i.annualization == Annualization.FALLING and i.baseline is None:
        yield "linea_base", "Un indicador decreciente necesita línea base."
    if i.annualization == Annualization.RISING and i.final_target < (i.baseline or 0):
        yield "meta_final", "Es creciente: la meta final no puede ser menor que la línea base."
    if i.annualization == Annualization.FALLING and i.baseline is not None and i.final_target > i.baseline:
        yield "meta_final", "Es decreciente: la meta final no puede ser mayor que la línea base."
    yield from _direction_errors(i)
    yield from _bound_errors(i)
    if not 0 <= i.decimals <= 6:
        yield "decimales", "Los decimales van de 0 a 6."
    if not 0 <= i.lag_days <= 730:
        yield "rezago_dias", "El rezago va de 0 a 730 días."
    if i.reports and i.reports == i.reviews:
        yield "revisa", "Quien revisa no puede ser quien reporta."


def _direction_errors(i: IndicatorRecord) -> Iterator[tuple[str, str]]:
    fixed = {Annualization.FALLING: Direction.DOWN}.get(Annualization(i.annualization), Direction.UP)
    if i.annualization != Annualization.CONSTANT and i.direction not in ("", fixed):
        yield "direccion", f"Un indicador {i.annualization} solo puede {fixed}: la dirección se elige en constante."
    if i.tolerance < 0:
        yield "tolerancia", "La tolerancia no puede ser negativa."
    if i.tolerance and i.direction != Direction.HOLD:
        yield "tolerancia", "La tolerancia es solo de un indicador constante que se debe mantener."


def _bound_errors(i: IndicatorRecord) -> Iterator[tuple[str, str]]:
    if i.minimum is not None and i.maximum is not None and i.minimum >= i.maximum:
        yield "maximo", "El máximo debe ser mayor que el mínimo."
        return
    for year, target in sorted(i.targets.items()):
        if i.minimum is not None and target < i.minimum:
            yield "minimo", f"La meta de {year} ({number(target)}) es menor que el mínimo."
        if i.maximum is not None and target > i.maximum and i.annualization != Annualization.SUM:
            yield "maximo", f"La meta de {year} ({number(target)}) es mayor que el máximo."


def _targets_agree(data: PlanData) -> Iterator[Problem]:
    for i in data.sheets:
        if i.active and not i.targets:
            yield _at(data, "metas", i.code, "indicador", f"{i.code} no tiene meta en ningún año.")
            continue
        for year, target in i.targets.items():
            if not data.plan.first_year <= year <= data.plan.last_year:
                yield _at(data, "metas", i.code, "", f"Hay una meta para {year}, fuera de los años del plan.")
            if target < 0:
                yield _at(data, "metas", i.code, "", f"La meta de {year} es negativa.")
        if i.targets:
            yield from _final_target_agrees(data, i)
            yield from _gaps(data, i)


def _final_target_agrees(data: PlanData, i: IndicatorRecord) -> Iterator[Problem]:
    total, last = sum(i.targets.values(), Decimal(0)), i.targets[max(i.targets)]
    if i.annualization == Annualization.SUM and total != i.final_target:
        message = f"Es suma: las metas anuales suman {number(total)} y la meta final es {number(i.final_target)}."
        yield _at(data, "metas", i.code, "", message)
    if i.annualization != Annualization.SUM and last != i.final_target:
        message = (
            f"La última meta anual es {number(last)} y la meta final es {number(i.final_target)}; deben coincidir."
        )
        yield _at(data, "metas", i.code, "", message)


def _gaps(data: PlanData, i: IndicatorRecord) -> Iterator[Problem]:
    if PERIODICITIES[i.periodicity] > 12:
        return
    for year in range(min(i.targets), max(i.targets)):
        if year not in i.targets:
            message = f"{year} queda sin programar entre dos años programados."
            yield _at(data, "metas", i.code, "", message, WARNING)


def _months_agree(data: PlanData) -> Iterator[Problem]:
    for i in data.sheets:
        for year in sorted({year for year, _month in i.monthly}):
            months = [i.monthly.get((year, month)) for month in range(1, 13)]
            key, target = f"{i.code} {year}", i.targets.get(year)
            known = [value for value in months if value is not None]
            reached = sum(known, Decimal(0)) if i.annualization == Annualization.SUM else known[-1]
            if target is None:
                yield _at(data, "programacion", key, "anio", f"{i.code} no tiene meta en {year}.")
            elif len(known) < 12:
                yield _at(data, "programacion", key, "", "Programe los doce meses, o ninguno.")
            elif reached != target:
                message = f"La programación llega a {number(reached)} y la meta de {year} es {number(target)}."
                yield _at(data, "programacion", key, "", message)


def _measurements_fit(data: PlanData) -> Iterator[Problem]:
    kinds = {indicator.code: indicator.annualization for indicator in data.sheets}
    for code, series in data.measurements.items():
        for (year, month), value in sorted(series.items()):
            key = f"{code} {year}"
            if not data.plan.first_year <= year <= data.plan.last_year:
                yield _at(data, "mediciones", key, "anio", f"{year} queda fuera de los años del plan.")
                break
            if value < 0 and kinds.get(code) == Annualization.SUM:
                column = BY_KEY["mediciones"].columns[month + 1].key
                message = "Es suma y el valor es negativo. Confirme que corrige un mes anterior."
                yield _at(data, "mediciones", key, column, message, WARNING)


def _late_ones_were_measured(data: PlanData) -> Iterator[Problem]:
    for code, late in data.late.items():
        for (year, month), since in sorted(late.items()):
            key, column = f"{code} {year}", BY_KEY["extemporaneos"].columns[month + 1].key
            if (year, month) not in data.measurements.get(code, {}):
                yield _at(data, "extemporaneos", key, column, "Ese mes no tiene medición: no hay qué contar tarde.")
            elif since < f"{year}-{month:02}":
                yield _at(data, "extemporaneos", key, column, "Una cifra no cuenta antes de su propio mes.")


def _structure_is_whole(data: PlanData) -> Iterator[Problem]:
    for line in data.lines:
        if not any(objective.line == line.code for objective in data.objectives):
            yield _at(data, "lineas", line.code, "", f"{line.code} no tiene objetivos.")
    for objective in data.objectives:
        kinds = {i.kind for i in data.indicators if i.objective == objective.code and i.active}
        for kind in OF_PLAN:
            if kind not in kinds:
                message = f"{objective.code} no tiene ningún indicador de {kind}."
                yield _at(data, "objetivos", objective.code, "", message, WARNING)


def _goals_feed(data: PlanData) -> Iterator[Problem]:
    """A computed indicator has goals of a type that its rule takes; no code is that of two things."""
    codes = {i.code for i in data.indicators}
    for goal in data.goals:
        if goal.code in codes:
            yield _at(data, "metas_proyecto", goal.code, "codigo", f"«{goal.code}» ya es el código de un indicador.")
        if goal.feeds and goal.contribution <= 0:
            yield _at(data, "metas_proyecto", goal.code, "aporte", "El aporte de una meta es mayor que 0.")
    for i in data.indicators:
        if not i.rule:
            continue
        feeding = [goal for goal in data.goals if goal.feeds == i.code and goal.active]
        if not feeding:
            message = f"{i.code} es calculado y ninguna meta de proyecto lo alimenta."
            yield _at(data, "indicadores", i.code, "regla_calculo", message)
        for goal in feeding:
            if not may_feed(Annualization(i.annualization), Rule(i.rule), Annualization(goal.annualization), i.unit):
                message = f"Una meta {goal.annualization} no puede alimentar {i.code}, que es {i.annualization}, así."
                yield _at(data, "metas_proyecto", goal.code, "anualizacion", message)
            if goal.entity != i.entity:
                message = (
                    f"{goal.code} la reporta {goal.entity} y alimenta {i.code}, que es de {i.entity}: si {goal.entity} "
                    "reporta después, el indicador se confirma en el reporte extemporáneo."
                )
                yield _at(data, "metas_proyecto", goal.code, "entidad", message, WARNING)


def _bands_rise(data: PlanData) -> Iterator[Problem]:
    bounds = [band.up_to for band in data.bands]
    known = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(known) != len(bounds) - 1 or known != sorted(set(known)):
        yield Problem(
            "Los límites van de menor a mayor, y solo el último color va sin límite.", "Semáforo", None, "Hasta (%)"
        )


_RULES = (
    _plan_is_possible,
    _people_can_work,
    _entities_have_people,
    _references_exist,
    _weights_close,
    _sheets_are_sound,
    _targets_agree,
    _months_agree,
    _measurements_fit,
    _late_ones_were_measured,
    _structure_is_whole,
    _goals_feed,
    _bands_rise,
)
