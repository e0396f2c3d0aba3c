"""One plan in many sectors: the same promises by entities and people of their own, so that nobody is shared."""

from __future__ import annotations

from dataclasses import replace

from workflows.records.data import EntityRecord, IndicatorRecord, PersonRecord, PlanData

FOURTH = 3
"""Every third sector has an entity more: fifteen sectors have fifty entities."""
EXTRA = EntityRecord("IDEP", "Instituto Distrital de Estudios (demo)", "adscrita")


def code_of(number: int) -> str:
    """The code of the sector with this number: `S01` is the first."""
    return f"S{number:02}"


def plan_of(sector: str) -> str:
    """The code of its plan."""
    return f"PES-{sector}"


def in_sector(data: PlanData, number: int) -> PlanData:
    """The plan as that of the sector with this number, with one entity more in every third."""
    code = code_of(number)
    return moved(data if number % FOURTH else _with_one_more(data), code, f"Sector {code}")


def moved(data: PlanData, sector: str, name: str) -> PlanData:
    """The plan in a sector of this code and name; its entities and people carry the code, so no two are the same."""

    def entity(code: str) -> str:
        return f"{sector}-{code}" if code else ""

    def user(username: str) -> str:
        return f"{sector.lower()}.{username}" if username else ""

    return replace(
        data,
        plan=replace(
            data.plan, code=plan_of(sector), name=f"PES de {name}", sector=name,
            act_issuer=entity(data.plan.act_issuer),
        ),
        entities=tuple(replace(one, code=entity(one.code), name=f"{one.name} · {sector}") for one in data.entities),
        people=tuple(
            replace(
                one, username=user(one.username), email=f"{sector.lower()}.{one.email}", entity=entity(one.entity)
            )
            for one in data.people
        ),
        objectives=tuple(replace(one, lead_entity=entity(one.lead_entity)) for one in data.objectives),
        indicators=tuple(
            replace(
                one, entity=entity(one.entity), reports=user(one.reports), reviews=user(one.reviews),
                substitute=user(one.substitute),
            )
            for one in data.indicators
        ),
        projects=tuple(replace(one, entity=entity(one.entity)) for one in data.projects),
    )  # fmt: skip


def _with_one_more(data: PlanData) -> PlanData:
    """The plan with a fourth entity: it has the last project of the third with its indicators, and namesakes."""
    last = data.entities[-1].code
    people = tuple(_namesake(one) for one in data.people if one.entity == last)
    given = [one.code for one in data.projects if one.entity == last][-1]
    projects = tuple(replace(one, entity=EXTRA.code) if one.code == given else one for one in data.projects)
    indicators = tuple(_given(one) if one.project == given else one for one in data.indicators)
    return replace(
        data,
        entities=(*data.entities, EXTRA),
        people=(*data.people, *people),
        indicators=indicators,
        projects=projects,
    )


def _namesake(one: PersonRecord) -> PersonRecord:
    return replace(one, username=f"{one.username}2", email=f"2{one.email}", entity=EXTRA.code)


def _given(one: IndicatorRecord) -> IndicatorRecord:
    def new(username: str) -> str:
        return f"{username}2" if username else ""

    return replace(
        one, entity=EXTRA.code, reports=new(one.reports), reviews=new(one.reviews), substitute=new(one.substitute)
    )  # fmt: skip
