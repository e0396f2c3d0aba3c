"""How a process goes: times of its steps, compliance of entities, where it waits, with the picture in warm colours."""

from __future__ import annotations

import datetime as dt

from flask import request

from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from web.auth import Of, allow
from web.auth.access import SIGNED_IN
from web.boards.views import blueprint
from web.pages import actor, current, page
from web.studio import overview
from workflows.calendar import bogota_day
from workflows.monitoring import performance
from workflows.people.groups import sectors_of

SPANS = {"3": "los últimos 3 meses", "12": "los últimos 12 meses", "48": "los últimos 4 años"}


@blueprint.get("/procesos/<process_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def process_times(process_key: str) -> str:
    """The steps of a process since some months ago (`meses`), of the reader's sectors."""
    months = request.args.get("meses", "12")
    months = months if months in SPANS else "12"
    now = current().clock.now()
    since = bogota_day(now) - dt.timedelta(days=round(int(months) * 30.44))
    with current().database.reading() as session:
        version = overview.current_version(session, process_key)
        found = performance.of_process(
            session, current().calendar, process_key, sectors_of(actor()), since, now
        )  # fmt: skip
    order = list(read_diagram(version.xml).elements)
    warm = {key: f"calor{warmth}" for key, warmth in performance.heat(found.steps).items() if key in order}
    steps = sorted(found.steps, key=lambda step: order.index(step.element_id) if step.element_id in order else 10_000)
    return page(
        "boards/process.html",
        version=version,
        found=found,
        steps=steps,
        picture=draw_svg(version.xml, warm),
        spans=SPANS,
        months=months,
    )
