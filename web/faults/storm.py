"""Days in which things go wrong: what happens on each follows from the seed and the day alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from web import delivery, worker
from web.bootstrap import Application
from web.faults import chances, systems
from web.faults.post import MOODS
from web.faults.processes import House, Process
from web.faults.sending import People
from web.faults.systems import OtherSystem
from web.faults.troubles import Fault
from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.simulation.playing import Play, StuckPlay

NINE, SIX = dt.time(9), dt.time(18)
ROUNDS = 40
AT_ONCE = 4
"""How many people press a button at the same time."""
HOW_MANY = (0, 0, 1, 1, 1, 2, 2, 3, 4)
"""Troubles of a day."""
RIVAL, REASSIGNED, AMENDED, LEFT_OPEN = 0.15, 0.02, 0.15, 0.1
"""How often somebody else does a task meanwhile, it is given to another, its sender thinks again, or goes home."""
JUMPS = (60, 600, 3600, 6 * 3600, 30 * 3600)
"""Seconds by which a clock goes wrong; it is put right in the evening."""
WHEN: Mapping[Fault, tuple[str, ...]] = {
    Fault.SERVER_KILLED: ("work",),
    Fault.ANSWER_LOST: ("work",),
    Fault.WORKER_KILLED: ("morning", "evening"),
    **dict.fromkeys((*MOODS, *systems.MOODS), ("morning", "evening")),
}
"""Where not everything may happen: a server dies while people work."""
ANY_TIME = ("morning", "work", "evening")
RETURNS_AGAIN = 0.5
"""How often on a day somebody who returned a report would return it again."""


@dataclass
class Storm:
    """A plan being played in an installation where things go wrong."""

    house: House
    play: Play
    people: People
    seed: int
    morning: Callable[[dt.date], None] = lambda _day: None
    _left_open: dict[int, dt.date] = field(default_factory=dict, init=False)
    _asleep_until: dt.date = field(default=dt.date.min, init=False)

    def day(self, day: dt.date, *, calm: bool = False) -> None:
        """Play a day; a `calm` one without troubles."""
        self.house.turns.chance = chances.of(self.seed, day)
        self._set(day, NINE)
        due = [] if calm else self._due()
        working = self._is_working(day)
        self._arm(due, "morning", day)
        if day >= self._asleep_until:
            self._workers(self.house.workers if working or due else self.house.workers[:1])
        self.house.heal()
        self.morning(day)
        if working:
            self._work(day, due)
        self._evening(day, due)

    def _due(self) -> list[tuple[str, Fault]]:
        """When what goes wrong on a day."""
        chance = self.house.turns.chance
        faults = [chance.choice(tuple(Fault)) for _ in range(chance.choice(HOW_MANY))]
        return [(chance.choice(WHEN.get(fault, ANY_TIME)), fault) for fault in faults]

    def _evening(self, day: dt.date, due: Sequence[tuple[str, Fault]]) -> None:
        """Whatever is left of the day's troubles; then all is well, and a worker finishes what it can."""
        self._arm(due, "evening", day)
        awake = day >= self._asleep_until
        if awake and any(when == "evening" for when, _ in due):
            self._workers(self.house.workers)
        self.house.heal()
        self.house.post.mood = self.house.other.mood = None
        self._set(day, SIX)
        if awake:
            self._workers(self.house.workers[1:])
            self.house.workers[1].survive(worker.tidy)

    def calm_down(self, moments: Sequence[dt.timedelta]) -> None:
        """Let time pass with nothing wrong."""
        for later in moments:
            self.house.clock.advance(later)
            self._workers(self.house.workers)

    def _work(self, day: dt.date, due: list[tuple[str, Fault]]) -> None:
        chance = self.house.turns.chance
        if chance.random() < RETURNS_AGAIN:
            self.play.robots.returned.clear()
        for number in range(ROUNDS):
            tasks = self._looked_at(day)
            if number == 0:
                self._arm(due, "work", day)
            done: list[bool] = []
            for first in range(0, len(tasks), AT_ONCE):
                group = tasks[first : first + AT_ONCE]
                acts = [partial(self._somebody, id_, done, day) for id_ in group]
                if day >= self._asleep_until and chance.random() < 0.15:
                    acts.append(partial(self._tick, self.house.workers[0]))
                chance.shuffle(acts)
                self.house.turns.play(acts)
            self.house.heal()
            if not any(done):
                return
        raise StuckPlay

    def _looked_at(self, day: dt.date) -> list[int]:
        """What is open, and what somebody has on the screen since another day: it may have been closed meanwhile."""
        waiting = {task_id for task_id, until in self._left_open.items() if until > day}
        due = [id_ for id_, _sector in self.play.open_tasks(day) if id_ not in waiting]
        return [*due, *sorted(self._left_open.keys() - waiting - set(due))]

    def _somebody(self, task_id: int, done: list[bool], day: dt.date) -> None:
        chance = self.house.turns.chance
        what = chance.random()
        if self._left_open.pop(task_id, None) is None and what < LEFT_OPEN:
            self._left_open[task_id] = day + dt.timedelta(days=chance.randint(1, 5))
            self.people.open(task_id)
            return
        if what < LEFT_OPEN + REASSIGNED:
            self.people.reassign(task_id, chance.random())
        elif what < LEFT_OPEN + REASSIGNED + RIVAL:
            done.append(self.people.work(task_id, 1))
        done.append(self.people.work(task_id))
        if done[-1] and chance.random() < AMENDED:
            self.people.amend(task_id)

    def _workers(self, workers: Sequence[Process]) -> None:
        self.house.turns.play([partial(self._tick, one) for one in workers])

    def _tick(self, process: Process) -> None:
        process.survive(worker.tick)
        process.survive(_send_mails)
        process.survive(partial(_tell, self.house.other))

    def _arm(self, due: Sequence[tuple[str, Fault]], when: str, day: dt.date) -> None:
        for moment, fault in due:
            if moment == when:
                self._arm_one(fault, day)

    def _arm_one(self, fault: Fault, day: dt.date) -> None:
        chance, house = self.house.turns.chance, self.house
        one = chance.choice(house.processes)
        if fault is Fault.WORKER_KILLED:
            chance.choice(house.workers).troubles.dies_in = chance.randint(1, 90)
        elif fault is Fault.SERVER_KILLED:
            house.server.troubles.dies_in = chance.randint(1, 120)
        elif fault is Fault.ANSWER_LOST:
            house.server.troubles.forgets_in = chance.randint(1, 4)
        elif fault is Fault.DATABASE_LOST:
            one.troubles.gone_in, one.troubles.gone_for = chance.randint(1, 60), chance.randint(1, 12)
        elif fault is Fault.DATABASE_BUSY:
            one.troubles.busy_for = chance.randint(1, 5)
        elif fault is Fault.DISK_FULL:
            one.troubles.full_for = chance.randint(2, 25)
        elif fault in MOODS:
            house.post.mood = fault
        elif fault in systems.MOODS:
            house.other.mood = fault
        elif fault is Fault.WORKERS_ASLEEP:
            house.tally[fault] += 1
            self._asleep_until = max(self._asleep_until, day + dt.timedelta(days=chance.randint(1, 3)))
        else:
            house.tally[fault] += 1
            wrong = dt.timedelta(seconds=chance.choice(JUMPS))
            house.clock.advance(wrong if fault is Fault.CLOCK_FORWARD else -wrong)

    def _set(self, day: dt.date, hour: dt.time) -> None:
        self.house.clock.move_to(dt.datetime.combine(day, hour, BOGOTA))

    def _is_working(self, day: dt.date) -> bool:
        calendar = self.play.engine.calendar
        return not isinstance(calendar, WorkingCalendar) or calendar.is_working(day)


def _tell(other: OtherSystem, application: Application) -> None:
    try:
        other.hear(application)
    except Exception:
        return


def _send_mails(application: Application) -> None:
    try:
        delivery.deliver(application)
    except Exception:
        return
