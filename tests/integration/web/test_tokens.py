"""Tokens of programs: made in one's account or for a service, shown once, revoked; each in the *bitácora*."""

from __future__ import annotations

import datetime as dt
import re

import sqlalchemy as sa

from tests.support.web import Site, Visitor
from web.auth import tokens
from web.auth.models import ApiToken
from workflows.auditing.models import AuditEntry
from workflows.people.models import Person


def _make(visitor: Visitor, address: str = "/cuenta/tokens", **changed: object) -> str:
    """The text of a new token, as the page shows it."""
    visitor.open(address)
    visitor.press(address, programa="Tablero de datos", alcance=["plans:read"], dias="90", **changed)
    found = re.search(r"cauce_[\w-]{43}", visitor.last.text if visitor.last else "")
    assert found, visitor.text()
    return found[0]


def test_a_token_is_shown_once_and_only_its_digest_is_kept(office: Site) -> None:
    visitor = office.visitor("sruiz")

    text = _make(visitor)

    with office.application.database.reading() as session:
        kept = session.scalars(sa.select(ApiToken)).one()
        told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "crear_token")).one()
    assert text not in (kept.token_sha256, str(told.after)) and kept.scopes == ["plans:read"]
    assert told.object_id == str(kept.id) and told.actor_id == "sruiz"
    visitor.open("/cuenta/tokens")
    assert text not in visitor.text() and "Tablero de datos" in visitor.text()


def test_it_acts_as_its_person_until_it_is_revoked_or_over(office: Site) -> None:
    database, clock = office.application.database, office.application.clock
    visitor = office.visitor("sruiz")
    first, second = _make(visitor), _make(visitor)

    loaded = tokens.load(database, clock, first)
    assert loaded is not None and loaded.username == "sruiz" and loaded.scopes == {"plans:read"}
    assert tokens.load(database, clock, first[:-1]) is None

    visitor.open("/cuenta/tokens")
    visitor.send("/cuenta/tokens/revocar", [*visitor.fields("/cuenta/tokens")[:1], ("token", "1")])
    assert tokens.load(database, clock, first) is None and tokens.load(database, clock, second) is not None

    office.clock.move_to(clock.now() + dt.timedelta(days=91))
    assert tokens.load(database, clock, second) is None


def test_nobody_revokes_the_token_of_somebody_else(office: Site) -> None:
    text = _make(office.visitor("sruiz"))
    other = office.visitor("rmora")
    other.open("/cuenta/tokens")

    other.send("/cuenta/tokens/revocar", [*other.fields("/cuenta/tokens")[:1], ("token", "1")], status=404)

    assert tokens.load(office.application.database, office.application.clock, text) is not None


def test_what_is_missing_is_said_and_nothing_is_made(office: Site) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta/tokens")

    visitor.press("/cuenta/tokens", status=422, programa="Tablero", dias="30")

    assert "Marque al menos una cosa" in visitor.text()
    with office.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 0


def test_a_service_is_given_tokens_by_who_administers_and_never_signs_in(office: Site) -> None:
    admin = office.visitor("admin")
    admin.open("/personas/nueva")
    admin.press(
        "/personas/nueva", nombre="Tablero distrital", usuario="tablero", correo="admin@demo.example", entidad="SDG",
        servicio="1",
    )  # fmt: skip

    text = _make(admin, "/personas/tablero/tokens")

    loaded = tokens.load(office.application.database, office.application.clock, text)
    assert loaded is not None and loaded.username == "tablero"
    office.give_password("tablero")
    office.visitor().sign_in("tablero", status=422)


def test_the_tokens_of_a_person_are_made_by_nobody_else_and_end_when_they_leave(office: Site) -> None:
    text = _make(office.visitor("sruiz"))
    admin = office.visitor("admin")
    admin.open("/personas/sruiz/tokens")

    made = admin.fields("/personas/sruiz/tokens/revocar")
    admin.send("/personas/sruiz/tokens", [*made, ("programa", "X"), ("alcance", "plans:read"), ("dias", "30")], 409)
    admin.open("/personas/sruiz")
    admin.press("/personas/sruiz/acceso")

    with office.application.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = True
    assert tokens.load(office.application.database, office.application.clock, text) is None


def test_a_page_takes_no_token(office: Site) -> None:
    text = _make(office.visitor("sruiz"))

    answer = office.app.test_client().get("/bandeja", headers={"Authorization": f"Bearer {text}"})

    assert answer.status_code == 302 and "/ingresar" in answer.headers["Location"]
