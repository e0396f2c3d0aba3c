"""Forms that bring themes up, weigh them, and turn those chosen into the framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.contracts import TEXT, Contract
from workflows.calendar import bogota_day
from workflows.forms.handlers import (
    ROW_KEY,
    FieldError,
    FormContext,
    Option,
    Panel,
    PlainForm,
    Prefill,
    Values,
    path_of,
)
from workflows.handlers.formulation.source_forms import repeated
from workflows.handlers.formulation.workshop_forms import whole_points
from workflows.plan.models import Plan
from workflows.prioritization import framework, themes
from workflows.prioritization.models import Theme, ThemeMention
from workflows.prioritization.states import ThemeDecision, ThemeSource
from workflows.prioritization.themes import COLUMNS, GOVERNMENT, Mention
from workflows.sectors import registry

MATRIX = "matriz"


class ValidateBet(PlainForm):
    """`validar_apuesta`: what the head of an entity bets on."""

    contract = Contract(needs={"entidad": TEXT}, fields=frozenset({"apuesta", "temas", "validacion"}))

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Priorities are whole, from 1 to 5; a theme comes once."""
        errors = repeated("temas", "tema", values["temas"], "Este tema ya está en la tabla.")
        return errors + priorities("temas", "prioridad", values["temas"])

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the bet and its themes."""
        session, plan, entity = context.session, context.plan_code, str(context.variables["entidad"])
        themes.bet(
            session,
            plan,
            entity,
            values["apuesta"],
            values["validacion"],
            values.get("precisiones") or "",
            actor=context.actor,
            now=context.now(),
        )
        told = [Mention(row["tema"], entity, values["apuesta"], int(row["prioridad"])) for row in values["temas"]]
        themes.mention(session, plan, ThemeSource.DIRECTORS, f"apuesta/{entity}", told)
        return {}


class ChooseModes(PlainForm):
    """`elegir_modalidad`: how the community is heard."""

    contract = Contract(fields=frozenset({"modalidades"}))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        themes.choose_modes(
            context.session, context.plan_code, values["modalidades"], actor=context.actor, now=context.now()
        )
        return {}


class ValidateInField(PlainForm):
    """`validar_en_campo`: what was seen and heard."""

    contract = Contract(
        fields=frozenset(
            {"espacio", "fecha", "lineas", "localidad", "lugar", "observadores", "problematicas", "soportes", "temas"}
        )
    )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """It has happened; what was not validated has a note."""
        errors = []
        if values["fecha"] > bogota_day(context.now()):
            errors.append(FieldError("fecha", "Registre la visita cuando se haya hecho."))
        for table in ("problematicas", "lineas"):
            errors += [
                FieldError(path_of(table, place, "nota"), "Diga por qué no se validó.")
                for place, row in enumerate(values[table])
                if not row["validada"] and not row["nota"]
            ]
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the visit and its themes."""
        themes.validate_in_field(context.session, context.plan_code, values, actor=context.actor, now=context.now())
        return {}


