"""Publishing a diagram's draft: what changes in words, what it means for running cases, and the reason."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from engine.definitions import drafts, releasing, unpublished
from engine.definitions.comparison import compare
from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from engine.instances import usage
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import calendar, overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import review
from web.studio.noting import note_release


@blueprint.get("/<process_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_page(process_key: str) -> str:
    """The comparison with the current version, the findings and the form with the reason."""
    return comparison_page(process_key)


@blueprint.post("/<process_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_draft(process_key: str) -> Response | tuple[str, int]:
    """Publish the draft that the person has seen, not one saved since."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        return comparison_page(process_key, wrong="Escriba por qué se publica este cambio."), 422
    revision = request.form.get("revision", 0, type=row_id)
    with current().database.reading() as session:
        begun, unsure = calendar.chosen(session, process_key)
        if unsure:
            return comparison_page(process_key, unsure=unsure), 422
        releasing.rehearse_draft(session, current().engine, process_key)
    with current().database.unit_of_work() as session:
        released = releasing.release(
            session, current().engine, process_key, revision=revision, actor=actor(), reason=reason, completed=begun
        )
        note_release(session, "proceso", process_key, released.version, reason)
    if released.version is None:
        return back_to("studio.process", "El borrador era igual a la versión vigente.", process_key=process_key)
    return back_to("studio.process", f"Publicada la versión {released.version}.", process_key=process_key)


def comparison_page(process_key: str, wrong: str = "", unsure: str = "") -> str:
    """What would be published."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        draft = releasing.draft_of(session, drafts.PROCESS, process_key)
        forms = unpublished.forms_of(session, read_diagram(draft.content))
        labels = overview.labels(session, current().engine)
        names = overview.people(session)
        cases = usage.of_process(session, process_key)
        effects = calendar.effects_of(session, draft.content)
    changes = compare(read_diagram(version.xml), read_diagram(draft.content), labels)  # none in a version 0
    element_names, findings = review(draft.content)
    return page(
        "studio/publish.html",
        version=version,
        draft=draft,
        author=names.get(draft.saved_by, draft.saved_by),
        changes=changes,
        forms={key: labels.forms[key] for key in forms},
        findings=findings,
        element_names=element_names,
        blocked=any(finding.severity == "error" for finding in findings),
        cases=[case for running in cases.values() for case in running],
        picture=draw_svg(draft.content, {change.element: change.kind for change in changes if change.element}),
        reason=request.form.get("reason", ""),
        wrong=wrong,
        effects=effects,
        asks_count=any(beginning.opens > 1 for effect in effects for beginning in effect.beginnings),
        typed=request.form,
        unsure=unsure,
    )
