"""How often one network may send something without signing in, kept in the database so that it holds everywhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

import sqlalchemy as sa
from flask import request

from web.bootstrap import Application
from web.errors import TooManyAttempts
from web.network import network_of
from web.unsigned.models import UnsignedAttempt
from workflows.calendar import bogota_day

WINDOW = dt.timedelta(hours=1)


def count(application: Application, to: str, most: int) -> None:
    """Count what this request sends before it is looked at. Raises `TooManyAttempts` beyond so many an hour.

    `to` names what it is sent to. The row is committed before it is counted: of many at once, none overlooks the
    others.
    """
    now = application.clock.now()
    told = f"{to}|{bogota_day(now).isoformat()}|{network_of(request.remote_addr)}"
    origin = hmac.new(application.config.secret_key.encode(), told.encode(), hashlib.sha256).hexdigest()
    with application.database.unit_of_work() as session:
        session.execute(sa.delete(UnsignedAttempt).where(UnsignedAttempt.at < now - WINDOW))
        session.add(UnsignedAttempt(origin_hash=origin, at=now))
    with application.database.reading() as session:
        query = sa.select(sa.func.count()).select_from(UnsignedAttempt)
        if session.scalars(query.where(UnsignedAttempt.origin_hash == origin)).one() > most:
            raise TooManyAttempts("Desde esta red llegaron muchos envíos seguidos. Vuelva a intentarlo en una hora.")