class PrioritizeThemes(PlainForm):
    """`priorizar_temas`: each theme with its points by source, chosen or discarded with the reason."""

    contract = Contract(fields=frozenset({"matriz"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The matrix with the points proposed, and who said what."""
        rows = [_theme_row(theme) for theme in themes.of_plan(context.session, context.plan_code)]
        panel = Panel("De dónde viene cada tema", head=("Tema", "Fuentes", "Sustento"), rows=_told(context))
        return Prefill(values={MATRIX: rows}, panels=[panel])

    def compute(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """The total of each row."""
        return {
            path_of(MATRIX, place, "total"): str(sum(int(row.get(source) or 0) for source in COLUMNS))
            for place, row in enumerate(values.get(MATRIX) or [])
        }

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Whole points from 0 to 5, 0 where the theme does not come from that source; something is chosen."""
        rows, known = values[MATRIX], themes.sources_of(context.session, context.plan_code)
        errors = []
        for place, row in enumerate(rows):
            for source in COLUMNS:
                if message := _wrong_points(row[source], told=source in known.get(row["key"], ())):
                    errors.append(FieldError(path_of(MATRIX, place, source), message))
        if not any(row["decision"] == ThemeDecision.CHOSEN for row in rows):
            errors.append(FieldError(MATRIX, "Elija al menos un tema: de eso trata el plan."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep points and decisions."""
        themes.decide(context.session, values[MATRIX])
        return {}


class StructureFramework(PlainForm):
    """`estructurar_mes`: mission, vision, values, and objectives with a root in government and citizens."""

    contract = Contract(fields=frozenset({"mision", "objetivos", "valores", "vision"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The framework so far; sources offer only the themes that come from them."""
        session, code = context.session, context.plan_code
        plan, listed = session.get_one(Plan, code), themes.of_plan(session, code)
        known = themes.sources_of(session, code)
        government = [theme for theme in listed if known.get(theme.key, set()) & set(GOVERNMENT)]
        citizens = [theme for theme in listed if ThemeSource.COMMUNITY in known.get(theme.key, ())]
        values: Values = {"mision": plan.mission or None, "vision": plan.vision or None}
        if stated := framework.objectives(session, code):
            values["objetivos"] = [_objective_row(objective) for objective in stated]
            values["valores"] = [
                {"valor": v.name, "descripcion": v.description} for v in framework.values(session, code)
            ]
        chosen = [(theme.name, theme.objective) for theme in listed if theme.is_chosen]
        return Prefill(
            values=values,
            options={
                "objetivos.fuente_gobierno": _options(government),
                "objetivos.fuente_ciudadana": _options(citizens),
            },
            panels=[Panel("Temas elegidos", head=("Tema", "Objetivo que se propone"), rows=chosen)],
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Codes and values come once and fit; every chosen theme has an objective."""
        errors = repeated("objetivos", "codigo", values["objetivos"], "Este código ya está en la tabla.")
        errors += too_long("objetivos", values["objetivos"], {"codigo": 20, "nombre": 500})
        errors += repeated("valores", "valor", values["valores"], "Este valor ya está en la tabla.")
        served = {row["tema"] for row in values["objetivos"]}
        left = [label for id_, label in chosen_themes(context) if id_ not in served]
        if left:
            errors.append(FieldError("objetivos", f"Ningún objetivo recoge: {'; '.join(left)}."))
        return errors

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        framework.structure(
            context.session,
            context.plan_code,
            mission=values["mision"],
            vision=values["vision"],
            objective_rows=values["objetivos"],
            value_rows=values["valores"],
        )
        return {}


SOURCE_WORDS = {
    "directivos": "Directivos",
    "equipos_tecnicos": "Equipos técnicos",
    "comunidad": "Comunidad",
    "dofa": "DOFA",
    "fuentes": "Fuentes",
}


def all_themes(context: FormContext) -> Sequence[Option]:
    """`temas`: every theme of the plan."""
    return _options(themes.of_plan(context.session, context.plan_code))


def chosen_themes(context: FormContext) -> Sequence[Option]:
    """`temas_elegidos`: those the plan is about."""
    return _options([theme for theme in themes.of_plan(context.session, context.plan_code) if theme.is_chosen])


def localities(context: FormContext) -> Sequence[Option]:
    """`localidades`: the places of the sector, and the whole district."""
    places = registry.places(context.session, context.sector)
    return [*((place.code, place.name) for place in places), ("00", "Distrital")]


def priorities(table: str, column: str, rows: list[Values]) -> list[FieldError]:
    """An error at every priority that is not a whole number from 1 to 5."""
    beyond = [
        FieldError(path_of(table, place, column), f"Escriba un número de 1 a {themes.MOST}.")
        for place, row in enumerate(rows)
        if not 1 <= row[column] <= themes.MOST
    ]
    return beyond or whole_points(table, column, rows)


def too_long(table: str, rows: list[Values], most: Mapping[str, int]) -> list[FieldError]:
    """An error at every cell that does not fit its record."""
    return [
        FieldError(path_of(table, place, column), f"Tiene {len(row[column])} caracteres; el máximo es {limit}.")
        for place, row in enumerate(rows)
        for column, limit in most.items()
        if len(row[column] or "") > limit
    ]


def _told(context: FormContext) -> list[tuple[str, str, str]]:
    """Per theme: which sources brought it up, of which entities, and what they say."""
    grouped: dict[str, list[ThemeMention]] = {}
    for mention in themes.mentions(context.session, context.plan_code):
        grouped.setdefault(themes.key_of(mention.name), []).append(mention)
    return [
        (told[0].name, _sources(told), "; ".join(_distinct(theme_mention.support for theme_mention in told)))
        for told in grouped.values()
    ]


def _sources(told: Sequence[ThemeMention]) -> str:
    entities: dict[str, list[str]] = {}
    for mention in told:
        entities.setdefault(SOURCE_WORDS[mention.source], []).extend(
            [mention.entity_code] if mention.entity_code else []
        )
    return "; ".join(f"{source} ({', '.join(_distinct(of))})" if of else source for source, of in entities.items())


def _distinct(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def _options(listed: Sequence[Theme]) -> list[Option]:
    return [(str(theme.id), theme.name) for theme in listed]


def _theme_row(theme: Theme) -> Values:
    return {
        ROW_KEY: str(theme.id),
        "theme_id": theme.id,
        "key": theme.key,
        "tema": theme.name,
        **{source: getattr(theme, column) for source, column in COLUMNS.items()},
        "total": str(theme.total),
        "decision": theme.decision or None,
        "razon": theme.reason or None,
        "objetivo": theme.objective or None,
    }


def _wrong_points(points: Any, *, told: bool) -> str:
    if points % 1 or not 0 <= points <= themes.MOST:
        return f"Escriba un número entero de 0 a {themes.MOST}."
    if points and not told:
        return "El tema no viene de esta fuente: deje 0."
    return "El tema viene de esta fuente: dele al menos 1." if told and not points else ""


def _objective_row(objective: Any) -> Values:
    return {
        "codigo": objective.code,
        "nombre": objective.name,
        "tema": str(objective.theme_id),
        "fuente_gobierno": str(objective.government_theme_id),
        "fuente_ciudadana": str(objective.citizen_theme_id),
    }
