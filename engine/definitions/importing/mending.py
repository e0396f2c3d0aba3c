"""The order of the repairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from engine.definitions import remarks
from engine.definitions.importing import (
    choices,
    conditions,
    events,
    foreign_forms,
    identity,
    kinds,
    leaving,
    openings,
    people,
    picture,
    pools,
    repetition,
    shape,
    soundness,
    times,
    unheard,
    unread,
    unset,
    vocabulary,
)
from engine.definitions.importing.asking import Kind, Question
from engine.definitions.importing.draft import Draft, ImportResult, id_of
from engine.definitions.linting import KnownNames, lint
from engine.definitions.markup import BPMN, children, declare_once, local, parse
from engine.definitions.reading import PREFIX
from engine.errors import UnreadableDiagram

NOTHING_KNOWN = KnownNames()

STEPS = (
    *identity.STEPS,
    *unread.STEPS,
    *vocabulary.STEPS,
    *conditions.STEPS,
    *kinds.STEPS,
    *openings.STEPS,
    *events.STEPS,
    *unheard.STEPS,
    *events.NAMED,
    *repetition.STEPS,
    *shape.STEPS,
    *foreign_forms.STEPS,
    *choices.READING,
    *unset.STEPS,
    *choices.STEPS,
    *soundness.STEPS,
    *people.STEPS,
    *times.LATER,
    *picture.STEPS,
)


def import_diagram(
    xml: bytes,
    known: KnownNames = NOTHING_KNOWN,
    *,
    prefix: str = PREFIX,
    key: str = "",
    answers: Mapping[str, str] | None = None,
) -> ImportResult:
    """Mend a diagram so that it opens and runs.

    Raises `UnreadableDiagram` when there is nothing to mend. What `known` lists is offered and preferred. The process
    is called `key` where its own is the key of another. `answers` are those to questions of an earlier look at the
    same file, by `Question.key`: what they decide is done, and no longer asked.
    """
    root = parse(xml)
    draft = Draft(root, pools.choose_process(root), known, prefix, answers)
    if key:
        identity.call_process(draft, key)
    for step in (*pools.STEPS, *STEPS):
        step(draft)
        if not draft.nodes():
            raise UnreadableDiagram("Del diagrama no quedó ningún paso que se pueda ejecutar. Dibújelo en el editor.")
    _echo(draft)
    _ask_the_rest(draft)
    leaving.tell(parse(xml), draft)
    declare_once(root)
    written = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return ImportResult(
        remarks.kept(xml, written),
        tuple(draft.repairs),
        tuple(draft.questions),
        draft.forms,
        draft.unused(),
        tuple(draft.answered),
    )


def _ask_the_rest(draft: Draft) -> None:
    """What the linter still finds, nobody but a person can mend."""
    asked = {(question.element, question.rule) for question in draft.questions}
    forms = {**draft.known.forms, **dict.fromkeys(draft.forms, "")} if draft.known.forms is not None else None
    known = replace(draft.known, forms=forms)
    for finding in lint(etree.tostring(draft.root), known, prefix=draft.prefix):
        if finding.severity == "error" and finding.rule != "role" and (finding.element, finding.rule) not in asked:
            draft.questions.append(Question(finding.element, finding.rule, finding.message, kind=Kind.EDITOR))


def _echo(draft: Draft) -> None:
    """`incoming` and `outgoing` repeat what the flows say, for tools that read them; after the repairs they may lie."""
    written = list(draft.process.iter(f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing"))
    for node in written:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    if not written:
        return
    arriving, leaving = draft.by_end("targetRef"), draft.by_end("sourceRef")
    for node in draft.nodes():
        place = sum(1 for one in children(node) if local(one) in ("documentation", "extensionElements"))
        ends = [("incoming", flow) for flow in arriving.get(id_of(node), ())]
        for end, flow in reversed([*ends, *(("outgoing", flow) for flow in leaving.get(id_of(node), ()))]):
            echo = etree.Element(f"{{{BPMN}}}{end}")
            echo.text = id_of(flow)
            node.insert(place, echo)
