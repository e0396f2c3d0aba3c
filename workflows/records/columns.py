"""The sheets and columns of the office's workbook: one description for the template, the reading and the writing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflows.indicators.sheets import PERIODICITIES
from workflows.indicators.states import OF_PLAN, Annualization, Direction, Rule
from workflows.indicators.traffic_light import COLORS
from workflows.sectors.states import EntityRole

MONTH_NAMES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
MAX_YEARS = 6

TEXT, NUMBER, INTEGER, DATE, MONTH, YES_NO, LIST = "text", "number", "integer", "date", "month", "yes_no", "list"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `choices` are the only values taken; `refers_to` is the sheet whose first column lists them."""

    key: str
    heading: str
    kind: str = TEXT
    required: bool = False
    note: str = ""
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    longest: int = 4000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title in the workbook, what it is for, and its columns."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]

    def heading(self, key: str) -> str:
        """The heading of a column by its key."""
        return next((column.heading for column in self.columns if column.key == key), key)


def _code(heading: str = "Código", longest: int = 20) -> Column:
    return Column("codigo", heading, required=True, longest=longest, note="No se repite.")


def _months(note: str) -> tuple[Column, ...]:
    return tuple(Column(name, name.capitalize(), NUMBER, note=note) for name in MONTH_NAMES)


