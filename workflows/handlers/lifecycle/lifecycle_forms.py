"""Forms of `pes_maestro`: a plan is created, its start decided, its file archived."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import LIST, TEXT, Contract
from workflows.approvals.publishing import CHANNELS
from workflows.calendar import bogota_day
from workflows.errors import Refused
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values, path_of
from workflows.forms.options import entities as sector_entities
from workflows.lifecycle import archiving, creating
from workflows.lifecycle.creating import RETROACTIVE, NewPlan
from workflows.lifecycle.retention import SERIES
from workflows.plan import development
from workflows.plan.development import Described
from workflows.plan.models import Plan
from workflows.sectors import registry
from workflows.sectors.models import Sector
from workflows.spanish import long_day, month_name, number

FIRST_LEVEL = {"linea": "línea", "eje": "eje", "pilar": "pilar", "dimension": "dimensión"}
OWN_LEVEL = "propio"
"""The word that only the plan's sector uses."""
RULES = {"unanimidad": "unanimidad", "mayoria": "mayoría", "cabeza_decide": "cabeza decide"}
GUIDE_VERSION = "2018-01"
YEARS = 4
CORRECTING = "a quien administra la instalación que las corrija."


class CreatePlan(PlainForm):
    """`crear_plan`: what the plan is born with. Its code is that of the case."""

    contract = Contract(
        fills={"plan": TEXT, "regla_aprobacion": TEXT, "canales": LIST},
        fields=frozenset(
            {
                "anio_inicio",
                "anios",
                "entidades",
                "guia_version",
                "nombre",
                "nombre_primer_nivel",
                "pdds",
                "regla_aprobacion",
                "sector",
            }
        ),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The code, what its sector knows, four years from the next one, unanimity."""
        sector = registry.find(context.session, context.sector)
        first_year = bogota_day(context.now()).year + 1
        levels = _first_levels(sector)
        values = {
            "codigo": context.plan_code,
            "nombre": f"Plan Estratégico Sectorial de {sector.name} {first_year}–{first_year + YEARS - 1}",
            "sector": sector.name,
            "anio_inicio": first_year,
            "anios": YEARS,
            "entidades": [code for code, _name in sector_entities(context)],
            "nombre_primer_nivel": next(key for key, word in levels.items() if word == sector.first_level_name),
            "regla_aprobacion": "unanimidad",
            "guia_version": GUIDE_VERSION,
            "pdds": [
                {"nombre": one.name, "desde": one.starts_on, "hasta": one.ends_on}
                for one in development.overlapping(
                    context.session, dt.date(first_year, 1, 1), dt.date(first_year + YEARS - 1, 12, 31)
                )
            ],
        }
        options = {"nombre_primer_nivel": [(key, word.capitalize()) for key, word in levels.items()]}
        return Prefill(values=values, options=options, locked=frozenset({"codigo", "sector"}))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """The plan does not end before it is made, and there is none with that code."""
        errors = []
        if int(values["anio_inicio"]) + int(values["anios"]) <= bogota_day(context.now()).year:
            errors.append(FieldError("anio_inicio", "El plan terminaría en un año que ya pasó. Corrija el primer año."))
        if context.session.get(Plan, context.plan_code) is not None:
            errors.append(FieldError("codigo", f"Ya existe el plan {context.plan_code}."))
        return errors + _frame_errors(context, values)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Create the plan and link its entities."""
        sector = registry.find(context.session, context.sector)
        new = NewPlan(
            code=context.plan_code,
            name=values["nombre"],
            sector=context.sector,
            first_year=int(values["anio_inicio"]),
            years=int(values["anios"]),
            development_plans=_frame(values),
            first_level_name=_first_levels(sector)[values["nombre_primer_nivel"]],
            approval_rule=RULES[values["regla_aprobacion"]],
            guide_version=values["guia_version"],
            entities=values["entidades"],
        )
        creating.create(context.session, context.engine, new, actor=context.actor)
        return {"plan": new.code, "regla_aprobacion": values["regla_aprobacion"], "canales": list(CHANNELS)}


def _frame(values: Values) -> list[Described]:
    """The development plans of the table; of the one line of text that there was before it, without days."""
    rows: Sequence[Values] = values["pdds"] if "pdds" in values else [{"nombre": values["pdd"]}]
    return [
        Described("", " ".join(row["nombre"].split()), starts_on=row.get("desde"), ends_on=row.get("hasta"))
        for row in rows
    ]


def _frame_errors(context: FormContext, values: Values) -> list[FieldError]:
    """None ends before it begins or stands twice; the days of one that is registered are not this form's to change."""
    errors, seen = [], set()
    for place, said in enumerate(_frame(values)):
        known = development.named(context.session, said.name)
        code = known.code if known else development.code_for(said.name)
        if code in seen:
            errors.append(FieldError(path_of("pdds", place, "nombre"), "Ya está en la tabla. Déjelo una sola vez."))
        elif said.starts_on and said.ends_on and said.ends_on < said.starts_on:
            errors.append(FieldError(path_of("pdds", place, "hasta"), "Terminaría antes de empezar."))
        elif known and development.differs(known, said):
            told = f"«{known.name}» ya está registrado: {development.in_force(known).lower()}."
            errors.append(FieldError(path_of("pdds", place, "desde"), f"{told} Deje esas fechas, o pida {CORRECTING}"))
        seen.add(code)
    return errors


def _first_levels(sector: Sector) -> Mapping[str, str]:
    """The words for the first level of a plan, by the value of the form; its sector's own is one of them."""
    usual = dict(FIRST_LEVEL)
    if sector.first_level_name not in usual.values():
        usual[OWN_LEVEL] = sector.first_level_name
    return usual


class DecideStart(PlainForm):
    """`decidir_cargue`: whether months before the adoption are loaded."""

    def prepare(self, context: FormContext) -> Prefill:
        """What happens without loading."""
        plan = context.session.get_one(Plan, context.plan_code)
        facts = [
            ("El plan comienza", long_day(creating.first_day(plan))),
            ("Primer mes completo tras la adopción", month_name(plan.first_month)),
        ]
        return Prefill(panels=[Panel("Desde cuándo se puede hacer el seguimiento", facts=facts)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """The first month loaded is of the plan, and before the one that is followed anyway."""
        since = values.get("desde")
        if values["cargue"] != RETROACTIVE or since is None:
            return []
        plan = context.session.get_one(Plan, context.plan_code)
        if since < creating.first_day(plan):
            return [FieldError("desde", f"El plan comienza el {long_day(creating.first_day(plan))}.")]
        if since.strftime("%Y-%m") >= plan.first_month:
            return [FieldError("desde", f"Desde {month_name(plan.first_month)} el seguimiento se hace sin cargue.")]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the decision; the calendar opens the months that follow from it."""
        plan = context.session.get_one(Plan, context.plan_code)
        creating.decide_start(
            context.session,
            context.engine,
            plan,
            values["cargue"],
            values.get("desde"),
            values.get("motivo") or "",
            actor=context.actor,
        )
        return {}


class ConfirmArchive(PlainForm):
    """`confirmar_archivo`: nothing is open, the index was read, the series chosen."""

    contract = Contract(fields=frozenset({"serie_documental"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What is open, and what the file holds."""
        return Prefill(panels=[_open_panel(context), _index_panel(context)])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """No case of the plan is open."""
        try:
            archiving.ensure_nothing_open(context.session, context.plan_code)
        except Refused as refused:
            return [FieldError("indice_revisado", refused.message)]
        return []

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep who confirmed it and under which series."""
        archiving.confirm(
            context.session,
            context.engine,
            context.plan_code,
            values["serie_documental"],
            values.get("observaciones") or "",
            actor=context.actor,
        )
        return {}


def retention_series(_context: FormContext) -> Sequence[Option]:
    """The choices of `trd`: the series of the retention table."""
    return [(series.key, f"{series.label} ({series.disposition.lower()})") for series in SERIES]


def _open_panel(context: FormContext) -> Panel:
    running = archiving.open_cases(context.session, context.plan_code)
    if not running:
        return Panel("Procesos abiertos del plan", "Ninguno: el expediente se puede archivar.")
    return Panel(
        "Procesos abiertos del plan",
        head=("Proceso", "Clave"),
        rows=[(instance.name, instance.business_key) for instance in running],
    )


def _index_panel(context: FormContext) -> Panel:
    pieces = archiving.index(context.session, context.plan_code)
    folders = Counter(piece.path.partition("/")[0] if "/" in piece.path else "índice y bitácora" for piece in pieces)
    size = sum(piece.size for piece in pieces)
    rows = [(folder, str(count)) for folder, count in folders.items()]
    return Panel(
        "Índice del expediente",
        f"{len(pieces)} piezas, {number(max(1, size // 1024))} kB en total; cada una con su SHA-256.",
        head=("Parte", "Piezas"),
        rows=rows,
    )
