"""How large a case is kept."""

from __future__ import annotations

import sqlalchemy as sa

from benchmarks.harness import Figures, Place, Sizes
from benchmarks.house import LOOP, house
from engine.instances.models import Instance


def measure(place: Place, sizes: Sizes) -> Figures:
    """`state_bytes`: of a case with so many completions behind it."""
    past = sizes.past[-1]
    with house(place, LOOP) as built:
        case = built.start("vueltas")
        for _ in range(past):
            built.complete(built.open_tasks(case)[0])
        with built.application.database.reading() as session:
            size = session.scalar(sa.select(sa.func.length(Instance.status)).where(Instance.id == case))
    return {f"after_{past}": size}
