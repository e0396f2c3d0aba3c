"""`cauce simulate`: a plan's whole life, played by robots."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from web import simulating
from web.simulating import FIRST_YEAR, POLITE, PROFILES, Order
from workflows.simulation.result import Result

BEGINS = f"{FIRST_YEAR - 1}-05-01"


@click.command(
    help=(
        "Juega la vida entera de un plan con el reloj simulado: de las entidades y personas al expediente "
        "archivado.\n\n"
        "Termina con 1 si el plan no llegó a su fin."
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
@click.option("--json", "as_json", is_flag=True, help="El resultado en JSON.")
def simulate(
    years: int, seed: int, start: dt.datetime, profile: str, database: str | None, output: Path | None, as_json: bool
) -> None:
    """Play the whole life of a plan."""
    result = simulating.simulate(Order(years, seed, start.date(), profile, database, output))
    click.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2) if as_json else _told(result))
    if not result.ended:
        raise SystemExit(1)


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
