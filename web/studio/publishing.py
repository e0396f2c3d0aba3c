"""Publishing a diagram's draft: what changes in words, what it means for running cases, and the reason."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import drafts
from engine.definitions.comparison import compare
from engine.definitions.drawing import draw_svg
from engine.definitions.models import Draft
from engine.definitions.publishing import publish
from engine.definitions.reading import read_diagram
from engine.definitions.rehearsal import rehearse
from engine.errors import StaleDraft, UnknownDefinition
from engine.instances import usage
from web.auth.access import allow
from web.pages import actor, back_to, current, page
from web.studio import overview, unpublished
from web.studio.blueprint import LEADERS, blueprint
from web.studio.editor import review


@blueprint.get("/<process_key>/publicar")
@allow(LEADERS)
def publish_page(process_key: str) -> str:
    """The comparison with the current version, the findings and the form with the reason."""
    return comparison_page(process_key)


@blueprint.post("/<process_key>/publicar")
@allow(LEADERS)
def publish_draft(process_key: str) -> Response | tuple[str, int]:
    """Publish the draft that the person has seen, not one saved since."""
    reason = " ".join(request.form.get("reason", "").split())
    if not reason:
        return comparison_page(process_key, wrong="Escriba por qué se publica este cambio."), 422
    with current().database.reading() as session:
        drawn = draft_of(session, process_key).content
        rehearse(session, current().engine, drawn, unpublished.forms_of(session, read_diagram(drawn)))
    with current().database.unit_of_work() as session:
        draft = draft_of(session, process_key)
        if draft.revision != request.form.get("revision", 0, type=int):
            raise StaleDraft("Alguien cambió el borrador después de que usted abrió esta página. Revíselo de nuevo.")
        forms = unpublished.forms_of(session, read_diagram(draft.content))
        published = publish(session, current().engine, [draft.content], forms, actor=actor(), reason=reason)
        for form_key in forms:
            drafts.discard(session, drafts.FORM, form_key)
        unpublished.forget(session, process_key, forms=False)
    mine = next((version for version in published if version.process_key == process_key), None)
    notice = f"Publicada la versión {mine.version}." if mine else "El borrador era igual a la versión vigente."
    return back_to("studio.process", notice, process_key=process_key)


def draft_of(session: Session, process_key: str) -> Draft:
    """The draft of a process; raises `UnknownDefinition`."""
    draft = drafts.find(session, drafts.PROCESS, process_key)
    if draft is None:
        raise UnknownDefinition("Ese proceso no tiene cambios por publicar. Edítelo primero.")
    return draft


def comparison_page(process_key: str, wrong: str = "") -> str:
    """What would be published."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        draft = draft_of(session, process_key)
        forms = unpublished.forms_of(session, read_diagram(draft.content))
        labels = overview.labels(session, current().engine)
        names = overview.people(session)
        cases = usage.of_process(session, process_key)
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
    )
