"""Forms that give the plan its lines, objectives, goals, indicators and follow-up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.forms.handlers import ROW_KEY, FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import battery, battery_check, goals_structure, structure, team, tool
from workflows.formulation.battery import Battery
from workflows.formulation.battery_rows import rows_of_entity
from workflows.handlers.formulation.battery_rules import GOALS, INDICATORS, PROGRAMMING, PROJECT_GOALS, errors_of
from workflows.handlers.formulation.source_forms import repeated
from workflows.handlers.formulation.theme_forms import too_long
from workflows.indicators.traffic_light import COLORS, Band
from workflows.plan.models import Plan
from workflows.prioritization import framework
from workflows.records.stored import latest_bands
from workflows.spanish import enumeration, number

HUNDRED = Decimal(100)
TITLE_CODE = re.compile(r"3\.[1-9]\d?")


class DefineLines(PlainForm):
    """`definir_lineas_productos`: lines, the framework's objectives under them, and products; weights close at 100."""

    contract = Contract(
        may_fill={"secciones": LIST}, fields=frozenset({"lineas", "objetivos", "productos", "titulos_capitulo_3"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each objective of the framework, and what was defined so far."""
        session, code = context.session, context.plan_code
        known = {objective.code: (objective, line) for objective, line in goals_structure.objectives(session, code)}
        rows = []
        for stated in framework.objectives(session, code):
            objective, line = known.get(stated.code, (None, ""))
            rows.append(
                {
                    ROW_KEY: stated.code,
                    "codigo": stated.code,
                    "name": stated.name,
                    "linea": line or None,
                    "tema_capitulo": objective.theme if objective else None,
                    "peso": objective.weight if objective else None,
                    "entidad_lider": objective.lead_entity if objective else None,
                    "resultado_esperado": objective.expected_result if objective else None,
                }
            )
        lines = [
            {"codigo": line.code, "nombre": line.name, "peso": line.weight, "tema_capitulo": line.theme}
            for line in goals_structure.lines(session, code)
        ]
        products = [
            {"objetivo": objective, "producto": product.name, "entidad": product.entity_code}
            for product, objective in goals_structure.products(session, code)
        ]
        return Prefill(
            values={
                "lineas": lines,
                "titulos_capitulo_3": [
                    {"codigo": at, "titulo": title} for at, title in structure.titles(session, code)
                ],
                "objetivos": rows,
                "productos": products,
            },
            row_titles={"objetivos": [f"{row['codigo']} {row['name']}" for row in rows]},
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Codes come once, objectives hang from a line of the table and have a product, weights close at 100."""
        lines, objectives = values["lineas"], values["objetivos"]
        errors = repeated("lineas", "codigo", lines, "Este código ya está en la tabla.")
        errors += too_long("lineas", lines, {"codigo": 20, "nombre": 500})
        errors += _titles(values)
        errors += _closes("lineas", lines, "Los pesos de las líneas suman {} y deben sumar 100.")
        codes = {line["codigo"] for line in lines}
        errors += [
            FieldError(path_of("objetivos", place, "linea"), "Esa línea no está en la tabla.")
            for place, row in enumerate(objectives)
            if row["linea"] not in codes
        ]
        for place, line in enumerate(lines):
            under = [row for row in objectives if row["linea"] == line["codigo"]]
            if not under:
                errors.append(FieldError(path_of("lineas", place, "codigo"), "Esta línea no tiene objetivos."))
                continue
            sentence = f"Los pesos de los objetivos de {line['codigo']} suman {{}} y deben sumar 100."
            errors += _closes("objetivos", under, sentence)
        return errors + _products(values)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Write lines, objectives and products; the chapter's sections go to who was given the chapter."""
        session, code = context.session, context.plan_code
        titles = values["titulos_capitulo_3"]
        goals_structure.define(session, code, values["lineas"], values["objetivos"], values["productos"], titles)
        written = team.open_bets(session, code, structure.sections(session, code))
        return {"secciones": written} if written else {}


class FormulateIndicators(PlainForm):
    """`formular_indicadores`: goals, indicators, programming and project goals of an entity."""

    contract = Contract(
        needs={"entidad": TEXT}, fields=frozenset({"indicadores", "metas", "metas_proyecto", "programacion"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What the entity formulated so far, the plan's years, and its products."""
        entity = str(context.variables["entidad"])
        plan = context.session.get_one(Plan, context.plan_code)
        products = [
            (objective, product.name)
            for product, objective in goals_structure.products(context.session, context.plan_code)
            if product.entity_code == entity
        ]
        panels = [
            Panel("Años del plan", facts=[("Primero", str(plan.first_year)), ("Último", str(tool.last_year(plan)))]),
            Panel("Productos de su entidad", head=("Objetivo", "Producto"), rows=products),
        ]
        values = rows_of_entity(context.session, context.plan_code, entity)
        return Prefill(values=values, panels=[panel for panel in panels if panel.facts or panel.rows])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """What cannot be written: codes twice, references to nothing, years out of the plan."""
        entity = str(context.variables["entidad"])
        return errors_of(context.session, context.plan_code, entity, values)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Write them to the plan."""
        formulated = Battery(values[GOALS], values[INDICATORS], values[PROGRAMMING], values[PROJECT_GOALS])
        battery.save(context.session, context.plan_code, str(context.variables["entidad"]), formulated)
        return {}


class CorrectIndicators(FormulateIndicators):
    """`corregir_indicadores`: the same, with what is wrong at its field."""

    contract = Contract(
        needs={"entidad": TEXT}, fields=frozenset({"indicadores", "metas", "metas_proyecto", "programacion"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What the entity formulated, with a note at each field that is wrong."""
        opened = super().prepare(context)
        entity = str(context.variables["entidad"])
        notes: dict[str, list[str]] = {}
        found = battery_check.of_entity(context.session, context.plan_code, entity)
        for finding in found:
            notes.setdefault(_place_of(finding, opened.values), []).append(finding.message)
        told = Panel("Por corregir", rows=[(message,) for message in dict.fromkeys(f.message for f in found)])
        joined = {path: " ".join(dict.fromkeys(messages)) for path, messages in notes.items() if path}
        return Prefill(values=opened.values, panels=[told, *opened.panels], notes=joined)


class DesignTool(PlainForm):
    """`disenar_herramienta`: traffic light and cadence of the follow-up."""

    contract = Contract(fields=frozenset({"descripcion", "formatos", "periodicidad", "umbrales"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What holds so far."""
        bands = latest_bands(context.session, context.plan_code)
        values: Values = {"umbrales": [{"color": band.color, "hasta": band.up_to} for band in bands]}
        designed = tool.find(context.session, context.plan_code)
        values |= {"periodicidad": designed.cadence if designed else "mensual"}
        if designed:
            values |= {"motivo": designed.reason, "descripcion": designed.description, "formatos": designed.files}
        return Prefill(values=values)

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Each colour once, in their order, bounds that rise, none on the last."""
        rows = values["umbrales"]
        errors = repeated("umbrales", "color", rows, "Este color ya está en la tabla.")
        colors = [row["color"] for row in rows]
        if not errors and colors != [color for color in COLORS if color in colors]:
            errors.append(FieldError("umbrales", "Ponga los colores en su orden: rojo, amarillo, verde, naranja."))
        before = Decimal(0)
        for place, row in enumerate(rows):
            if message := _wrong_bound(row["hasta"], before, is_last=place == len(rows) - 1):
                errors.append(FieldError(path_of("umbrales", place, "hasta"), message))
            before = row["hasta"] or before
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep it; the thresholds hold from the plan's first day."""
        tool.design(
            context.session,
            context.plan_code,
            tuple(Band(row["color"], row["hasta"]) for row in values["umbrales"]),
            cadence=values["periodicidad"],
            reason=values.get("motivo") or "",
            description=values["descripcion"],
            files=values["formatos"],
            actor=context.actor,
            now=context.now(),
        )
        return {}


def _closes(table: str, rows: list[Values], sentence: str) -> list[FieldError]:
    total = sum((row["peso"] for row in rows), Decimal(0))
    errors = [] if total == HUNDRED else [FieldError(table, sentence.format(number(total)))]
    if any(row["peso"] <= 0 for row in rows):
        errors.append(FieldError(table, "Todos los pesos son mayores que 0."))
    return errors


def _titles(values: Values) -> list[FieldError]:
    """Titles are 3.1, 3.2…, once; what is told under a title names one of the table."""
    titles = values["titulos_capitulo_3"]
    errors = repeated("titulos_capitulo_3", "codigo", titles, "Este código ya está en la tabla.")
    errors += [
        FieldError(path_of("titulos_capitulo_3", place, "codigo"), "El código es 3.1, 3.2 y así en adelante.")
        for place, row in enumerate(titles)
        if not TITLE_CODE.fullmatch(row["codigo"])
    ]
    known = {row["codigo"] for row in titles} or {code for code, _name in structure.of_lines(values["lineas"])}
    for table in ("lineas", "objetivos"):
        errors += [
            FieldError(path_of(table, place, "tema_capitulo"), f"Los títulos son {enumeration(sorted(known))}.")
            for place, row in enumerate(values[table])
            if row.get("tema_capitulo") and row["tema_capitulo"] not in known
        ]
    if titles:
        errors += [
            FieldError(path_of("lineas", place, "tema_capitulo"), "Diga bajo cuál de los títulos va esta línea.")
            for place, row in enumerate(values["lineas"])
            if not row.get("tema_capitulo")
        ]
    return errors


def _products(values: Values) -> list[FieldError]:
    codes = {row["codigo"] for row in values["objetivos"]}
    errors = [
        FieldError(path_of("productos", place, "objetivo"), "Ese objetivo no está en la tabla.")
        for place, row in enumerate(values["productos"])
        if row["objetivo"] not in codes
    ]
    left = sorted(codes - {row["objetivo"] for row in values["productos"]})
    if left:
        errors.append(FieldError("productos", f"Sin producto: {', '.join(left)}. Cada objetivo necesita al menos uno."))
    return errors


def _wrong_bound(bound: Decimal | None, before: Decimal, *, is_last: bool) -> str:
    if is_last:
        return "" if bound is None else "El último color no lleva límite: cubre lo que pase del anterior."
    if bound is None:
        return "Solo el último color va sin límite."
    return "" if bound > before else f"Debe ser mayor que {number(before)}."


def _place_of(finding: Any, values: Values) -> str:
    """The path of what a finding is about; the table's own where its row is not there."""
    key = {"metas": "codigo", "indicadores": "codigo"}.get(finding.table, "indicador")
    code, _, year = finding.code.partition(" ")
    for place, row in enumerate(values.get(finding.table) or []):
        if row[key] == code and year in ("", str(row.get("anio") or "")):
            column = finding.field if finding.field in row else key
            return path_of(finding.table, place, column)
    return str(finding.table)
