"""The columns of the report's tables, one list each: of its page, its PDF, its Word document and its workbook.

A column without `printed` stands in the workbook alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from workflows.documents.tables import Column, Painted, Said
from workflows.indicators.states import Color
from workflows.reports.contents import (
    AlertLine,
    BottleneckLine,
    CommitmentLine,
    EntityLine,
    GoalLine,
    IndicatorLine,
    Light,
    Report,
    RollUp,
    SilentLine,
    YearsLine,
)
from workflows.reports.words import BOTTLENECK_STATES, COMMITMENT_STATES, DECISIONS, MEASURES, REPORT_STATES, VERDICTS
from workflows.spanish import local_day, long_day, magnitude, number, percentage

FILLS: Mapping[str, str] = {
    Color.RED: "FDECEB", Color.YELLOW: "FFF4D6", Color.GREEN: "E6F4EC", Color.ORANGE: "FFEADB", Color.GREY: "ECEFF2",
    Color.WHITE: "FFFFFF",
}  # fmt: skip


def rounded(value: Decimal | None) -> Decimal | None:
    """A percentage as workbooks show it."""
    return None if value is None else value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _rate(item: RollUp | EntityLine) -> str:
    """The compliance of a level; a word where nothing is known of it, never 0."""
    if item.compliance is None:
        return "sin dato" if item.light.color == Color.GREY else "—"
    return percentage(item.compliance)


def _level_chip(item: RollUp | EntityLine) -> Said:
    note = "por falta de dato" if item.by_silence else ""
    return Said(item.light.word, color=item.light.color, icon=item.light.icon, note=note)


def _years_level(item: YearsLine) -> Said:
    return Said("", strong="Plan") if item.kind == "Plan" else Said(item.name, strong=item.code)


def _projected(item: YearsLine) -> str:
    return percentage(item.projected) if item.known else "sin dato suficiente"


def _light(light: Light) -> Painted:
    return Painted(f"{light.icon} {light.word}", FILLS[light.color])


def _chip(light: Light) -> Said:
    return Said(light.word, color=light.color, icon=light.icon)


def _level(row: Level) -> Said:
    kind, item = row
    if kind == "Plan":
        return Said(strong="Plan")
    return Said(item.name, strong=item.code) if kind == "Línea" else Said(f"{item.code} {item.name}")


def _verdict(item: RollUp) -> str:
    against = "Contra la cifra" if item.against_figure else ""
    return ". ".join(part for part in (VERDICTS.get(item.verdict, ""), against, item.argument) if part)


def _indicator(item: IndicatorLine) -> Said:
    late = " · Extemporáneo" if item.late else ""
    known = f" · {item.known}" if item.known else ""
    return Said(item.name, note=f"{item.unit}, {item.annualization}{late}{known}")


def _outcome(item: AlertLine) -> str:
    if item.decision == "aclarar":
        return f"Aclarada: {item.answer}" if item.answer else "Sin aclarar"
    return DECISIONS.get(item.decision, "Sin revisar")


def _state(item: CommitmentLine) -> str:
    return COMMITMENT_STATES.get(item.state, item.state)


Level = tuple[str, RollUp]
LEVELS: tuple[Column[Level], ...] = (
    Column("Nivel", lambda row: row[0]),
    Column("Código", lambda row: row[1].code),
    Column("Nombre", lambda row: row[1].name, _level, "Nivel", share=1),
    Column("Peso", lambda row: row[1].weight),
    Column(
        "Cumplimiento (%)", lambda row: rounded(row[1].compliance), lambda row: _rate(row[1]), "Cumple", figure=True,
    ),
    Column(
        "Sin tope (%)", lambda row: rounded(row[1].uncapped), lambda row: percentage(row[1].uncapped),
        "Sin tope", figure=True,
    ),
    Column(
        "Cobertura (%)", lambda row: rounded(row[1].coverage), lambda row: percentage(row[1].coverage),
        "Cobertura", figure=True,
    ),
    Column(
        "Oportunidad (%)", lambda row: rounded(row[1].opportunity), lambda row: percentage(row[1].opportunity),
        "Oportunidad", figure=True,
    ),
    Column("Semáforo", lambda row: _light(row[1].light), lambda row: _level_chip(row[1])),
    Column("Color por falta de dato", lambda row: "sí" if row[1].by_silence else ""),
    Column(
        "Veredicto", lambda row: VERDICTS.get(row[1].verdict, ""), lambda row: _verdict(row[1]),
        "Veredicto de la mesa", share=1,
    ),
    Column("Contra la cifra", lambda row: "sí" if row[1].against_figure else ""),
    Column("Argumento", lambda row: row[1].argument),
)  # fmt: skip
INDICATORS: tuple[Column[IndicatorLine], ...] = (
    Column("Código", lambda i: i.code, lambda i: Said(strong=i.code, key=i.code)),
    Column("Indicador", lambda i: i.name, _indicator, share=5),
    Column("Clase", lambda i: i.kind),
    Column("Entidad", lambda i: i.entity, lambda i: i.entity),
    Column("Objetivo", lambda i: i.objective),
    Column("Unidad", lambda i: i.unit),
    Column("Anualización", lambda i: i.annualization),
    Column("Línea base", lambda i: i.baseline),
    Column(
        "Meta del año", lambda i: i.year_target, lambda i: magnitude(i.year_target, i.decimals), figure=True, share=2,
    ),
    Column("Valor del periodo", lambda i: i.reported),
    Column(
        "Programado a la fecha", lambda i: i.programmed, lambda i: magnitude(i.programmed, i.decimals), "Programado",
        figure=True,
    ),
    Column("Ejecutado", lambda i: i.executed, lambda i: magnitude(i.executed, i.decimals), figure=True),
    Column(
        "Avance de la vigencia (%)", lambda i: rounded(i.year_progress), lambda i: percentage(i.year_progress),
        "Avance del año", figure=True, share=2,
    ),
    Column(
        "Cumplimiento a la fecha (%)", lambda i: rounded(i.compliance), lambda i: percentage(i.compliance),
        "Cumple", figure=True,
    ),
    Column("Semáforo", lambda i: _light(i.light), lambda i: _chip(i.light)),
    Column("Qué se sabe del dato", lambda i: i.known or ("reportado" if i.compliance is not None else "")),
    Column("Extemporáneo", lambda i: "sí" if i.late else "no"),
    Column("Avance cualitativo", lambda i: i.qualitative),
    Column("Dificultades", lambda i: i.difficulties),
    Column("Soluciones", lambda i: i.solutions),
    Column("Justificación", lambda i: i.justification),
    Column("Otros datos", lambda i: "\n".join(f"{label}: {value}" for label, value in i.extra)),
    Column("Evidencias", lambda i: "\n".join(f"{e.public_name} · SHA-256 {e.sha256}" for e in i.evidence)),
    Column("Reportó", lambda i: i.reported_by),
    Column("Reportado el", lambda i: local_day(i.reported_at) if i.reported_at else None),
    Column("Validó", lambda i: i.validated_by),
    Column("Avaló", lambda i: i.endorsed_by),
)  # fmt: skip
ENTITIES: tuple[Column[EntityLine], ...] = (
    Column("Sigla", lambda e: e.code),
    Column("Entidad", lambda e: e.name, lambda e: Said(e.name, strong=e.code), share=2),
    Column("Reporte", lambda e: REPORT_STATES.get(e.report, ""), lambda e: REPORT_STATES.get(e.report, "—"), share=1),
    Column("Avalado el", lambda e: long_day(e.endorsed_at), lambda e: long_day(e.endorsed_at), share=1),
    Column(
        "Cumplimiento (%)", lambda e: rounded(e.compliance), _rate, "Cumple", figure=True,
    ),
    Column("Sin tope (%)", lambda e: rounded(e.uncapped), lambda e: percentage(e.uncapped), "Sin tope", figure=True),
    Column(
        "Cobertura (%)", lambda e: rounded(e.coverage), lambda e: percentage(e.coverage), "Cobertura", figure=True,
    ),
    Column(
        "Oportunidad (%)", lambda e: rounded(e.opportunity), lambda e: percentage(e.opportunity), "Oportunidad",
        figure=True,
    ),
    Column("Semáforo", lambda e: _light(e.light), _level_chip),
)  # fmt: skip
GOALS: tuple[Column[GoalLine], ...] = (
    Column("Proyecto", lambda g: g.project, lambda g: g.project),
    Column("Código", lambda g: g.code),
    Column("Meta", lambda g: g.name, lambda g: Said(g.name, strong=g.code), share=2),
    Column("Unidad", lambda g: g.unit, lambda g: g.unit),
    Column("Programado", lambda g: g.programmed, lambda g: magnitude(g.programmed, g.decimals), figure=True),
    Column("Ejecutado", lambda g: g.executed, lambda g: magnitude(g.executed, g.decimals), figure=True),
    Column(
        "Cumplimiento (%)", lambda g: rounded(g.compliance),
        lambda g: g.known or ("—" if g.compliance is None else percentage(g.compliance)), "Cumplimiento", figure=True,
    ),
    Column("Localidades", lambda g: g.places),
    Column("Apropiación (pesos)", lambda g: g.appropriation),
    Column(
        "Compromisos (pesos)", lambda g: g.commitments,
        lambda g: "—" if g.commitments is None else number(g.commitments), "Compromisos", figure=True,
    ),
    Column(
        "Giros (pesos)", lambda g: g.payments,
        lambda g: "—" if g.payments is None else number(g.payments), "Giros", figure=True,
    ),
)  # fmt: skip
"""The goals of the projects: magnitude and money, promised and done."""
SILENT: tuple[Column[SilentLine], ...] = (
    Column("Entidad", lambda s: s.entity, lambda s: s.entity),
    Column("Código", lambda s: s.indicator),
    Column("Indicador", lambda s: s.name, lambda s: Said(s.name, strong=s.indicator, key=s.indicator), share=2),
    Column("Responsable", lambda s: s.responsible, lambda s: s.responsible or "nadie", share=1),
    Column("Corte exigible", lambda s: s.cutoff, lambda s: s.cutoff),
    Column("Qué se sabe", lambda s: s.known, lambda s: s.known, share=1),
    Column("Cortes sin dato", lambda s: s.missed, lambda s: number(s.missed), figure=True),
)
YEARS: tuple[Column[YearsLine], ...] = (
    Column("Nivel", lambda y: y.kind),
    Column("Código", lambda y: y.code),
    Column("Nombre", lambda y: y.name, _years_level, "Nivel", share=2),
    Column(
        "Programado (%)", lambda y: rounded(y.programmed), lambda y: percentage(y.programmed), "Programado",
        figure=True,
    ),
    Column("Ejecutado (%)", lambda y: rounded(y.executed), lambda y: percentage(y.executed), "Ejecutado", figure=True),
    Column("Cobertura (%)", lambda y: rounded(y.coverage), lambda y: percentage(y.coverage), "Cobertura", figure=True),
    Column("Proyección (%)", lambda y: rounded(y.projected), _projected, "Proyección", figure=True),
)  # fmt: skip
BOTTLENECKS: tuple[Column[BottleneckLine], ...] = (
    Column("Indicador", lambda b: b.indicator),
    Column("Nombre", lambda b: b.name),
    Column("Entidad", lambda b: b.entity),
    Column("Por qué", lambda b: b.why),
    Column("Resultado", lambda b: BOTTLENECK_STATES.get(b.state, "Candidato")),
    Column("Causa", lambda b: b.cause),
    Column("Categoría", lambda b: b.category),
    Column("Severidad", lambda b: b.severity),
    Column("Medida", lambda b: MEASURES.get(b.measure, "")),
    Column("Acción", lambda b: b.action),
    Column("Responsable", lambda b: b.responsible),
    Column("Fecha", lambda b: b.due_on),
)
COMMITMENTS: tuple[Column[CommitmentLine], ...] = (
    Column("Compromiso", lambda c: c.text, lambda c: c.text, share=2),
    Column("Responsable", lambda c: c.responsible, lambda c: c.responsible or "—", share=1),
    Column("Fecha", lambda c: c.due_on, lambda c: long_day(c.due_on)),
    Column("Estado", _state, _state),
)
ALERTS: tuple[Column[AlertLine], ...] = (
    Column("Objeto", lambda a: a.object_code, lambda a: a.object_code),
    Column("Entidad", lambda a: a.entity, lambda a: a.entity),
    Column("Alerta", lambda a: a.text, lambda a: a.text, share=2),
    Column("Decisión", lambda a: DECISIONS.get(a.decision, "Sin revisar"), _outcome, "Resultado", share=1),
    Column("Pregunta", lambda a: a.question),
    Column("Respuesta", lambda a: a.answer),
)


def levels(report: Report) -> Iterable[Level]:
    """The plan, then each line with its objectives."""
    yield "Plan", report.plan
    for line in report.lines:
        yield "Línea", line
        for objective in report.objectives_of(line.code):
            yield "Objetivo", objective
