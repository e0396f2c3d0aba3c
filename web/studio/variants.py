"""The page of a variant: what it has of its own, what the shared one changed since, and the way to take that over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import comparison, drafts, merging, variants
from engine.definitions.comparison import Labels
from engine.definitions.merging import Merged
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.definitions.variants import Merge
from web.auth.access import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import kinship, overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.processes import leads
from workflows.auditing import recording
from workflows.forms import comparison as form_comparison
from workflows.forms import merging as form_merging
from workflows.forms.schema import FormSchema

PROCESS, FORM = "proceso", "formulario"
KINDS: Final = {PROCESS: drafts.PROCESS, FORM: drafts.FORM}
MERGES: Final[dict[str, Merge]] = {PROCESS: merging.merge, FORM: form_merging.merge}


@dataclass(frozen=True, slots=True)
class Differences:
    """In sentences: what a variant has of its own, what the shared one changed since, what both changed."""

    own: Sequence[str]
    shared: Sequence[str]
    both: Sequence[str]


@blueprint.get("/variantes/<any(proceso, formulario):what>/<variant>")
@allow(SIGNED_IN, of=Of.VARIANT)
def variant(what: str, variant: str) -> str:
    """How a variant stands to what all share."""
    return variant_page(what, variant)


def variant_page(what: str, variant: str, wrong: str = "") -> str:
    """The page, with what is wrong with the reason just typed."""
    with current().database.reading() as session:
        kin = kinship.of(session, KINDS[what], variant).variant
        draft = drafts.find(session, KINDS[what], variant)
        return page(
            "studio/variant.html",
            what=what,
            kin=kin,
            name=_called(session, what, Name.parse(variant).key),
            draft=draft,
            differences=_differences(session, what, variant),
            leads=leads(variant),
            wrong=wrong,
            reason=request.form.get("reason", ""),
        )


@blueprint.post("/variantes/<any(proceso, formulario):what>/<variant>/empezar")
@allow(*LEADERS, of=Of.VARIANT)
def begin_variant(what: str, variant: str) -> Response:
    """Begin a variant, as a draft that says what the shared one says."""
    with current().database.unit_of_work() as session:
        variants.begin(session, current().engine, KINDS[what], variant, actor=actor())
    return _to_definition(what, variant, "La variante es un borrador igual a la compartida. Cámbielo y publíquelo.")


@blueprint.post("/variantes/<any(proceso, formulario):what>/<variant>/traer")
@allow(*LEADERS, of=Of.VARIANT)
def take_over(what: str, variant: str) -> Response:
    """Bring what the shared one changed into the draft, to be looked at and published like any change."""
    revision = request.form.get("revision", 0, type=row_id)
    with current().database.unit_of_work() as session:
        labels = overview.labels(session, current().engine, Name.parse(variant).tenant)
        merged = variants.take_over(
            session, current().engine, KINDS[what], variant, MERGES[what], actor=actor(), revision=revision
        )
    said = "El borrador trae lo que cambió la compartida. Revíselo y publíquelo."
    if merged.kept:
        both = "; ".join(_kept(what, merged, labels))
        said = f"{said} Quedó como lo tenía la variante lo que ambas cambiaron: {both}."
    return _to_definition(what, variant, said)


@blueprint.post("/variantes/<any(proceso, formulario):what>/<variant>/volver")
@allow(*LEADERS, of=Of.VARIANT)
def give_up(what: str, variant: str) -> Response | tuple[str, int]:
    """Go back to what all share."""
    reason = " ".join(request.form.get("reason", "").split())
    if not reason:
        return variant_page(what, variant, "Escriba por qué se vuelve a la compartida."), 422
    with current().database.unit_of_work() as session:
        own = variants.in_force(session, KINDS[what], variant)
        variants.give_up(session, current().engine, KINDS[what], variant, actor=actor(), reason=reason)
        before = {"version": own.version} if own is not None else None
        recording.record(
            session, current().clock, actor(), "volver_a_la_compartida", (what, variant), reason=reason, before=before
        )
    said = "Los próximos casos toman la compartida; los que están en curso siguen como empezaron."
    return _to_definition(what, Name.parse(variant).key, said)


def _to_definition(kind: str, name: str, said: str) -> Response:
    if kind == FORM:
        return back_to("studio.form", said, form_key=name)
    return back_to("studio.process", said, process_key=name)


def _called(session: Session, kind: str, key: str) -> str:
    if kind == FORM:
        return overview.form_names(overview.drawn_diagrams(session), [key])[key]
    return overview.current_version(session, key).name


def _differences(session: Session, kind: str, variant: str) -> Differences:
    stands = variants.standing(session, KINDS[kind], variant)
    draft = drafts.find(session, KINDS[kind], variant)
    labels = overview.labels(session, current().engine, Name.parse(variant).tenant)
    base, shared = variants.content_of(stands.base), variants.content_of(stands.shared)
    own = draft.content if draft is not None else variants.content_of(stands.own or stands.shared)
    if not stands.is_behind:
        return Differences(_sentences(kind, base, own, labels), (), ())
    both = _kept(kind, MERGES[kind](base, shared, own), labels)
    return Differences(_sentences(kind, base, own, labels), _sentences(kind, base, shared, labels), both)


def _sentences(kind: str, before: bytes, after: bytes, labels: Labels) -> list[str]:
    if kind == FORM:
        return form_comparison.compare(*(FormSchema.from_dict(orjson.loads(one)) for one in (before, after)))
    return [change.sentence for change in comparison.compare(read_diagram(before), read_diagram(after), labels)]


def _kept(kind: str, merged: Merged, labels: Labels) -> list[str]:
    """What both changed, as people call it."""
    if kind == FORM:
        named = FormSchema.from_dict(orjson.loads(merged.content)).labels()
        return [f"«{named.get(path, path)}»" for path in merged.kept]
    diagram = read_diagram(merged.content)
    names = {key: one.name for part in (diagram.lanes, diagram.elements, diagram.flows) for key, one in part.items()}
    return [f"«{names.get(key) or key}»" for key in merged.kept]
