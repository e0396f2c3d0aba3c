"""Puts the domain together: the engine with every automatic step, and the forms with every handler."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from engine.clock import Clock
from engine.contracts import TEXT, Contracts, contract_of
from engine.events import Listener
from engine.runtime import ProcessEngine
from workflows.approvals import modifying, plan_printing
from workflows.approvals import printing as acts
from workflows.auditing import publications
from workflows.calendar import WorkingCalendar, deadline_needs, span
from workflows.cycles import cadence, opening
from workflows.cycles.naming import PlanCases, short_names
from workflows.documents import publishing
from workflows.forms.options import CATALOGUES
from workflows.forms.registration import Registration
from workflows.forms.submissions import Forms
from workflows.formulation import method_printing
from workflows.handlers.approval import registration as approval
from workflows.handlers.evaluation import registration as evaluation
from workflows.handlers.formulation import registration as formulation
from workflows.handlers.formulation.formulation_steps import give_sections_to_their_writers
from workflows.handlers.implementation import registration as implementation
from workflows.handlers.lifecycle import registration as lifecycle
from workflows.handlers.month import registration as month
from workflows.handlers.month.meeting_steps import MinutesMaker
from workflows.handlers.month.month_steps import ReportMaker
from workflows.handlers.recovery import registration as recovery
from workflows.implementation import budget, external_files
from workflows.lifecycle import changeover, closed_cutoffs, leaving, phase_ends, starting, year_end
from workflows.meetings import changing
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
    changeover.MAKER,
)
"""Every kind of work on documents, in the order in which a tick does it."""


def registrations(
    make_report: ReportMaker | None = None, make_minutes: MinutesMaker | None = None
) -> tuple[Registration, ...]:
    """What every part of the domain contributes."""
    return (
        month.registration(make_report, make_minutes),
        formulation.registration(),
        approval.registration(),
        recovery.registration(),
        implementation.registration(),
        evaluation.registration(),
        lifecycle.registration(),
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
    publications.watch()
    registered = registrations(make_report, make_minutes)
    calendar = calendar or WorkingCalendar()
    return ProcessEngine(
        clock=clock,
        calendar=calendar,
        groups=SectorGroups(),
        service_tasks={topic: step for part in registered for topic, step in part.steps.items()},
        listeners=(give_sections_to_their_writers, changing.end_with_case, *listeners),
        case_namer=PlanCases(),
        reserved_keys={**short_names(), lateness.LATE_KEY: lateness.LATE_PROCESS},
        check_opening=functools.partial(cadence.check_opening, calendar),
        form_handlers={name: label for part in registered for name, label in part.labels.items()},
        contracts=_contracts(registered),
        still_opens=opening.still_opens,
    )


def _contracts(registered: Iterable[Registration]) -> Contracts:
    steps = {topic: contract_of(step) for part in registered for topic, step in part.steps.items()}
    forms = {name: handler.contract for part in registered for name, handler in part.forms.items()}
    outside = (budget, closed_cutoffs, leaving, modifying, year_end)
    return Contracts(
        steps={topic: contract for topic, contract in steps.items() if contract is not None},
        forms=forms,
        calendar=opening.GIVEN,
        by_hand={"plan": TEXT},
        opened={starting.MASTER: starting.GIVEN, lateness.LATE_PROCESS: lateness.GIVEN},
        messages={sender.MESSAGE: sender.BRINGS for sender in outside}
        | dict.fromkeys(phase_ends.MESSAGES, phase_ends.BRINGS),
        senders={sender.MESSAGE: sender.SENT_BY for sender in outside}
        | dict.fromkeys(phase_ends.MESSAGES, phase_ends.SENT_BY),
        role_needs=role_needs,
        deadline_needs=deadline_needs,
        span=span,
    )


def forms() -> Forms:
    """Every form that is registered."""
    registered = registrations()
    return Forms(
        handlers={name: handler for part in registered for name, handler in part.forms.items()},
        catalogues={
            **CATALOGUES,
            **{name: choices for part in registered for name, choices in part.catalogues.items()},
        },
    )
