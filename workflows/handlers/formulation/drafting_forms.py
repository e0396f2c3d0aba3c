"""Forms of the document's sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.documents import section_pictures
from workflows.documents.models import DocumentSection
from workflows.documents.states import SectionState
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values
from workflows.formulation import drafting, tables
from workflows.people import directory

NONE = "ninguna"


class DraftSection(PlainForm):
    """`redactar_seccion`: the text of a section, and which of the plan's tables it shows."""

    contract = Contract(needs={"seccion": TEXT}, fields=frozenset({"anexos", "contenido", "datos_incrustados"}))

    def prepare(self, context: FormContext) -> Prefill:
        """What is written so far, why it was returned, and the tables as they stand."""
        section = _section(context)
        returned = section.state == SectionState.RETURNED
        return Prefill(
            values={
                "contenido": section.text or None,
                "datos_incrustados": list(section.tables) or [NONE],
                "anexos": list(section.annexes),
            },
            notes={"contenido": f"Devuelta: {section.comments}"} if returned else {},
            panels=[Panel(f"{section.code} {section.title}"), *_tables(context, section)],
            prose={"contenido": "anexos"},
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Either tables or none, and pictures that are among the files."""
        shown = values["datos_incrustados"]
        pictures = section_pictures.wrong(context.session, values["contenido"], values.get("anexos") or [])
        found = [FieldError("contenido", reason) for reason in pictures]
        if NONE in shown and len(shown) > 1:
            found.append(FieldError("datos_incrustados", "Marque las tablas que van, o solo «Ninguna»."))
        return found

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        drafting.write(
            context.session,
            context.plan_code,
            str(context.variables["seccion"]),
            values["contenido"],
            [name for name in values["datos_incrustados"] if name != NONE],
            values["anexos"],
            actor=context.actor,
        )
        return {}


class ReviewSection(PlainForm):
    """`revisar_seccion`: somebody else approves a section or returns it."""

    contract = Contract(needs={"seccion": TEXT}, fields=frozenset({"decision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The section, to read."""
        section = _section(context)
        names = directory.display_names(context.session, [section.written_by] if section.written_by else [])
        told = Panel(
            f"{section.code} {section.title}",
            prose=section.text,
            pictures=section_pictures.ids(context.session, section.annexes),
            facts=[("La escribió", names.get(section.written_by or "", "—"))],
        )
        return Prefill(panels=[told, *_tables(context, section)])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        drafting.review(
            context.session,
            context.plan_code,
            str(context.variables["seccion"]),
            approved=values["decision"] == "aprobada",
            comments=values.get("comentarios") or "",
            actor=context.actor,
        )
        return {}


def tables_catalogue(_context: FormContext) -> Sequence[Option]:
    """`tablas_del_plan`: what a section may show."""
    return [(NONE, "Ninguna"), *tables.NAMES.items()]


def _section(context: FormContext) -> DocumentSection:
    return drafting.section(context.session, context.plan_code, str(context.variables["seccion"]))


def _tables(context: FormContext, section: DocumentSection) -> list[Panel]:
    of = drafting.heading(context.session, context.plan_code, section.code)
    built = tables.build(context.session, context.plan_code, of, section.tables)
    return [Panel(table["caption"], head=table["head"], rows=table["rows"]) for table in built]
