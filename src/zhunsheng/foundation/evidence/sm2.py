"""SM2 signatures with SM3 (GB/T 32918), as a line beside Ed25519 on checkpoints.

Software SM2 is for interoperability; where an assessor asks for a certified device, its adapter replaces this
file. The user id is the standard's default; others must be told to use the same one.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from tongsuopy.crypto import exceptions, hashes
from tongsuopy.crypto.asymciphers import ec

from zhunsheng.core.tlog.notes import OTHER, NoteError, Verifier, key_id
from zhunsheng.foundation.evidence.keys import Signer, read_secret, write_secret

KEY = "sm2.key"
USER_ID = b"1234567812345678"
# What says in a verifier key, behind the byte for "other kinds", which kind this is.
KIND = b"zhunsheng.sm2-sm3/1\n"
NUMBER_BYTES = 32
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def make_sm2(path: Path) -> None:
    """Make a key file."""
    number = 1 + secrets.randbelow(ORDER - 2)
    write_secret(path, number.to_bytes(NUMBER_BYTES, "big"))


def sm2_signer(path: Path, name: str) -> Signer:
    """The signer of a key file; its signatures are r and s, 32 bytes each."""
    private = ec.derive_private_key(int.from_bytes(read_secret(path), "big"), ec.SM2())
    numbers = private.public_key().public_numbers()
    point = numbers.x.to_bytes(NUMBER_BYTES, "big") + numbers.y.to_bytes(NUMBER_BYTES, "big")

    def seal(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SM3())))
        return r.to_bytes(NUMBER_BYTES, "big") + s.to_bytes(NUMBER_BYTES, "big")

    return Signer(name, OTHER, KIND + point, seal)


def sm2_verifier(name: str, public: bytes) -> Verifier:
    """What checks signatures of a key of this kind; NoteError for another kind."""
    if not public.startswith(KIND) or len(public) != len(KIND) + 2 * NUMBER_BYTES:
        raise NoteError(f"{name}: 不认识的密钥种类")
    x, y = public[len(KIND) : -NUMBER_BYTES], public[-NUMBER_BYTES:]
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SM2())
    key = numbers.public_key()

    def check(message: bytes, body: bytes) -> bool:
        if len(body) != 2 * NUMBER_BYTES:
            return False
        r, s = int.from_bytes(body[:NUMBER_BYTES], "big"), int.from_bytes(body[NUMBER_BYTES:], "big")
        try:
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SM3()))
        except exceptions.InvalidSignature:
            return False
        return True

    return Verifier(name, key_id(name, OTHER, public), check)
