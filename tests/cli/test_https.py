"""Outside the demo nothing goes to other machines in the clear."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import RequestFactory

from tests.cli.test_serve import ZHUNSHENG
from zhunsheng.cli.commands import serve
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.clock import SystemClock
from zhunsheng.web.addresses import address_of


@pytest.mark.parametrize(
    ("host", "demo", "certificate", "refused"),
    [
        ("0.0.0.0", False, False, True),
        ("::", False, False, True),
        ("10.1.2.3", False, False, True),
        ("bureau.example", False, False, True),
        ("127.0.0.1", False, False, False),
        ("::1", False, False, False),
        ("localhost", False, False, False),
        ("0.0.0.0", False, True, False),
        ("0.0.0.0", True, False, False),
    ],
)
def test_other_machines_are_not_served_in_the_clear(
    settings: Any, host: str, *, demo: bool, certificate: bool, refused: bool
) -> None:
    settings.DEMO = demo
    if refused:
        with pytest.raises(CannotRunError, match="HTTPS"):
            serve.refuse_in_the_clear(host, certificate=certificate)
    else:
        serve.refuse_in_the_clear(host, certificate=certificate)


@pytest.mark.parametrize(
    ("behind", "written", "told"),
    [
        (False, "10.0.0.9", "10.0.0.1"),
        (True, "", "10.0.0.1"),
        (True, "10.0.0.9", "10.0.0.9"),
        (True, "1.1.1.1, 10.0.0.9", "10.0.0.9"),
    ],
)
def test_an_address_that_somebody_made_up_is_not_believed(
    settings: Any, behind: bool, written: str, told: str
) -> None:
    settings.BEHIND_PROXY = behind
    headers = {"HTTP_X_FORWARDED_FOR": written} if written else {}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **headers)) == told


@pytest.fixture
def papers(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of our own for this machine, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "own.crt").write_bytes(made.public_bytes(pem))
    (tmp_path / "own.key").write_bytes(own)
    return tmp_path / "own.crt", tmp_path / "own.key"


@pytest.fixture
def secure(tmp_path: Path, papers: tuple[Path, Path]) -> Iterator[tuple[str, httpx.Client]]:
    """A server that speaks TLS, and a client that trusts it."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{probe.getsockname()[1]}"
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = {**kept, "ZHUNSHENG_PUBLIC_ADDRESS": address, "ZHUNSHENG_BEHIND_PROXY": "1"}
    command: list[str | Path] = [
        ZHUNSHENG,
        "--home",
        tmp_path / "home",
        "serve",
        "--port",
        address.rpartition(":")[2],
        "--json",
    ]
    process = subprocess.Popen(
        [*command, "--certificate", papers[0], "--key", papers[1]],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["address"] == f"{address}/"
        transport = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=papers[0]), retries=20)
        with httpx.Client(transport=transport, base_url=address, timeout=20) as client:
            yield address, client
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.slow
def test_served_over_tls_browsers_keep_to_it(secure: tuple[str, httpx.Client]) -> None:
    address, client = secure
    https, http = {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Proto": "http"}
    page = client.get("/sign-in/", headers=https)
    assert page.status_code == 200
    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "Secure" in page.headers["set-cookie"]
    led = client.get("/sign-in/?next=x", headers=http)
    assert (led.status_code, led.headers["location"]) == (301, f"{address}/sign-in/?next=x")
    assert client.get("/api/v1/health", headers=http).json() == {"ready": True}
