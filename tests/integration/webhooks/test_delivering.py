"""Webhooks: signed, in order, retried; a dead receiver loses nothing and keeps nobody else waiting."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from engine.states import HistoryKind
from engine.units import SystemIncident
from notifications import outgoing
from notifications.errors import InnerAddress, InvalidReceiver, ReceiverUnavailable
from notifications.webhooks.delivering import SETTLES, Sending, deliver_due
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.states import DeliveryState
from tests.support.sharing import made_once
from tests.support.web import SECRET, Site, build_template, open_site
from web.systems.wording import KINDS

PLAN = "PES-GOB"
OF_THE_PLAN = f"/plan/{PLAN}/sistemas/"


@dataclass
class Receiver:
    """Another system: what came, and what it answers."""

    url: str
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    """A system that listens on this machine, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(here.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    here = Receiver(f"http://127.0.0.1:{server.server_address[1]}/avisos?de=cauce")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Site]:
    site = open_site(template, tmp_path, demo=False, inner_receivers=True)
    site.give_password("amartinez", "sruiz")
    yield site
    site.application.database.dispose()


def _tell(site: Site, url: str, **chosen: object) -> str:
    """Have the coordination make a webhook on the page; what signs, as the page shows it."""
    visitor = site.visitor("amartinez")
    visitor.open(OF_THE_PLAN)
    visitor.press(OF_THE_PLAN, nombre="Tablero", direccion=url, **chosen)
    return str(visitor.page().xpath("//input[@class='code']/@value")[0])


def _happen(site: Site, times: int = 1) -> None:
    """A group's task is taken and given back, which is two events."""
    visitor = site.visitor("amartinez")
    visitor.open("/bandeja/grupo")
    task = visitor.page().xpath("//a[starts-with(@href, '/tareas/')]/@href")[0]
    for _ in range(times):
        visitor.open(task)
        visitor.press(f"{task}/tomar")
        visitor.press(f"{task}/devolver")


def _deliver(site: Site, post: Callable[..., tuple[int, str]] = outgoing.post) -> int:
    return deliver_due(site.application.database, site.clock, Sending(SECRET, inner=True, post=post))


def _later(site: Site, **duration: int) -> None:
    site.clock.move_to(site.clock.now() + dt.timedelta(**duration))


def _deliveries(site: Site) -> list[WebhookDelivery]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(WebhookDelivery).order_by(WebhookDelivery.id)))


def _incidents(site: Site) -> list[SystemIncident]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(SystemIncident).where(SystemIncident.state == "open")))


def test_every_kind_of_event_has_words_for_who_chooses() -> None:
    assert set(KINDS) == set(HistoryKind)


def test_what_happens_is_told_once_signed_and_in_order(office: Site) -> None:
    with receiver() as system:
        secret = _tell(office, system.url)
        _happen(office)

        assert _deliver(office) == 2 and _deliver(office) == 0

        kinds = [orjson.loads(body)["type"] for _, body in system.came]
        assert kinds == ["case.task_claimed", "case.task_released"]
        for headers, body in system.came:
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            key = b64decode(secret.removeprefix("whsec_"))
            mine = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            assert headers["webhook-signature"] == f"v1,{mine}"
        assert len({headers["webhook-id"] for headers, _ in system.came}) == 2
    _later(office, seconds=int(SETTLES.total_seconds()) + 1)
    assert _deliver(office) == 0
    with office.application.database.reading() as session:
        assert session.scalars(sa.select(Webhook)).one().scanned >= _deliveries(office)[-1].entry_id


def test_only_the_kinds_that_were_chosen_are_told(office: Site) -> None:
    with receiver() as system:
        _tell(office, system.url, clase=["task_released"])
        _happen(office)

        assert _deliver(office) == 1
        assert orjson.loads(system.came[0][1])["data"]["plan"] == PLAN


def test_a_dead_receiver_loses_nothing_is_told_of_and_keeps_no_other_waiting(office: Site) -> None:
    # Given a system that died, and one that works
    with receiver() as dead:
        _tell(office, dead.url)
        port = int(dead.url.split(":")[2].split("/")[0])
    with receiver() as alive:
        _tell(office, alive.url)
        _happen(office)

        # When it is dead for two days
        for _ in range(60):
            _deliver(office)
            _later(office, minutes=48)

        # Then the other one heard everything, and somebody is told of this one
        assert len(alive.came) == 2
        assert [one.kind for one in _incidents(office)] == ["webhook"]
        assert "no responde" in _incidents(office)[0].message
        visitor = office.visitor("amartinez")
        visitor.open(OF_THE_PLAN)
        assert "En cola" in visitor.text()

    # And once it is back it hears all, in order, and the incident is over
    with receiver(port) as back:
        assert _deliver(office) == 2
        assert [orjson.loads(body)["type"] for _, body in back.came] == ["case.task_claimed", "case.task_released"]
    assert _incidents(office) == []


