"""What the surroundings decide, read once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from notifications.errors import InvalidMailUrl
from notifications.exports.channels import Settings
from notifications.hosts import is_loopback
from notifications.outbox import is_address
from notifications.tokens import SENDING, Tokens
from web import breaches, logs
from web.directory import Directory
from web.provider import Provider
from web.settings import InvalidSetting, count, flag, one_of
from workflows.people.roles import BY_ID

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
SECRET_BYTES = 32
FEWEST_LETTERS = 12
"""Different letters of a secret: 32 random bytes written in hexadecimal have 16, a sentence repeated has few."""
SHORTEST_PASSPHRASE = 20
EVERYBODY = "todos"
"""Whatever their roles."""
HOW_TO_MAKE_ONE = "Hágala así: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


BOUNCES_TOKENS = "CAUCE_BOUNCES_OAUTH"
TOKEN_PARTS = ("CLIENT", "SECRET", "REFRESH", "SCOPE")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of Cauce.

    `home` holds what Cauce writes by itself (secret, embedded database, mails of the demo). `base_url` is the
    address people use, without a slash at the end: links in mails begin with it, and `https` makes cookies secure.
    `smtp_url` empty means that mails are written into `home/correos`; `smtp_tokens` stand for its
    password. `proxies` counts the reverse proxies whose
    forwarded addresses are believed. `log` is the form of the log: a line of text or a JSON object. With
    `hsts_subdomains` browsers are told to reach every name below this one over HTTPS too. `security_contact` is where
    somebody who finds a weakness writes (`mailto:…` or `https://…`); empty means that there is no `security.txt`.
    `privacy_controller` answers for personal data and is reached at `privacy_contact`, as the notice says.
    `backups` is the folder of nightly copies, of which the newest `backups_kept` stay; None: none are taken.
    With `backup_passphrase` copies are encrypted.
    `provider` signs people in by OpenID Connect, `directory` with their password of an LDAP directory; without
    `local_accounts` nobody signs in with one of Cauce's. Who holds a
    role of `second_factor` may not do without a second step; a browser may be spared it for `second_factor_days`.
    `api_per_minute` is how many requests of one token each process answers in a minute. With
    `inner_receivers` webhooks and exports may go to addresses of the inner network, and without encryption.
    `bounces` is the folder or mailbox of the notices of mails that came back, `bounces_tokens` its password's stand-in.
    `exports` is the folder into which exports may be delivered, `sftp_key` the file of the private key for SFTP.
    `scanner` is the address of the `clamd` that looks at what people send; empty: nothing does. `breached` is a file of
    the SHA-1 of passwords of breaches, in order, of which nobody may choose one.
    """

    home: Path
    database_url: str
    secret_key: str
    base_url: str = DEFAULT_BASE_URL
    smtp_url: str = ""
    smtp_tokens: Tokens | None = None
    mail_from: str = "Cauce <cauce@localhost>"
    demo: bool = False
    proxies: int = 0
    log: str = "text"
    health_token: str = ""
    hsts_subdomains: bool = False
    security_contact: str = ""
    privacy_controller: str = ""
    privacy_contact: str = ""
    backups: Path | None = None
    backups_kept: int = 14
    backup_passphrase: str = field(default="", repr=False)
    provider: Provider | None = None
    directory: Directory | None = None
    local_accounts: bool = True
    second_factor: frozenset[str] = frozenset()
    second_factor_days: int = 30
    api_per_minute: int = 300
    inner_receivers: bool = False
    exports: Path | None = None
    bounces: str = ""
    bounces_tokens: Tokens | None = None
    sftp_key: Path | None = None
    scanner: str = ""
    breached: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, demo: bool | None = None) -> Config:
        """Read `CAUCE_*`; `demo` given by the command line wins over `CAUCE_DEMO`.

        Creates the home folder and, where no key was given, a secret of its own. Raises `InvalidSetting`.
        """
        home = Path(environment.get("CAUCE_HOME", "var")).resolve()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        demo = flag("CAUCE_DEMO", environment) if demo is None else demo
        base_url = _base_url(environment.get("CAUCE_BASE_URL") or DEFAULT_BASE_URL)
        if demo:
            _ensure_only_here(base_url)
        provider, local_accounts = (
            Provider.from_environment(environment),
            flag("CAUCE_LOCAL_ACCOUNTS", environment, "1"),
        )
        directory = Directory.from_environment(environment)
        if not (local_accounts or provider or directory):
            raise InvalidSetting(
                "Con CAUCE_LOCAL_ACCOUNTS=0 nadie podría ingresar: falta CAUCE_OIDC_ISSUER o CAUCE_LDAP_URL."
            )
        return cls(
            home=home,
            database_url=environment.get("CAUCE_DATABASE_URL") or f"sqlite:///{home / 'cauce.sqlite'}",
            secret_key=_given_secret(environment) or kept_secret(home / "secret"),
            base_url=base_url,
            smtp_url=environment.get("CAUCE_SMTP_URL", ""),
            smtp_tokens=_tokens(environment, SENDING),
            mail_from=_sender(environment.get("CAUCE_MAIL_FROM") or "Cauce <cauce@localhost>"),
            demo=demo,
            proxies=count("CAUCE_PROXIES", environment),
            log=one_of(logs.FORMATS, "CAUCE_LOG", environment),
            health_token=environment.get("CAUCE_HEALTH_TOKEN", ""),
            hsts_subdomains=flag("CAUCE_HSTS_SUBDOMAINS", environment),
            security_contact=_contact(environment.get("CAUCE_SECURITY_CONTACT", "").strip()),
            privacy_controller=environment.get("CAUCE_PRIVACY_CONTROLLER", "").strip(),
            privacy_contact=_privacy_contact(environment.get("CAUCE_PRIVACY_CONTACT", "").strip()),
            backups=Path(folder).resolve() if (folder := environment.get("CAUCE_BACKUPS", "")) else None,
            backups_kept=max(1, count("CAUCE_BACKUPS_KEPT", environment, 14)),
            backup_passphrase=_passphrase(environment.get("CAUCE_BACKUP_PASSPHRASE", "")),
            provider=provider,
            directory=directory,
            local_accounts=local_accounts,
            second_factor=_obliged(environment.get("CAUCE_SECOND_FACTOR", "")),
            second_factor_days=count("CAUCE_SECOND_FACTOR_DAYS", environment, 30),
            bounces=environment.get("CAUCE_BOUNCES", "").strip(),
            bounces_tokens=_tokens(environment, BOUNCES_TOKENS),
            exports=Path(folder).resolve() if (folder := environment.get("CAUCE_EXPORTS", "")) else None,
            sftp_key=Path(key).resolve() if (key := environment.get("CAUCE_SFTP_KEY", "")) else None,
            scanner=_scanner(environment.get("CAUCE_CLAMD", "").strip()),
            breached=_breached(environment.get("CAUCE_BREACHED_PASSWORDS", "").strip()),
            inner_receivers=flag("CAUCE_INNER_RECEIVERS", environment),
            api_per_minute=max(1, count("CAUCE_API_PER_MINUTE", environment, 300)),
        )

    @property
    def is_secure(self) -> bool:
        """Whether people reach Cauce over HTTPS."""
        return self.base_url.startswith("https://")

    @property
    def receivers(self) -> Settings:
        """What exports may use."""
        return Settings(self.exports, self.sftp_key, self.inner_receivers)

    @property
    def mail_folder(self) -> Path:
        """Where mails go when there is no mail server."""
        return self.home / "correos"


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on the first start and readable by its owner only."""
    try:
        # O_EXCL: of two processes that start together, one writes and the other reads.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing_secret(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret


def _existing_secret(path: Path) -> str:
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise InvalidSetting(f"El secreto de {path} está vacío o incompleto. Bórrelo para que Cauce haga otro.")
    return secret


def _given_secret(environment: Mapping[str, str]) -> str:
    """The secret of the environment; empty if there is none. Whoever guesses it signs in as anybody."""
    text = environment.get("CAUCE_SECRET_KEY", "").strip()
    if text and (len(text.encode()) < SECRET_BYTES or len(set(text)) < FEWEST_LETTERS or "LA-ORDEN" in text):
        raise InvalidSetting(
            f"CAUCE_SECRET_KEY se puede adivinar: debe tener {SECRET_BYTES} bytes al azar o más. {HOW_TO_MAKE_ONE}"
        )
    return text


def _ensure_only_here(base_url: str) -> None:
    """The demo has no passwords."""
    if not is_loopback(urlsplit(base_url).hostname):
        raise InvalidSetting(
            f"La demostración no pide contraseñas y CAUCE_BASE_URL={base_url!r} es una dirección pública. "
            "Quite una de las dos."
        )


def _contact(text: str) -> str:
    if text and not text.startswith(("mailto:", "https://")):
        raise InvalidSetting(
            f"CAUCE_SECURITY_CONTACT={text!r} no se entiende. Escriba mailto:seguridad@entidad.gov.co o https://…"
        )
    return text


def _scanner(text: str) -> str:
    host, _, port = text.rpartition(":")
    is_socket = text.startswith("unix:/")
    if text and not (is_socket or (host and port.isdecimal() and 0 < int(port) < 2**16)):
        raise InvalidSetting(
            f"CAUCE_CLAMD={text!r} no se entiende. Escriba 127.0.0.1:3310 o unix:/run/clamav/clamd.ctl"
        )
    return text


def _breached(text: str) -> Path | None:
    if not text:
        return None
    try:
        breaches.ensure_readable(Path(text))
    except (OSError, ValueError) as error:
        raise InvalidSetting(
            f"CAUCE_BREACHED_PASSWORDS={text!r} no se puede usar ({error}). Debe ser un archivo con una huella SHA-1 "
            "por línea, en orden, como el que escribe haveibeenpwned-downloader."
        ) from error
    return Path(text).resolve()


def _privacy_contact(text: str) -> str:
    if text and not (text.startswith("https://") or is_address(text)):
        raise InvalidSetting(
            f"CAUCE_PRIVACY_CONTACT={text!r} no se entiende. Escriba datospersonales@entidad.gov.co o https://…"
        )
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidSetting(f"CAUCE_BASE_URL={text!r} no es una dirección. Escriba por ejemplo https://cauce.gov.co")
    return text.rstrip("/")


def _passphrase(text: str) -> str:
    """What encrypts copies, which somebody may try at for years."""
    if text and (len(text) < SHORTEST_PASSPHRASE or len(set(text)) < FEWEST_LETTERS - 4):
        raise InvalidSetting(
            f"CAUCE_BACKUP_PASSPHRASE se puede adivinar: escriba {SHORTEST_PASSPHRASE} letras o más, por ejemplo seis "
            "palabras que no suelan ir juntas."
        )
    return text


def _tokens(environment: Mapping[str, str], setting: str) -> Tokens | None:
    """Where keys for the mail are had, as `setting` and those that begin with it say."""
    asked = {name: environment.get(f"{setting}_{name}", "").strip() for name in TOKEN_PARTS}
    endpoint = environment.get(setting, "").strip()
    if not endpoint:
        if any(asked.values()):
            raise InvalidSetting(f"Falta {setting}: la dirección en que su proveedor entrega los permisos.")
        return None
    try:
        return Tokens(endpoint, asked["CLIENT"], asked["SECRET"], asked["REFRESH"], asked["SCOPE"], setting)
    except InvalidMailUrl as wrong:
        raise InvalidSetting(wrong.message) from wrong


def _obliged(text: str) -> frozenset[str]:
    """The roles that may not do without a second step, or everybody."""
    roles = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := roles - BY_ID.keys() - {EVERYBODY}:
        raise InvalidSetting(
            f"CAUCE_SECOND_FACTOR nombra roles que no existen: {', '.join(sorted(unknown))}. Escriba «{EVERYBODY}» o "
            f"algunos de: {', '.join(BY_ID)}."
        )
    return frozenset(roles)


def _sender(text: str) -> str:
    """Who sends the mails: one address, with a name or without; a wrong one would keep every mail from leaving."""
    try:
        Address(addr_spec=parseaddr(text)[1])
    except Exception as exc:  # the parser raises half a dozen kinds
        raise InvalidSetting(
            f"CAUCE_MAIL_FROM={text!r} no es un remitente. Escriba por ejemplo «Cauce <cauce@entidad.gov.co>»."
        ) from exc
    return text
