"""The .docx template of a sector's legal office: its variables, what may stand in it, and an act made from it.

A template is data: only the variables listed here, repeated paragraphs and simple conditions; nothing is called.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
import jinja2
import sqlalchemy as sa
from docxtpl import DocxTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.confinement import confined, reading_strangers
from engine.database import take_turns
from engine.identity import Actor
from workflows.approvals.models import ActTemplate
from workflows.auditing import recording as auditing
from workflows.documents import files, marks
from workflows.documents.letters import shown
from workflows.errors import Refused

KIND = "plantilla_acto"
MOST_BYTES = 5_000_000
SECONDS = 20.0

TEXTS = {
    "tipo": "Resolución, Circular, Decreto o Acto administrativo",
    "numero": "El número; vacío mientras es proyecto",
    "fecha": "La fecha en letras: 15 de octubre de 2018; vacía mientras es proyecto",
    "anio": "El año de la fecha",
    "verbo": "adopta o modifica",
    "documento": "El documento que se adopta o modifica",
    "version": "La versión aprobada del documento",
    "huella": "El SHA-256 de esa versión",
    "plan": "El nombre del plan",
    "sector": "El nombre del sector",
    "entidad": "La entidad que expide el acto",
    "motivo_del_tipo": "Por qué es ese tipo de acto",
    "proyecto": "Quién lo proyectó",
    "firmante": "Quién lo suscribió; vacío mientras no se suscriba",
    "suscrito": "Cuándo se suscribió, en letras",
    "registro_distrital": "La publicación en el Registro Distrital",
    "facultades": "En ejercicio de qué facultades se expide; vacío si la ficha del sector no dice las normas",
    "dado": "Dónde y cuándo se da, con su verbo; vacío mientras es proyecto",
}
LISTS = {
    "considerandos": "Cada considerando, un párrafo",
    "articulos": "Cada artículo, un párrafo",
}
FLAGS = {"es_proyecto": "Si todavía no tiene número", "es_modificacion": "Si modifica un acto anterior"}
NEEDED = ("considerandos", "articulos")
"""Without these it would be no act."""

LISTED = marks.Listed(TEXTS, LISTS, FLAGS)
_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
_FIELD = re.compile(
    rb"instr(?:Text[^>]*>|=\"|=')\s*(?:DDE|DDEAUTO|INCLUDE\w+|LINK|IMPORT|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)
"""How a field begins that leads out of the document."""


def check(content: bytes) -> list[str]:
    """What is wrong with a template, each in a sentence; nothing if an act can be made from it."""
    if len(content) > MOST_BYTES:
        return [f"La plantilla pesa más de {MOST_BYTES // 1_000_000} MB: quite imágenes grandes."]
    wrong: list[str] = confined(_check, content, seconds=SECONDS, too_much=_too_much)
    return wrong


def save(session: Session, clock: Clock, sector: str, name: str, content: bytes, *, actor: Actor) -> ActTemplate:
    """Keep a checked template: acts that are made from now on come from it. Those before stay on record."""
    take_turns(session, f"plantilla/{sector}")
    before = in_force(session, sector)
    stored = files.store(session, clock, actor.id, name, content, sector=sector)
    kept = ActTemplate(
        sector_code=sector,
        number=before.number + 1 if before else 1,
        file_id=stored.id,
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    auditing.record(
        session,
        clock,
        actor,
        "cambiar_plantilla",
        (KIND, sector),
        before={"version": before.number} if before else {},
        after={"version": kept.number, "archivo": stored.name, "sha256": stored.sha256},
    )
    return kept


def of_sector(session: Session, sector: str) -> Sequence[ActTemplate]:
    """Every template of a sector, the one in force first."""
    query = sa.select(ActTemplate).where(ActTemplate.sector_code == sector)
    return session.scalars(query.order_by(ActTemplate.number.desc())).all()


def in_force(session: Session, sector: str) -> ActTemplate | None:
    """The template that acts of a sector are made from; none: Cauce's own layout."""
    return next(iter(of_sector(session, sector)), None)


