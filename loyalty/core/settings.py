"""Settings from the environment, checked once at start; what is wrong is said in sentences."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SECRET_BYTES = 32
CONNECTIONS_MAX = 32
_DIFFERENT_BYTES_MIN = 8  # random bytes never repeat that much
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}")
_POSTGRES = ("postgres://", "postgresql://", "postgresql+psycopg://")


class SettingsRefused(Exception):
    """The environment cannot be used; `sentences` say what to change."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two installations."""

    data: Path
    database_url: str
    public_url: str
    secret: bytes = field(repr=False)
    smtp_url: str | None = field(default=None, repr=False)  # it may hold a password
    smtp_connections: int = 4
    mail_from: str = "loyalty@localhost"
    redis_url: str | None = None
    time_travel: bool = False
    worker_is_external: bool = False
    sign_up: bool = False  # whether anybody may open a shop

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """Whether customers reach the product over HTTPS."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and check the environment; makes the data folder and its secret when missing.

        Raises SettingsRefused with one sentence for each thing that is wrong.
        """
        wrong: list[str] = []
        data = Path(environ.get("LOYALTY_DATA") or "loyalty-data").expanduser().resolve()
        database_url = _database_url(environ.get("DATABASE_URL"), data, wrong)
        public_url = _public_url(environ.get("LOYALTY_PUBLIC_URL"), wrong)
        smtp_url = _smtp_url(environ, wrong)
        smtp_connections = _connections(environ.get("LOYALTY_SMTP_CONNECTIONS"), wrong)
        mail_from = _mail_from(environ.get("LOYALTY_MAIL_FROM"), public_url, wrong)
        redis_url = _scheme("REDIS_URL", environ, ("redis", "rediss"), wrong)
        worker_is_external = _worker_is_external(environ.get("LOYALTY_WORKER"), wrong)
        sign_up = _sign_up(environ.get("LOYALTY_SIGN_UP"), smtp_url, wrong)
        if wrong:
            raise SettingsRefused(wrong)
        return cls(
            data=data,
            database_url=database_url,
            public_url=public_url,
            secret=instance_secret(data),
            smtp_url=smtp_url,
            smtp_connections=smtp_connections,
            mail_from=mail_from,
            redis_url=redis_url,
            time_travel=environ.get("LOYALTY_TIME_TRAVEL") == "1",
            worker_is_external=worker_is_external,
            sign_up=sign_up,
        )


def _database_url(given: str | None, data: Path, wrong: list[str]) -> str:
    if not given:
        return f"sqlite:///{data / 'loyalty.sqlite3'}"
    for prefix in _POSTGRES:
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    if given.startswith("sqlite:////"):
        return given
    wrong.append(
        "DATABASE_URL must begin with postgresql:// or be sqlite:/// and an absolute path; "
        "leave it out to use the embedded database."
    )
    return ""


def _public_url(given: str | None, wrong: list[str]) -> str:
    url = (given or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        wrong.append(
            "LOYALTY_PUBLIC_URL must be the address that customers see, "
            "like https://card.example.it, without a path."
        )
    return url


def _worker_is_external(given: str | None, wrong: list[str]) -> bool:
    if given and given != "external":
        wrong.append(
            "LOYALTY_WORKER must be external: then somebody else runs the worker; "
            "leave it out to have one beside the server."
        )
    return given == "external"


def _sign_up(given: str | None, smtp_url: str | None, wrong: list[str]) -> bool:
    if given and given != "open":
        wrong.append(
            "LOYALTY_SIGN_UP must be open: then anybody may open a shop; "
            "leave it out to open them by `loyalty setup`."
        )
    elif given and smtp_url is None:
        wrong.append("LOYALTY_SIGN_UP needs LOYALTY_SMTP_URL: each address is confirmed by mail.")
    return given == "open"


def _scheme(
    name: str, environ: Mapping[str, str], schemes: tuple[str, ...], wrong: list[str]
) -> str | None:
    url = environ.get(name)
    if not url:
        return None
    if urlsplit(url).scheme not in schemes:
        wrong.append(f"{name} must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    return url


def _smtp_url(environ: Mapping[str, str], wrong: list[str]) -> str | None:
    url = _scheme("LOYALTY_SMTP_URL", environ, ("smtp", "smtps"), wrong)
    if url is None:
        return None
    parts = urlsplit(url)
    try:
        is_whole = bool(parts.hostname) and parts.port != 0 and not parts.path.strip("/")
    except ValueError:  # a port that is no number
        is_whole = False
    if not is_whole or bool(parts.username) != bool(parts.password):
        wrong.append(
            "LOYALTY_SMTP_URL must name a mail server, like smtp://user:password@mail.example.it:587;"
            " a user needs a password."
        )
    return url


def _connections(given: str | None, wrong: list[str]) -> int:
    """How many campaign mails are handed to the mail server at the same time."""
    if given and not (given.isascii() and given.isdigit() and 1 <= int(given) <= CONNECTIONS_MAX):
        wrong.append(
            f"LOYALTY_SMTP_CONNECTIONS must be a number from 1 to {CONNECTIONS_MAX}, "
            "as many as your mail server lets you have."
        )
        return 1
    return int(given or "4")


def _mail_from(given: str | None, public_url: str, wrong: list[str]) -> str:
    """What stands in From; without a setting, loyalty@ the host that customers see."""
    if given:
        if not _ADDRESS.fullmatch(given):
            wrong.append(
                "LOYALTY_MAIL_FROM must be one address of yours, like carte@card.example.it."
            )
        return given
    host = urlsplit(public_url).hostname or ""
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    return f"loyalty@{host if is_name else 'localhost'}"


def instance_secret(data: Path) -> bytes:
    """The installation's own secret: 32 random bytes in <data>/instance/secret.key, mode 0600.

    Made at the first start. Raises SettingsRefused if the folder cannot be written, or if the
    file is readable by others or too short: a shared or default secret is never used.
    """
    path = data / "instance" / "secret.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_bytes(SECRET_BYTES))
        return _read_secret(path)
    except OSError as error:
        raise SettingsRefused(
            [f"The folder {data} cannot be used ({error.strerror}); set LOYALTY_DATA to another."]
        ) from error


def _write_once(path: Path, secret: bytes) -> None:
    """Written whole under another name, then linked: two starting processes agree on one."""
    draft = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first, and its secret is the one
    finally:
        draft.unlink()


def _read_secret(path: Path) -> bytes:
    secret = path.read_bytes()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsRefused([f"{path} can be read by others; run: chmod 600 {path}"])
    if len(secret) < SECRET_BYTES or len(set(secret)) < _DIFFERENT_BYTES_MIN:
        raise SettingsRefused([f"{path} is not a secret any more; restore it from a backup."])
    return secret
