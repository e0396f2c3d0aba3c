"""How a process goes: times of its steps, compliance of entities, where it waits, with the picture in warm colours."""

from __future__ import annotations

import datetime as dt

from flask import request
from werkzeug.wrappers import Response

from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import published_diagrams
from web.auth import Of, allow
from web.auth.access import SIGNED_IN
from web.boards.views import blueprint
from web.exporting import asked, files_of
from web.pages import actor, current, page
from web.studio import overview
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.monitoring import performance
from workflows.people.groups import sectors_of

SPANS = {"3": "los últimos 3 meses", "12": "los últimos 12 meses", "48": "los últimos 4 años"}
STEPS: list[Column[performance.StepTimes]] = [
    Column("Parte", lambda step: step.within),
    Column("Paso", lambda step: step.name),
    Column("Veces", lambda step: step.done),
    Column("La mitad tarda hasta (días hábiles)", lambda step: step.median),
    Column("Nueve de diez, hasta", lambda step: step.slow),
    Column("Tarde", lambda step: step.late),
    Column("Se repitió", lambda step: step.again),
    Column("Ahora esperan", lambda step: step.waiting),
    Column("La más antigua, hace", lambda step: step.oldest),
]
ENTITIES: list[Column[performance.OnTime]] = [
    Column("Entidad", lambda one: one.who),
    Column("Tareas con plazo", lambda one: one.done),
    Column("Tarde", lambda one: one.late),
    Column("A tiempo %", lambda one: one.share),
]


@blueprint.get("/procesos/<process_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def process_times(process_key: str) -> str | Response:
    """The steps of a process since some months ago (`meses`), of the reader's sectors."""
    months = request.args.get("meses", "12")
    months = months if months in SPANS else "12"
    now = current().clock.now()
    since = bogota_day(now) - dt.timedelta(days=round(int(months) * 30.44))
    with current().database.reading() as session:
        version = overview.current_version(session, process_key)
        found = performance.of_process(
            session, current().calendar, published_diagrams(session), process_key, sectors_of(actor()), since, now
        )  # fmt: skip
    order = list(read_diagram(version.xml).elements)
    warm = {key: f"calor{warmth}" for key, warmth in performance.heat(found.steps).items() if key in order}
    steps = sorted(found.steps, key=lambda step: order.index(step.drawn_at) if step.drawn_at in order else 10_000)
    name = f"{process_key} {months} meses"
    file = asked(name, "Pasos", STEPS, steps, "pasos") or asked(
        name, "Entidades", ENTITIES, found.entities, "entidades"
    )
    if file is not None:
        return file
    return page(
        "boards/process.html",
        version=version,
        found=found,
        steps=steps,
        picture=draw_svg(version.xml, warm),
        spans=SPANS,
        files_of=files_of,
        months=months,
    )
