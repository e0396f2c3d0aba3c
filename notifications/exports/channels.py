"""Where an export goes: a folder of this machine, an SFTP server, or an address that takes it."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import paramiko

from notifications import outgoing
from notifications.errors import InvalidReceiver, ReceiverRefused, ReceiverUnavailable

FOLDER = "carpeta:"
_FOLDER = re.compile(r"carpeta:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
_HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
SFTP_PORT, TIMEOUT_S = 22, 15


@dataclass(frozen=True, slots=True)
class Settings:
    """What the installation lets exports use: a folder, a key for SFTP (its file), and addresses of inside."""

    folder: Path | None = None
    sftp_key: Path | None = None
    inner: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """What is delivered."""

    name: str
    content: bytes
    headers: Mapping[str, str]


def ensure_target(target: str, host_key: str, settings: Settings) -> None:
    """Raise `InvalidReceiver` for what nothing can be delivered to, and say what to do."""
    if target.startswith(FOLDER):
        if settings.folder is None:
            raise InvalidReceiver("Quien administra la plataforma debe decir primero cuál carpeta: CAUCE_EXPORTS.")
        if not _FOLDER.fullmatch(target):
            raise InvalidReceiver("Escriba la carpeta así: carpeta:planeacion/metas, sin espacios ni puntos.")
    elif target.startswith("sftp:"):
        if settings.sftp_key is None:
            raise InvalidReceiver("Quien administra la plataforma debe dar primero la llave: CAUCE_SFTP_KEY.")
        _sftp(target)
        if not _HOST_KEY.fullmatch(host_key):
            raise InvalidReceiver("Escriba la huella del servidor SFTP, «SHA256:…»: la da quien lo administra.")
    else:
        outgoing.ensure_receiver(target, inner=settings.inner)


def deliver(target: str, host_key: str, file: File, settings: Settings) -> None:
    """Deliver a file; twice is once: it takes the place of one of its name, whole or not at all.

    Raises `InvalidReceiver`, `ReceiverUnavailable` or `ReceiverRefused`.
    """
    ensure_target(target, host_key, settings)
    if target.startswith(FOLDER):
        _into_folder(target, file, settings)
    elif target.startswith("sftp:"):
        _over_sftp(target, host_key, file, settings)
    else:
        status, said = outgoing.post(target, file.content, file.headers, inner=settings.inner)
        if not 200 <= status < 300:
            raise ReceiverRefused(f"El sistema que recibe respondió {status}: {said[:300]}. Se intentará de nuevo.")


def public_key(path: Path) -> str:
    """The public half of the key for SFTP, as a server's administrator adds it to `authorized_keys`."""
    key = _key(path)
    return f"{key.get_name()} {key.get_base64()} cauce"


def _into_folder(target: str, file: File, settings: Settings) -> None:
    assert settings.folder is not None  # noqa: S101 - ensured above
    folder = settings.folder / target.removeprefix(FOLDER)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(settings.folder.resolve()):
            raise InvalidReceiver("Esa carpeta lleva fuera de la de las exportaciones.")
        part = folder / f".{file.name}.parte"
        part.write_bytes(file.content)
        part.replace(folder / file.name)
    except OSError as error:
        raise ReceiverUnavailable(f"No se pudo escribir en la carpeta ({error.strerror}).") from error


def _over_sftp(target: str, host_key: str, file: File, settings: Settings) -> None:
    assert settings.sftp_key is not None  # noqa: S101 - ensured above
    host, port, user, folder = _sftp(target)
    with _connected(host, port, settings) as transport:
        try:
            transport.start_client(timeout=TIMEOUT_S)
            if fingerprint(transport.get_remote_server_key()) != host_key:
                raise ReceiverRefused("El servidor SFTP no es el de siempre: su huella es otra. No se envió nada.")
            transport.auth_publickey(user, _key(settings.sftp_key))
            client = paramiko.SFTPClient.from_transport(transport)
            if client is None or (channel := client.get_channel()) is None:
                raise ReceiverUnavailable(f"{host} no ofrece SFTP.")
            channel.settimeout(TIMEOUT_S)
            part, whole = f"{folder}/.{file.name}.parte", f"{folder}/{file.name}"
            with client.open(part, "wb") as remote:
                remote.write(file.content)
            client.posix_rename(part, whole)
        except paramiko.AuthenticationException as error:
            raise ReceiverRefused(f"{host} no acepta la llave de Cauce para «{user}».") from error
        except FileNotFoundError as error:
            raise ReceiverRefused(f"{host} no tiene la carpeta «{folder}».") from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise ReceiverUnavailable(f"{host} no recibe por SFTP ({type(error).__name__}).") from error


@contextlib.contextmanager
def _connected(host: str, port: int, settings: Settings) -> Iterator[paramiko.Transport]:
    address = outgoing.address_of(host, port, inner=settings.inner)
    try:
        connection = socket.create_connection((address, port), timeout=TIMEOUT_S)
    except OSError as error:
        raise ReceiverUnavailable(f"{host} no responde.") from error
    with connection, contextlib.closing(paramiko.Transport(connection)) as transport:
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = TIMEOUT_S
        yield transport


def fingerprint(key: paramiko.PKey) -> str:
    """How OpenSSH writes by what a server is known."""
    return "SHA256:" + b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _key(path: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, paramiko.SSHException, ValueError) as error:
        raise ReceiverUnavailable("No se puede leer la llave de CAUCE_SFTP_KEY.") from error


def _sftp(target: str) -> tuple[str, int, str, str]:
    """The host, the port, who enters, and the folder."""
    try:
        parts = urlsplit(target)
        host, port, user = parts.hostname, parts.port or SFTP_PORT, parts.username
        fits = bool(host and user) and parts.password is None and not parts.query and not parts.fragment
    except ValueError:
        fits = False
    folder = unquote(parts.path).rstrip("/") if fits else ""
    if not fits or not host or not user or not folder or any(not letter.isprintable() for letter in target):
        raise InvalidReceiver("Escriba el servidor así: sftp://usuario@servidor.entidad.gov.co/carpeta")
    return host, port, unquote(user), folder
