"""What robots have in mind: the plan, themes, the demo's own words, days, what happens only once."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.forms.opening import OpenForm
from workflows.loading import seeding
from workflows.records.data import PlanData
from workflows.simulation.values import Reality

Raw = dict[str, Any]
"""What a browser sends: nested JSON."""
Upload = Callable[[str, bytes], int]
"""Stores a file for the task (name, content) and gives its id."""


@dataclass(frozen=True, slots=True)
class Words:
    """How the people of a sector talk: what no plan carries.

    `themes` by the codes of chapter 3; `titles` of that chapter, rows codigo, titulo, none where its lines are; `swot`
    rows: cuadrante, texto, entidad; `question` and `options` of the survey.
    """

    themes: Mapping[str, str]
    swot: Sequence[Mapping[str, Any]]
    question: str
    options: Sequence[Mapping[str, Any]]
    titles: Sequence[Mapping[str, str]] = ()

    def theme(self, code: str, otherwise: str = "3.1") -> str:
        """What they call a theme."""
        return self.themes.get(code, self.themes[otherwise])


class Mind(Protocol):
    """What a robot knows while it fills a form: see `workflows.simulation.robots.Robots`."""

    @property
    def today(self) -> Callable[[], dt.date]:
        """Tells the day on which they type."""
        ...

    @property
    def reality(self) -> Reality:
        """Where figures and choices come from."""
        ...

    @property
    def plan(self) -> PlanData:
        """The plan they formulate."""
        ...

    @property
    def words(self) -> Words:
        """How people of their sector talk."""
        ...

    @property
    def polite(self) -> bool:
        """Whether nobody objects, refuses or returns anything."""
        ...

    @property
    def returned(self) -> set[tuple[str, str]]:
        """What happened once already: what, and about which case or entity."""
        ...


@functools.cache
def words_of(file: str = seeding.DEMO_FILE) -> Words:
    """The sections of a demo file that no plan carries."""
    document: Mapping[str, Any] = yaml.safe_load(seeding.demo_bytes(file))
    survey = document["encuesta"]
    titles = [{"codigo": row["codigo"], "titulo": row["nombre"]} for row in document.get("temas_capitulo_3", ())]
    return Words(document["temas"], document["dofa"], survey["pregunta"], survey["opciones"], titles)


def once(mind: Mind, what: str, about: object = "") -> bool:
    """True the first time in a play (of `about`, a case); never among the polite."""
    happened = (what, str(about)) in mind.returned
    mind.returned.add((what, str(about)))
    return not happened and not mind.polite


def subject(task: UserTask, case: Instance) -> tuple[object, ...]:
    """What a task is about, in the same words whatever else is played beside it: its number is not."""
    begun = bogota_day(task.created_at).isoformat()
    return case.business_key, task.process_key, task.element_id, sorted(task.context.items(), key=repr), begun


def entity_of(form: OpenForm) -> str:
    """The entity whose task this is."""
    return str(form.task.variables.get("entidad") or "")


def in_days(mind: Mind, days: int) -> str:
    """A day some days from today, as it is typed."""
    return (mind.today() + dt.timedelta(days=days)).isoformat()


def working_day(mind: Mind, after: int) -> str:
    """A day some working days from today, as it is typed."""
    return WorkingCalendar().add_working_days(mind.today(), after).isoformat()


def themes_of(mind: Mind, entity: str) -> list[str]:
    """What an entity cares about: the themes of the objectives it leads."""
    led = [objective.theme for objective in mind.plan.objectives if objective.lead_entity == entity]
    return list(dict.fromkeys(mind.words.theme(theme) for theme in led)) or list(mind.words.themes.values())[-1:]
