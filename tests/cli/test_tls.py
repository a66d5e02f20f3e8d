"""TLS: a certificate made here or given, with a real TLS client; plain HTTP beyond this machine only when asked for."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from tests.cli import running

from tradewind.edge.demo import prepare
from tradewind.edge.tls import TlsFailure, identity
from tradewind.kernel.settings import Settings

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def _own(folder: Path, **more: object) -> Settings:
    return Settings(data_folder=folder, tls="self", **more)  # type: ignore[arg-type]


def test_with_a_certificate_made_here_a_client_that_trusts_it_signs_in_and_its_cookie_is_secure(database_url: str, tmp_path: Path) -> None:
    sign_ins = asyncio.run(prepare(Settings(database_url=database_url, data_folder=tmp_path), lambda _: None))
    port, log = running.free_port(), tmp_path / "log"
    with running.started(log, "serve", database_url=database_url, data_folder=tmp_path, port=port, tls="self") as process:
        running.wait_for_port(port, process, log)
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "authority.pem"))
        for host in ("localhost", "127.0.0.1"):
            with httpx.Client(base_url=f"https://{host}:{port}", verify=trusting, headers={"Sec-Fetch-Site": "same-origin"}) as client:
                answer = client.post("/api/session", json={"email": "mei@demo.example", "password": sign_ins["mei@demo.example"]})
                assert answer.status_code == 200, answer.text
                cookie = answer.headers["set-cookie"].lower()
                assert cookie.startswith("__host-sid=") and "; secure" in cookie and "; httponly" in cookie
                assert client.get("/api/session").json()["person"]["email"] == "mei@demo.example"
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"https://127.0.0.1:{port}/api/health", verify=ssl.create_default_context())
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/api/health")


def test_the_certificate_is_kept_until_it_is_about_to_end_or_a_name_is_missing(tmp_path: Path) -> None:
    made = identity(_own(tmp_path), NOW)
    assert made is not None
    first = made.certificate.read_bytes()
    identity(_own(tmp_path), NOW + timedelta(days=300))
    assert made.certificate.read_bytes() == first
    identity(_own(tmp_path, public_url="https://crm.example.test"), NOW + timedelta(days=300))
    second = made.certificate.read_bytes()
    assert second != first
    assert "crm.example.test" in x509.load_pem_x509_certificate(second).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    ).value.get_values_for_type(x509.DNSName)
    identity(_own(tmp_path, public_url="https://crm.example.test"), NOW + timedelta(days=680))
    assert made.certificate.read_bytes() != second


def test_the_key_is_for_nobody_else_and_the_authority_cannot_sign_again(tmp_path: Path) -> None:
    made = identity(_own(tmp_path), NOW)
    assert made is not None
    assert made.key.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in (tmp_path / "tls").iterdir()) == ["authority.pem", "certificate.pem", "key.pem"]


def test_given_files_are_used_when_they_fit_and_refused_in_one_sentence_when_not(tmp_path: Path) -> None:
    made, other = identity(_own(tmp_path / "a"), NOW), identity(_own(tmp_path / "b"), NOW)
    assert made is not None and other is not None

    def given(certificate: Path, key: Path) -> Settings:
        return Settings(tls="files", tls_certificate=str(certificate), tls_key=str(key))

    found = identity(given(made.certificate, made.key), NOW)
    assert found is not None and found.authority is None and found.key == made.key
    noise = tmp_path / "noise"
    noise.write_text("no certificate")
    for settings, day, words in (
        (given(made.certificate, other.key), NOW, "does not belong"),
        (given(made.certificate, noise), NOW, "not an unencrypted private key"),
        (given(noise, made.key), NOW, "not a certificate"),
        (given(tmp_path / "none", made.key), NOW, "cannot be read"),
        (given(made.certificate, made.key), NOW + timedelta(days=400), "ended on"),
        (Settings(tls="files"), NOW, "TRADEWIND_TLS_CERTIFICATE"),
        (Settings(tls="on"), NOW, "off, self or files"),
    ):
        with pytest.raises(TlsFailure, match=words):
            identity(settings, day)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "crm.example.test"])
def test_plain_http_beyond_this_machine_needs_to_be_asked_for(host: str) -> None:
    with pytest.raises(TlsFailure, match="TRADEWIND_PLAIN_HTTP"):
        identity(Settings(host=host), NOW)
    assert identity(Settings(host=host, plain_http=True), NOW) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "localhost"])
def test_plain_http_on_this_machine_needs_nothing(host: str) -> None:
    assert identity(Settings(host=host), NOW) is None


@pytest.mark.parametrize(("tls", "secure"), [("off", False), ("self", True), ("files", True)])
def test_cookies_are_secure_with_tls(tls: str, secure: bool) -> None:
    assert Settings.from_environment({"TRADEWIND_TLS": tls}).secure_cookies is secure