PLAN = Sheet(
    "plan",
    "Plan",
    "Una sola fila: el plan.",
    (
        Column("codigo", "Código", required=True, longest=40, note="Por ejemplo PES-GOB. No se cambia después."),
        Column("nombre", "Nombre", required=True, longest=300),
        Column("sector", "Sector", required=True, longest=100),
        Column("anio_inicio", "Primer año", INTEGER, required=True, note="Año calendario en que empieza el plan."),
        Column("anios", "Número de años", INTEGER, required=True, note="Casi siempre 4."),
        Column(
            "pdd",
            "Plan de desarrollo",
            LIST,
            note="Su nombre o su código; si son dos, separados por punto y coma. Sus días van en la hoja Planes de "
            "desarrollo.",
        ),
        Column(
            "nombre_primer_nivel",
            "Nombre del primer nivel",
            choices=("línea", "eje", "pilar", "dimensión"),
            note="Cómo llama el sector a sus líneas. Vacío: línea.",
        ),
        Column("regla_aprobacion", "Regla de aprobación", choices=("unanimidad", "mayoría", "cabeza decide")),
        Column("estado", "Estado", choices=("formulacion", "adoptado", "vigente", "cerrado"), note="Vacío: vigente."),
        Column("primer_mes", "Primer mes de seguimiento", MONTH, note="AAAA-MM. Vacío: el que sigue a lo ya medido."),
        Column("mision", "Misión"),
        Column("vision", "Visión"),
        Column("valores", "Valores", LIST, note="Separados por punto y coma."),
        Column("acto_tipo", "Acto de adopción: tipo", longest=100),
        Column("acto_numero", "Acto de adopción: número", longest=100),
        Column("acto_fecha", "Acto de adopción: fecha", DATE, note="DD/MM/AAAA o AAAA-MM-DD."),
        Column("acto_expide", "Acto de adopción: expide", longest=100),
    ),
)
ENTITIES = Sheet(
    "entidades",
    "Entidades",
    "Las entidades del sector.",
    (
        Column("sigla", "Sigla", required=True, longest=20, note="Así se nombra la entidad en las demás hojas."),
        Column("nombre", "Nombre", required=True, longest=300),
        Column(
            "rol",
            "Rol en el sector",
            required=True,
            choices=tuple(EntityRole),
        ),
    ),
)
PEOPLE = Sheet(
    "personas",
    "Personas",
    "Quienes usan la plataforma. Los roles posibles están en la hoja Roles.",
    (
        Column(
            "usuario", "Usuario", required=True, longest=60, note="Minúsculas, números, punto o guion; sin espacios."
        ),
        Column("nombre", "Nombre", required=True, longest=200),
        Column("correo", "Correo", required=True, longest=200),
        Column("entidad", "Entidad", required=True, refers_to="entidades"),
        Column(
            "roles",
            "Roles",
            LIST,
            note="Separados por punto y coma, como están en la hoja Roles. Los de administración, coordinación y líder "
            "del proceso se dan en la página Personas.",
        ),
        Column("activo", "Activa", YES_NO, note="Vacío: sí."),
    ),
)
LINES = Sheet(
    "lineas",
    "Líneas",
    "Los pesos de las líneas suman 100.",
    (
        _code(),
        Column("nombre", "Nombre", required=True, longest=500),
        Column("peso", "Peso (%)", NUMBER, required=True),
    ),
)
OBJECTIVES = Sheet(
    "objetivos",
    "Objetivos",
    "Los pesos suman 100 dentro de cada línea.",
    (
        _code(),
        Column("linea", "Línea", required=True, refers_to="lineas"),
        Column("nombre", "Nombre", required=True, longest=500),
        Column("peso", "Peso (%)", NUMBER, required=True),
        Column("entidad_lider", "Entidad líder", required=True, refers_to="entidades"),
        Column("tema", "Tema", longest=20),
        Column("resultado_esperado", "Resultado esperado"),
    ),
)
INDICATORS = Sheet(
    "indicadores",
    "Indicadores",
    "La ficha técnica. Los pesos suman 100 dentro de cada objetivo.",
    (
        _code(),
        Column("objetivo", "Objetivo", required=True, refers_to="objetivos"),
        Column("clase", "Clase", required=True, choices=OF_PLAN),
        Column("entidad", "Entidad", required=True, refers_to="entidades"),
        Column("peso", "Peso (%)", NUMBER, required=True),
        Column("nombre", "Nombre", required=True, longest=500),
        Column("unidad", "Unidad de medida", required=True, longest=100),
        Column("decimales", "Decimales", INTEGER, note="Vacío: 0."),
        Column(
            "anualizacion",
            "Anualización",
            required=True,
            choices=tuple(Annualization),
            note="suma: cada mes se reporta lo hecho en el mes; las demás: el nivel al corte.",
        ),
        Column(
            "direccion",
            "Dirección",
            choices=tuple(Direction),
            note="Solo en constante: si el nivel debe aumentar, disminuir o mantenerse. Vacío: aumentar.",
        ),
        Column("tolerancia", "Tolerancia", NUMBER, note="Solo en mantener: cuánto se puede apartar, en la unidad."),
        Column("minimo", "Mínimo", NUMBER, note="El menor valor posible. Vacío: no se revisa."),
        Column("maximo", "Máximo", NUMBER, note="El mayor valor posible. Vacío: no se revisa."),
        Column("linea_base", "Línea base", NUMBER, note="Obligatoria si es decreciente."),
        Column("anio_lb", "Año de la línea base", INTEGER),
        Column("meta_final", "Meta final", NUMBER, required=True),
        Column("periodicidad", "Periodicidad", required=True, choices=tuple(PERIODICITIES)),
        Column("rezago_dias", "Días de rezago", INTEGER, note="Vacío: 0."),
        Column("proyecto", "Proyecto de inversión", longest=40, note="Código, como está en la hoja Proyectos."),
        Column("reporta", "Reporta", longest=60, note="Usuario. Vacío: la persona responsable de meta de la entidad."),
        Column("revisa", "Revisa", longest=60, note="Usuario. Vacío: el enlace de planeación de la entidad."),
        Column("reemplazo", "Reemplazo", longest=60, note="Usuario que reporta si falta la persona responsable."),
        Column("definicion", "Definición"),
        Column("formula", "Fórmula"),
        Column("fuente", "Fuente"),
        Column(
            "regla_calculo",
            "Regla de cálculo",
            choices=tuple(rule for rule in Rule if rule),
            note="Si el valor sale de las metas de proyecto que lo alimentan. Vacío: lo reporta una persona.",
        ),
        Column("activo", "Activo", YES_NO, note="Vacío: sí. Un indicador inactivo tiene peso 0."),
    ),
)
PROJECT_GOALS = Sheet(
    "metas_proyecto",
    "Metas de proyecto",
    "Lo que cada proyecto de inversión promete y reporta cada mes. Los pesos suman 100 dentro de cada proyecto; las "
    "magnitudes de cada año van en «Programación anual», con su código.",
    (
        Column("codigo", "Código", required=True, longest=20, note="Por ejemplo 1094-1. No se repite."),
        Column("proyecto", "Proyecto", required=True, refers_to="proyectos"),
        Column("nombre", "Meta", required=True, longest=500, note="Verbo, cantidad y unidad."),
        Column("peso", "Peso (%)", NUMBER, required=True),
        Column("unidad", "Unidad de medida", required=True, longest=100),
        Column("decimales", "Decimales", INTEGER, note="Vacío: 0."),
        Column("anualizacion", "Anualización", required=True, choices=tuple(Annualization)),
        Column("direccion", "Dirección", choices=tuple(Direction), note="Solo en constante. Vacío: aumentar."),
        Column("tolerancia", "Tolerancia", NUMBER, note="Solo en mantener: cuánto se puede apartar, en la unidad."),
        Column("minimo", "Mínimo", NUMBER),
        Column("maximo", "Máximo", NUMBER),
        Column("linea_base", "Línea base", NUMBER, note="Obligatoria si es decreciente."),
        Column("anio_lb", "Año de la línea base", INTEGER),
        Column("meta_final", "Meta final", NUMBER, required=True),
        Column("periodicidad", "Periodicidad", choices=tuple(PERIODICITIES), note="Vacío: mensual."),
        Column("indicador", "Alimenta el indicador", refers_to="indicadores", note="Vacío: no alimenta ninguno."),
        Column("aporte", "Aporte (%)", NUMBER, note="Su parte en las reglas ponderadas. Vacío: 100."),
        Column("territorial", "Por localidad", YES_NO, note="Vacío: no."),
        Column("recursos_propios", "Recursos propios", YES_NO, note="Si se reporta su dinero. Vacío: no."),
        Column("reporta", "Reporta", longest=60, note="Usuario. Vacío: la persona responsable de meta de la entidad."),
        Column("revisa", "Revisa", longest=60, note="Usuario. Vacío: el enlace de planeación de la entidad."),
        Column("reemplazo", "Reemplazo", longest=60),
        Column("activo", "Activo", YES_NO, note="Vacío: sí. Una meta inactiva tiene peso 0."),
    ),
)
TARGETS = Sheet(
    "metas",
    "Programación anual",
    "La meta de cada año: cada encabezado es un año del plan. Vacío: no programado ese año.",
    (
        Column("indicador", "Indicador", required=True, refers_to="indicadores"),
        *(Column(f"anio_{n}", f"Año {n}", NUMBER) for n in range(1, MAX_YEARS + 1)),
    ),
)
MONTHLY = Sheet(
    "programacion",
    "Programación mensual",
    "Lo de cada mes: en suma, lo del mes; en las demás, el nivel. Lo que no esté aquí se programa en línea recta.",
    (
        Column("indicador", "Indicador", required=True, refers_to="indicadores"),
        Column("anio", "Año", INTEGER, required=True),
        *_months("Los doce meses, o ninguno."),
    ),
)
MEASUREMENTS = Sheet(
    "mediciones",
    "Mediciones",
    "Lo medido hasta hoy: en suma, lo hecho en el mes; en las demás, el nivel al corte. Vacío: sin dato.",
    (
        Column("indicador", "Indicador", required=True, refers_to="indicadores"),
        Column("anio", "Año", INTEGER, required=True),
        *_months("Cero y vacío son distintos."),
    ),
)
LATE = Sheet(
    "extemporaneos",
    "Extemporáneos",
    "Lo medido que se avaló tarde: desde qué mes (AAAA-MM) cuenta cada cifra. Lo que no esté aquí llegó a tiempo.",
    (
        Column("indicador", "Indicador", required=True, refers_to="indicadores"),
        Column("anio", "Año", INTEGER, required=True),
        *(
            Column(name, name.capitalize(), MONTH, note="AAAA-MM; 9999-12 si solo cuenta en la evaluación.")
            for name in MONTH_NAMES
        ),
    ),
)
PROJECTS = Sheet(
    "proyectos",
    "Proyectos",
    "Los proyectos de inversión que aportan al plan.",
    (
        _code(longest=40),
        Column("nombre", "Nombre", required=True, longest=300),
        Column("entidad", "Entidad", required=True, refers_to="entidades"),
    ),
)
BUDGETS = Sheet(
    "presupuesto",
    "Presupuesto",
    "Millones de pesos corrientes.",
    (
        Column("proyecto", "Proyecto", required=True, refers_to="proyectos"),
        Column("anio", "Año", INTEGER, required=True),
        Column("apropiacion", "Apropiación vigente", NUMBER),
        Column("compromisos", "Compromisos", NUMBER),
        Column("giros", "Giros", NUMBER),
    ),
)
BANDS = Sheet(
    "semaforo",
    "Semáforo",
    "Hasta qué porcentaje de cumplimiento a la fecha vale cada color, incluido. El último no tiene límite.",
    (
        Column("color", "Color", required=True, choices=COLORS),
        Column("hasta", "Hasta (%)", NUMBER),
    ),
)
HOLIDAYS = Sheet(
    "dias_no_habiles",
    "Días no hábiles",
    "Los que no trae el calendario nacional.",
    (
        Column("fecha", "Fecha", DATE, required=True),
        Column("motivo", "Motivo", required=True, longest=200),
    ),
)
DEVELOPMENT_PLANS = Sheet(
    "planes_desarrollo",
    "Planes de desarrollo",
    "Los planes de desarrollo que nombra la hoja Plan: los que ya están en Cauce no hace falta repetirlos.",
    (
        _code(longest=40),
        Column("nombre", "Nombre", required=True, longest=300),
        Column("gobierno", "Administración", longest=200),
        Column("desde", "Rige desde", DATE),
        Column("hasta", "Rige hasta", DATE),
        Column("acto", "Acto que lo adoptó", longest=200),
        Column("acto_fecha", "Fecha del acto", DATE),
    ),
)

