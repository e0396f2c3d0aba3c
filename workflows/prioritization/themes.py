"""Themes: who brought them up, one list of them all, and which the plan is about."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from workflows.forms.values import as_json
from workflows.prioritization import swot
from workflows.prioritization.models import CommunityChoice, FieldValidation, StrategicBet, Theme, ThemeMention
from workflows.prioritization.states import ThemeSource

COLUMNS = {
    ThemeSource.DIRECTORS: "directors",
    ThemeSource.TEAMS: "technical_teams",
    ThemeSource.COMMUNITY: "community",
    ThemeSource.SWOT: "swot",
    ThemeSource.SOURCES: "sources",
}
"""The points of a theme by source: the form's column and the record's."""
GOVERNMENT = (ThemeSource.DIRECTORS, ThemeSource.TEAMS, ThemeSource.SWOT, ThemeSource.SOURCES)
"""The sources that speak for the government; the other one is the citizens'."""
MOST = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A theme as a source brings it up."""

    name: str
    entity: str | None = None
    support: str = ""
    weight: int | None = None


def key_of(name: str) -> str:
    """What makes two names the same theme: their letters, without case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", letters))[:300]


def mention(session: Session, plan_code: str, source: str, origin: str, mentions: Iterable[Mention]) -> None:
    """Keep the themes that a record (`origin`) brings up; telling them again replaces them."""
    replace_rows(
        session,
        ThemeMention,
        {"plan_code": plan_code, "origin": origin},
        (
            {
                "source": source,
                "entity_code": one.entity,
                "name": one.name,
                "support": one.support,
                "weight": one.weight,
            }
            for one in mentions
        ),
    )


def mentions(session: Session, plan_code: str) -> list[ThemeMention]:
    """Every mention of a plan, as they came."""
    query = sa.select(ThemeMention).where(ThemeMention.plan_code == plan_code)
    return list(session.scalars(query.order_by(ThemeMention.id)))


def of_plan(session: Session, plan_code: str) -> list[Theme]:
    """The themes of a plan: the most points first, then as they came."""
    query = sa.select(Theme).where(Theme.plan_code == plan_code)
    return sorted(session.scalars(query), key=lambda theme: (-theme.total, theme.position))


def gather(session: Session, plan_code: str) -> list[Theme]:
    """Make one list of what every source brought up, equal ones merged, with points to start from.

    What was decided before about a theme stays.
    """
    mention(session, plan_code, ThemeSource.SWOT, "dofa", _of_swot(session, plan_code))
    known = {theme.key: theme for theme in of_plan(session, plan_code)}
    grouped: dict[str, list[ThemeMention]] = {}
    for theme_mention in mentions(session, plan_code):
        grouped.setdefault(key_of(theme_mention.name), []).append(theme_mention)
    for position, (key, told) in enumerate(grouped.items()):
        theme = known.get(key) or Theme(plan_code=plan_code, key=key, name=told[0].name, position=position)
        for source, column in COLUMNS.items():
            setattr(theme, column, _points([one for one in told if one.source == source]))
        session.add(theme)
    session.flush()
    return of_plan(session, plan_code)


def _of_swot(session: Session, plan_code: str) -> list[Mention]:
    """The groups of the SWOT that come first."""
    return [
        Mention(entry.cluster, entry.entity_code, entry.text, entry.joint_score)
        for entry in swot.entries(session, plan_code)
        if entry.is_priority
    ]


def _points(told: Sequence[ThemeMention]) -> int:
    """The proposal: the heaviest mention; where none has a weight, how many there are."""
    weights = [theme_mention.weight for theme_mention in told if theme_mention.weight is not None]
    proposed = max(weights) if weights else len(told)
    return min(max(proposed, 1 if told else 0), MOST)


def sources_of(session: Session, plan_code: str) -> dict[str, set[str]]:
    """By the key of a theme, the sources that brought it up."""
    found: dict[str, set[str]] = {}
    for theme_mention in mentions(session, plan_code):
        found.setdefault(key_of(theme_mention.name), set()).add(theme_mention.source)
    return found


def decide(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep the points and the decision of each theme (`theme_id`)."""
    for row in rows:
        theme = session.get_one(Theme, row["theme_id"])
        for source, column in COLUMNS.items():
            setattr(theme, column, int(row[source]))
        theme.decision, theme.reason = row["decision"], row.get("razon") or ""
        theme.objective = row.get("objetivo") or ""
    session.flush()


def bet(
    session: Session, plan_code: str, entity: str, text: str, validation: str, precisions: str, *, actor: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Keep what the head of an entity bets on."""
    strategic_bet = session.scalar(
        sa.select(StrategicBet).where(StrategicBet.plan_code == plan_code, StrategicBet.entity_code == entity)
    )
    kept = strategic_bet or StrategicBet(plan_code=plan_code, entity_code=entity)
    kept.bet, kept.validation, kept.precisions = text, validation, precisions
    kept.validated_by, kept.validated_at = actor.id, now
    session.add(kept)
    session.flush()


def choose_modes(session: Session, plan_code: str, modes: Sequence[str], *, actor: Actor, now: dt.datetime) -> None:
    """Keep how the community is heard."""
    session.merge(CommunityChoice(plan_code=plan_code, modes=list(modes), chosen_by=actor.id, chosen_at=now))
    session.flush()


def validate_in_field(
    session: Session, plan_code: str, values: Mapping[str, Any], *, actor: Actor, now: dt.datetime
) -> None:
    """Keep what was seen and heard in the field, and the themes it brings up."""
    visit = FieldValidation(
        plan_code=plan_code,
        space=values["espacio"],
        held_on=values["fecha"],
        place=values["lugar"],
        locality=values["localidad"],
        observers=list(values["observadores"]),
        problems=as_json(values["problematicas"]),
        lines=as_json(values["lineas"]),
        files=list(values["soportes"]),
        recorded_by=actor.id,
        recorded_at=now,
    )
    session.add(visit)
    session.flush()
    told = [Mention(row["tema"], None, row["sustento"]) for row in values["temas"]]
    mention(session, plan_code, ThemeSource.COMMUNITY, f"campo/{visit.id}", told)
