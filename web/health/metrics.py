"""`/metrics`: what happens inside, in the words of OpenMetrics."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.incidents import Incident
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.states import IncidentState, InstanceState, UserTaskState
from engine.tasks.models import UserTask
from engine.timers import Timer
from engine.units import SystemIncident
from notifications.exports import keeping as exports
from notifications.exports.models import ExportDelivery
from notifications.models import OutboxMessage
from notifications.states import MailState
from notifications.webhooks.models import WebhookDelivery
from notifications.webhooks.states import DeliveryState
from web.bootstrap import Application
from web.health.models import Heartbeat

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes at one address put their counts together, so that any of them tells those of all."""
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Requests:
    """Counts the requests of this process."""

    def __init__(self) -> None:
        """A registry of its own: an application counts for itself."""
        self.registry = CollectorRegistry()
        self._count = Counter(
            "cauce_http_requests", "Requests answered", ["method", "endpoint", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "cauce_http_request_seconds", "How long requests took", ["room"], buckets=BUCKETS, registry=self.registry
        )

    def begin(self) -> None:
        """A request comes in."""
        g.began = time.perf_counter()

    def end(self, response: Response) -> Response:
        """Its answer leaves."""
        endpoint = request.endpoint or "none"
        method = request.method if request.method in ("GET", "POST", "PUT", "HEAD", "OPTIONS") else "other"
        self._count.labels(method, endpoint, str(response.status_code)).inc()
        began = g.pop("began", None)
        if began is not None:
            self._seconds.labels(endpoint.partition(".")[0]).observe(time.perf_counter() - began)
        return response


class Standing:
    """What the database tells of cases, queues and background work, read when it is asked for."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Nothing is read yet."""
        self._database, self._clock = database, clock

    def collect(self) -> Iterator[Metric]:
        """One statement for each of them."""
        with self._database.reading() as session:
            yield from self._of_cases(session)
            yield from self._of_queues(session)
            yield from self._of_rounds(session)

    def _of_cases(self, session: Session) -> Iterator[Metric]:
        open_tasks = sa.select(sa.func.count()).select_from(UserTask).where(UserTask.state == UserTaskState.OPEN)
        yield _gauge(
            "cauce_waits", "What running cases wait for", "kind",
            {
                "task": session.scalar(open_tasks) or 0,
                "date": session.scalar(sa.select(sa.func.count()).select_from(Timer)) or 0,
                "message": session.scalar(sa.select(sa.func.count()).select_from(Subscription)) or 0,
            },
        )  # fmt: skip
        overdue = open_tasks.where(UserTask.due_at < self._clock.now())
        yield GaugeMetricFamily("cauce_tasks_overdue", "Open tasks past their day", session.scalar(overdue) or 0)
        running = sa.select(Instance.process_key, sa.func.count()).where(Instance.state == InstanceState.ACTIVE)
        found = {key: count for key, count in session.execute(running.group_by(Instance.process_key))}
        yield _gauge("cauce_cases_running", "Cases that run", "process", found)

    def _of_queues(self, session: Session) -> Iterator[Metric]:
        mails = sa.select(OutboxMessage.state, sa.func.count()).group_by(OutboxMessage.state)
        yield _gauge("cauce_outbox_mails", "Mails", "state", _by_state(session, mails, MailState))
        waiting = sa.select(sa.func.min(OutboxMessage.created_at)).where(OutboxMessage.state == MailState.PENDING)
        first = session.scalar(waiting)
        age = (self._clock.now() - first).total_seconds() if first else 0
        yield GaugeMetricFamily("cauce_outbox_oldest_seconds", "The longest wait of a mail that is due", max(age, 0))
        told = sa.select(WebhookDelivery.state, sa.func.count()).group_by(WebhookDelivery.state)
        found = _by_state(session, told, DeliveryState)
        yield _gauge("cauce_webhook_deliveries", "What other systems are told", "state", found)
        yield _gauge("cauce_export_files", "Files for other systems", "state", _files(session))
        of_cases = sa.select(sa.func.count()).select_from(Incident).where(Incident.state == IncidentState.OPEN)
        of_system = (
            sa.select(sa.func.count()).select_from(SystemIncident).where(SystemIncident.state == IncidentState.OPEN)
        )
        yield _gauge(
            "cauce_incidents_open", "Incidents that nobody resolved yet", "of",
            {"case": session.scalar(of_cases) or 0, "system": session.scalar(of_system) or 0},
        )  # fmt: skip

    def _of_rounds(self, session: Session) -> Iterator[Metric]:
        found = {row.name: row.at.timestamp() for row in session.scalars(sa.select(Heartbeat))}
        yield _gauge(
            "cauce_round_ended_timestamp_seconds", "When a round last ended: tick, delivery, backup", "round", found
        )


def _files(session: Session) -> dict[str, float]:
    sent = sa.select(sa.func.count()).where(ExportDelivery.sent_at.is_not(None))
    waiting = exports.queue(session)
    states = {"pending": waiting.waiting - waiting.failing, "failing": waiting.failing}
    return {**states, "sent": session.scalar(sent) or 0}


def register(app: Flask, application: Application) -> None:
    """Count the requests of an application from now on."""
    requests = Requests()
    app.extensions["cauce.requests"] = requests
    app.before_request(requests.begin)
    app.after_request(requests.end)
    app.extensions["cauce.standing"] = Standing(application.database, application.clock)


def exposed(app: Flask) -> tuple[bytes, str]:
    """Everything, with the type of its text. Raises what the database raises: half of it is told to nobody."""
    registry: CollectorRegistry = app.extensions["cauce.requests"].registry
    if os.environ.get(SHARED):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    standing: Standing = app.extensions["cauce.standing"]
    whole = CollectorRegistry()
    for collector in (_Copy(registry.collect), _Copy(standing.collect)):
        whole.register(collector)
    body: bytes = generate_latest(whole)  # type: ignore[no-untyped-call]
    return body, CONTENT_TYPE_LATEST


class _Copy(Collector):
    """Collectors of another registry, told with one's own."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        """What they tell."""
        return self._collect()

    def describe(self) -> list[Metric]:
        """Nothing is known before it is collected."""
        return []


def _gauge(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _by_state(session: Session, query: Any, states: Iterable[StrEnum]) -> dict[str, float]:
    counts: dict[str, float] = {str(state): 0 for state in states}
    return counts | {str(state): count for state, count in session.execute(query)}
