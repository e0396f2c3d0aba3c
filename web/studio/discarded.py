"""Drafts that were discarded: for 30 days they can be brought back."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response

from engine.definitions import drafts, unpublished
from engine.definitions.decisions import read_decisions
from engine.definitions.reading import read_diagram
from engine.errors import StaleDraft
from web.auth.access import Of, allow
from web.pages import actor, back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.processes import leads

KINDS = {"proceso": drafts.PROCESS, "formulario": drafts.FORM, "tabla": drafts.DECISION}


@blueprint.get("/descartados")
@allow(*LEADERS, of=Of.NONE)
def discarded() -> str:
    """What was discarded in the last 30 days of what the reader leads, by whom, and the button that brings it back."""
    with current().database.reading() as session:
        engine = current().engine
        processes = [one for one in drafts.thrown_away(session, engine, drafts.PROCESS) if leads(one.reference)]
        forms = [one for one in drafts.thrown_away(session, engine, drafts.FORM) if leads(one.reference)]
        names = overview.form_names(overview.drawn_diagrams(session), [one.key for one in forms])
        rows = [("proceso", one, read_diagram(one.content).name or one.key) for one in processes]
        rows += [("formulario", one, names[one.key]) for one in forms]
        tables = drafts.thrown_away(session, engine, drafts.DECISION) if leads() else []
        rows += [("tabla", one, read_decisions(one.content).name) for one in tables]
        people = overview.people(session)
    return page("studio/discarded.html", rows=rows, people=people, kept_for=drafts.KEPT_FOR)


@blueprint.post("/descartados/<kind>/<key>")
@allow(*LEADERS, of=Of.DEFINITION)
def bring_back(kind: str, key: str) -> Response:
    """Make a draft of it again, unless there is another by now."""
    if kind not in KINDS:
        abort(404)
    try:
        with current().database.unit_of_work() as session:
            if kind == "proceso":
                unpublished.bring_back(session, current().engine, key, actor=actor())
            else:
                drafts.bring_back(session, current().engine, KINDS[kind], key, actor=actor())
    except StaleDraft as stale:
        raise StaleDraft("Ya hay otro borrador. Publíquelo o descártelo antes de recuperar este.") from stale
    if kind == "proceso":
        return back_to("studio.process", "El borrador está de vuelta.", process_key=key)
    if kind == "tabla":
        return back_to("studio.decision", "El borrador está de vuelta.", decision_key=key)
    return back_to("studio.form", "El borrador está de vuelta.", form_key=key)
