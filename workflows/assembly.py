"""Puts the domain together: the engine with every automatic step, and the forms with every handler."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from engine.clock import Clock
from engine.contracts import TEXT, Contracts, contract_of
from engine.events import Listener
from engine.runtime import ProcessEngine
from workflows.approvals import modifying
from workflows.approvals import printing as acts
from workflows.calendar import WorkingCalendar, deadline_needs, span
from workflows.cycles import cadence, opening
from workflows.cycles.naming import PlanCases, short_names
from workflows.documents import publishing
from workflows.forms.options import CATALOGUE_NAMES, CATALOGUES
from workflows.forms.room import Room
from workflows.forms.submissions import Forms
from workflows.formulation import method_printing
from workflows.formulation import printing as plan_printing
from workflows.handlers.approval import room as approval
from workflows.handlers.evaluation import room as evaluation
from workflows.handlers.formulation import room as formulation
from workflows.handlers.formulation.formulation_steps import give_sections_to_their_writers
from workflows.handlers.implementation import room as implementation
from workflows.handlers.lifecycle import room as lifecycle
from workflows.handlers.month import room as month
from workflows.handlers.month.meeting_steps import MinutesMaker
from workflows.handlers.month.month_steps import ReportMaker
from workflows.handlers.recovery import room as recovery
from workflows.implementation import budget, external_files
from workflows.lifecycle import leaving, starting, year_end
from workflows.meetings import printing as minutes
from workflows.monitoring import lateness
from workflows.people.groups import SectorGroups, role_needs
from workflows.reports import storing

MAKERS = (
    storing.MAKER,
    publishing.MAKER,
    plan_printing.MAKER,
    method_printing.MAKER,
    acts.MAKER,
    external_files.MAKER,
    minutes.MAKER,
)
"""Every kind of work on documents, in the order in which a tick does it."""


def rooms(make_report: ReportMaker | None = None, make_minutes: MinutesMaker | None = None) -> tuple[Room, ...]:
    """Every room of the domain."""
    return (
        month.room(make_report, make_minutes),
        formulation.room(),
        approval.room(),
        recovery.room(),
        implementation.room(),
        evaluation.room(),
        lifecycle.room(),
    )


def process_engine(
    clock: Clock,
    listeners: Iterable[Listener] = (),
    *,
    calendar: WorkingCalendar | None = None,
    make_report: ReportMaker | None = None,
    make_minutes: MinutesMaker | None = None,
) -> ProcessEngine:
    """The engine with the calendar, the groups and every automatic step.

    `make_report` and `make_minutes` store documents inside the step that closes a month or a meeting; without them
    none are made.
    """
    house = rooms(make_report, make_minutes)
    calendar = calendar or WorkingCalendar()
    return ProcessEngine(
        clock=clock,
        calendar=calendar,
        groups=SectorGroups(),
        service_tasks={topic: step for room in house for topic, step in room.steps.items()},
        listeners=(give_sections_to_their_writers, *listeners),
        case_namer=PlanCases(),
        reserved_keys={**short_names(), lateness.LATE_KEY: lateness.LATE_PROCESS},
        check_opening=functools.partial(cadence.check_opening, calendar),
        form_handlers={name: label for room in house for name, label in room.labels.items()},
        contracts=_contracts(house),
        still_opens=opening.still_opens,
    )


def _contracts(house: Iterable[Room]) -> Contracts:
    steps = {topic: contract_of(step) for room in house for topic, step in room.steps.items()}
    forms = {name: handler.contract for room in house for name, handler in room.forms.items()}
    outside = (budget, leaving, modifying, year_end)
    return Contracts(
        steps={topic: contract for topic, contract in steps.items() if contract is not None},
        forms=forms,
        calendar=opening.GIVEN,
        by_hand={"plan": TEXT},
        opened={starting.MASTER: starting.GIVEN, lateness.LATE_PROCESS: lateness.GIVEN},
        messages={sender.MESSAGE: sender.BRINGS for sender in outside},
        senders={sender.MESSAGE: sender.SENT_BY for sender in outside},
        role_needs=role_needs,
        deadline_needs=deadline_needs,
        span=span,
    )


def forms() -> Forms:
    """Every form of the house."""
    house = rooms()
    return Forms(
        handlers={name: handler for room in house for name, handler in room.forms.items()},
        catalogues={**CATALOGUES, **{name: choices for room in house for name, choices in room.catalogues.items()}},
    )


def catalogue_names() -> dict[str, str]:
    """What the form editor calls each catalogue."""
    return {**CATALOGUE_NAMES, **{name: label for room in rooms() for name, label in room.catalogue_labels.items()}}
