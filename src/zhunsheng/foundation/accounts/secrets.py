"""Secrets of log-ins: tokens of which only the hash is kept, second factors sealed under the server's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

TOKEN_BYTES = 32
NONCE_BYTES = 12
RECOVERY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RECOVERY_CHARACTERS = 16


def new_token() -> str:
    """256 bits for a cookie or a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_recovery_code() -> str:
    """Eighty bits in four groups, without letters that look like digits."""
    told = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CHARACTERS))
    return "-".join(told[i : i + 4] for i in range(0, RECOVERY_CHARACTERS, 4))


def fingerprint(token: str, purpose: str) -> str:
    """What is stored of a token: useless without the server's key, and for another purpose."""
    told = f"{purpose}:{token}".encode()
    return hmac.new(_key("fingerprint"), told, hashlib.sha256).hexdigest()


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"zhunsheng.accounts:{purpose}:{settings.SECRET_KEY}".encode()).digest()


def seal(secret: bytes, *, owner: str) -> str:
    """AES-256-GCM, bound to its owner: moved to another row it does not open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    told = AESGCM(_key("seal")).encrypt(nonce, secret, owner.encode())
    return base64.b64encode(nonce + told).decode()


def unseal(sealed: str, *, owner: str) -> bytes:
    """The secret; cryptography's InvalidTag when it was altered, moved, or sealed under another key."""
    raw = base64.b64decode(sealed)
    return AESGCM(_key("seal")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode())
