"""Forms of phase 2 on who works on what: assignments, projects, points of articulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.contracts import DATE, LIST, TEXT, Contract
from workflows.calendar import bogota_day
from workflows.forms.handlers import FieldError, FormContext, Option, Panel, PlainForm, Prefill, Values, path_of
from workflows.formulation import projects, structure, team
from workflows.formulation.states import ProjectReviewKind
from workflows.formulation.structure import WORKS, Heading
from workflows.handlers.formulation.source_forms import repeated
from workflows.plan.models import Plan
from workflows.prioritization import swot, themes
from workflows.prioritization.states import ThemeSource
from workflows.prioritization.themes import Mention


class AssignTasks(PlainForm):
    """`asignar_tareas`: a person and a day for every section and work; completing it starts the elaboration."""

    contract = Contract(
        needs={"entidades": LIST},
        fills={"secciones": LIST, "entrega_secciones": DATE},
        fields=frozenset({"asignaciones", "partes_interesadas"}),
    )

    def prepare(self, context: FormContext) -> Prefill:
        """A row for every section and work, as assigned so far."""
        known = {assignment.work: assignment for assignment in team.assignments(context.session, context.plan_code)}
        rows = [
            {
                "trabajo": work,
                "responsable": known[work].responsible if work in known else None,
                "apoyo": known[work].support if work in known else None,
                "entrega": known[work].due_on if work in known else None,
            }
            for work, _title in works_catalogue(context)
        ]
        stakeholders = [
            {"nombre": stakeholder.name, "tipo": stakeholder.kind, "interes": stakeholder.interest}
            for stakeholder in team.stakeholders(context.session, context.plan_code)
        ]
        return Prefill(values={"asignaciones": rows, "partes_interesadas": stakeholders})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Everything has a person, once, and a day that has not passed."""
        rows, today = values["asignaciones"], bogota_day(context.now())
        errors = repeated("asignaciones", "trabajo", rows, "Este trabajo ya está en la tabla.")
        errors += [
            FieldError(path_of("asignaciones", place, "entrega"), "Esa fecha ya pasó.")
            for place, row in enumerate(rows)
            if row["entrega"] < today
        ]
        errors += [
            FieldError(path_of("asignaciones", place, "apoyo"), "Quien apoya es otra persona.")
            for place, row in enumerate(rows)
            if row["apoyo"] == row["responsable"]
        ]
        assigned = {row["trabajo"] for row in rows}
        missing = [title for work, title in works_catalogue(context) if work not in assigned]
        if missing:
            errors.append(FieldError("asignaciones", f"Falta asignar: {'; '.join(missing)}."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep it and begin the document; `secciones` are written one by one until `entrega_secciones`."""
        plan = context.session.get_one(Plan, context.plan_code)
        made = team.assign(
            context.session,
            context.plan_code,
            plan.name,
            _headings(context),
            values["asignaciones"],
            values["partes_interesadas"],
        )
        return {"secciones": made.sections, "entrega_secciones": made.due_on}


class AnalyseReports(PlainForm):
    """`analizar_informes`: what the reports of an entity say of its projects."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"informes", "proyectos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each project of the entity."""
        return Prefill(values={"proyectos": _project_rows(context)})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A project comes once."""
        return repeated("proyectos", "proyecto", values["proyectos"], "Este proyecto ya está en la tabla.")

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        projects.review(
            context.session,
            context.plan_code,
            str(context.variables["entidad"]),
            ProjectReviewKind.FROM_REPORTS,
            values["proyectos"],
            actor=context.actor,
            now=context.now(),
            files=values["informes"],
        )
        return {}


class ConsolidateThemes(PlainForm):
    """`consolidar_temas`: the themes that come out of reports and projects."""

    contract = Contract(fields=frozenset({"temas"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The themes that the entities named, with what sustains them."""
        rows = [
            {"tema": project.theme, "entidad": review.entity_code, "sustento": project.contribution}
            for review in projects.reviews(context.session, context.plan_code, ProjectReviewKind.FROM_REPORTS)
            for project in review.projects
            if project.theme
        ]
        return Prefill(values={"temas": rows} if rows else {})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep them as brought up by the sources."""
        told = [Mention(row["tema"], row["entidad"], row["sustento"]) for row in values["temas"]]
        themes.mention(context.session, context.plan_code, ThemeSource.SOURCES, "informes", told)
        return {}


class RecordProjects(PlainForm):
    """`registrar_estado_proyectos`: how the projects of an entity stand, told by its team."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"investigacion", "proyectos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """A row for each project of the entity."""
        return Prefill(values={"proyectos": _project_rows(context)})

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """A project comes once."""
        return repeated("proyectos", "proyecto", values["proyectos"], "Este proyecto ya está en la tabla.")

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the review, and the themes that the team brings up."""
        entity, rows = str(context.variables["entidad"]), values["proyectos"]
        projects.review(
            context.session,
            context.plan_code,
            entity,
            ProjectReviewKind.FROM_TEAM,
            rows,
            actor=context.actor,
            now=context.now(),
            validation=values["investigacion"],
            adjustments=values.get("ajustes") or "",
        )
        told = [Mention(row["tema"], entity, row["aporte_ciudad"]) for row in rows if row["tema"]]
        themes.mention(context.session, context.plan_code, ThemeSource.TEAMS, f"equipo/{entity}", told)
        return {}


class RecordArticulation(PlainForm):
    """`registrar_articulacion`: where the entities meet."""

    contract = Contract(fields=frozenset({"puntos"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The problems that no entity solves alone."""
        rows = [(p.problem, p.entities) for p in swot.problems(context.session, context.plan_code)]
        panel = Panel("Problemas de articulación", head=("Problema", "Entidades"), rows=rows)
        return Prefill(panels=[panel] if rows else [])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        team.articulate(context.session, context.plan_code, values["puntos"])
        return {}


def works_catalogue(context: FormContext) -> Sequence[Option]:
    """`trabajos`: every section, then the works beside them."""
    told = [(heading.code, f"{heading.code} {heading.title}") for heading in _headings(context)]
    return [*told, *WORKS.items()]


def _headings(context: FormContext) -> list[Heading]:
    entities = [str(entity) for entity in context.variables.get("entidades") or []]
    return structure.sections(context.session, context.plan_code, entities)


def _project_rows(context: FormContext) -> list[Values]:
    from_catalogue = projects.of_entity(context.session, context.plan_code, str(context.variables.get("entidad")))
    return [{"proyecto": project.code} for project in from_catalogue]
