"""Forms of phase 1 up to the agreed concepts: sources, self-diagnosis, topics, glossary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contracts import LIST, NUMBER, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.documents.states import Reserve
from workflows.forms.handlers import FieldError, FormContext, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import projects, sources
from workflows.formulation.sources import QUESTIONS, TOPICS

PROJECT = "proyecto"
EARLIEST_YEAR = 1990


class GatherSources(PlainForm):
    """`alistar_fuentes`: what an entity has of each topic; its investment projects are registered with it."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"fuentes"}))

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each topic to start from."""
        rows = [{"tema": topic, "reserva": Reserve.PUBLIC} for topic in TOPICS]
        return Prefill(values={"fuentes": rows}, panels=[_projects_panel()])

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A file or a link; a possible year; a project with its code."""
        year = bogota_day(context.now()).year
        errors = []
        for place, row in enumerate(values["fuentes"]):
            if not row["archivo"] and not row["enlace"]:
                errors.append(
                    FieldError(path_of("fuentes", place, "archivo"), "Cargue el archivo o escriba el enlace.")
                )
            elif row["enlace"] and not row["enlace"].startswith(("http://", "https://")):
                errors.append(FieldError(path_of("fuentes", place, "enlace"), "Escriba la dirección con https://"))
            if not EARLIEST_YEAR <= row["anio"] <= year + 1 or row["anio"] % 1:
                message = f"Escriba un año entre {EARLIEST_YEAR} y {year + 1}."
                errors.append(FieldError(path_of("fuentes", place, "anio"), message))
            if row["tema"] == PROJECT and projects.split_title(row["titulo"]) is None:
                message = "Escriba el código del proyecto y su nombre: 1094 Fortalecimiento de las alcaldías."
                errors.append(FieldError(path_of("fuentes", place, "titulo"), message))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the sources, and register the projects among them."""
        session, entity, rows = context.session, str(context.variables["entidad"]), values["fuentes"]
        sources.add(session, context.plan_code, entity, rows, actor=context.actor, now=context.now())
        titles = [row["titulo"] for row in rows if row["tema"] == PROJECT]
        projects.register(session, context.plan_code, entity, titles)
        return {}


class CompleteSources(GatherSources):
    """`completar_fuentes`: the same, with the topics that are missing on top."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"fuentes"}))

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each missing topic, and what the entity brought."""
        entity = str(context.variables["entidad"])
        missing = sources.missing_topics(context.session, context.plan_code, entity)
        brought = sources.of_entity(context.session, context.plan_code, entity)
        panel = Panel(
            "Lo que ya aportó",
            head=("Tema", "Documento", "Año"),
            rows=[(TOPICS.get(source.topic, source.topic), source.title, str(source.year)) for source in brought],
        )
        notes = {path_of("fuentes", place): f"Falta: {TOPICS[topic]}." for place, topic in enumerate(missing)}
        rows = [{"tema": topic, "reserva": Reserve.PUBLIC} for topic in missing]
        return Prefill(values={"fuentes": rows}, panels=[panel] if brought else [], notes=notes)


class AnswerDiagnosis(PlainForm):
    """`responder_autodiagnostico`: an entity on itself, question by question."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"respuestas", "sintesis"}))

    def prepare(self, context: FormContext) -> Prefill:
        return Prefill(values={"respuestas": [{"pregunta": question} for question in QUESTIONS]})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the diagnosis of the year."""
        sources.answer_diagnosis(
            context.session,
            context.plan_code,
            str(context.variables["entidad"]),
            values["respuestas"],
            values["sintesis"],
            actor=context.actor,
            now=context.now(),
        )
        return {}


class RecordTopics(PlainForm):
    """`registrar_temas`: what a meeting dealt with; another is called until all five topics are."""

    contract = Contract(
        uses={"acta_id": NUMBER}, fills={"temas_pendientes": LIST}, fields=frozenset({"conclusiones", "temas_tratados"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """What is still to be dealt with, and what earlier meetings concluded."""
        pending = sources.pending_topics(context.session, context.plan_code)
        held = sources.discussions(context.session, context.plan_code)
        facts = [(", ".join(TOPICS[topic] for topic in discussed.topics), discussed.conclusions) for discussed in held]
        panels = [Panel("Por tratar", text=", ".join(TOPICS[topic] for topic in pending))]
        return Prefill(panels=[*panels, Panel("Mesas anteriores", facts=facts)] if facts else panels)

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep it; `temas_pendientes` is what no meeting has dealt with."""
        meeting = context.variables.get("acta_id")
        sources.record_topics(
            context.session,
            context.plan_code,
            meeting if isinstance(meeting, int) else None,
            values["temas_tratados"],
            values["conclusiones"],
            actor=context.actor,
            now=context.now(),
        )
        return {"temas_pendientes": sources.pending_topics(context.session, context.plan_code)}


class AgreeConcepts(PlainForm):
    """`homogenizar_conceptos`: the glossary, and what the sector is."""

    contract = Contract(fields=frozenset({"estructura_sector", "glosario", "resumen"}))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A term is defined once."""
        return repeated("glosario", "termino", values["glosario"], "Este término ya está en la tabla.")

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        sources.agree(
            context.session,
            context.plan_code,
            values["glosario"],
            values["estructura_sector"],
            values["resumen"],
            actor=context.actor,
            now=context.now(),
        )
        return {}


def repeated(table: str, column: str, rows: list[Values], message: str) -> list[FieldError]:
    """An error at every cell of a column that says what an earlier row said."""
    seen: set[str] = set()
    errors = []
    for place, row in enumerate(rows):
        told = str(row[column]).casefold()
        if told in seen:
            errors.append(FieldError(path_of(table, place, column), message))
        seen.add(told)
    return errors


def _projects_panel() -> Panel:
    return Panel(
        "Proyectos de inversión",
        text="Agregue una fila de tema «Proyecto» por cada proyecto de su entidad, con su código y su nombre "
        "(1094 Fortalecimiento de las alcaldías locales): así se podrá elegir en la fase 2.",
    )
