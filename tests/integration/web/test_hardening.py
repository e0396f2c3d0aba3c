"""What strangers and careless settings try: numbers, addresses, headers, downloads, rights of files."""

from __future__ import annotations

import datetime as dt
import re
import stat
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.database import Database
from notifications.errors import InvalidMailUrl
from notifications.mail import FolderSender, SmtpSender
from tests.support.web import Site
from web.auth.entering import is_ours
from web.cli import main

ROOT = Path(__file__).parents[3]
TOO_LARGE = 2**63


def _addresses_with_ids(site: Site) -> Iterator[str]:
    """Every GET address of a page with the same absurd number wherever it takes one.

    Programs are asked for their token first, and told nothing of what there is: tests/integration/api.
    """
    for rule in site.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "<int:" in rule.rule and not rule.rule.startswith("/api/"):
            yield re.sub("<[^>]*>", "x", re.sub("<int:[^>]*>", str(TOO_LARGE), rule.rule))


def test_a_number_that_no_database_holds_is_no_address(site: Site) -> None:
    administrator, leader = site.visitor("admin").client, site.visitor("amartinez").client

    statuses = {path: administrator.get(path).status_code for path in _addresses_with_ids(site)}
    statuses |= {path: leader.get(path).status_code for path, status in statuses.items() if status == 403}

    assert len(statuses) > 5
    assert {path: status for path, status in statuses.items() if status != 404} == {}


@pytest.mark.parametrize("query", [f"?antes={TOO_LARGE}", "?antes=-1", "?antes=1e9", "?antes=٣", "?pagina=99999999999"])
@pytest.mark.parametrize("path", ["/correos/", "/procesos/", "/bandeja"])
def test_a_number_of_a_query_that_makes_no_sense_counts_as_absent(site: Site, path: str, query: str) -> None:
    assert site.visitor("admin").client.get(path + query, follow_redirects=True).status_code == 200


def test_a_number_of_thousands_of_digits_is_refused_wherever_it_is_typed(site: Site) -> None:
    coordinator = site.visitor("amartinez")
    coordinator.open("/planes/PES-GOB/recordatorios/cambiar?proceso=f5_ciclo_mensual")
    endless = "9" * 5000

    coordinator.press("/planes/PES-GOB/recordatorios/cambiar", 422, recordatorios=endless)

    assert "miles de cifras" in coordinator.text()
    assert coordinator.client.get(f"/casos/?antes={endless}").status_code == 422


@pytest.mark.parametrize("state", ["x", "", "²", "=1", "ACTIVE"])
def test_a_state_that_no_case_has_counts_as_not_asked(site: Site, state: str) -> None:
    assert site.visitor("amartinez").client.get("/casos/", query_string={"estado": state}).status_code == 200


def test_no_view_reads_a_bare_number_from_a_request() -> None:
    guilty = [path for path in (ROOT / "web").rglob("*.py") if "type=int)" in path.read_text(encoding="utf-8")]

    assert guilty == []


@pytest.mark.parametrize(
    "wanted",
    ["//otro.example", "/\\otro.example", "/\t/otro.example", "/\r\nSet-Cookie: a=b", "//[", "http://[", "js:1"],
)  # fmt: skip
def test_after_signing_in_one_stays_here(office: Site, wanted: str) -> None:
    visitor = office.visitor("sruiz")

    answer = visitor.client.get("/ingresar", query_string={"sigue": wanted})

    assert not is_ours(wanted)
    assert answer.status_code == 302 and answer.headers["Location"] == "/"
    assert "Set-Cookie: a=b" not in str(answer.headers)


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/nada"), ("get", "/personas/"), ("put", "/ingresar"), ("post", "/salir")]
)
def test_every_refusal_carries_the_code_of_its_incident(office: Site, method: str, path: str) -> None:
    answer = getattr(office.visitor("sruiz").client, method)(path)

    assert answer.status_code in (400, 403, 404, 405)
    assert answer.headers["X-Request-ID"] in answer.text


