"""A real SFTP server on this machine, over a folder, that knows one key."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko

from notifications.exports.channels import fingerprint


@dataclass
class SftpServer:
    """Where it listens, by what it is known, and what is in its folder."""

    port: int
    host_key: str
    folder: Path

    def target(self, folder: str = "metas") -> str:
        return f"sftp://cauce@127.0.0.1:{self.port}/{folder}"


class _Entrance(paramiko.ServerInterface):
    def __init__(self, known: paramiko.PKey) -> None:
        self._known = known

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == "cauce" and key == self._known
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, path: Path) -> None:
        super().__init__(os.O_WRONLY)
        self.writefile = path.open("wb")


def _over(folder: Path) -> type[paramiko.SFTPServerInterface]:
    class Files(paramiko.SFTPServerInterface):
        def _real(self, path: str) -> Path:
            return folder / path.lstrip("/")

        def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
            try:
                return _Handle(self._real(path))
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

        def posix_rename(self, old: str, new: str) -> int:
            self._real(old).replace(self._real(new))
            return paramiko.SFTP_OK

        def stat(self, path: str) -> paramiko.SFTPAttributes | int:
            try:
                return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

    return Files


@contextmanager
def sftp_server(folder: Path, known: paramiko.PKey) -> Iterator[SftpServer]:
    """A server that listens until the block ends."""
    key = paramiko.ECDSAKey.generate()
    listening = socket.create_server(("127.0.0.1", 0))
    open_ones: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            open_ones.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _over(folder))
            try:
                transport.start_server(server=_Entrance(known))
            except (paramiko.SSHException, EOFError, OSError):
                transport.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield SftpServer(listening.getsockname()[1], fingerprint(key), folder)
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)
        for transport in open_ones:
            transport.close()
            transport.join(10)
