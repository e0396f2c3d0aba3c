"""A report as nested dictionaries of finished Spanish text: what every template is handed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from workflows.documents.letters import shown
from workflows.documents.tables import on_paper
from workflows.indicators.states import Color
from workflows.indicators.wording import COLOR_WORDS
from workflows.monitoring.trace import Evidence
from workflows.reports import columns, summary
from workflows.reports.contents import (
    BottleneckLine,
    IndicatorLine,
    Light,
    Report,
    RollUp,
)
from workflows.reports.words import BOTTLENECK_STATES, MEASURES, VERDICTS
from workflows.spanish import enumeration, long_day, long_moment, magnitude, month_name, number, percentage

_COMMON = (
    "El cumplimiento a la fecha compara lo ejecutado con lo programado hasta el corte, según el tipo de anualización "
    "de cada indicador. Los agregados son promedios ponderados; cada indicador cuenta como máximo 100 % para que la "
    "sobreejecución de uno no oculte el atraso de otro; al lado se muestra la cifra sin tope. "
)
CALCULATION = (
    _COMMON
    + "Lo que falta no es cero: el último dato se lleva, marcado, hasta dos cortes exigibles y doce meses; después el "
    "indicador queda sin dato y sale de los promedios, y cada nivel pesa según lo que se sabe de él. La cobertura es "
    "la parte del peso exigible que tiene dato; la oportunidad, la que llegó a tiempo. Con menos de 60 % de cobertura "
    "no hay color, y el silencio nunca lo mejora. Lo no programado y lo que aún no tiene corte exigible no entra.",
    _COMMON
    + "En esta versión lo que no tenía dato contaba cero; lo no programado y lo que aún no tenía corte exigible "
    "no entraba.",
)
"""How the figures come about: of the formulas in force, and of the first ones, for the months closed under them."""


def present(report: Report) -> dict[str, Any]:
    """Everything the templates say, formatted; any text can be printed (docs/decisions/0010)."""
    finished: dict[str, Any] = shown(_said(report))
    return finished


def _said(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "plan_name": report.plan_name,
        "plan_code": report.plan_code,
        "sector": report.sector,
        "letterhead": report.letterhead.line,
        "colour": report.letterhead.colour,
        "development_plan": report.development_plan,
        "month": report.month,
        "period": report.period,
        "cutoff": long_day(report.cutoff_on),
        "frozen": report.frozen,
        "status": "Periodo cerrado" if report.frozen else "Cifras preliminares: el periodo sigue abierto",
        "approval": _approval(report),
        "introduction": report.introduction,
        "headline": headline(report),
        "summary": [asdict(part) for part in summary.of_month(report)],
        "formula_version": report.formula_version,
        "bands": _bands(report),
        "plan": _roll_up(report.plan),
        "counts": [{"light": COLOR_WORDS[color], "n": str(n)} for color, n in report.counts().items()],
        "lines": [
            {
                **_roll_up(line),
                "objectives": [
                    {
                        **_roll_up(objective),
                        "table": on_paper(columns.INDICATORS, report.indicators_of(objective.code)),
                        "indicators": [_indicator(i) for i in report.indicators_of(objective.code)],
                    }
                    for objective in report.objectives_of(line.code)
                ],
            }
            for line in report.lines
        ],
        "levels": on_paper(columns.LEVELS, columns.levels(report)),
        "entities": on_paper(columns.ENTITIES, report.entities),
        "bottlenecks": [_bottleneck(item) for item in report.bottlenecks],
        "commitments": on_paper(columns.COMMITMENTS, report.commitments),
        "alerts": on_paper(columns.ALERTS, report.alerts),
        "goals": on_paper(columns.GOALS, report.goals),
        "silent": on_paper(columns.SILENT, report.silent),
        "years": on_paper(columns.YEARS, report.years),
        "calculation": CALCULATION[report.formula_version == "1"],
    }


def headline(report: Report) -> str:
    """Two or three sentences that say how the month went."""
    sentences = (
        _how_much(report), _how_known(report), _which_lights(report), _who_is_missing(report), _until_when(report),
    )  # fmt: skip
    return " ".join(sentence for sentence in sentences if sentence)


def _how_much(report: Report) -> str:
    if report.plan.compliance is None:
        return ""
    compliance = percentage(report.plan.compliance)
    sentence = f"Al {long_day(report.cutoff_on)} el plan cumple el {compliance} de lo programado a la fecha"
    if report.previous is None:
        return sentence + "."
    change = report.plan.compliance - report.previous.compliance
    points = f"{number(abs(change), 1)} puntos {'más' if change >= 0 else 'menos'}"
    return f"{sentence}, {points} que en {month_name(report.previous.period)}."


def _how_known(report: Report) -> str:
    if report.plan.coverage is None or report.plan.opportunity is None:
        return ""
    coverage, opportunity = percentage(report.plan.coverage), percentage(report.plan.opportunity)
    return f"Se conoce el {coverage} de lo exigible y a tiempo llegó el {opportunity}."


def _which_lights(report: Report) -> str:
    lights = [f"{n} {_in_words(color, n)}" for color, n in report.counts().items()]
    return f"De {len(report.indicators)} indicadores, {enumeration(lights)}." if lights else ""


def _until_when(report: Report) -> str:
    """Of a month whose window was moved: everybody had more time, and why."""
    if report.window is None:
        return ""
    first, last, reason = report.window
    until = f"hasta el {long_day(last)} y no hasta el {long_day(first)}"
    return f"Los reportes se recibieron {until}: {reason.rstrip('.')}."


def _who_is_missing(report: Report) -> str:
    absent = [entity.code for entity in report.entities if entity.report in {"sin_reporte", "no_presentado"}]
    if not absent:
        return ""
    return f"{enumeration(absent)} no {'entregó' if len(absent) == 1 else 'entregaron'} su reporte a tiempo."


def _in_words(color: str, n: int) -> str:
    if color == Color.ORANGE:
        return "con sobreejecución"
    if color == Color.GREY:
        return "sin dato"
    if color == Color.WHITE:
        return "sin nada que medir en este corte"
    return f"está{'n' if n != 1 else ''} en {color}"


def _approval(report: Report) -> str:
    if not report.frozen:
        return "Pendiente de aprobación."
    return f"Aprobado electrónicamente por {report.approved_by} el {long_moment(report.frozen_at)}."


def _bands(report: Report) -> list[str]:
    words, lower = [], None
    for color, upper in report.bands:
        until = f"hasta {number(upper)} %" if upper is not None else f"más de {number(lower)} %"
        words.append(f"{COLOR_WORDS[color]}: {until}")
        lower = upper
    return words


def _light(light: Light) -> dict[str, str]:
    return {"color": light.color, "icon": light.icon, "word": light.word}


def _roll_up(item: RollUp) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "weight": number(item.weight),
        "compliance": percentage(item.compliance) if item.compliance is not None else "sin dato",
        "uncapped": percentage(item.uncapped),
        "coverage": percentage(item.coverage),
        "opportunity": percentage(item.opportunity),
        "light": _light(item.light),
        "verdict": VERDICTS.get(item.verdict, ""),
        "argument": item.argument,
        "lead": item.lead,
    }


def _indicator(item: IndicatorLine) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "kind": item.kind,
        "entity": item.entity,
        "unit": item.unit,
        "annualization": item.annualization,
        "baseline": magnitude(item.baseline, item.decimals),
        "year_target": magnitude(item.year_target, item.decimals),
        "reported": magnitude(item.reported, item.decimals),
        "executed": magnitude(item.executed, item.decimals),
        "programmed": magnitude(item.programmed, item.decimals),
        "year_progress": percentage(item.year_progress),
        "compliance": percentage(item.compliance),
        "light": _light(item.light),
        "late": "Extemporáneo" if item.late else "",
        "figure": "Definitiva" if item.definitive else "Preliminar",
        "qualitative": item.qualitative,
        "difficulties": item.difficulties,
        "solutions": item.solutions,
        "justification": item.justification,
        "extra": [{"label": label, "value": value} for label, value in item.extra],
        "evidence": [_evidence(file) for file in item.evidence],
        "reported_by": item.reported_by,
        "reported_at": long_moment(item.reported_at),
        "validated_by": item.validated_by,
        "validated_at": long_moment(item.validated_at),
        "endorsed_by": item.endorsed_by,
        "has_report": item.reported is not None or bool(item.qualitative),
    }


def _evidence(file: Evidence) -> dict[str, str]:
    return {"name": file.public_name, "size": f"{number(max(1, file.size // 1024))} kB", "sha256": file.sha256}


def _bottleneck(item: BottleneckLine) -> dict[str, str]:
    return {
        "indicator": item.indicator,
        "name": item.name,
        "entity": item.entity,
        "why": item.why,
        "state": BOTTLENECK_STATES.get(item.state, "Candidato"),
        "cause": item.cause.rstrip(". ") or "—",
        "category": item.category,
        "severity": item.severity or "—",
        "measure": MEASURES.get(item.measure, "Por decidir"),
        "action": item.action,
        "responsible": item.responsible or "—",
        "due": long_day(item.due_on),
    }
