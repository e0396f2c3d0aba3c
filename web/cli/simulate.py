"""`cauce simulate`: a plan's whole life, played by robots, or some months of it in which things go wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import click

from web import simulating
from web.faults import trial
from web.faults.trial import Trials
from web.simulating import FIRST_YEAR, POLITE, PROFILES, Order
from workflows.loading import seeding
from workflows.simulation.result import Result, Together

BEGINS = f"{FIRST_YEAR - 1}-05-01"
PLANS = {"demostracion": seeding.DEMO_FILE, "inventado": seeding.INVENTED_FILE}


@click.command(
    help=(
        "Juega la vida entera de un plan con el reloj simulado: de las entidades y personas al expediente "
        "archivado.\n\n"
        "Termina con 1 si el plan no llegó a su fin.\n\n"
        "Con --faults juega unos meses en los que algo falla cada día (procesos que mueren, base de datos que no "
        "responde, disco lleno, correo, reloj, dos trabajadores a la vez) y revisa cada noche que nada se perdió ni se "
        "hizo dos veces. La misma semilla falla en los mismos sitios. Termina con 1 si algo no se cumplió o si, entre "
        "varias semillas, algo que debía ocurrir no ocurrió nunca."
    )
)
@click.option("--years", type=click.IntRange(1, 4), default=4, show_default=True, help="Cuántos años tiene el plan.")
@click.option("--seed", type=int, default=1, show_default=True, help="La misma semilla da el mismo resultado.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default=BEGINS,
    show_default=True,
    metavar="AAAA-MM-DD",
    help="El día en que empieza la formulación: ocho meses antes del primer año del plan.",
)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default=POLITE,
    show_default=True,
    help="polite: todos cumplen. real: hay retrasos, devoluciones, relevos, recortes.",
)
@click.option("--database", metavar="URL", help="Una base vacía que se conserva; sin ella, una que se desecha.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="Carpeta en la que se escriben los documentos."
)
@click.option(
    "--sectors", type=click.IntRange(1, 99), help="Cuántos sectores juegan su plan lado a lado, con códigos S01, S02…"
)
@click.option("--only", metavar="CÓDIGO", default="", help="De esos sectores, jugar solo este: da lo mismo.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="AAAA-MM-DD",
    help="El último día que se juega; sin decirlo, hasta que cada plan termine.",
)
@click.option(
    "--plan",
    type=click.Choice(tuple(PLANS)),
    default="demostracion",
    show_default=True,
    help="inventado: el de un sector que no existe, con otras entidades, otro primer nivel y otros capítulos.",
)
@click.option("--faults", is_flag=True, help="Probar con fallas, desde la semilla de --seed.")
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, help="Con --faults: cuántas semillas.")
@click.option("--days", type=click.IntRange(1), default=90, show_default=True, help="Con --faults: cuántos días.")
@click.option("--json", "as_json", is_flag=True, help="El resultado en JSON.")
def simulate(
    years: int,
    seed: int,
    start: dt.datetime,
    profile: str,
    database: str | None,
    output: Path | None,
    sectors: int | None,
    only: str,
    until: dt.datetime | None,
    plan: str,
    faults: bool,
    seeds: int,
    days: int,
    as_json: bool,
) -> None:
    """Play the whole life of a plan, or of the plans of several sectors, or some months with faults."""
    if faults:
        _try(range(seed, seed + seeds), days, as_json=as_json)
        return
    if only and sectors is None:
        raise click.UsageError("--only dice cuál de los sectores de --sectors se juega: escriba también --sectors.")
    last = until.date() if until else None
    order = Order(years, seed, start.date(), profile, database, output, last, PLANS[plan])
    found: Result | Together = (
        simulating.simulate(order) if sectors is None else simulating.simulate_sectors(order, sectors, only.upper())
    )
    told = _told(found) if isinstance(found, Result) else _told_together(found)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else told)
    if not found.ended and until is None:
        raise SystemExit(1)


def _try(seeds: Sequence[int], days: int, *, as_json: bool) -> None:
    found = trial.run(seeds, days)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else _told_trials(found))
    if not found.clean:
        raise SystemExit(1)


def _told_trials(found: Trials) -> str:
    rows = "\n".join(
        f"  {'✗' if one.broken else '✓'} semilla {one.seed} ({one.beginning}): {one.days} días, "
        f"{sum(one.faults.values())} fallas, {one.submissions} formularios, {one.mails} correos"
        + (f"\n    {one.broken}" if one.broken else "")
        for one in found.trials
    )
    times = "\n".join(f"  {count:>6} {what}" for what, count in sorted(found.sometimes.items()))
    never = "".join(f"\n  · {what}" for what in found.never)
    return f"{rows}\nCuántas veces ocurrió:\n{times}" + (f"\nNunca ocurrió:{never}" if never else "")


def _told_together(found: Together) -> str:
    rows = "\n".join(
        f"  {code}: {one.tasks_completed} tareas hechas, {one.open_tasks} abiertas, {one.incidents} incidentes, "
        f"{one.emails} correos, {one.months} meses cerrados, cifras {one.figures_sha256[:12]}"
        for code, one in found.sectors.items()
    )
    state = "Todos los planes quedaron archivados." if found.ended else "No todos los planes llegaron a su fin."
    return f"{state}\n{rows}\nEn {found.elapsed_s:.0f} s"


def _told(found: Result) -> str:
    state = "El plan quedó archivado." if found.ended else "El plan no llegó a su fin."
    phases = ", ".join(f"{phase} {WORDS[state]}" for phase, state in found.phases.items())
    cases = "\n".join(f"  {count:>5} {process}" for process, count in found.cases.items())
    return (
        f"{state}\nFases: {phases}\nProcesos:\n{cases}\n"
        f"{found.tasks_completed} tareas hechas, {found.submissions} formularios enviados, "
        f"{found.open_tasks} tareas abiertas, {found.incidents} incidentes\n"
        f"{found.emails} correos, a lo sumo {found.mails_max_per_person_day} por persona y día\n"
        f"{len(found.guide_rows_executed)} filas de la guía ejecutadas, en {found.elapsed_s:.0f} s"
    )


WORDS = {"completed": "terminada", "active": "en curso", "pending": "sin empezar"}
