"""Mail: reminders, digests, escalation, the outbox."""