NEEDED = (PLAN, ENTITIES, PEOPLE, LINES, OBJECTIVES, INDICATORS, TARGETS)
MAY_LACK = (
    MONTHLY, MEASUREMENTS, LATE, PROJECTS, PROJECT_GOALS, BUDGETS, BANDS, HOLIDAYS, DEVELOPMENT_PLANS,
)  # fmt: skip
SHEETS = (*NEEDED, *MAY_LACK)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
OPTIONAL = frozenset(sheet.key for sheet in MAY_LACK)
"""Sheets that a workbook may lack or leave empty."""


def sheets(first_year: int | None) -> tuple[Sheet, ...]:
    """Every sheet, that of the yearly targets headed by the years of a plan that begins then; «Año 1» if unknown."""
    return tuple(_of_years(sheet, first_year) if sheet is TARGETS and first_year else sheet for sheet in SHEETS)


def place_of_year(column: Column) -> int | None:
    """Which year of the plan a column of yearly targets is for, from 1; None of any other column."""
    name, _, place = column.key.partition("_")
    return int(place) if name == "anio" and place.isdecimal() else None


def _of_years(sheet: Sheet, first_year: int) -> Sheet:
    return replace(sheet, columns=tuple(_of_year(column, first_year) for column in sheet.columns))


def _of_year(column: Column, first_year: int) -> Column:
    place = place_of_year(column)
    return column if place is None else replace(column, heading=str(first_year + place - 1))
