"""`cauce plan`: the office's workbook in and out, and the figures of a month."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import SystemClock
from engine.identity import Actor
from web import migrating
from web.bootstrap import Application
from web.cli.loading import ensure_new, problems_told
from web.cli.root import opened
from workflows.calendar import bogota_day
from workflows.indicators.wording import known_words, level_word
from workflows.loading import importing
from workflows.loading.importing import Preview
from workflows.loading.reading import read_strangers
from workflows.loading.workbook import template as empty_workbook
from workflows.monitoring import figures, four_years, goal_figures
from workflows.plan.models import Plan
from workflows.records.data import PlanData, rebase
from workflows.records.problems import InvalidPlan, Problem
from workflows.spanish import number, percentage

CONSOLE = Actor("consola")
"""Who loads a plan from the command line."""


@click.group(help="Carga un plan desde Excel y muestra sus cifras.")
def plan() -> None:
    """Group the commands on plans."""


@plan.command(help="Escribe en FILE el libro de Excel vacío que llena la oficina (plan.xlsx si no se dice otro).")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path("plan.xlsx"))
@click.option("--force", is_flag=True, help="Reemplaza el archivo si ya existe.")
def template(file: Path, force: bool) -> None:
    """Write the empty workbook."""
    ensure_new(file, force=force)
    file.write_bytes(empty_workbook(bogota_day(SystemClock().now()).year))
    click.echo(f"Formato escrito en {file}. Llénelo y cárguelo con: cauce plan import {file}")


@plan.command(
    "import",
    help=(
        "Carga el plan de FILE (.xlsx o .yaml): todo o nada, y solo si no hay errores.\n\n"
        "Primero muestra qué se agrega, qué cambia y qué se retira. Los meses con mediciones quedan como "
        "meses cerrados."
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Solo muestra qué cambiaría y qué hay por corregir.")
@click.option("--yes", is_flag=True, help="Carga sin preguntar.")
@click.option("--first-year", type=click.IntRange(2000, 2100), help="Mueve todo el plan para que empiece ese año.")
@click.option("--sector", metavar="CÓDIGO", default="", help="El sector del plan, si hay más de uno.")
def load(file: Path, dry_run: bool, yes: bool, first_year: int | None, sector: str) -> None:
    """Load a file, after showing what would change."""
    with problems_told():
        data = read_strangers(file.name, file.read_bytes())
        data = rebase(data, first_year) if first_year else data
        with opened() as application:
            migrating.migrate(application.database)
            loaded = _load(application, data, sector, dry_run=dry_run, yes=yes)
    if loaded:
        click.echo(f"Plan {data.plan.code} cargado. Vea sus cifras con: cauce plan figures --period AAAA-MM")


def _load(application: Application, data: PlanData, sector: str, *, dry_run: bool, yes: bool) -> bool:
    with application.database.reading() as session:
        preview = importing.preview(session, data, sector=sector, today=bogota_day(application.clock.now()))
    _show(preview)
    if preview.errors:
        raise InvalidPlan(problems=preview.errors)
    if dry_run or preview.changes_nothing:
        return False
    if not yes:
        click.confirm("¿Cargar el plan?", abort=True)
    with application.database.unit_of_work() as session:
        importing.apply(session, application.clock, CONSOLE, data, sector=sector)
    return True


@plan.command("figures", help="Muestra las cifras de un mes: indicadores, objetivos, líneas, entidades y plan.")
@click.option("--period", required=True, metavar="AAAA-MM", help="El mes, por ejemplo 2018-06.")
@click.option("--plan", "plan_code", metavar="CÓDIGO", help="El código del plan, si hay más de uno.")
@click.option("--json", "as_json", is_flag=True, help="En JSON, con porcentajes de un decimal.")
@click.option("--evaluacion", "everything", is_flag=True, help="Con todo lo avalado hasta hoy, como una evaluación.")
@click.option("--cuatrienio", "over_years", is_flag=True, help="Todos los años del plan hasta ese mes.")
def show_figures(period: str, plan_code: str | None, as_json: bool, everything: bool, over_years: bool) -> None:
    """Print the figures of a month."""
    with opened() as application, application.database.reading() as session:
        code = plan_code or _only_plan(session)
        if over_years:
            found = four_years.of_period(session, code, period, everything=everything)
        elif everything:
            period_figures = figures.compute(session, code, period, everything=True)
        else:
            period_figures = figures.of_period(session, code, period)
        goals = goal_figures.as_json(goal_figures.of_period(session, code, period), figures.told)
    if over_years:
        _show_years(found, as_json=as_json)
    elif as_json:
        also = {"metas_proyecto": goals} if goals else {}
        click.echo(json.dumps(figures.as_json(period_figures) | also, ensure_ascii=False, indent=2))
    else:
        _show_figures(period_figures)


def _show_years(found: four_years.Years, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(four_years.as_json(found), ensure_ascii=False, indent=2))
        return
    click.echo(f"{found.plan_code} · hasta {found.period}, en % de todos los años del plan")
    click.echo(f"  {'':<12}{'programado':>11}{'ejecutado':>11}{'proyección':>12}")
    for code, course in found.indicators.items():
        _show_stretch(code, course.programmed, course.executed, course.projected, found.names.get(code, ""))
    for title, level in (("Objetivos", found.objectives), ("Líneas", found.lines), ("Entidades", found.entities)):
        click.echo(title)
        for code, stretch in level.items():
            _show_stretch(code, stretch.programmed, stretch.executed, stretch.projected, found.names.get(code, ""))
    if found.plan:
        _show_stretch("Plan", found.plan.programmed, found.plan.executed, found.plan.projected, "")


def _show_stretch(
    code: str, programmed: Decimal, executed: Decimal | None, projected: Decimal | None, name: str
) -> None:
    shares = f"{percentage(programmed):>11}{percentage(executed):>11}{percentage(projected):>12}"
    click.echo(f"  {code:<12}{shares}  {name}".rstrip())


def _only_plan(session: Session) -> str:
    codes = session.scalars(sa.select(Plan.code).order_by(Plan.code)).all()
    if len(codes) == 1:
        return codes[0]
    if not codes:
        raise click.ClickException("Todavía no hay planes. Cargue uno con: cauce plan import ARCHIVO")
    raise click.ClickException(f"Hay varios planes; diga cuál con --plan: {', '.join(codes)}.")


def _show(found: Preview) -> None:
    click.echo(f"{found.plan_code} · {found.plan_name}")
    for change in found.changes:
        click.echo(f"  {change.kind}: {change.sheet} {change.code} {change.text}".rstrip())
    for person in found.people:
        for loss in person.losses:
            if loss.open_tasks:
                click.echo(f"  {person.name} deja de ser {loss.role}: quedan {loss.open_tasks} tareas abiertas.")
    if found.changes_nothing:
        click.echo("  Nada cambia: el plan ya es así.")
    for problem in found.warnings:
        _show_warning(problem)


def _show_warning(problem: Problem) -> None:
    click.echo(f"  advertencia: {problem}", err=True)


def _show_figures(found: figures.PeriodFigures) -> None:
    click.echo(f"{found.plan_code} · {found.period}" + (" · cerrado" if found.frozen else ""))
    for code, figure in found.indicators.items():
        state = figure.assessment
        label = (state.color or "") if state.compliance is not None else (state.status or "").replace("_", " ")
        known = known_words(state.status, state.data_month, state.missing)
        label = f"{label} ({known})" if known and state.compliance is not None else known or label
        shares = f"{percentage(state.year_progress):>9} {percentage(state.compliance):>9}"
        click.echo(f"  {code:<12}{number(state.executed):>12} {shares}  {label:<20} {figure.name}")
    for title, level in (("Objetivos", found.objectives), ("Líneas", found.lines), ("Entidades", found.entities)):
        click.echo(title)
        for code, rolled in level.items():
            click.echo(f"  {code:<12}{_level(rolled)}  {rolled.name}")
    if found.plan:
        click.echo(f"  {'Plan':<12}{_level(found.plan)}")


def _level(rolled: figures.LevelFigure) -> str:
    rates = f"{percentage(rolled.capped):>9} {percentage(rolled.uncapped):>9}"
    known = f"cobertura {percentage(rolled.coverage):>8} · oportunidad {percentage(rolled.opportunity):>8}"
    return f"{rates}  {known}  {level_word(rolled.color, rolled.status):<20}"
