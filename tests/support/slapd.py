"""A real OpenLDAP server on this machine with some people, where the machine has the program."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.remote import free_port

BASE, GROUP = "dc=demo,dc=example", "cn=planeacion,ou=grupos,dc=demo,dc=example"
READER, READERS_PASSWORD = "cn=cauce,dc=demo,dc=example", "la clave de quien lee"
SCHEMAS, MODULES = Path("/etc/ldap/schema"), Path("/usr/lib/ldap")
OTHER_LOOPBACK = "127.1"
"""A name of this machine that nothing takes for one: TLS is demanded of it."""


@dataclass(frozen=True)
class Entry:
    """A person of the directory."""

    uid: str
    name: str
    mail: str
    password: str
    groups: Sequence[str] = ()


@dataclass(frozen=True)
class Slapd:
    """Where it listens, in the clear and with TLS, and the certificate that signs its own."""

    plain: int
    tls: int
    ca: Path


def program() -> str | None:
    """Where slapd is; None if the machine has none, or not its schemas."""
    found = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/libexec:/usr/bin")
    return found if found and SCHEMAS.is_dir() and MODULES.is_dir() else None


@contextmanager
def slapd(folder: Path, people: Sequence[Entry], above: Mapping[str, Sequence[str]] | None = None) -> Iterator[Slapd]:
    """Run it with these people and groups, each with those it is in; only who gives the reader's password reads."""
    path, data = program(), folder / "data"
    assert path is not None
    data.mkdir()
    certify(folder)
    (folder / "slapd.conf").write_text(_settings(folder, data), encoding="utf-8")
    (folder / "people.ldif").write_text(_ldif(people, above or {}), encoding="utf-8")
    load = [path, "-T", "add", "-f", str(folder / "slapd.conf"), "-l", str(folder / "people.ldif")]
    subprocess.run(load, check=True, capture_output=True)
    made = Slapd(free_port(), free_port(), folder / "cert.pem")
    urls = f"ldap://127.0.0.1:{made.plain} ldaps://127.0.0.1:{made.tls}"
    process = subprocess.Popen([path, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", urls])
    try:
        deadline = time.monotonic() + 30
        while not all(_answers(port) for port in (made.plain, made.tls)):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield made
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _settings(folder: Path, data: Path) -> str:
    schemas = "".join(f"include {SCHEMAS}/{name}.schema\n" for name in ("core", "cosine", "inetorgperson"))
    return (
        f"{schemas}modulepath {MODULES}\nmoduleload back_mdb\nmoduleload memberof\npidfile {folder}/slapd.pid\n"
        f"TLSCertificateFile {folder}/cert.pem\nTLSCertificateKeyFile {folder}/key.pem\n"
        f'database mdb\nsuffix "{BASE}"\nrootdn "{READER}"\nrootpw "{READERS_PASSWORD}"\ndirectory {data}\n'
        "overlay memberof\naccess to attrs=userPassword by anonymous auth by * none\n"
        "access to * by users read by * none\n"
    )


def _ldif(people: Sequence[Entry], above: Mapping[str, Sequence[str]]) -> str:
    top = f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Demo\ndc: demo\n\n"
    top += f"dn: ou=personas,{BASE}\nobjectClass: organizationalUnit\nou: personas\n\n"
    top += f"dn: ou=grupos,{BASE}\nobjectClass: organizationalUnit\nou: grupos\n\n"
    for group, those in above.items():
        top += f"dn: {group}\nobjectClass: groupOfNames\ncn: {group.partition(',')[0][3:]}\nmember: cn=x,{BASE}\n"
        top += "".join(f"memberOf: {one}\n" for one in those) + "\n"
    return top + "\n".join(
        f"dn: cn={one.name},ou=personas,{BASE}\nobjectClass: inetOrgPerson\nuid: {one.uid}\ncn: {one.name}\nsn: X\n"
        f"mail: {one.mail}\nuserPassword: {one.password}\n" + "".join(f"memberOf: {group}\n" for group in one.groups)
        for one in people
    )


def certify(folder: Path) -> None:
    """A certificate of its own for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.DNSName(OTHER_LOOPBACK), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*private))
