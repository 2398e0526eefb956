"""A time stamp authority of our own (RFC 3161): a real HTTP server, its answers put together byte by byte."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
SHA256_OID, RSA_OID = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"
POLICY = "1.3.6.1.4.1.99999.1"


def der(tag: int, *parts: bytes) -> bytes:
    """One DER value."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def number(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytes([first * 40 + second])
    for value in rest:
        parts = [value & 0x7F]
        while value := value >> 7:
            parts.append(value & 0x7F | 0x80)
        body += bytes(reversed(parts))
    return der(0x06, body)


SHA256_ALGORITHM = sequence(oid(SHA256_OID), der(0x05))


class Authority:
    """Start with `with`; `address` is where it listens, `root` its certificate as PEM, `at` its clock."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)
        self.key = rsa.generate_private_key(65537, 2048)
        root_key = rsa.generate_private_key(65537, 2048)
        self.root = _certificate("Test Root", root_key.public_key(), "Test Root", root_key, self.at)
        self.certificate = _certificate("Test TSA", self.key.public_key(), "Test Root", root_key, self.at)
        self.asked: list[bytes] = []
        self.lie = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    @property
    def roots(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def __enter__(self) -> Authority:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: bytes) -> bytes:
        """The response to a request; one over other bytes when it lies."""
        self.asked.append(request)
        imprint = request[request.index(b"\x04\x20") + 2 :][:32]
        nonce = _nonce(request)
        told = sha256(imprint).digest() if self.lie else imprint
        info = sequence(
            number(1),
            oid(POLICY),
            sequence(SHA256_ALGORITHM, der(0x04, told)),
            number(len(self.asked)),
            der(0x18, f"{self.at:%Y%m%d%H%M%S}Z".encode()),
            nonce,
        )
        content = sequence(oid(SIGNED_DATA), der(0xA0, self._signed(info)))
        return sequence(sequence(number(0)), content)

    def _signed(self, info: bytes) -> bytes:
        own = self.certificate.public_bytes(Encoding.DER)
        named = sequence(sequence(sequence(der(0x04, sha256(own).digest()))))
        attributes = sorted(
            [
                sequence(oid(CONTENT_TYPE), der(0x31, oid(TST_INFO))),
                sequence(oid(DIGEST), der(0x31, der(0x04, sha256(info).digest()))),
                sequence(oid(SIGNING_CERTIFICATE), der(0x31, named)),
            ]
        )
        signature = self.key.sign(der(0x31, *attributes), padding.PKCS1v15(), SHA256())
        who = sequence(self.certificate.issuer.public_bytes(), number(self.certificate.serial_number))
        signer = sequence(
            number(1),
            who,
            SHA256_ALGORITHM,
            der(0xA0, *attributes),
            sequence(oid(RSA_OID), der(0x05)),
            der(0x04, signature),
        )
        inside = sequence(oid(TST_INFO), der(0xA0, der(0x04, info)))
        return sequence(number(3), der(0x31, SHA256_ALGORITHM), inside, der(0xA0, own), der(0x31, signer))


def _nonce(request: bytes) -> bytes:
    """The nonce as it stands in the request, behind the imprint."""
    rest = request[request.index(b"\x04\x20") + 34 :]
    start = rest.index(b"\x02")
    return rest[start : start + 2 + rest[start + 1]]


def _certificate(
    name: str, public: Any, issuer: str, key: rsa.RSAPrivateKey, at: datetime
) -> x509.Certificate:
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=3_650))
        .not_valid_after(at + timedelta(days=3_650))
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    )
    if name != issuer:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(usage, critical=True)
    return built.sign(key, SHA256())


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
