"""What a person's inbox costs when the whole house has very much to do.

The tasks are spread evenly over people and groups, so a person of the larger house has a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from benchmarks.harness import Act, Figures, Place, Sizes, in_turns, milliseconds
from benchmarks.house import ANA, LOOP, House, house, in_a_year
from engine.tasks import inbox

PEOPLE, GROUPS = 200, 40
"""Half of the tasks have a person; the other half wait in a group."""
PAGE = 25


def measure(place: Place, sizes: Sizes) -> Figures:
    """`inbox`: what the page of the inbox asks the engine: my tasks, a glance at my group's, both counts."""
    with _filled(place, sizes.inbox[0]) as few, _filled(place, sizes.inbox[1]) as many:
        taken = in_turns([lambda: _page(few), lambda: _page(many)], sizes.readings)
    return {
        "ms": {str(size): milliseconds(one) for size, one in zip(sizes.inbox, taken, strict=True)},
        "growth": round(taken[-1] / taken[0], 2),
    }


def _page(built: House) -> Act:
    def read() -> None:
        with built.application.database.reading() as session:
            inbox.mine(session, ANA, limit=PAGE + 1)
            inbox.of_groups(session, ANA, limit=PAGE + 1)
            inbox.count_mine(session, ANA)
            inbox.count_of_groups(session, ANA)

    return read


@contextmanager
def _filled(place: Place, count: int) -> Iterator[House]:
    with house(place, LOOP) as built:
        case = built.start("vueltas")
        with built.application.database.unit_of_work() as session:
            session.execute(sa.text(_TASKS), {"count": count, "case": case, "now": in_a_year()})
            session.execute(sa.text(_CANDIDATES))
        with built.application.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        yield built


_TASKS = f"""
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
INSERT INTO user_task (instance_id, node_id, process_key, element_id, name, form_key, properties, variables, context,
                       state, assignee, priority, created_at, due_at)
SELECT :case, 'n' || n, 'vueltas', 'a', 'a', 'nota', '{{}}', '{{}}', '{{}}', 'open',
       CASE WHEN n % 2 = 1 THEN CASE WHEN n / 2 % {PEOPLE} = 0 THEN '{ANA.id}' ELSE 'p' || (n / 2 % {PEOPLE}) END END,
       50, :now, CASE WHEN n % 10 > 0 THEN :now END
FROM number
"""
_CANDIDATES = f"""
INSERT INTO task_candidate (task_id, group_id, due_at)
SELECT id, CASE WHEN id / 2 % {GROUPS} = 0 THEN '{next(iter(ANA.groups))}' ELSE 'g' || (id / 2 % {GROUPS}) END, due_at
FROM user_task WHERE node_id LIKE 'n%' AND assignee IS NULL
"""
