"""What a tick of the worker does: acts, each cut into units that fail alone (docs/decisions/0015)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlalchemy.orm import Session

from engine import rescheduling, sweep, units
from engine.definitions import reviewing
from engine.runtime import ProcessEngine
from engine.sweep import Cases
from engine.waits import stalls
from notifications import absences as absence_mails
from notifications import digest, releases
from web.api.once import forget_old
from web.approvals import links
from web.bootstrap import Application
from web.health.beats import TICK, beat
from workflows.assembly import MAKERS
from workflows.auditing import chain
from workflows.calendar import bogota_day
from workflows.cycles import opening as cycles
from workflows.documents.prints import Maker
from workflows.forms.drafts import forget_unused
from workflows.lifecycle import closed_cutoffs, phase_ends, year_end
from workflows.people import absences, extensions, standing_in
from workflows.people.standing_in import Move
from workflows.searching import indexing
from workflows.sectors import holidays

log = logging.getLogger(__name__)

BATCH = 100
"""How many timers or retries share a transaction."""
DOCUMENTS = 2
"""How many documents of a kind a tick makes: rendering takes a second or more, and the rest of the tick waits."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a tick does. `kind` names its units; `run` does those that are due and gives how many it did.

    `decides`: it changes what cases and people do, and is not only told or drawn.
    """

    kind: str
    run: Callable[[Application], int]
    decides: bool = False


class _Fire(Protocol):
    def __call__(self, session: Session, engine: ProcessEngine, *, limit: int, cases: Cases) -> int: ...


class _Find(Protocol):
    def __call__(self, session: Session, engine: ProcessEngine, *, limit: int, cases: Cases) -> list[int]: ...


def _know_local_days(application: Application) -> int:
    # A plan loaded a minute ago may have brought days that nobody works.
    with application.database.reading() as session:
        application.calendar.know(holidays.known_days(session))
    return 0


def _move_deadlines(application: Application) -> int:
    """Once per change of the local days; a case that could not be moved then is moved when it can be."""
    database, engine = application.database, application.engine
    round_ = units.begin(database, engine.clock, "deadline")
    with database.reading() as session:
        known = holidays.known_days(session)
        changed = not holidays.are_reckoned(session, known)
        cases = [str(case) for case in rescheduling.cases_that_wait(session)] if changed else round_.ready()

    def move(case: str) -> None:
        with database.unit_of_work() as session:
            rescheduling.reckon_again(session, engine, int(case))

    for case in cases:
        round_.attempt(case, partial(move, case))
    if changed:
        with database.unit_of_work() as session:
            holidays.note_reckoned(session, known)
    return round_.tried - round_.failed


def _open_periods(application: Application) -> int:
    database, engine = application.database, application.engine
    with database.reading() as session:
        due = {str(period): period for period in cycles.due_periods(session, engine)}

    def open_one(key: str) -> None:
        with database.unit_of_work() as session:
            cycles.open_period(session, engine, due[key])

    return units.each(database, engine.clock, "opening", due, open_one)


def _announce_closed_years(application: Application) -> int:
    return _announce(application, "closed_year", year_end.awaited_years, year_end.announce_closed_year)


def _announce_closed_cutoffs(application: Application) -> int:
    return _announce(application, "closed_cutoff", closed_cutoffs.awaited, closed_cutoffs.announce)


def _announce_closed_phases(application: Application) -> int:
    return _announce(application, "closed_phase", phase_ends.awaited, phase_ends.announce)


def _announce(
    application: Application,
    kind: str,
    awaited: Callable[[Session], list[str]],
    announce: Callable[[Session, ProcessEngine, str], list[int]],
) -> int:
    """Tell the cases that wait for it, each thing awaited by itself, that it has come to its end."""
    database, engine = application.database, application.engine
    with database.reading() as session:
        keys = awaited(session)

    def tell(key: str) -> None:
        with database.unit_of_work() as session:
            announce(session, engine, key)

    return units.each(database, engine.clock, kind, keys, tell)


def _stand_in(application: Application) -> int:
    """Roles of who is away are lent for the day, tasks go to who stands in, and back."""
    database, engine = application.database, application.engine
    today = bogota_day(engine.now())
    with database.reading() as session:
        changed = absences.lending_differs(session, today)
        moves = {str(one.task_id): one for one in standing_in.due(session, today)}
    if changed:
        with database.unit_of_work() as session:
            absences.lend(session, today)

    def move(key: str) -> None:
        one: Move = moves[key]
        with database.unit_of_work() as session:
            standing_in.move(session, engine, one, today)

    return units.each(database, engine.clock, "stand_in", moves, move)


def _carry_extensions(application: Application) -> int:
    """A granted day goes along with work that the calendar moved to another case."""
    database, engine = application.database, application.engine
    with database.reading() as session:
        due = {str(extension_id): task_id for extension_id, task_id in extensions.uncarried(session)}

    def carry(key: str) -> None:
        with database.unit_of_work() as session:
            extensions.carry(session, engine, int(key), due[key])

    return units.each(database, engine.clock, "extension", due, carry)


def _send_approval_links(application: Application) -> int:
    """Who approves at a link, of a role that may, gets one for each endorsement that waits for them."""
    database, clock = application.database, application.clock
    with database.reading() as session:
        due = {str(one): one for one in links.due(session, application)}

    def send(key: str) -> None:
        with database.unit_of_work() as session:
            links.send(session, application, due[key])

    return units.each(database, clock, "approval_link", due, send)


def _tell_uncovered(application: Application) -> int:
    """That due work of somebody who is away has nobody reaches whoever coordinates, at once."""
    database, engine, base_url = application.database, application.engine, application.config.base_url
    today = bogota_day(engine.now())
    with database.reading() as session:
        alone = absence_mails.uncovered(session, today)

    def tell(username: str) -> None:
        with database.unit_of_work() as session:
            absence_mails.tell_uncovered(session, username, alone[username], engine.now(), today, base_url=base_url)

    return units.each(database, engine.clock, "uncovered", alone, tell)


def _case_by_case(kind: str, fire: _Fire, find: _Find, application: Application) -> int:
    """Batches of one transaction each until nothing is due; what is due in a batch that fails is done case by case.

    A short batch is not the last one: other workers take rows of the same batch while much is due.
    """
    database, engine = application.database, application.engine
    round_ = units.begin(database, engine.clock, kind)

    def alone(case: str) -> int:
        with database.unit_of_work() as session:
            return fire(session, engine, limit=BATCH, cases=Cases(only=[int(case)]))

    def batch(cases: Cases) -> int:
        try:
            with database.unit_of_work() as session:
                return fire(session, engine, limit=BATCH, cases=cases)
        except Exception:
            log.warning("a batch of %s failed; its cases are taken one by one", kind, exc_info=True)
        with database.reading() as session:
            due = find(session, engine, limit=BATCH, cases=cases)
        failed = round_.failed
        return sum(round_.attempt(str(case), partial(alone, str(case))) for case in due) + round_.failed - failed

    for case in list(round_.held):
        round_.attempt(case, partial(alone, case))
    total = 0
    while done := batch(Cases(without=[int(case) for case in round_.waiting()])):
        total += done
    return total


def _fire_timers(application: Application) -> int:
    return _case_by_case("timer", sweep.fire_due_timers, sweep.cases_with_due_timers, application)


def _retry_incidents(application: Application) -> int:
    return _case_by_case("retry", sweep.retry_due_incidents, sweep.cases_with_due_incidents, application)


def _write_digests(application: Application) -> int:
    database, engine, base_url = application.database, application.engine, application.config.base_url
    if not digest.is_time(engine, application.calendar):
        return 0
    round_ = units.begin(database, engine.clock, "digest")
    with database.reading() as session:
        written = digest.is_written(session, engine)
        if written and not round_.ready():
            return 0
        facts = digest.read(session, engine, application.calendar)

    def write(key: str) -> None:
        with database.unit_of_work() as session:
            digest.write(session, facts, key, base_url=base_url)

    for key in round_.ready() if written else [*sorted(facts.people), *facts.broken]:
        round_.attempt(key, partial(write, key))
    round_.forget([*facts.people, *facts.broken])
    if not written:
        with database.unit_of_work() as session:
            digest.close_day(session, facts)
    return round_.tried - round_.failed


def make_documents(maker: Maker, application: Application) -> int:
    """Make the documents of a kind that are missing, each on its own."""
    database, clock = application.database, application.engine.clock
    with database.reading() as session:
        missing = {str(address): address for address in maker.missing(session)}

    def make(key: str) -> None:
        maker.make(database, clock, missing[key])

    return units.each(database, clock, maker.name, missing, make, limit=DOCUMENTS)


def _extend_chain(application: Application) -> int:
    """Link what was written down since; all of it, in transactions of a bounded size."""
    with application.database.reading() as session:
        linked, done = 0, chain.BATCH if chain.is_behind(session) else 0
    while done == chain.BATCH:
        with application.database.unit_of_work() as session:
            done = chain.extend(session, application.clock)
        linked += done
    return linked


def _index(application: Application) -> int:
    """Let what came since be found; all of it, in transactions of a bounded size."""
    database, clock = application.database, application.clock
    with database.reading() as session:
        more, done = indexing.is_behind(session, clock), 0
    while more:
        with database.unit_of_work() as session:
            more = indexing.catch_up(session, clock)
        done += 1
    return done


def _leave_sign(application: Application) -> int:
    beat(application.database, application.clock, TICK)
    return 0


def _forget_unused_files(application: Application) -> int:
    with application.database.unit_of_work() as session:
        return forget_unused(session, application.clock)


def _forget_kept_answers(application: Application) -> int:
    with application.database.unit_of_work() as session:
        return forget_old(session, application.clock)


def _look_at_stalls(application: Application) -> int:
    database, engine = application.database, application.engine
    with database.reading() as session:
        suspects = [str(case) for case in stalls.suspects(session)]

    def look(key: str) -> None:
        with database.unit_of_work() as session:
            stalls.look(session, engine, int(key))

    return units.each(database, engine.clock, "stall", suspects, look)


def _publish_scheduled(application: Application) -> int:
    """What was approved for today holds from now on; what cannot is told to those who asked and approved it."""
    database, engine, base_url = application.database, application.engine, application.config.base_url
    with database.reading() as session:
        due = [str(one) for one in reviewing.due(session, bogota_day(application.clock.now()))]

    def publish(key: str) -> None:
        with database.unit_of_work() as session:
            release = reviewing.publish_due(session, engine, int(key))
            releases.tell_outcome(session, engine.now(), release, base_url)

    return units.each(database, engine.clock, "release", due, publish)


ACTS = (
    Act("local_days", _know_local_days, decides=True),
    Act("release", _publish_scheduled, decides=True),
    Act("deadline", _move_deadlines, decides=True),
    Act("opening", _open_periods, decides=True),
    Act("closed_year", _announce_closed_years, decides=True),
    Act("closed_cutoff", _announce_closed_cutoffs, decides=True),
    Act("closed_phase", _announce_closed_phases, decides=True),
    Act("timer", _fire_timers, decides=True),
    Act("retry", _retry_incidents, decides=True),
    Act("stand_in", _stand_in, decides=True),
    Act("extension", _carry_extensions, decides=True),
    Act("uncovered", _tell_uncovered, decides=True),
    Act("approval_link", _send_approval_links, decides=True),
    Act("digest", _write_digests, decides=True),
    *(Act(maker.name, partial(make_documents, maker)) for maker in MAKERS),
    Act("audit_chain", _extend_chain),
    Act("search", _index),
    Act("sign_of_life", _leave_sign),
)
"""What a tick does, in order; mails leave beside it (`web.delivery`)."""

DAILY = (
    Act("unused_files", _forget_unused_files),
    Act("kept_answers", _forget_kept_answers),
    Act("stall", _look_at_stalls),
)
"""What is enough once a day: forget what nobody needs; find the cases that nobody can continue."""
