"""What the engine's records can be: each the values of one column."""

from __future__ import annotations

from enum import StrEnum


class InstanceState(StrEnum):
    """Where a case stands."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class UserTaskState(StrEnum):
    """Where a user task stands."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class IncidentState(StrEnum):
    """Whether an incident still waits for somebody."""

    OPEN = "open"
    RESOLVED = "resolved"


class IncidentKind(StrEnum):
    """What failed."""

    STEP = "step"
    """An automatic step."""
    DECISION = "decision"
    """A gateway."""
    ENTRY = "entry"
    """A repetition or a call that cannot begin."""
    WAIT = "wait"
    """A timer or message that cannot be waited for."""
    ASSIGNMENT = "assignment"
    DEADLINE = "deadline"
    """Of a user task."""
    GUARD = "guard"
    """The case stopped short of its end."""
    UNCAUGHT = "uncaught"
    """An end by an error or escalation that nobody catches, or the call of what ended so."""
    TIMER = "timer"
    """What follows from a due timer."""
    STALLED = "stalled"
    """Nobody and nothing can take the case further."""
    STATE = "state"
    """The stored state cannot be read."""


class ReleaseState(StrEnum):
    """Where a draft stands on its way to being published."""

    IN_REVIEW = "in_review"
    RETURNED = "returned"
    """By whoever reviewed it."""
    SCHEDULED = "scheduled"
    """It may be published, and waits for its day."""
    RECALLED = "recalled"
    """By whoever asked, before it was published."""
    OVERTAKEN = "overtaken"
    """The draft was edited or went away since it was looked at."""
    REFUSED = "refused"
    """On its day something around it had changed, and it had errors."""
    PUBLISHED = "published"


class Resolution(StrEnum):
    """How an incident ended."""

    RETRIED = "retried"
    SKIPPED = "skipped"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    PASSED = "passed"
    """What it told of is over."""


class Act(StrEnum):
    """What a person does with a running case."""

    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    MOVE = "move"
    MIGRATE = "migrate"
    CORRECT = "correct"
    """A variable."""


class ChangeState(StrEnum):
    """Where the change of a running case stands."""

    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


class HistoryKind(StrEnum):
    """What the history of a case tells."""

    INSTANCE_STARTED = "instance_started"
    INSTANCE_COMPLETED = "instance_completed"
    INSTANCE_CANCELLED = "instance_cancelled"
    TASK_CREATED = "task_created"
    TASK_COMPLETED = "task_completed"
    TASK_CANCELLED = "task_cancelled"
    TASK_CLAIMED = "task_claimed"
    TASK_RELEASED = "task_released"
    TASK_REASSIGNED = "task_reassigned"
    STEP_COMPLETED = "step_completed"
    """An automatic step."""
    CALL_COMPLETED = "call_completed"
    """A process that another called."""
    DECISION = "decision"
    """A gateway, and the flow it took."""
    TABLE_DECIDED = "table_decided"
    """A decision table, with the rows that gave its result."""
    TIMER_FIRED = "timer_fired"
    DEADLINE_MOVED = "deadline_moved"
    """Of a task or a timer: the days that nobody works changed."""
    MESSAGE_SENT = "message_sent"
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_KEPT = "message_kept"
    """It came before the case waited for it."""
    MESSAGE_DROPPED = "message_dropped"
    """It was kept too long, or too many were."""
    SIGNAL_SENT = "signal_sent"
    MESSAGE_GIVEN = "message_given"
    """A supervisor sent what the case waited for."""
    DATE_BROUGHT = "date_brought"
    """A supervisor let a date come before its time."""
    WAIT_SKIPPED = "wait_skipped"
    """A supervisor let the case go on without what it waited for."""
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    DEADLINE_POSTPONED = "deadline_postponed"
    """Of a task or a timer: the case was suspended meanwhile."""
    STEP_CHANGED = "step_changed"
    """A supervisor took the case from one step to another."""
    MIGRATED = "migrated"
    """To another version of its process."""
    VARIABLE_CORRECTED = "variable_corrected"
    CHANGE_UNDONE = "change_undone"
    """A supervisor took back what was done with the case."""
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_RESOLVED = "incident_resolved"
