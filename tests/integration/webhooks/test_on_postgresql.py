"""On PostgreSQL and over HTTPS: what workers send at once arrives once and in order, to who proves who it is."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from engine.clock import VirtualClock
from engine.database import Database
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.instances.models import Instance
from notifications import outgoing
from notifications.errors import ReceiverUnavailable
from notifications.exports import channels, delivering
from notifications.exports import keeping as exports
from notifications.webhooks import keeping
from notifications.webhooks.delivering import Sending, deliver_due
from tests.support.plan import MONTH, build_house
from workflows.calendar import WorkingCalendar
from workflows.cycles import opening

PLAN, TUESDAY = "PES-GOB", dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC)
ANA = Actor("amartinez")


@contextmanager
def https(folder: Path) -> Iterator[tuple[str, Path, list[bytes]]]:
    """A receiver over TLS: its address, its certificate, and what came."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/", certificate, came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tablero")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "tablero.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def test_who_cannot_prove_who_it_is_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with https(tmp_path) as (url, certificate, came):
        with pytest.raises(ReceiverUnavailable):
            outgoing.post(url, b"{}", {}, inner=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert outgoing.post(url, b"{}", {}, inner=True)[0] == 204

    assert came == [b"{}"]


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_two_workers_tell_each_event_once_in_order_and_deliver_each_file(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(TUESDAY)
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    settings = channels.Settings(tmp_path / "archivos", inner=True)
    wanted = exports.Wanted("Metas", "COD = codigo\nValor = ejecutado", "carpeta:metas", "daily")
    with https(tmp_path) as (url, certificate, came):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with database.unit_of_work() as session:
            keeping.make(session, clock, PLAN, "Tablero", url, [], actor=ANA, inner=True)
            exports.make(session, clock, PLAN, wanted, actor=ANA, settings=settings)
        with database.unit_of_work() as session:
            opening.open_due(session, house.engine)

        def work(_: int) -> None:
            deliver_due(database, clock, Sending("secreto" * 6, inner=True))
            delivering.deliver_due(database, clock, WorkingCalendar(), delivering.Sending("secreto" * 6, settings))

        with ThreadPoolExecutor(2) as workers:
            list(workers.map(work, range(2)))
        for number in range(20):
            work(number)

    with database.reading() as session:
        query = sa.select(HistoryEntry.id).join(Instance, Instance.id == HistoryEntry.instance_id)
        happened = list(session.scalars(query.where(Instance.scope == PLAN).order_by(HistoryEntry.id)))
    assert [orjson.loads(body)["data"]["id"] for body in came] == happened and len(happened) > 10
    assert len(list((tmp_path / "archivos" / "metas").iterdir())) == 1
