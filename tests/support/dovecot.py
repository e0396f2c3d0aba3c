"""A real IMAP server on this machine with one mailbox, where the machine has the program."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.remote import free_port

USER, PASSWORD = "devueltos@entidad.gov.co", "la clave del buzón"
VERSION = "2.3."
"""Later ones read other settings."""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens, with TLS at once (`tls`) and after being asked (`plain`), and where its mail lies."""

    plain: int
    tls: int
    mail: Path


def program() -> str | None:
    """Where dovecot is; None if the machine has none whose settings are known."""
    found = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
    return found if said.startswith(VERSION) and Path("/usr/lib/dovecot/imap").is_file() else None


@contextmanager
def dovecot(folder: Path, cert: Path, key: Path, *, tokens: str = "") -> Iterator[Dovecot]:
    """Run it in a folder that others may enter; `tokens`: the address at which it asks whose a key is."""
    path = program()
    assert path is not None
    made = Dovecot(free_port(), free_port(), folder / "mail")
    mails = pwd.getpwnam("nobody" if os.getuid() == 0 else getpass.getuser())
    box = made.mail / USER
    for one in (made.mail, box, box / "new", box / "cur", box / "tmp"):
        one.mkdir()
        os.chown(one, mails.pw_uid, mails.pw_gid)
    asking = f"introspection_mode = auth\nintrospection_url = {tokens}\nusername_attribute = username\n"
    (folder / "oauth2.conf").write_text(f"{asking}active_attribute = active\nactive_value = true\n")
    (folder / "people").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n", encoding="utf-8")
    settings = _settings(folder, made, cert, key, mails, oauth=bool(tokens))
    (folder / "dovecot.conf").write_text(settings, encoding="utf-8")
    process = subprocess.Popen([path, "-F", "-c", str(folder / "dovecot.conf")])
    try:
        deadline = time.monotonic() + 30
        while not all(_answers(port) for port in (made.plain, made.tls)):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _settings(folder: Path, made: Dovecot, cert: Path, key: Path, mails: pwd.struct_passwd, *, oauth: bool) -> str:
    of_keys = f"passdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {folder}/oauth2.conf\n}}\n"
    ours = (
        "" if os.getuid() == 0 else f"default_internal_user = {mails.pw_name}\ndefault_login_user = {mails.pw_name}\n"
    )
    return f"""\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = required
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = yes
auth_mechanisms = plain{" xoauth2" if oauth else ""}
mail_location = maildir:{made.mail}/%u
first_valid_uid = 1
{ours}{of_keys if oauth else ""}passdb {{
 driver = passwd-file
 mechanisms = plain
 args = {folder}/people
}}
userdb {{
 driver = static
 args = uid={mails.pw_uid} gid={mails.pw_gid} home={made.mail}/%u
}}
service anvil {{
 chroot =
}}
service imap-login {{
 chroot =
 inet_listener imap {{
  port = {made.plain}
 }}
 inet_listener imaps {{
  port = {made.tls}
  ssl = yes
 }}
}}
"""
