"""The tables of all packages: importing them here makes the one metadata complete."""

from __future__ import annotations

import importlib

from sqlalchemy import MetaData

from engine.database import Base

MODULES = (
    "engine.definitions.models",
    "engine.instances.models",
    "engine.instances.correlation",
    "engine.instances.keeping",
    "engine.tasks.models",
    "engine.history",
    "engine.incidents",
    "engine.managing.models",
    "engine.timers",
    "engine.units",
    "workflows.auditing.models",
    "workflows.sectors.models",
    "workflows.people.models",
    "workflows.plan.models",
    "workflows.goals.models",
    "workflows.indicators.models",
    "workflows.documents.models",
    "workflows.forms.models",
    "workflows.cycles.models",
    "workflows.monitoring.models",
    "workflows.meetings.models",
    "workflows.correspondence.models",
    "workflows.searching.models",
    "workflows.approvals.models",
    "workflows.implementation.models",
    "workflows.recovery.models",
    "workflows.lifecycle.models",
    "workflows.evaluation.models",
    "workflows.formulation.models",
    "workflows.prioritization.models",
    "workflows.surveys.models",
    "notifications.models",
    "notifications.webhooks.models",
    "notifications.exports.models",
    "web.approvals.models",
    "web.auth.models",
    "web.health.models",
    "web.inbox.models",
    "web.unsigned.models",
)
"""Every module that defines a table; a test looks for one that is missing."""


def load() -> MetaData:
    """Import every table and return the metadata."""
    for name in MODULES:
        importlib.import_module(name)
    return Base.metadata
