"""Links by which somebody approves without a session: made, sent, opened as often as one likes, spent by a code.

Opening spends nothing: programs that scan mail open every link. The code goes to the same address and proves that
somebody reads it; nothing else is proved, and the record says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications import approval_links as mails
from web.approvals.models import ApprovalLink
from web.auth.factors import state
from web.auth.sealing import key_of
from web.bootstrap import Application
from web.errors import ExpiredLink, WrongCode
from web.people import signed_person
from workflows.auditing import recording as auditing
from workflows.auditing.states import Outcome
from workflows.calendar import bogota_day
from workflows.forms.handlers import ByLink
from workflows.monitoring import by_link
from workflows.people import directory
from workflows.people.models import Person

PREFIX = "/aval"
"""Where the pages are: the worker that sends a link has no pages to ask."""
LASTS = dt.timedelta(days=7)
CODE_LASTS = dt.timedelta(minutes=10)
"""As long as ASVS 6.5.5 lets a code that comes by mail live."""
DIGITS, TRIES, CODES = 8, 5, 3
"""A link serves for fifteen guesses of a hundred million, then not at all."""
GONE = "Este enlace ya sirvió, venció o no es suyo. Ingrese a Cauce para avalar, o pida ayuda al enlace de su entidad."


class Due(NamedTuple):
    """A task and the person whose link is to be sent."""

    task_id: int
    username: str

    def __str__(self) -> str:
        """`12/jrojas`."""
        return f"{self.task_id}/{self.username}"


def due(session: Session, application: Application) -> list[Due]:
    """Who has no link yet of an endorsement that waits for them and that their role lets them give so.

    Who has a second step, or owes one, is not among them: a link would go past it.
    """
    today = bogota_day(application.clock.now())
    found = [Due(task.id, person.username) for task, person in by_link.waiting(session, today)]
    if not found:
        return []
    sent = sa.select(ApprovalLink.task_id, ApprovalLink.username)
    sent = sent.where(ApprovalLink.task_id.in_({one.task_id for one in found}))
    before = {Due(task_id, username) for task_id, username in session.execute(sent)}
    left = [one for one in found if one not in before]
    return [one for one in left if _needs_no_more(session, application, one.username, today)]


def send(session: Session, application: Application, one: Due) -> None:
    """Make the link and write the mail with it; a second time does nothing."""
    session.get_one(UserTask, one.task_id, with_for_update=True)
    if _of(session, one.task_id, one.username) is not None:
        return
    token, now, person = secrets.token_urlsafe(32), application.clock.now(), directory.person(session, one.username)
    link = ApprovalLink(
        task_id=one.task_id, username=one.username, address=person.email, token_sha256=_digest(token), made_at=now,
        expires_at=now + LASTS,
    )  # fmt: skip
    session.add(link)
    session.flush()
    task = session.get_one(UserTask, one.task_id)
    case = session.get_one(Instance, task.instance_id)
    address = f"{application.config.base_url.rstrip('/')}{PREFIX}/{token}"
    mails.send_link(session, now, person, task, case, key=str(link.id), link=address, until=link.expires_at)


def opened(session: Session, application: Application, token: str, *, lock: bool = False) -> ApprovalLink:
    """The link of a token, while it serves. Raises `ExpiredLink`, and what says that the task is not open."""
    query = sa.select(ApprovalLink).where(ApprovalLink.token_sha256 == _digest(token))
    link = session.scalar(query.with_for_update() if lock else query)
    now = application.clock.now()
    if link is None or link.spent_at is not None or link.expires_at <= now or is_worn_out(link):
        raise ExpiredLink(GONE)
    person = session.get(Person, link.username)
    may = person is not None and person.active and person.email == link.address
    if not may or not _needs_no_more(session, application, link.username, bogota_day(now)):
        raise ExpiredLink(GONE)
    by_link.ensure_may(session, session.get_one(UserTask, link.task_id), link.username, bogota_day(now))
    return link


def send_code(session: Session, application: Application, link: ApprovalLink) -> None:
    """Write a new code to the same address; the one before serves no more. Raises `WrongCode` (too many)."""
    if link.codes >= CODES:
        raise WrongCode("Ya se enviaron todos los códigos de este enlace. Use el último, o ingrese a Cauce.")
    code, now = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", application.clock.now()
    link.codes, link.tries, link.code_sent_at = link.codes + 1, 0, now
    link.code_sha256 = _sealed(application, link, code)
    mails.send_code(session, now, directory.person(session, link.username), key=f"{link.id}/{link.codes}", code=code)
    me = directory.actor(session, link.username)
    auditing.record(session, application.clock, me, "pedir_codigo_de_aval", ("tarea", str(link.task_id)))


def is_right(session: Session, application: Application, link: ApprovalLink, typed: str) -> bool:
    """Whether this is the code that was sent; a wrong one is counted and written down."""
    now, code = application.clock.now(), "".join(typed.split())
    fresh = link.code_sent_at is not None and now - link.code_sent_at <= CODE_LASTS and link.tries < TRIES
    if fresh and hmac.compare_digest(link.code_sha256, _sealed(application, link, code)):
        return True
    link.tries += 1
    auditing.record(
        session, application.clock, directory.actor(session, link.username), "avalar_por_enlace",
        ("tarea", str(link.task_id)), outcome=Outcome.REFUSED,
    )  # fmt: skip
    return False


def spend(application: Application, link: ApprovalLink) -> ByLink:
    """Let the link have served; how the endorsement came, for its record."""
    assert link.code_sent_at is not None  # noqa: S101
    link.spent_at, link.code_sha256 = application.clock.now(), ""
    return ByLink(masked(link.address), link.code_sent_at)


def counted_as(token: str) -> str:
    """The name under which tries at a link count: nothing of its token."""
    return f"aval:{_digest(token)[:40]}"


def masked(address: str) -> str:
    """An address that its owner knows again and nobody learns: «f···s@entidad.gov.co»."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}···{name[-1:]}@{host}"


def is_worn_out(link: ApprovalLink) -> bool:
    """Whether every guess that it allows was made."""
    return link.codes >= CODES and link.tries >= TRIES


def _needs_no_more(session: Session, application: Application, username: str, on: dt.date) -> bool:
    """Whether an address proves enough of this person: no second step, none owed."""
    if state.is_set(session, username):
        return False
    person = signed_person(session, username, "", on)
    return person is not None and not state.is_obliged(application.config.second_factor, person)


def _of(session: Session, task_id: int, username: str) -> ApprovalLink | None:
    query = sa.select(ApprovalLink).where(ApprovalLink.task_id == task_id, ApprovalLink.username == username)
    return session.scalar(query)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sealed(application: Application, link: ApprovalLink, code: str) -> str:
    key = key_of(application.config.secret_key, "approval-code")
    return hmac.new(key, f"{link.token_sha256}:{link.codes}:{code}".encode(), hashlib.sha256).hexdigest()
