"""Signing in with the account of one's entity, at a provider of OpenID Connect."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from joserfc import jwk

from notifications.models import OutboxMessage
from tests.support.provider import Forger, Running, forged, forger, go_through, return_to, running_provider
from tests.support.web import Site
from web.auth.models import ExternalIdentity, WebSession
from web.errors import LocalAccountsOff
from workflows.auditing.models import AuditEntry
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole

SANDRA = {"name": "Sandra Ruiz", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    with running_provider() as running:
        yield running


@pytest.fixture
def made() -> Iterator[Forger]:
    with forger() as one:
        yield one


@pytest.fixture
def entity(make_site: Callable[..., Site], provider: Running) -> Callable[..., Site]:
    """An installation where people sign in with the provider."""

    def make(local_accounts: bool = True, **settings: Any) -> Site:
        site = make_site(demo=False, provider=provider.settings(**settings), local_accounts=local_accounts)
        provider.knows("s-1", email=_email(site, "sruiz"), **SANDRA)
        return site

    return make


def _email(site: Site, username: str) -> str:
    with site.application.database.reading() as session:
        return session.get_one(Person, username).email


def _tied(site: Site) -> list[tuple[str, str]]:
    with site.application.database.reading() as session:
        rows = session.scalars(sa.select(ExternalIdentity)).all()
        return [(one.subject, one.username) for one in rows]


def _roles(site: Site, username: str) -> set[str]:
    with site.application.database.reading() as session:
        held = session.scalars(sa.select(PersonRole).where(PersonRole.username == username)).all()
        return {str(Group(one.role_id, one.sector_code, one.entity_code)) for one in held}


def test_who_has_the_mail_address_here_is_let_in_and_told_so(entity: Callable[..., Site]) -> None:
    site = entity()
    sandra = site.visitor()
    sandra.open("/ingresar")
    assert "Ingresar con la cuenta del Distrito" in sandra.text()

    go_through(sandra, "s-1", "/ingresar/entidad/?sigue=/cuenta")

    assert sandra.address == "/cuenta" and "Sandra Ruiz" in sandra.text()
    assert _tied(site) == [("s-1", "sruiz")]
    with site.application.database.reading() as session:
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "sruiz")).one()
        acts = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert "ahora puede ingresar con la cuenta" in mail.text
    assert acts[-2:] == ["vincular_cuenta", "ingresar"]


def test_a_person_is_known_by_their_account_whatever_their_address_becomes(
    entity: Callable[..., Site], provider: Running
) -> None:
    site = entity()
    go_through(site.visitor(), "s-1")
    provider.knows("s-1", email="otra@example.org", **SANDRA)
    sandra = site.visitor()

    go_through(sandra, "s-1")

    assert sandra.address == "/bandeja" and "Sandra Ruiz" in sandra.text()


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    entity: Callable[..., Site], provider: Running
) -> None:
    site = entity()
    go_through(site.visitor(), "s-1")
    provider.knows("s-2", email=_email(site, "sruiz"), name="Otra", email_verified=True)
    other = site.visitor()

    go_through(other, "s-2")

    assert other.heading() == "Ingresar" and "vinculada con otra" in other.text()
    assert _tied(site) == [("s-1", "sruiz")]


@pytest.mark.parametrize("claims", [{}, {"email_verified": False}, {"email_verified": "false"}])
def test_an_address_that_the_provider_does_not_answer_for_is_nobodys(
    entity: Callable[..., Site], provider: Running, claims: dict[str, Any]
) -> None:
    site = entity()
    provider.knows("s-3", email=_email(site, "sruiz"), **claims)
    other = site.visitor()

    go_through(other, "s-3")

    assert "no responde por el correo" in other.text() and _tied(site) == []


def test_of_a_provider_whose_addresses_are_the_directorys_they_are_taken(
    entity: Callable[..., Site], provider: Running
) -> None:
    site = entity(trusts_email=True)
    provider.knows("s-4", email=_email(site, "sruiz").upper())

    go_through(site.visitor(), "s-4")

    assert _tied(site) == [("s-4", "sruiz")]


def test_nobody_is_made_here_unless_their_domain_is_let_in(entity: Callable[..., Site], provider: Running) -> None:
    provider.knows("n-1", email="nueva@gobierno.gov.co", preferred_username="Núñez", name="Nora", email_verified=True)
    closed, opened, stranger = entity(), entity(new_people_of=frozenset({"gobierno.gov.co"})), None

    stranger = closed.visitor()
    go_through(stranger, "n-1")
    assert "no hay nadie con el correo nueva@gobierno.gov.co" in stranger.text() and _tied(closed) == []
    nora = opened.visitor()
    go_through(nora, "n-1")
    nora.open("/cuenta")

    assert _tied(opened) == [("n-1", "nunez")]
    assert "Sin rol asignado" in nora.text()


def test_a_deactivated_person_is_not_let_in_by_anybody(entity: Callable[..., Site]) -> None:
    site = entity()
    go_through(site.visitor(), "s-1")
    with site.application.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = False
    sandra = site.visitor()

    go_through(sandra, "s-1")

    assert "está desactivada" in sandra.text()


def test_groups_give_and_take_the_roles_that_are_theirs_and_no_other(
    entity: Callable[..., Site], provider: Running
) -> None:
    linked, team = Group("responsable_meta", "GOB", "IDPAC"), Group("comunicaciones", "GOB", "IDPAC")
    site = entity(roles={"Metas": frozenset({linked}), "Prensa": frozenset({team})})
    with site.application.database.unit_of_work() as session:
        session.add(PersonRole(username="sruiz", role_id="equipo_tecnico", sector_code="GOB", entity_code="IDPAC"))
    before = _roles(site, "sruiz")
    assert str(linked) in before

    provider.knows("s-1", email=_email(site, "sruiz"), groups=["/Prensa", "Otros"], **SANDRA)
    go_through(site.visitor(), "s-1")

    assert _roles(site, "sruiz") == (before - {str(linked)}) | {str(team)}
    with site.application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.recipient == "sruiz")).all()
    assert any("Ya no tiene: Responsable de meta" in " ".join(text.split()) for text in mails), mails


def test_groups_that_the_provider_left_out_take_no_role(entity: Callable[..., Site], provider: Running) -> None:
    linked = Group("responsable_meta", "GOB", "IDPAC")
    site = entity(roles={"Metas": frozenset({linked})})
    provider.knows("s-1", email=_email(site, "sruiz"), _claim_names={"groups": "src1"}, **SANDRA)

    go_through(site.visitor(), "s-1")

    assert str(linked) in _roles(site, "sruiz")


def test_the_last_who_administers_stays_so_whatever_the_groups_say(
    entity: Callable[..., Site], provider: Running
) -> None:
    site = entity(roles={"Jefes": frozenset({Group("administrador", "GOB")})})
    provider.knows("a-1", email=_email(site, "admin"), email_verified=True, groups=[])

    go_through(site.visitor(), "a-1")

    assert "administrador@GOB" in _roles(site, "admin")


def test_who_is_signed_in_ties_an_account_and_nobody_ties_it_for_them(
    entity: Callable[..., Site], provider: Running
) -> None:
    site = entity()
    site.give_password("sruiz", "rmora")
    provider.knows("x-1", email="personal@example.org")
    sandra, ricardo = site.visitor("sruiz"), site.visitor("rmora")
    sandra.open("/cuenta")
    page = sandra.press("/ingresar/entidad/vincular")
    (there,) = page.xpath("//a[@class='btn']/@href")
    back = requests.post(there, data={"sub": "x-1"}, allow_redirects=False, timeout=5).headers["Location"]

    return_to(ricardo, back)
    assert "otra ventana" in ricardo.text() and _tied(site) == []
    return_to(sandra, back)
    assert sandra.address == "/cuenta" and _tied(site) == [("x-1", "sruiz")]
    sandra.press("/ingresar/entidad/desvincular")

    assert _tied(site) == []


def test_signing_out_signs_out_at_the_provider_too(entity: Callable[..., Site], provider: Running) -> None:
    site = entity()
    sandra = site.visitor()
    go_through(sandra, "s-1")

    sandra.open("/cuenta")
    page = sandra.press("/salir")

    (there,) = page.xpath("//a[@class='btn']/@href")
    assert there.startswith(f"{provider.issuer}/oauth2/end_session?id_token_hint=")
    assert "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fingresar" in there
    sandra.open("/bandeja")
    assert sandra.heading() == "Ingresar"


def test_without_local_accounts_no_password_opens_anything(entity: Callable[..., Site]) -> None:
    site = entity(local_accounts=False)
    site.give_password("sruiz", "admin")
    visitor = site.visitor()
    visitor.open("/ingresar")
    (token,) = {*visitor.page().xpath("//input[@name='csrf_token']/@value")} or {""}
    assert "Contraseña" not in visitor.text()

    typed = [("csrf_token", token), ("username", "sruiz"), ("password", "una frase que recuerdo")]
    answers = [visitor.client.get("/olvide").status_code, visitor.client.get("/clave/x").status_code]
    visitor.client.post("/ingresar", data=dict(typed), headers={"Origin": "http://localhost"})
    visitor.open("/bandeja")

    assert answers == [403, 403] and visitor.heading() == "Ingresar"
    go_through(visitor, "s-1")
    assert visitor.address == "/bandeja"


def test_what_was_typed_waits_while_one_signs_in_in_another_window(entity: Callable[..., Site]) -> None:
    site = entity()
    sandra = site.visitor()
    sandra.send("/cuenta/sesiones/cerrar", [("cual", "tecleado")], 401)
    assert "otra ventana" in sandra.text()
    waiting = sandra.fields("/ingresar/continuar")

    sandra.send("/ingresar/continuar", waiting, 401)
    assert dict(sandra.fields("/ingresar/continuar"))["held"]
    waiting = sandra.fields("/ingresar/continuar")
    go_through(sandra, "s-1")
    (token,) = sandra.open("/cuenta").xpath("//form[@action='/salir']//input[@name='csrf_token']/@value")
    sandra.send("/ingresar/continuar", [("csrf_token", token), ("held", dict(waiting)["held"])])

    assert dict(sandra.fields("/cuenta/sesiones/cerrar"))["cual"] == "tecleado"


def test_the_provider_gets_proof_that_the_same_browser_comes_back(make_site: Callable[..., Site], made: Forger) -> None:
    site = make_site(demo=False, provider=made.settings())
    sandra = site.visitor()

    sent = forged(sandra, made, sub="s-1", email=_email(site, "sruiz"), **SANDRA)

    (asked,) = made.asked
    digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
    assert sent["code_challenge_method"] == "S256"
    assert sent["code_challenge"] == urlsafe_b64encode(digest).decode().rstrip("=")
    assert len(sent["state"]) >= 20 and len(sent["nonce"]) >= 20
    assert sandra.address == "/bandeja"


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"acr": "plata"}, "/bandeja"), ({"amr": ["pwd", "mfa"]}, "/bandeja"),
        ({"acr": "bronce"}, "/cuenta/segundo-paso"), ({"acr": ["oro"]}, "/cuenta/segundo-paso"),
        ({}, "/cuenta/segundo-paso"),
    ],
    ids=str,
)  # fmt: skip
def test_a_level_that_was_asked_for_is_a_second_step_and_any_other_is_none(
    make_site: Callable[..., Site], made: Forger, told: dict[str, Any], address: str
) -> None:
    provider = made.settings(strong=("oro", "plata"))
    site = make_site(demo=False, provider=provider, second_factor=frozenset({"todos"}))
    sandra = site.visitor()

    sent = forged(sandra, made, sub="s-1", email=_email(site, "sruiz"), **SANDRA, **told)
    sandra.open("/bandeja")

    assert sent["acr_values"] == "oro plata"
    assert sandra.address == address


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "de otro"}, {"nonce": None}, {"aud": "otro"}, {"aud": ["otro"], "azp": "cauce"},
        {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"sub": ""}, {"sub": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_for_us_and_for_now_opens_nothing(
    make_site: Callable[..., Site], made: Forger, wrong: dict[str, Any]
) -> None:
    site = make_site(demo=False, provider=made.settings())
    thief = site.visitor()

    forged(thief, made, **{"sub": "s-1", "email": _email(site, "sruiz"), **SANDRA, **wrong})

    assert thief.heading() == "Ingresar" and _tied(site) == []


def _signed_by_another_key(made: Forger) -> None:
    signer, made.key = made.key, jwk.RSAKey.generate_key(2048, {"kid": "uno"})
    encode = made.token
    made.token = lambda claims, key=None: encode(claims, signer)  # type: ignore[method-assign]


def _signed_by_nobody(made: Forger) -> None:
    made.algorithms.append("none")
    made.header = {"alg": "none"}


def _signed_with_the_secret(made: Forger) -> None:
    made.algorithms.append("HS256")
    made.header, encode = {"alg": "HS256"}, made.token
    secret = jwk.OctKey.import_key("secreto-de-cauce")
    made.token = lambda claims, key=None: encode(claims, secret)  # type: ignore[method-assign]


def _says_it_is_another(made: Forger) -> None:
    made.said_issuer = "http://127.0.0.1:1"


@pytest.mark.parametrize("forge", [_signed_by_another_key, _signed_by_nobody, _signed_with_the_secret])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    make_site: Callable[..., Site], made: Forger, forge: Callable[[Forger], None]
) -> None:
    site = make_site(demo=False, provider=made.settings())
    forge(made)
    thief = site.visitor()

    forged(thief, made, sub="s-1", email=_email(site, "sruiz"), **SANDRA)

    assert thief.heading() == "Ingresar" and _tied(site) == []


def test_a_provider_that_is_another_or_none_is_told_and_passwords_still_work(
    make_site: Callable[..., Site], made: Forger
) -> None:
    site = make_site(demo=False, provider=made.settings())
    site.give_password("sruiz")
    _says_it_is_another(made)
    visitor = site.visitor()
    visitor.open("/ingresar/entidad/", 502)
    assert "no es el que se configuró" in visitor.text()

    gone = make_site(demo=False, provider=Running("http://127.0.0.1:9").settings()).visitor()
    gone.open("/ingresar/entidad/", 502)

    assert "no responde" in gone.text()
    assert site.visitor("sruiz").address == "/bandeja"


def test_an_answer_serves_once_and_only_in_the_browser_that_asked(make_site: Callable[..., Site], made: Forger) -> None:
    site = make_site(demo=False, provider=made.settings())
    sandra, thief = site.visitor(), site.visitor()
    sent = forged(sandra, made, sub="s-1", email=_email(site, "sruiz"), **SANDRA)

    for visitor in (sandra, thief):
        visitor.open("/ingresar/entidad/vuelta?code=c&state=" + sent["state"], 403)

    assert len(made.asked) == 1


def _sessions(site: Site) -> int:
    with site.application.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(WebSession)) or 0


def _two_of_sandra(site: Site, made: Forger) -> None:
    for sid in ("a", "b"):
        forged(site.visitor(), made, sub="s-1", sid=sid, email=_email(site, "sruiz"), **SANDRA)


@pytest.mark.parametrize(("claims", "left"), [({"sid": "a"}, 2), ({"sub": "s-1"}, 1), ({"sub": "s-1", "sid": "b"}, 2)])
def test_who_signs_out_at_the_provider_is_signed_out_here(
    make_site: Callable[..., Site], made: Forger, claims: dict[str, str], left: int
) -> None:
    site = make_site(demo=False, provider=made.settings())
    site.give_password("rmora")
    _two_of_sandra(site, made)
    site.visitor("rmora")

    token = made.notice(site.clock.now().timestamp(), **claims)
    answer = site.app.test_client().post("/ingresar/entidad/salida", data={"logout_token": token})

    assert answer.status_code == 200 and _sessions(site) == left


def test_a_notice_of_signing_out_that_is_not_the_providers_ends_nothing(
    make_site: Callable[..., Site], made: Forger
) -> None:
    site = make_site(demo=False, provider=made.settings())
    _two_of_sandra(site, made)
    now = site.clock.now().timestamp()
    other = jwk.RSAKey.generate_key(2048, {"kid": "uno"})
    tokens = [
        "", "a.b.c", made.notice(now, sub="s-1", aud="otro"), made.notice(now - 3600, sub="s-1"),
        made.notice(now, sub="s-1", nonce="n"), made.notice(now, sub="s-1", events={}),
        made.token({"iat": int(now), "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, other),
    ]  # fmt: skip

    client = site.app.test_client()
    statuses = [client.post("/ingresar/entidad/salida", data={"logout_token": one}).status_code for one in tokens]

    assert statuses == [403] * len(tokens) and _sessions(site) == 2


def test_a_browser_that_begins_many_times_keeps_a_cookie_that_fits(
    make_site: Callable[..., Site], made: Forger
) -> None:
    visitor = make_site(demo=False, provider=made.settings()).visitor()

    for _ in range(12):
        visitor.client.get("/ingresar/entidad/?sigue=/" + "x" * 900)

    cookie = visitor.client.get_cookie("cauce")
    assert cookie is not None and len(cookie.value) < 4000


def test_without_a_provider_its_pages_are_not_there(office: Site, site: Site) -> None:
    for one in (office, site):
        client = one.app.test_client()
        assert client.get("/ingresar/entidad/").status_code == 404
        assert client.get("/ingresar/entidad/vuelta").status_code == 404
        assert client.post("/ingresar/entidad/salida").status_code == 404


def test_an_administrator_unties_an_account_and_its_sessions_end(entity: Callable[..., Site]) -> None:
    site = entity()
    site.give_password("admin")
    sandra, administrator = site.visitor(), site.visitor("admin")
    go_through(sandra, "s-1")

    administrator.open("/personas/sruiz")
    administrator.press("/personas/sruiz/desvincular")
    sandra.open("/bandeja")

    assert _tied(site) == [] and sandra.heading() == "Ingresar"


def test_no_transaction_waits_for_the_provider(make_site: Callable[..., Site], made: Forger) -> None:
    site = make_site(demo=False, provider=made.settings())
    site.give_password("sruiz")
    sandra = site.visitor("sruiz")
    sandra.open("/cuenta")
    held: list[int] = []
    made.while_asked = lambda: held.append(site.application.database.engine.pool.checkedout())  # type: ignore[attr-defined]

    sandra.press("/ingresar/entidad/vincular")
    made.asked.clear()
    forged(site.visitor(), made, sub="s-1", email=_email(site, "sruiz"), **SANDRA)

    assert len(held) >= 3 and set(held) == {0}


def test_without_local_accounts_no_passkey_enters_without_the_provider(
    make_site: Callable[..., Site], made: Forger
) -> None:
    site = make_site(demo=False, provider=made.settings(), local_accounts=False, base_url="http://localhost")
    visitor = site.visitor()
    visitor.open("/ingresar")

    assert "llave de acceso" not in visitor.text()
    asked = site.app.test_request_context("/ingresar/llave", method="POST", data={"respuesta": "{}", "reto": "x"})
    with asked, pytest.raises(LocalAccountsOff):
        site.app.view_functions["second_step.show"]()
    visitor.open("/bandeja")
    assert visitor.heading() == "Ingresar"