def test_no_page_asks_anything_of_a_device_and_no_other_site_takes_what_is_ours(office: Site) -> None:
    headers = office.visitor().client.get("/ingresar").headers

    assert "camera=()" in headers["Permissions-Policy"] and "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_over_https_the_cookie_is_of_this_host_alone(make_site: Callable[..., Site]) -> None:
    site = make_site(demo=False, base_url="https://cauce.gov.co")

    cookie = site.visitor().client.get("/ingresar", base_url="https://cauce.gov.co").headers["Set-Cookie"]

    assert cookie.startswith("__Host-cauce=") and "Path=/" in cookie and "Secure" in cookie and "Domain" not in cookie


def test_search_engines_are_told_what_is_there_to_be_found(office: Site) -> None:
    client = office.visitor().client

    assert "Allow: /portal/\nDisallow: /\n" in client.get("/robots.txt").text
    assert client.get("/ingresar").headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "X-Robots-Tag" not in client.get("/portal/").headers


def test_who_finds_a_weakness_learns_whom_to_write_to(make_site: Callable[..., Site]) -> None:
    nobody, somebody = make_site(demo=False), make_site(demo=False, security_contact="mailto:s@entidad.gov.co")

    told = somebody.visitor().client.get("/.well-known/security.txt")

    assert nobody.visitor().client.get("/.well-known/security.txt").status_code == 404
    lines = dict(line.split(": ", 1) for line in told.text.splitlines())
    assert lines["Contact"] == "mailto:s@entidad.gov.co"
    expires = dt.datetime.fromisoformat(lines["Expires"])
    assert dt.timedelta(days=30) < expires - somebody.clock.now() < dt.timedelta(days=365)


def test_a_diagram_is_handed_out_as_a_file_in_which_nothing_runs(site: Site) -> None:
    answer = site.visitor("admin").client.get("/procesos/f5_ciclo_mensual/diagrama.bpmn")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_cauce_writes_by_itself_only_its_owner_reads(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cauce.sqlite'}")
    with database.unit_of_work() as session:
        session.connection().exec_driver_sql("CREATE TABLE t (a)")
    message = EmailMessage()
    message["Message-ID"], message["To"] = "<1@cauce>", "a@b.co"
    with FolderSender(tmp_path / "correos").session() as mail:
        mail.send(message)

    files = [*tmp_path.glob("cauce.sqlite*"), *(tmp_path / "correos").iterdir()]
    database.dispose()

    assert len(files) >= 3
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files if path.exists()}
    assert {name: oct(mode) for name, mode in modes.items() if mode != 0o600} == {}
    assert stat.S_IMODE((tmp_path / "correos").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "url",
    [
        "smtp://ana:clave@correo.gov.co",
        "smtp://ana:clave@correo.gov.co?insecure=1",
        "smtp://ana:clave@127.0.0.1",
        "smtp://ana:clave@127.example.com?insecure=1",
    ],
)
def test_a_password_of_the_mail_server_does_not_travel_in_clear(url: str) -> None:
    with pytest.raises(InvalidMailUrl, match="sin cifrar"):
        SmtpSender(url)


@pytest.mark.parametrize(
    "url",
    ["smtp://ana:clave@correo.gov.co:587?starttls=1", "smtps://ana:clave@correo.gov.co", "smtp://correo.gov.co",
     "smtp://ana:clave@127.0.0.1:2525?insecure=1"],
)  # fmt: skip
def test_over_tls_without_password_or_inside_this_machine_mail_is_sent(url: str) -> None:
    assert SmtpSender(url).host


def test_the_demo_does_not_open_a_database_of_people_with_passwords(
    office: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUCE_HOME", str(office.application.config.home))

    done = CliRunner().invoke(main, ["seed", "--demo"])

    assert done.exit_code == 1 and "personas con contraseña" in done.output
