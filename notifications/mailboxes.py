"""Where the notices of mails that came back lie: a folder of this machine, or a mailbox of the mail server (IMAP)."""

from __future__ import annotations

import imaplib
import mailbox
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from notifications.bounces import LARGEST
from notifications.errors import InvalidMailUrl, NoMailbox, ServerUnavailable
from notifications.hosts import is_loopback
from notifications.mail import Limits, addresses_of, connected
from notifications.tokens import Tokens, answer

AT_ONCE = 50
"""How many notices a look takes; the next look takes the next."""
USUAL_FOLDER = "INBOX"
NOTICES = ("UNSEEN", "HEADER", "Content-Type", "delivery-status")
"""What is looked for (RFC 3464): letters of people stay as they are, unread."""
WORDS = 300
HOW = "«imaps://usuario:clave@servidor», «imap://usuario:clave@servidor?starttls=1» o una carpeta Maildir"


class Mailbox(Protocol):
    """Holds notices, each under a key. Both acts raise `NoMailbox` where it cannot be reached."""

    @property
    def name(self) -> str:
        """The mailbox, as people know it."""
        ...

    def unread(self, without: Collection[str] = ()) -> Mapping[str, bytes]:
        """The oldest notices that nobody has read, but for those `without`."""
        ...

    def done(self, keys: Collection[str]) -> None:
        """Leave these among those that were read."""
        ...


def at(place: str, tokens: Tokens | None = None) -> Mailbox:
    """The mailbox at an address or in a folder; `tokens` stand for its password. Raises `InvalidMailUrl`."""
    if "://" in place:
        return ImapMailbox(place, tokens=tokens)
    if tokens is not None:
        raise InvalidMailUrl("CAUCE_BOUNCES_OAUTH es de un buzón: CAUCE_BOUNCES empieza por «imaps://» o «imap://».")
    return MaildirMailbox(Path(place).resolve())


@dataclass(frozen=True, slots=True)
class MaildirMailbox:
    """A folder into which a mail server delivers."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder, by its last name."""
        return f"carpeta {self.folder.name}"

    def unread(self, without: Collection[str] = ()) -> Mapping[str, bytes]:
        """See `Mailbox`."""
        if not (self.folder / "new").is_dir():
            raise NoMailbox(f"«{self.folder}» no es una carpeta Maildir: debe tener dentro «new» y «cur».")
        box = mailbox.Maildir(self.folder, create=False)
        new = [key for key in sorted(box.keys()) if key not in without and box.get_message(key).get_subdir() == "new"]
        return {key: box.get_bytes(key) for key in new[:AT_ONCE]}

    def done(self, keys: Collection[str]) -> None:
        """See `Mailbox`."""
        box = mailbox.Maildir(self.folder, create=False)
        for key in keys:
            message = box.get_message(key)
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message