def test_what_a_receiver_refuses_too_often_lets_the_rest_pass_and_is_offered_again_by_hand(office: Site) -> None:
    with receiver() as system:
        _tell(office, system.url)
        _happen(office)
        system.status = 500
        for _ in range(16):
            _deliver(office)
            _later(office, hours=1)
        assert [one.state for one in _deliveries(office)] == [DeliveryState.FAILED] * 2

        system.status = 200
        visitor = office.visitor("amartinez")
        visitor.open(f"{OF_THE_PLAN}1")
        assert "2 avisos no se entregaron" in visitor.text() and "Respondió 500" in visitor.text()
        visitor.press(f"{OF_THE_PLAN}1/reenviar")

        assert _deliver(office) == 2
        assert [one.state for one in _deliveries(office)] == [DeliveryState.SENT] * 2


def test_a_redirection_is_not_followed(office: Site) -> None:
    with receiver() as system:
        _tell(office, system.url)
        _happen(office)
        system.status = 302

        assert _deliver(office) == 0
        assert "Respondió 302" in _deliveries(office)[0].last_error and len(system.came) == 1


def test_a_worker_that_dies_over_a_delivery_leaves_it_to_another(office: Site) -> None:
    with receiver() as system:
        _tell(office, system.url)
        _happen(office)

        def die(*_: object, **__: object) -> tuple[int, str]:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            _deliver(office, die)
        assert _deliver(office) == 0  # it may still be at it
        _later(office, minutes=2)
        assert _deliver(office) == 2


def test_it_tells_nothing_once_it_is_stopped(office: Site) -> None:
    with receiver() as system:
        _tell(office, system.url)
        visitor = office.visitor("amartinez")
        visitor.open(f"{OF_THE_PLAN}1")
        visitor.press(f"{OF_THE_PLAN}1/activo")
        _happen(office)

        assert _deliver(office) == 0 and system.came == []


@pytest.mark.parametrize(
    "url",
    [
        "http://tablero.example/x", "https://127.0.0.1/x", "https://[::1]/", "https://10.0.0.8/", "https://169.254.169.254/latest",
        "https://[::ffff:192.168.1.1]/", "https://[64:ff9b::a00:1]/", "https://usuario:clave@tablero.example/",
        "ftp://tablero.example/", "https:///x", "https://tablero.example:99999/",
    ],
)  # fmt: skip
def test_no_address_of_inside_and_nothing_that_is_none_is_taken(url: str) -> None:
    with pytest.raises(InvalidReceiver):
        outgoing.ensure_receiver(url, inner=False)


def test_a_name_that_leads_inside_is_found_where_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.1.2.3", port))]

    monkeypatch.setattr("notifications.outgoing.socket.getaddrinfo", resolve)
    outgoing.ensure_receiver("https://tablero.example/", inner=False)
    with pytest.raises(InnerAddress):
        outgoing.post("https://tablero.example/", b"{}", {}, inner=False)
    assert asked == ["tablero.example"]


def test_who_does_not_speak_tls_does_not_answer(office: Site) -> None:
    with receiver() as system, pytest.raises(ReceiverUnavailable):
        outgoing.post(system.url.replace("http://", "https://"), b"{}", {}, inner=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_what_is_of_the_open_network_is_taken(address: str) -> None:
    assert outgoing.is_outer(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1", "::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "fec0::1", "5f00::1", "fd00:ec2::254",
        "2002:7f00:1::", "::ffff:169.254.169.254", "168.63.129.16", "192.88.99.1", "100.100.100.200", "0.0.0.0",
    ],
)  # fmt: skip
def test_what_leads_inside_in_whatever_clothes_is_not(address: str) -> None:
    assert not outgoing.is_outer(ipaddress.ip_address(address))


def test_only_who_coordinates_or_administers_the_plan_sees_them(office: Site) -> None:
    office.visitor("sruiz").open(OF_THE_PLAN, status=403)
