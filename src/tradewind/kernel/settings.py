"""Settings: each one `TRADEWIND_*` variable, read once by the edge and handed down."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class UnknownSetting(ValueError):
    """A TRADEWIND_ variable that no setting has, or a value its setting cannot hold; stops the start."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation can set. `describe()` is the reference page."""

    database_url: str = ""
    """A PostgreSQL 15 or newer; empty means the embedded server in the data folder."""
    data_folder: Path = Path("data")
    """Where the embedded server, uploaded files and demo sign-ins live."""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    """Web processes."""
    pool_size: int = 16
    """Database connections a web process may hold."""
    log_format: str = "json"
    """json or console."""
    public_url: str = ""
    """The address users type, for links and for the origin check."""
    tls: str = "off"
    """off, self (a certificate made here, for phones on the local network) or files."""
    tls_certificate: str = ""
    """With tls=files: the certificate chain, a PEM file."""
    tls_key: str = ""
    """With tls=files: its key, an unencrypted PEM file."""
    plain_http: bool = False
    """Allows answering beyond this machine without TLS: where a proxy in front speaks it."""
    secure_cookies: bool = False
    """The session cookie becomes __Host- and Secure. Always so with tls=self and tls=files; set it where a proxy speaks TLS."""
    base_currency: str = "USD"
    default_language: str = "zh-CN"
    default_zone: str = "Asia/Shanghai"
    rows_at_once: int = 20_000
    """A publish that has to work through more records than this goes on as a job of the worker's."""
    slow_milliseconds: int = 500
    """A list that takes longer is counted among the slow questions, which propose indexes to builders."""
    max_body_bytes: int = 2_000_000
    max_file_bytes: int = 50_000_000
    max_import_bytes: int = 1 << 30
    """Bytes a file may have that comes in to be imported."""
    keep_imports_days: int = 30
    """Days after which the files and refused rows of imports are forgotten."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings of `environment`.

        Raises UnknownSetting for a name no setting has or a value that does not fit.
        """
        fields = {f"TRADEWIND_{field.name.upper()}": field for field in dataclasses.fields(cls)}
        found: dict[str, object] = {}
        for key, text in environment.items():
            if not key.startswith("TRADEWIND_"):
                continue
            field = fields.get(key)
            if field is None:
                raise UnknownSetting(f"{key} is not a setting; known: {', '.join(sorted(fields))}")
            try:
                found[field.name] = _read(str(field.type), text)
            except ValueError as error:
                raise UnknownSetting(f"{key}: {text!r} is not a {field.type}") from error
        read = cls(**found)  # pyright: ignore[reportArgumentType]
        return read if read.tls == "off" else dataclasses.replace(read, secure_cookies=True)


def _read(kind: str, text: str) -> object:
    if kind == "int":
        return int(text)
    if kind == "bool":
        if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise ValueError(text)
        return text.lower() in {"1", "true", "yes"}
    if kind == "Path":
        return Path(text)
    return text