class ImapMailbox:
    """A mailbox reached by IMAP: `imaps://user:password@host[:port][/folder]` or `imap://…?starttls=1`.

    Who we are is said over TLS only; `?insecure=1` lets it go in clear to a server of this same machine.
    """

    def __init__(self, url: str, limits: Limits | None = None, tokens: Tokens | None = None) -> None:
        """Read the URL; `tokens` stand in the place of its password. Raises `InvalidMailUrl`."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise InvalidMailUrl(f"CAUCE_BOUNCES no se entiende. Escriba {HOW}.")
        asked = parse_qs(parts.query)
        self.secure, self.starttls = parts.scheme == "imaps", asked.get("starttls", ["0"])[0] == "1"
        in_clear = asked.get("insecure", ["0"])[0] == "1" and is_loopback(parts.hostname)
        if not (self.secure or self.starttls or in_clear):
            raise InvalidMailUrl(
                "La clave del buzón viajaría sin cifrar. Escriba «imaps://…» o «imap://…?starttls=1»; solo a un "
                "servidor de esta misma máquina se le puede enviar así, con «?insecure=1»."
            )
        if not parts.password and tokens is None:
            raise InvalidMailUrl("A la dirección de CAUCE_BOUNCES le falta la clave, o falta CAUCE_BOUNCES_OAUTH.")
        self.limits, self.tokens = limits or Limits(), tokens
        self.host, self.port = parts.hostname, parts.port or (993 if self.secure else 143)
        self.user, self.password = unquote(parts.username), unquote(parts.password or "")
        self.folder = unquote(parts.path.strip("/")) or USUAL_FOLDER
        if not self.folder.isascii():
            raise InvalidMailUrl("Llame a la carpeta de CAUCE_BOUNCES sin tildes ni eñes.")

    @property
    def name(self) -> str:
        """Whose it is, and at which server."""
        return f"buzón {self.user} en {self.host}:{self.port}"

    def unread(self, without: Collection[str] = ()) -> Mapping[str, bytes]:
        """See `Mailbox`. Nothing that is looked at becomes read by that."""
        with self._opened() as imap:
            found = _told(imap.uid("SEARCH", *NOTICES))
            keys = [key.decode() for key in (found[0] or b"").split() if key.decode() not in without]
            return {key: content for key in keys[:AT_ONCE] if (content := _content(imap, key)) is not None}

    def done(self, keys: Collection[str]) -> None:
        """See `Mailbox`."""
        if keys:
            with self._opened() as imap:
                _told(imap.uid("STORE", ",".join(keys), "+FLAGS.SILENT", r"(\Seen)"))

    @contextmanager
    def _opened(self) -> Iterator[_Imap]:
        """The folder, open, for no longer than the limit in all."""
        imap = _Imap(self)
        watch = threading.Timer(self.limits.whole_s, imap.expire)
        watch.daemon = True
        watch.start()
        try:
            imap.begin()
            _told(imap.select(_quoted(self.folder)))
            yield imap
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
        except ServerUnavailable as wrong:  # of who gives the keys
            raise NoMailbox(wrong.message) from wrong
        except (OSError, imaplib.IMAP4.error) as wrong:
            raise NoMailbox(f"El {self.name} {self._why(wrong, imap)}") from wrong
        finally:
            watch.cancel()
            imap.hang_up()

    def _why(self, wrong: Exception, imap: _Imap) -> str:
        if imap.expired or isinstance(wrong, TimeoutError):
            return "no respondió a tiempo."
        said = wrong.args[0] if wrong.args else ""
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(wrong)
        return f"no se pudo leer: {' '.join(words.split())[:WORDS]}"


class _Imap(imaplib.IMAP4):
    """A connection with a handle by which another thread ends it, whatever stage it is in."""

    def __init__(self, box: ImapMailbox) -> None:
        # The library's connects as it is made; this one when it `begin`s, so that it can be ended meanwhile.
        self._box = box
        self._handle: socket.socket | None = None
        self.expired = False

    def begin(self) -> None:
        """Connect, and say who we are."""
        box = self._box
        super().__init__(box.host, box.port, timeout=box.limits.connect_s)
        if box.starttls:
            self.starttls(ssl_context=ssl.create_default_context())
        tokens = box.tokens
        said = f"\0{box.user}\0{box.password}" if tokens is None else answer(box.user, tokens.token())
        once = iter([said.encode()])
        try:
            # A server that says why it refuses a key wants an empty answer before it does.
            self.authenticate("PLAIN" if tokens is None else "XOAUTH2", lambda _why: next(once, b""))
        except imaplib.IMAP4.error:
            if tokens is not None:
                tokens.forget()
            raise

    def _create_socket(self, timeout: float | None) -> socket.socket:
        box = self._box
        within_s = timeout or box.limits.connect_s
        plain = connected(addresses_of(box.host, box.port, within_s), within_s)
        # TLS takes the socket over, its handshake included: the handle is one of our own, of the same connection.
        self._handle = plain.dup()
        plain.settimeout(box.limits.whole_s)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=box.host) if box.secure else plain

    def expire(self) -> None:
        """End the connection: whoever waits for the server is told that it was closed."""
        self.expired = True
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Give everything back."""
        if self._handle is not None:
            with suppress(OSError, AttributeError):  # of a connection that was never made there is nothing to close
                self.shutdown()
            self._handle.close()


def _told(said: tuple[str, list[Any]]) -> list[Any]:
    """What a server answered, or why it did not want to."""
    kind, data = said
    if kind != "OK":
        raise imaplib.IMAP4.error(data[0] if data else kind)
    return data


def _content(imap: _Imap, key: str) -> bytes | None:
    """A notice, as much of it as is read; None where somebody took it away meanwhile."""
    parts = _told(imap.uid("FETCH", key, f"(BODY.PEEK[]<0.{LARGEST}>)"))
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
