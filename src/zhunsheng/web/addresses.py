"""From which address a request comes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from zhunsheng.core.actors import Actor, ActorKind


def address_of(request: HttpRequest) -> str:
    """The peer; behind a proxy the last address that it wrote down, the only one that nobody can make up."""
    written = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.BEHIND_PROXY else ""
    return written.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR") or "unknown")


def source_of(request: HttpRequest) -> Actor:
    """Somebody not known yet, by the address from which the request comes."""
    address = address_of(request)
    return Actor(ActorKind.PUBLIC, address, address)
