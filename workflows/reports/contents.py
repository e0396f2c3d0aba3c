"""What a monthly report says, before any format."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from workflows.indicators.states import Color, Status
from workflows.indicators.wording import COLOR_ICONS, COLOR_WORDS, STATUS_WORDS, level_word
from workflows.monitoring.trace import Evidence
from workflows.sectors.identity import NO_LETTERHEAD, Letterhead


@dataclass(frozen=True, slots=True)
class Light:
    """A traffic light: a colour, an icon and a word."""

    color: str
    icon: str
    word: str


@lru_cache(maxsize=64)
def light(color: str | None, status: str | None) -> Light:
    """The light of a figure; a status without colour (nothing to judge) is white."""
    shown = color or (Color.GREY if status == Status.NO_DATA else Color.WHITE)
    word = STATUS_WORDS.get(status or "") or COLOR_WORDS[shown]
    return Light(shown, COLOR_ICONS[shown], word)


def light_of_level(color: str | None, status: str | None = None) -> Light:
    """The light of an objective, a line, an entity or the plan: grey where too little is known of it."""
    shown = color or Color.WHITE
    return Light(shown, COLOR_ICONS[shown], level_word(color, status))


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator in the month. Percentages are exact; formats round them."""

    code: str
    name: str
    kind: str
    entity: str
    objective: str
    unit: str
    decimals: int
    annualization: str
    baseline: Decimal | None
    year_target: Decimal | None
    reported: Decimal | None
    executed: Decimal | None
    programmed: Decimal | None
    year_progress: Decimal | None
    compliance: Decimal | None
    light: Light
    late: bool
    definitive: bool
    qualitative: str
    difficulties: str
    solutions: str
    justification: str
    extra: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]
    reported_by: str
    reported_at: dt.datetime | None
    validated_by: str
    validated_at: dt.datetime | None
    endorsed_by: str
    known: str = ""
    """Where its value comes from, if it is not the cut-off's own: «último dato: mayo de 2018»."""
    project: str = ""
    money: ProjectMoney | None = None
    """What its project has at the cut-off, once it is endorsed; the same for each indicator of it."""


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """The money of a project at a cut-off, in pesos, accumulated in the year."""

    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class RollUp:
    """A line, objective, entity or the plan: compliance to date capped at 100 and uncapped, with its verdict."""

    code: str
    name: str
    weight: Decimal | None
    parent: str | None
    compliance: Decimal | None
    uncapped: Decimal | None
    light: Light
    verdict: str = ""
    argument: str = ""
    lead: str = ""
    coverage: Decimal | None = None
    opportunity: Decimal | None = None
    by_silence: bool = False
    against_figure: bool = False


@dataclass(frozen=True, slots=True)
class EntityLine:
    """How an entity reported, and where it stands."""

    code: str
    name: str
    compliance: Decimal | None
    uncapped: Decimal | None
    light: Light
    report: str
    endorsed_at: dt.datetime | None
    coverage: Decimal | None = None
    opportunity: Decimal | None = None
    by_silence: bool = False


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal of a project at the cut-off; `known` says in words what it lacks. Money in pesos, of the year so far."""

    project: str
    code: str
    name: str
    unit: str
    decimals: int
    programmed: Decimal | None
    executed: Decimal | None
    compliance: Decimal | None
    known: str
    places: str
    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class SilentLine:
    """An indicator that was due and did not bring a datum of its own."""

    entity: str
    indicator: str
    name: str
    responsible: str
    cutoff: str
    known: str
    missed: int | None


@dataclass(frozen=True, slots=True)
class YearsLine:
    """A level over all the years of the plan, in %. `known` = enough of its years have data to speak of it."""

    kind: str
    code: str
    name: str
    programmed: Decimal
    executed: Decimal | None
    coverage: Decimal | None
    projected: Decimal | None
    known: bool


@dataclass(frozen=True, slots=True)
class BottleneckLine:
    """A bottleneck and what will be done."""

    indicator: str
    name: str
    entity: str
    why: str
    state: str
    cause: str
    category: str
    severity: str
    measure: str
    action: str
    responsible: str
    due_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An indicator whose light is another than at the cut-off before."""

    code: str
    name: str
    before: Light
    now: Light


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """What somebody promised."""

    text: str
    responsible: str
    due_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Something the figures called attention to."""

    object_code: str
    entity: str
    text: str
    decision: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The plan's compliance at an earlier cut-off."""

    period: str
    compliance: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a month. `frozen` is false while its figures can still change."""

    plan_code: str
    plan_name: str
    sector: str
    development_plan: str
    period: str
    month: str
    cutoff_on: dt.date
    frozen: bool
    frozen_at: dt.datetime | None
    approved_by: str
    formula_version: str
    introduction: str
    plan: RollUp
    previous: HistoryPoint | None
    lines: tuple[RollUp, ...]
    objectives: tuple[RollUp, ...]
    entities: tuple[EntityLine, ...]
    indicators: tuple[IndicatorLine, ...]
    bottlenecks: tuple[BottleneckLine, ...]
    commitments: tuple[CommitmentLine, ...]
    alerts: tuple[AlertLine, ...]
    history: tuple[HistoryPoint, ...]
    bands: tuple[tuple[str, Decimal | None], ...]
    goals: tuple[GoalLine, ...] = ()
    """The goals of the investment projects."""
    silent: tuple[SilentLine, ...] = ()
    """Who did not report what was due."""
    years: tuple[YearsLine, ...] = ()
    """The years of the plan so far, by level."""
    letterhead: Letterhead = NO_LETTERHEAD
    """Of a report that is printed; what is only read needs none."""
    changes: tuple[ChangeLine, ...] = ()
    changed_since: str = ""
    """The month of the closed cut-off before, with which `changes` compare."""
    window: tuple[dt.date, dt.date, str] | None = None
    """Of a month whose reporting window was moved: the day it would have closed, the day it did, and why."""

    @property
    def title(self) -> str:
        """«Informe de seguimiento de junio de 2018»."""
        return f"Informe de seguimiento de {self.month}"

    def counts(self) -> dict[str, int]:
        """How many indicators stand in each light, the worst first."""
        order = tuple(Color)
        found = [line.light.color for line in self.indicators]
        return {color: found.count(color) for color in order if color in found}

    def objectives_of(self, line_code: str) -> list[RollUp]:
        """The objectives of a line, in order."""
        return [objective for objective in self.objectives if objective.parent == line_code]

    def indicators_of(self, objective_code: str) -> list[IndicatorLine]:
        """The indicators of an objective, in order."""
        return [indicator for indicator in self.indicators if indicator.objective == objective_code]
