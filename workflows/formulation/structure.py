"""The structure of the plan's document, as the guide gives it, for the entities of a sector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.formulation.models import ChapterTitle
from workflows.goals.models import Line
from workflows.plan import participants
from workflows.plan.models import Plan
from workflows.sectors.models import Entity, SectorEntity
from workflows.sectors.states import EntityRole

BETS = "3"
"""The chapter whose sections the plan names: until its lines are defined, it is one section."""

MONEY = "4"
"""The chapter on financing, which opens with what the sector says of it."""

WORKS = {
    "analisis": "Análisis de informes y proyectos",
    "mesas": "Mesas de trabajo",
    "metas": "Metas e indicadores",
    "herramienta": "Herramienta de seguimiento",
}
"""What the elaboration asks for beside the sections."""

ROLE_ORDER = (EntityRole.HEAD, EntityRole.TECHNICAL_SUPPORT, EntityRole.ATTACHED, EntityRole.LINKED)
"""The order in which the guide names the entities of a sector."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the document. `tables` are the plan's tables that belong there; `entity` whose it is.

    A `chapter` only holds sections: nobody writes it, and its own tables always stand in it.
    """

    code: str
    title: str
    tables: tuple[str, ...] = ()
    entity: str = ""
    chapter: bool = False

    @property
    def level(self) -> int:
        """1 for a chapter, 2 for its sections."""
        return self.code.count(".") + 1

    @property
    def stated(self) -> bool:
        """Whether it is the one that states mission, vision, objectives and values, each under its own heading."""
        return "marco_estrategico" in self.tables


def outline(session: Session, plan_code: str, entity_codes: Sequence[str] = ()) -> list[Heading]:
    """The six chapters with their sections, for these entities: by default, those that take part in the plan."""
    plan = session.get_one(Plan, plan_code)
    entities = _entities(session, plan_code, entity_codes)
    return [*_first(plan), *_second(plan, entities), *_third(session, plan), *_fourth(entities), *_last()]


def sections(session: Session, plan_code: str, entity_codes: Sequence[str] = ()) -> list[Heading]:
    """What somebody writes: the headings without the chapters."""
    return [heading for heading in outline(session, plan_code, entity_codes) if not heading.chapter]


def titles(session: Session, plan_code: str) -> list[tuple[str, str]]:
    """The sections of the chapter on what the plan bets on: its own titles, or one for each of its lines."""
    own = sa.select(ChapterTitle.code, ChapterTitle.title).where(ChapterTitle.plan_code == plan_code)
    found = [(code, title) for code, title in session.execute(own.order_by(ChapterTitle.position))]
    if found:
        return found
    names = sa.select(Line.name).where(Line.plan_code == plan_code, Line.weight > 0).order_by(Line.position)
    return of_lines(session.scalars(names))


def of_lines(names: Iterable[str]) -> list[tuple[str, str]]:
    """A title for each line, with its name."""
    return [(f"{BETS}.{place}", name) for place, name in enumerate(names, start=1)]


def _entities(session: Session, plan_code: str, codes: Sequence[str]) -> list[Entity]:
    """The entities that take part, or `codes` of the sector, by what they are in it."""
    if codes:
        query = participants.in_order(plan_code, Entity, SectorEntity.sector_role)
        query = query.where(Entity.active, Entity.code.in_(codes))
    else:
        query = participants.taking_part(plan_code, Entity, SectorEntity.sector_role)
    found = session.execute(query).all()
    return [row.Entity for row in sorted(found, key=lambda row: _rank(row.sector_role))]


def _rank(role: str) -> int:
    return ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)


def _first(plan: Plan) -> list[Heading]:
    sector = f"Sector {plan.sector.name}"
    return [
        Heading("1", f"El {sector} dentro del Plan Distrital de Desarrollo", chapter=True),
        Heading(
            "1.1",
            "Estructura del sector. Gestión Institucional (composición de las entidades del sector)",
            ("entidades",),
        ),
        Heading("1.2", "Antecedentes"),
        Heading("1.3", "Marco Legal", ("normograma",)),
        Heading("1.4", f"Plan Distrital de Desarrollo «{plan.development_plan}»", ("alineacion",)),
        Heading("1.5", f"Enfoques que articulan al {sector}"),
        Heading("1.6", "Políticas públicas del Sector", ("politicas",)),
        Heading("1.7", f"Actores con los que interactúa el {sector}", ("actores",)),
        Heading("1.8", "Articulación con el MIPG", ("mipg",)),
        Heading(
            "1.9",
            "Temas que se manejan en el sector (por entidades). Temas de política pública para la administración. "
            "Diagnóstico Organizacional Sectorial.",
            ("temas", "autodiagnostico"),
        ),
    ]


def _second(plan: Plan, entities: Sequence[Entity]) -> list[Heading]:
    sector, after = f"Sector {plan.sector.name}", len(entities) + 1
    return [
        Heading("2", f"Contexto y problemáticas del {sector}", chapter=True),
        *(
            Heading(
                f"2.{place}", f"Diagnóstico de problemáticas: {entity.name} ({entity.code})", ("dofa",), entity.code
            )
            for place, entity in enumerate(entities, start=1)
        ),
        Heading(f"2.{after}", f"Principales problemáticas del {sector}", ("problemas", "encuesta")),
        Heading(f"2.{after + 1}", "Marco Estratégico Sectorial", ("marco_estrategico",)),
    ]


def _third(session: Session, plan: Plan) -> list[Heading]:
    title = f"Apuestas estratégicas del Sector {plan.sector.name}"
    under = [Heading(code, name, ("objetivos_por_tema",)) for code, name in titles(session, plan.code)]
    return [Heading(BETS, title, chapter=bool(under)), *under]


def _fourth(entities: Sequence[Entity]) -> list[Heading]:
    return [
        Heading(MONEY, "Financiamiento del Plan Sectorial", ("financiamiento",), chapter=True),
        *(
            Heading(
                f"{MONEY}.{place}",
                f"Recursos: {entity.name} ({entity.code})",
                ("financiamiento", "presupuesto"),
                entity.code,
            )
            for place, entity in enumerate(entities, start=1)
        ),
    ]


def _last() -> list[Heading]:
    return [
        Heading("5", "Metas e indicadores del Plan Sectorial", chapter=True),
        Heading("5.1", "Metas de resultado", ("metas_de_resultado",)),
        Heading("5.2", "Metas de producto", ("metas_de_producto",)),
        Heading("5.3", "Indicadores", ("indicadores",)),
        Heading("6", "Herramienta de seguimiento al PES", chapter=True),
        Heading("6.1", "Diseño de prototipo de la herramienta", ("herramienta", "semaforo")),
    ]
