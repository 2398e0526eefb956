"""An OpenID Connect provider that can be told to lie: `python -m tests.contexts.accounts.provider`.

It says its address and serves until it is ended. `POST /_lie` sets what it does wrong from then on, as a JSON
object. The authorization page asks nothing: `sub-0001` sits before every browser unless told otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ROOT = Path(__file__).resolve().parents[3]


class State:
    """Keys, codes given out, and what to lie about."""

    def __init__(self) -> None:
        self.lie: dict[str, Any] = {}
        self.subject, self.now, self.number = "sub-0001", 0, 0
        self.codes: dict[str, dict[str, str]] = {}
        self.new_key("RS256")

    def new_key(self, alg: str) -> None:
        """A fresh key under a fresh name; the old one is published no more."""
        self.number += 1
        self.alg, self.kid = alg, f"key-{self.number}"
        self.key: Any = (
            rsa.generate_private_key(65537, 2048)
            if alg == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    def keys(self) -> dict[str, Any]:
        """The published key set."""
        family: Any = jwt.algorithms.RSAAlgorithm if self.alg == "RS256" else jwt.algorithms.ECAlgorithm
        public = self.lie.get("other_public") and rsa.generate_private_key(65537, 2048).public_key()
        if public:
            family = jwt.algorithms.RSAAlgorithm
        told = family.to_jwk(public or self.key.public_key(), as_dict=True)
        return {"keys": [{**told, "kid": self.kid, "use": "sig", "alg": self.alg}]}

    def token(self, asked: dict[str, str], home: str) -> str:
        """An ID token, true or not."""
        claims = {
            "iss": home,
            "sub": self.subject,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": self.now,
            "exp": self.now + 300,
            **self.lie.get("claims", {}),
        }
        for name in self.lie.get("without", ()):
            claims.pop(name)
        alg = self.lie.get("alg", self.alg)
        headers = {"kid": self.lie.get("kid", self.kid)}
        if alg == "none":
            return jwt.encode(claims, None, algorithm="none", headers=headers)
        if alg == "HS256":  # the public key as a shared secret
            told = json.dumps({**headers, "alg": "HS256", "typ": "JWT"}).encode()
            body = b".".join(_b64(part) for part in (told, json.dumps(claims).encode()))
            encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            secret = self.key.public_key().public_bytes(encoding, form)
            mark = hmac.new(secret, body, hashlib.sha256).digest()
            return (body + b"." + _b64(mark)).decode()
        return jwt.encode(claims, self.key, algorithm=self.alg, headers=headers)


def _b64(told: bytes) -> bytes:
    return base64.urlsafe_b64encode(told).rstrip(b"=")


STATE = State()


class Handler(BaseHTTPRequestHandler):
    """Discovery, keys, authorization, token; and the two switches of the tests."""

    protocol_version = "HTTP/1.1"

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]

    def log_message(self, *_told: object) -> None:
        """Silent."""

    def answer(self, status: int, told: object, **headers: str) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/.well-known/openid-configuration":
            if STATE.lie.get("down"):
                return self.answer(503, {})
            told = {
                "issuer": STATE.lie.get("discovered_issuer", self.home),
                "authorization_endpoint": f"{self.home}/authorize",
                "token_endpoint": STATE.lie.get("token_endpoint", f"{self.home}/token"),
                "jwks_uri": f"{self.home}/keys",
                "end_session_endpoint": f"{self.home}/end",
            }
            return self.answer(200, told)
        if where.path == "/keys":
            return self.answer(200, STATE.keys())
        if where.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(where.query).items()}
            code = secrets.token_urlsafe(16)
            STATE.codes[code] = asked
            query = urlencode({"code": code, "state": asked["state"], "iss": self.home})
            return self.answer(302, {}, Location=f"{asked['redirect_uri']}?{query}")
        return self.answer(200, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/_lie":
            told = json.loads(body)
            if told.pop("rotate", None):
                STATE.new_key(told.pop("to", "RS256"))
            STATE.now = told.pop("now", STATE.now)
            STATE.subject = told.pop("subject", STATE.subject)
            STATE.lie = told
            return self.answer(200, {})
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if STATE.lie.get("redirect"):
            return self.answer(307, {}, Location=f"{self.home}/elsewhere")
        asked = STATE.codes.get(form.get("code", ""))
        if not STATE.lie.get("forgets_codes"):
            STATE.codes.pop(form.get("code", ""), None)
        digest = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if (
            asked is None
            or asked["code_challenge"] != digest
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return self.answer(400, {"error": "invalid_grant"})
        if STATE.lie.get("no_token"):
            return self.answer(200, {"access_token": "x"})
        return self.answer(200, {"access_token": "x", "id_token": STATE.token(asked, self.home)})


class Provider:
    """The running provider as a test sees it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def lies(self, **told: object) -> None:
        """From now on wrong in this way; nothing given: honest again."""
        request = Request(f"{self.address}/_lie", json.dumps(told).encode(), method="POST")
        urlopen(request).close()


@contextmanager
def running() -> Iterator[Provider]:
    """A provider in a process of its own."""
    command = [sys.executable, "-m", "tests.contexts.accounts.provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Provider(process.stdout.readline().strip())
        process.terminate()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