def render(content: bytes, values: Mapping[str, Any]) -> bytes:
    """The act as a Word document: typed text is escaped, so that it breaks neither the XML nor the template."""
    made: bytes = confined(_render, content, shown(dict(values)), seconds=SECONDS, too_much=_too_much)
    return made


def example() -> bytes:
    """A template to begin with, to be dressed in Word."""
    document = docx.Document()
    document.add_heading("{{ tipo }} {% if not es_proyecto %}{{ numero }} de {{ anio }}{% endif %}", 0)
    document.add_paragraph("{{ entidad }}")
    document.add_paragraph("Por la cual se {{ verbo }} «{{ documento }}»")
    document.add_paragraph("{{ facultades }}")
    document.add_heading("CONSIDERANDO", 1)
    _repeated(document, "considerandos", "considerando")
    document.add_heading("RESUELVE", 1)
    _repeated(document, "articulos", "articulo")
    document.add_paragraph("PUBLÍQUESE Y CÚMPLASE")
    document.add_paragraph("{{ dado }}")
    document.add_paragraph("{{ firmante }}")
    document.add_paragraph("Proyectó: {{ proyecto }}")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _repeated(document: Any, items: str, item: str) -> None:
    document.add_paragraph(f"{{%p for {item} in {items} %}}")
    document.add_paragraph(f"{{{{ {item} }}}}")
    document.add_paragraph("{%p endfor %}")


def _too_much() -> Exception:
    return Refused("Leer la plantilla tarda o pesa más de lo permitido. Deje solo el texto del acto.")


def _unreadable() -> Exception:
    return Refused("El archivo no es un documento de Word (.docx).")


def _check(content: bytes) -> list[str]:
    try:
        with reading_strangers(_unreadable):
            texts, wrong = list(_sources(content)), list(_brought_along(content))
    except Refused as refused:
        return [refused.message]
    used: set[str] = set()
    for text in texts:
        found = marks.look(text, LISTED)
        wrong += found.wrong
        used |= found.used
    wrong += [f"Falta «{one}»: {LISTS[one].lower()}." for one in NEEDED if one not in used and not wrong]
    if not wrong:
        try:
            with reading_strangers(_unreadable):
                _render(content, sample())
        except Refused as refused:
            cause = _bare(str(refused.__cause__))
            wrong.append(f"No se pudo llenar con un acto de ejemplo: {cause}.")
    return list(dict.fromkeys(wrong))


def _sources(content: bytes) -> Iterator[str]:
    """The marks of the body, the headers and the footers, as the library reads them."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    yield template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _key, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))


def _brought_along(content: bytes) -> Iterator[str]:
    """What of a template is no text: who opens an act later would run it, or ask another machine for it."""
    template = DocxTemplate(io.BytesIO(content))
    template.init_docx()
    package = template.docx.part.package
    parts = [(str(part.partname).lower(), part.blob) for part in package.iter_parts()]
    if any(re.search(r"vbaproject|activex|/embeddings/|afchunk", name) for name, _blob in parts):
        yield "La plantilla trae macros u objetos incrustados: guárdela como .docx, solo con texto e imágenes."
    linked = (one for one in package.iter_rels() if one.is_external)
    if any(not (one.reltype.endswith("/hyperlink") and _LINK.match(one.target_ref)) for one in linked):
        yield "La plantilla trae algo vinculado de otro lugar: incruste sus imágenes y quítele la plantilla adjunta."
    if any(_FIELD.search(blob) for name, blob in parts if name.endswith(".xml")):
        yield "La plantilla trae un campo que abre otro archivo o programa: deje en su lugar el texto."


def _render(content: bytes, values: Mapping[str, Any]) -> bytes:
    template = DocxTemplate(io.BytesIO(content))
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
    template.render(dict(values), jinja_env=environment, autoescape=True)
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def sample() -> dict[str, Any]:
    """An act to try a template with."""
    told = dict.fromkeys(TEXTS, "texto <de> & ejemplo")
    return {**told, **{one: ["Primero.", "Segundo."] for one in LISTS}, **dict.fromkeys(FLAGS, False)}


def _bare(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".")
