"""Publication of a document in the channels of every entity, checked one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals.models import Publication, PublicationCheck
from workflows.approvals.states import Audience, Channel, PublicationState
from workflows.calendar import bogota_day
from workflows.plan.models import Plan
from workflows.sectors.models import SectorEntity

CHANNELS = (Channel.WEB, Channel.INTRANET, Channel.SOCIAL)
NAMES = {
    Channel.PORTAL: "Portal del plan",
    Channel.WEB: "Página web institucional",
    Channel.INTRANET: "Intranet",
    Channel.SOCIAL: "Redes sociales",
}
AUDIENCES = {Audience.INTERNAL: "Interna", Audience.EXTERNAL: "Externa"}


@dataclass(frozen=True, slots=True)
class Batch:
    """What is published together: an object in a case of a plan."""

    plan_code: str
    instance_id: int
    object: str


def audience_of(channel: str) -> str:
    """Whom a channel reaches: an intranet only those inside."""
    return Audience.INTERNAL if channel == Channel.INTRANET else Audience.EXTERNAL


def prepare(
    session: Session, engine: ProcessEngine, batch: Batch, entities: Iterable[str], channels: Sequence[str],
    version_id: int | None,
) -> list[Publication]:  # fmt: skip
    """Say where it is to be published, and put it on our own portal at once. Doing it twice changes nothing."""
    known = {
        (publication.entity_code, publication.channel) for publication in of_batch(session, batch, with_portal=True)
    }
    wanted = [(entity, channel) for entity in entities for channel in channels or CHANNELS]
    for entity, channel in [(None, Channel.PORTAL), *wanted]:
        if (entity, channel) not in known:
            session.add(_row(batch, entity, channel, version_id))
    session.flush()
    portal = next(one for one in of_batch(session, batch, with_portal=True) if one.channel == Channel.PORTAL)
    if portal.published_on is None:
        portal.url, portal.published_on = f"/portal/{batch.plan_code}", bogota_day(engine.now())
        portal.state = PublicationState.VERIFIED
    return of_batch(session, batch)


def of_batch(session: Session, batch: Batch, *, with_portal: bool = False) -> list[Publication]:
    """The publications of a batch, by entity and channel; our own portal only if asked for."""
    place = SectorEntity.entity_code == Publication.entity_code
    query = (
        sa.select(Publication)
        .join(Plan, Plan.code == batch.plan_code)
        .outerjoin(SectorEntity, place & (SectorEntity.sector_code == Plan.sector_code))
        .where(Publication.instance_id == batch.instance_id, Publication.object == batch.object)
        .order_by(SectorEntity.position, Publication.entity_code, Publication.id)
    )
    return [
        publication for publication in session.scalars(query) if with_portal or publication.channel != Channel.PORTAL
    ]


def publish(
    session: Session, publication_id: int, *, url: str, on: dt.date, capture_id: int, actor: Actor
) -> Publication:
    """Record where and when it was published."""
    publication = session.get_one(Publication, publication_id)
    publication.url, publication.published_on, publication.capture_id = url, on, capture_id
    publication.published_by, publication.state = actor.id, PublicationState.PUBLISHED
    return publication


def check(
    session: Session, engine: ProcessEngine, publication_id: int, *, link_works: bool, accessible: bool, note: str,
    actor: Actor,
) -> Publication:  # fmt: skip
    """Record what was found on opening it."""
    publication = session.get_one(Publication, publication_id)
    publication.state = PublicationState.VERIFIED if link_works and accessible else PublicationState.FAILED
    session.add(
        PublicationCheck(
            publication_id=publication.id,
            url=publication.url,
            link_works=link_works,
            accessible=accessible,
            note=note,
            checked_by=actor.id,
            checked_at=engine.now(),
        )
    )
    session.flush()
    return publication


def last_check(session: Session, publication_id: int) -> PublicationCheck | None:
    """What was found the last time somebody opened it."""
    query = sa.select(PublicationCheck).where(PublicationCheck.publication_id == publication_id)
    return session.scalar(query.order_by(PublicationCheck.id.desc()).limit(1))


def entities_to_complete(session: Session, batch: Batch) -> list[str]:
    """The entities with a publication that failed, in their order."""
    failed = [
        publication.entity_code
        for publication in of_batch(session, batch)
        if publication.state == PublicationState.FAILED
    ]
    return [entity for entity in dict.fromkeys(failed) if entity]


def _row(batch: Batch, entity: str | None, channel: str, version_id: int | None) -> Publication:
    return Publication(
        plan_code=batch.plan_code,
        instance_id=batch.instance_id,
        object=batch.object,
        version_id=version_id,
        entity_code=entity,
        channel=channel,
        audience=audience_of(channel),
    )
