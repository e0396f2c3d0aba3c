"""A letter that goes out as a file, in the product's design of documents."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from workflows.correspondence.models import Letter
from workflows.documents.rendering import RENDERERS, Page, Signature, laid_out
from workflows.people import directory
from workflows.sectors import identity
from workflows.spanish import long_day

FORMATS = ("pdf", "docx")
UNFILED = "Sin radicar"


def page_of(session: Session, letter: Letter) -> Page:
    """The letter as it is sent: to whom, under which number, what it says, who signs."""
    case = session.get_one(Instance, letter.instance_id)
    head = identity.letterhead(session, case.tenant)
    facts = [("Radicado", letter.number or UNFILED)]
    if letter.filed_on:
        facts.append(("Fecha", long_day(letter.filed_on)))
    facts += [("Para", letter.party)]
    if letter.office:
        facts.append(("Cargo y entidad", letter.office))
    facts.append(("Asunto", letter.subject))
    if letter.answers_id is not None:
        facts.append(("Responde al radicado", session.get_one(Letter, letter.answers_id).number))
    name = directory.display_names(session, {letter.signer})[letter.signer]
    page = laid_out(
        str(letter.kind).capitalize(), case.name, facts,
        [{"text": letter.text}], int(letter.made_at.timestamp()), head,
    )  # fmt: skip
    return Page(
        page.title, page.subtitle, page.facts, page.sections, page.made_at, head,
        signatures=(Signature(name, head.head),),
    )  # fmt: skip


def render(page: Page, suffix: str) -> bytes:
    """The file in one of `FORMATS`."""
    return RENDERERS[suffix](page)
