"""Certificates: the given ones checked, or one made here for this machine's names and addresses."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tradewind.kernel.settings import Settings

_LIFETIME = timedelta(days=397)  # the longest that browsers accept
_RENEWAL = timedelta(days=30)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TlsFailure(RuntimeError):
    """TLS cannot be offered as set; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the server shows: a certificate chain and its key; `authority` is what a phone has to trust when we made it."""

    certificate: Path
    key: Path
    authority: Path | None = None


def identity(settings: Settings, now: datetime) -> Identity | None:
    """The identity the settings name; None for plain HTTP. Raises TlsFailure."""
    if settings.tls == "off":
        if not is_loopback(settings.host) and not settings.plain_http:
            raise TlsFailure(
                f"Plain HTTP on {settings.host} would send passwords in the clear; set TRADEWIND_TLS=self or files, "
                "or TRADEWIND_PLAIN_HTTP=true when a proxy in front speaks TLS."
            )
        return None
    if settings.tls == "files":
        return _given(settings, now)
    if settings.tls == "self":
        return _own(settings.data_folder / "tls", own_names(settings), now)
    raise TlsFailure(f"TRADEWIND_TLS is {settings.tls!r}; it can be off, self or files.")


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(name: str) -> bool:
    """Whether it is an address rather than a name."""
    return _address(name) is not None


def _given(settings: Settings, now: datetime) -> Identity:
    if not settings.tls_certificate or not settings.tls_key:
        raise TlsFailure("TRADEWIND_TLS=files needs TRADEWIND_TLS_CERTIFICATE and TRADEWIND_TLS_KEY, both PEM files.")
    certificate, key = Path(settings.tls_certificate), Path(settings.tls_key)
    try:
        shown = x509.load_pem_x509_certificate(certificate.read_bytes())
    except OSError as failure:
        raise TlsFailure(f"The certificate {certificate} cannot be read: {failure.strerror}.") from failure
    except ValueError as failure:
        raise TlsFailure(f"{certificate} is not a certificate in PEM form.") from failure
    try:
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
    except OSError as failure:
        raise TlsFailure(f"The key {key} cannot be read: {failure.strerror}.") from failure
    except (ValueError, TypeError, UnsupportedAlgorithm) as failure:
        raise TlsFailure(f"{key} is not an unencrypted private key in PEM form.") from failure
    if secret.public_key() != shown.public_key():
        raise TlsFailure(f"The key {key} does not belong to the certificate {certificate}.")
    if shown.not_valid_after_utc < now:
        raise TlsFailure(f"The certificate {certificate} ended on {shown.not_valid_after_utc:%Y-%m-%d}; renew it.")
    return Identity(certificate, key)


def own_names(settings: Settings) -> tuple[str, ...]:
    """Every name and address under which this machine may be called."""
    host = socket.gethostname()
    found = {"localhost", "127.0.0.1", "::1", host, f"{host}.local" if "." not in host else host}
    with contextlib.suppress(OSError):
        found |= {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    for family, beyond in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):  # reserved for documentation; nothing is sent
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((beyond, 9))
            found.add(str(probe.getsockname()[0]).partition("%")[0])
    found |= {settings.host, urlsplit(settings.public_url).hostname or ""} - {"", "0.0.0.0", "::"}  # noqa: S104 - left out, not bound
    return tuple(sorted(found))


def _own(folder: Path, names: tuple[str, ...], now: datetime) -> Identity:
    """The certificate made earlier while it lasts and has all the names, else a new one."""
    made = Identity(folder / "certificate.pem", folder / "key.pem", folder / "authority.pem")
    if not _still_good(made, names, now):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(made, names, now)
        except OSError as failure:
            raise TlsFailure(f"The certificate cannot be kept in {folder}: {failure.strerror}.") from failure
    return made


def _still_good(made: Identity, names: tuple[str, ...], now: datetime) -> bool:
    try:
        shown = x509.load_pem_x509_certificate(made.certificate.read_bytes())
        known = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    covered = {*known.get_values_for_type(x509.DNSName), *(str(one) for one in known.get_values_for_type(x509.IPAddress))}
    return made.key.exists() and set(names) <= covered and shown.not_valid_after_utc - now > _RENEWAL


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _make(made: Identity, names: tuple[str, ...], now: datetime) -> None:
    """An authority and one certificate of it. The authority's key is thrown away: nobody can sign anything else that a phone would trust."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tradewind {socket.gethostname()[:40]}")])
    day = now.astimezone(UTC).replace(microsecond=0) - timedelta(days=1)
    authority = _builder(issuer, issuer, authority_key.public_key(), day).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority = authority.add_extension(_usage(signs=True), critical=True)
    root = authority.add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False).sign(authority_key, hashes.SHA256())
    alternatives = [x509.DNSName(name) if (address := _address(name)) is None else x509.IPAddress(address) for name in names]
    leaf = _builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tradewind")]), issuer, key.public_key(), day)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(_usage(signs=False), critical=True)
    leaf = leaf.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    leaf = leaf.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    signed = leaf.sign(authority_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    _write(made.key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    _write(made.certificate, signed.public_bytes(pem) + root.public_bytes(pem))
    if made.authority is not None:
        _write(made.authority, root.public_bytes(pem))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, day: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer_name=issuer, subject_name=subject, public_key=key, serial_number=x509.random_serial_number())
    return builder.not_valid_before(day).not_valid_after(day + _LIFETIME)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by us only."""
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
