"""OpenID Connect as a relying party: authorization code with PKCE, and what an ID token must say.

Everything is fetched anew for each sign-in, so a provider's new keys are known at once. Sources: OpenID
Connect Core 1.0 (3.1.3.7), Discovery 1.0, RFC 7636, RFC 9207, RFC 8725.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from django.conf import settings

from zhunsheng.core.clock import instant
from zhunsheng.foundation import wire

CALL_SECONDS_MAX = 8.0
# Asymmetric ones only: with a shared secret the provider's public key could be used to forge.
ALGORITHMS = ("RS256", "ES256", "PS256")
AT_HOME = frozenset({"127.0.0.1", "localhost", "::1"})


class ProviderError(Exception):
    """The provider did not answer as it must; the text is for the log, never for a page."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at which provider, by the settings."""

    issuer: str
    client_id: str
    secret: str
    returns_to: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the provider's discovery document says. `end_session` is empty where it has none."""

    authorization: str
    token: str
    keys: str
    end_session: str


def configured(returns_to: str) -> Client | None:
    """The provider of the settings; None while none is named."""
    if not settings.OIDC_ISSUER:
        return None
    return Client(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, returns_to)


def _safe(address: object) -> str:
    """An address of the provider: TLS, or on this very machine."""
    told = str(address or "")
    parts = urlsplit(told)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in AT_HOME):
        return told
    raise ProviderError(f"not a safe address: {told[:100]!r}")


def _fetched(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> dict[str, Any]:
    try:
        reply = wire.call(method, _safe(url), body, headers, CALL_SECONDS_MAX)
    except (wire.NotConnectedError, wire.BrokenOffError) as error:
        raise ProviderError(str(error)) from error
    if reply.status != 200:
        raise ProviderError(f"{urlsplit(url).path}: HTTP {reply.status}")
    try:
        told = json.loads(reply.body.decode("utf-8"))
    except ValueError as error:
        raise ProviderError(f"{urlsplit(url).path}: no JSON") from error
    if not isinstance(told, dict):
        raise ProviderError(f"{urlsplit(url).path}: no object")
    return told


def discover(client: Client) -> Endpoints:
    """The provider's addresses; refused when the document speaks for another issuer."""
    told = _fetched("GET", f"{client.issuer.rstrip('/')}/.well-known/openid-configuration", None, {})
    if told.get("issuer") != client.issuer:
        raise ProviderError(f"discovery of another issuer: {str(told.get('issuer'))[:100]!r}")
    end = told.get("end_session_endpoint")
    return Endpoints(
        _safe(told.get("authorization_endpoint")),
        _safe(told.get("token_endpoint")),
        _safe(told.get("jwks_uri")),
        _safe(end) if end else "",
    )


def asking(client: Client, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes to prove who sits before it."""
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.returns_to,
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    address = discover(client).authorization
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def leaving(client: Client, back_to: str) -> str:
    """Where one signs out at the provider (RP-Initiated Logout 1.0); empty where it offers none."""
    address = discover(client).end_session
    query = urlencode({"client_id": client.client_id, "post_logout_redirect_uri": back_to})
    return f"{address}{'&' if urlsplit(address).query else '?'}{query}" if address else ""


def subject_of(client: Client, code: str, nonce: str, verifier: str, at: datetime, skew: timedelta) -> str:
    """Whom the provider vouches for, its `sub`; ProviderError whenever anything is not as it must be."""
    places = discover(client)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.returns_to,
        "client_id": client.client_id,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if client.secret:
        pair = f"{urlencode({'': client.client_id})[1:]}:{urlencode({'': client.secret})[1:]}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    token = _fetched("POST", places.token, urlencode(form).encode(), headers).get("id_token")
    if not isinstance(token, str):
        raise ProviderError("no ID token")
    claims = _claims(client, token, _fetched("GET", places.keys, None, {}))
    return _checked(client, claims, nonce, instant(at), int(skew.total_seconds()))


def _claims(client: Client, token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token whose signature one of the provider's keys made; times are looked at apart."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ProviderError(f"algorithm {str(header.get('alg'))[:20]!r}")
        known = jwt.PyJWKSet.from_dict(dict(keys)).keys
        usable = [k for k in known if k.public_key_use in {None, "sig"}]
        named = [k for k in usable if header.get("kid") is not None and k.key_id == header["kid"]]
        if header.get("kid") is None and len(usable) == 1:
            named = usable
        if len(named) != 1:
            raise ProviderError("no key of this name")
        return jwt.decode(
            token,
            named[0],
            algorithms=[header["alg"]],
            audience=client.client_id,
            issuer=client.issuer,
            options={
                "require": ["exp", "iat", "aud", "iss", "sub", "nonce"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProviderError(repr(error)[:200]) from error


def _checked(client: Client, claims: Mapping[str, Any], nonce: str, now: int, skew: int) -> str:
    """The rest of what the standard asks, by our own clock."""
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf") if name in claims}
    if not all(isinstance(t, int | float) and not isinstance(t, bool) for t in times.values()):
        raise ProviderError("times that are no numbers")
    wrong = {
        "nonce": claims["nonce"] != nonce,
        "expired": now >= times["exp"] + skew,  # type: ignore[operator]
        "from the future": times["iat"] > now + skew or times.get("nbf", 0) > now + skew,  # type: ignore[operator]
        "another party": isinstance(claims["aud"], list)
        and len(claims["aud"]) > 1
        and claims.get("azp") != client.client_id,
        "azp": claims.get("azp", client.client_id) != client.client_id,
        "sub": not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255,
    }
    why = [name for name, is_wrong in wrong.items() if is_wrong]
    if why:
        raise ProviderError(f"ID token: {', '.join(why)}")
    return str(claims["sub"])
