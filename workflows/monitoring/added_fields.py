"""What process leaders added to the form of the report, under the labels people saw when they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.instances.models import Instance
from workflows.cycles.models import Period
from workflows.forms.fields import Field
from workflows.forms.schema import FormSchema
from workflows.forms.stored import row_in_words
from workflows.monitoring.models import EntityReport, Measurement

TABLE = "avances"


@dataclass(frozen=True, slots=True)
class AddedFields:
    """The tables in which a month was reported: on time first, then late; each in the version its people had."""

    tables: Sequence[Field]

    def answers(self, measurement: Measurement | None) -> tuple[tuple[str, str], ...]:
        """The label and the words of each answer to an added field; empty where there is none."""
        return tuple(self.told(measurement.extra if measurement is not None else {}).values())

    def told(self, extra: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
        """The label and the words of each answer that is kept in `extra`, by its field's key."""
        found = {
            answer.path: (answer.label, answer.text)
            for table in reversed(self.tables)
            for answer in row_in_words(table, extra)
        }
        return {key: found[key] for key in extra if key in found}


def of_period(session: Session, period: Period) -> AddedFields:
    """The forms of a month's case and of its late cases."""
    late = session.scalars(
        sa.select(EntityReport.late_instance_id)
        .where(EntityReport.period_id == period.id, EntityReport.late_instance_id.is_not(None))
        .order_by(EntityReport.id)
    ).all()
    tables: list[Field] = []
    for instance_id in (period.instance_id, *late):
        instance = session.get(Instance, instance_id) if instance_id is not None else None
        if instance is not None:
            tables += _tables(session, instance.bundle_sha256)
    return AddedFields(tables)


def _tables(session: Session, sha256: str) -> list[Field]:
    bundle = catalogue.by_sha(session, sha256)
    schemas = (FormSchema.from_dict(bundle.form(key)) for key in bundle.form_versions)
    return [field for schema in schemas for field in schema.fields() if field.key == TABLE and field.is_list]
