"""Signing in with the password of the entity's directory, at a real OpenLDAP server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support import slapd as servers
from tests.support.remote import free_port
from tests.support.slapd import BASE, GROUP, OTHER_LOOPBACK, READER, READERS_PASSWORD, Entry, Slapd
from tests.support.web import PASSWORD, Site, Visitor
from web.auth import attempts
from web.auth.ldap import asking
from web.auth.models import ExternalIdentity
from web.config import Config
from web.directory import Directory
from web.settings import InvalidSetting
from workflows.auditing.models import AuditEntry
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole

pytest.importorskip("bonsai", reason="cauce[ldap] is not installed")

AREA, EVERYBODY, HIDDEN = (f"cn={name},ou=grupos,{BASE}" for name in ("area", "Toda la entidad", "borrado"))
ABOVE = {GROUP: (AREA,), AREA: (EVERYBODY, HIDDEN, GROUP), EVERYBODY: ()}
"""The groups in which each is: a circle, and one that is no more."""
THERE = "la clave del directorio"
PEOPLE = (
    Entry("sandra", "Sandra Ruiz", "", THERE, (GROUP,)),
    Entry("nuevo", "Nadie Aquí", "nadie@otra.example", THERE),
    Entry("doble", "Uno", "a@demo.example", THERE),
    Entry("doble", "Otro", "b@demo.example", THERE),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Slapd]:
    if servers.program() is None:
        pytest.skip("no slapd on this machine")
    mail = _email(template)
    people = [replace(one, mail=one.mail or mail) for one in PEOPLE]
    with servers.slapd(tmp_path_factory.mktemp("slapd"), people, ABOVE) as running:
        yield running


def _email(template: Path) -> str:
    """The address that Sandra has in Cauce."""
    engine = sa.create_engine(f"sqlite:///{template}")
    with engine.connect() as connection:
        mail = connection.scalar(sa.select(Person.email).where(Person.username == "sruiz"))
    engine.dispose()
    return str(mail)


@pytest.fixture
def entity(make_site: Callable[..., Site], server: Slapd) -> Callable[..., Site]:
    """An installation where people sign in with the directory."""

    def make(local_accounts: bool = True, **more: Any) -> Site:
        url = more.pop("url", f"ldaps://127.0.0.1:{server.tls}")
        reader = {"reader": READER, "password": READERS_PASSWORD, "ca": server.ca}
        directory = Directory(url, BASE, name="la cuenta del Distrito", **{**reader, **more})
        return make_site(demo=False, directory=directory, local_accounts=local_accounts)

    return make


def _sign_in(site: Site, username: str = "sandra", password: str = THERE, status: int = 200) -> Visitor:
    visitor = site.visitor()
    visitor.open("/ingresar")
    visitor.press("/ingresar/directorio", status, username=username, password=password)
    return visitor


def _roles(site: Site) -> set[Group]:
    with site.application.database.reading() as session:
        held = session.scalars(sa.select(PersonRole).where(PersonRole.username == "sruiz")).all()
        return {Group(one.role_id, one.sector_code, one.entity_code) for one in held}


def test_who_has_the_mail_address_here_enters_with_the_password_of_the_directory(entity: Callable[..., Site]) -> None:
    site = entity()

    visitor = _sign_in(site, " Sandra ")

    assert visitor.address == "/bandeja"
    with site.application.database.reading() as session:
        tied = session.scalars(sa.select(ExternalIdentity)).one()
        trail = str(session.scalars(sa.select(AuditEntry.after)).all())
    assert (tied.username, tied.issuer) == ("sruiz", f"ldap:{BASE}")
    assert re.fullmatch(r"[0-9a-f-]{36}", tied.subject)
    assert THERE not in trail


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("sandra", "otra"), ("sandra", ""), ("sandra", PASSWORD), ("nadie", THERE), ("", THERE), ("*", THERE),
        ("san*", THERE), ("sandra)(uid=*", THERE), ("\\73andra", THERE), ("doble", THERE), ("sandra\x00", THERE),
        ("x" * 300, THERE), ("sandra", "x" * 300),
    ],
    ids=lambda text: text[:16],
)  # fmt: skip
def test_what_is_not_one_persons_name_and_password_opens_nothing(
    entity: Callable[..., Site], username: str, password: str
) -> None:
    site = entity()
    visitor = site.visitor()
    visitor.open("/ingresar")
    token = dict(visitor.fields("/ingresar/directorio"))["csrf_token"]
    sent = [("csrf_token", token), ("username", username), ("password", password)]

    answer = visitor.client.post("/ingresar/directorio", data=dict(sent))

    assert answer.status_code == 422
    visitor.open("/bandeja")
    assert visitor.heading() == "Ingresar"


def test_who_is_not_here_is_told_so_and_made_only_where_their_domain_is_let_in(entity: Callable[..., Site]) -> None:
    refused = _sign_in(entity(), "nuevo", status=403)
    site = entity(new_people_of=frozenset({"otra.example"}))
    _sign_in(site, "nuevo")

    assert "En Cauce no hay nadie con el correo nadie@otra.example" in refused.text()
    with site.application.database.reading() as session:
        made = session.get_one(Person, "nuevo")
        assert (made.name, made.roles) == ("Nadie Aquí", [])


def test_groups_of_the_directory_give_roles_by_their_whole_name(entity: Callable[..., Site]) -> None:
    given, alike = Group("equipo_tecnico", "GOB", "IDPAC"), Group("control_interno", "GOB", "IDPAC")
    roles = {GROUP: frozenset({given}), "cn=planeacion,ou=otra,dc=demo,dc=example": frozenset({alike})}
    site = entity(roles=roles)

    _sign_in(site)

    assert given in _roles(site) and alike not in _roles(site)


@pytest.mark.parametrize(("nested", "held"), [(False, {"equipo_tecnico"}), (True, {"equipo_tecnico", "lider_proceso"})])
def test_groups_of_groups_give_roles_where_the_setting_says_so(
    entity: Callable[..., Site], nested: bool, held: set[str]
) -> None:
    given, above = Group("equipo_tecnico", "GOB", "IDPAC"), Group("lider_proceso", "GOB", "IDPAC")
    site = entity(roles={GROUP: frozenset({given}), EVERYBODY.lower(): frozenset({above})}, nested_groups=nested)

    _sign_in(site)

    assert _roles(site) >= {Group(one, "GOB", "IDPAC") for one in held} and ((above in _roles(site)) is nested)


def test_of_somebody_in_more_groups_than_are_asked_no_role_changes(
    entity: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_GROUPS", 2)
    given = Group("equipo_tecnico", "GOB", "IDPAC")
    site = entity(roles={GROUP: frozenset({given})}, nested_groups=True)
    before = _roles(site)

    _sign_in(site)

    assert _roles(site) == before
    with site.application.database.reading() as session:
        assert "no dijo todos los grupos" in str(session.scalars(sa.select(AuditEntry.reason)).all())


def test_a_directory_that_is_another_or_silent_is_told_and_gets_no_password(
    entity: Callable[..., Site], server: Slapd, tmp_path: Path
) -> None:
    for wrong in (
        {"url": f"ldaps://127.0.0.1:{free_port()}"}, {"ca": None}, {"password": "otra"},
        {"url": f"ldap://{OTHER_LOOPBACK}:{server.plain}", "ca": None},
    ):  # fmt: skip
        visitor = _sign_in(entity(**wrong), status=502)
        assert "El ingreso con la cuenta de la entidad no responde" in visitor.text(), wrong


def test_tls_is_begun_before_anything_is_said(entity: Callable[..., Site], server: Slapd) -> None:
    assert _sign_in(entity(url=f"ldap://{OTHER_LOOPBACK}:{server.plain}")).address == "/bandeja"


def test_who_guesses_waits_as_with_any_password(entity: Callable[..., Site]) -> None:
    site = entity()
    for _ in range(attempts.FREE):
        _sign_in(site, password="otra", status=422)

    visitor = _sign_in(site, status=429)

    assert visitor.last is not None and visitor.last.headers["Retry-After"] == "2"


def test_with_the_directory_alone_no_password_of_cauce_opens_anything(entity: Callable[..., Site]) -> None:
    site = entity(local_accounts=False)
    site.give_password("sruiz")
    visitor = site.visitor()

    page = visitor.open("/ingresar")

    assert page.xpath("//form/@action") == ["/ingresar/directorio"] and not page.xpath("//button/@formaction")
    visitor.press("/ingresar/directorio", 422, username="sruiz", password=PASSWORD)
    assert _sign_in(site).address == "/bandeja"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"CAUCE_LDAP_URL": "https://d.gov.co"}, "CAUCE_LDAP_URL"), ({"CAUCE_LDAP_URL": "ldap://"}, "CAUCE_LDAP_URL"),
        ({"CAUCE_LDAP_URL": "ldaps://d.gov.co:x"}, "CAUCE_LDAP_URL"), ({"CAUCE_LDAP_BASE": ""}, "CAUCE_LDAP_BASE"),
        ({"CAUCE_LDAP_CA": "/no/hay"}, "CAUCE_LDAP_CA"), ({"CAUCE_LDAP_ROLES": "PES"}, "CAUCE_LDAP_ROLES"),
        ({"CAUCE_LDAP_USER_FILTER": "(uid=x)"}, "CAUCE_LDAP_USER_FILTER"),
    ],
)  # fmt: skip
def test_a_directory_that_could_sign_nobody_in_is_refused(tmp_path: Path, wrong: dict[str, str], told: str) -> None:
    right = {"CAUCE_HOME": str(tmp_path), "CAUCE_LDAP_URL": "ldap://d.gov.co", "CAUCE_LDAP_BASE": BASE}
    found = Config.from_environment({**right, "CAUCE_LOCAL_ACCOUNTS": "0", "CAUCE_LDAP_PASSWORD": "secreta"}).directory

    assert found is not None and found.uses_tls and "secreta" not in repr(found)
    with pytest.raises(InvalidSetting, match=told):
        Config.from_environment({**right, **wrong})


def test_without_a_directory_its_door_is_not_there(office: Site) -> None:
    visitor = office.visitor()
    visitor.open("/ingresar")
    token = dict(visitor.fields("/ingresar"))["csrf_token"]

    assert visitor.client.post("/ingresar/directorio", data={"csrf_token": token}).status_code == 404
