"""The addresses of the interface for programs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from zhunsheng.api import bodies, events, receipts
from zhunsheng.api.description import document
from zhunsheng.api.door import RETRY_AFTER_SECONDS, VIEWER, actor, admitted, endpoint
from zhunsheng.api.problems import ProblemError, reply
from zhunsheng.core.clock import SystemClock
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.library import open_library
from zhunsheng.engine.packfiles import current_pack
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.gathering import Gathering
from zhunsheng.foundation.outreach import actions as outreach
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.sensing.signals.actions import AnotherBodyError
from zhunsheng.sensing.signals.new_facts import Delivery, Outcome
from zhunsheng.workflows.receiving import receive

FACTS_A_COMMIT = 2_000
KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")


@endpoint("POST")
def take_events(request: HttpRequest) -> HttpResponse:
    """A batch or a single event; the answer leaves after the commit, and is the same for the same key."""
    card = admitted(request, Purpose.SEND_EVENTS)
    content_type = bodies.content_type(request, bodies.BATCH, bodies.SINGLE)
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.match(key):
        raise ProblemError("key-needed", _("1 至 200 个可见 ASCII 字符，每批一个，重发时不变"))
    body = bodies.read_bytes(request)
    batch = content_type == bodies.BATCH
    told = events.read_events(bodies.parse(body), batch=batch)
    events.require_source(told, card.source, batch=batch)
    delivery = Delivery(
        [event.fact for event in told],
        card.source,
        key,
        by=actor(card),
        body=hashlib.sha256(content_type.encode() + b"\n" + body).hexdigest(),
    )
    outcomes = GATHERING.hand_in(delivery, window_seconds=settings.GATHER_SECONDS)
    if isinstance(outcomes, AnotherBodyError):
        raise ProblemError("another-body", _("换一个键，或重发原来的正文")) from outcomes
    return reply(events.answer_of(told, outcomes))


def _store(deliveries: Sequence[Delivery]) -> list[list[Outcome] | AnotherBodyError]:
    """One commit. Durable: inside another transaction nothing would be committed when answers leave."""
    contracts = current_pack(settings.PACKS / "general").contracts
    with transaction.atomic(durable=True), within_wall(VIEWER):
        return receive(at=SystemClock().now(), deliveries=deliveries, contracts=contracts)


GATHERING = Gathering(_store, weigh=lambda delivery: len(delivery.facts), weight_max=FACTS_A_COMMIT)


@endpoint("POST")
def take_message_receipts(request: HttpRequest) -> HttpResponse:
    """What a gateway says became of messages. Sent again, late or in another order it changes nothing."""
    card = admitted(request, Purpose.SEND_RECEIPTS)
    bodies.content_type(request, bodies.PLAIN)
    told = receipts.read_receipts(bodies.parse(bodies.read_bytes(request)))
    policy, by, at = open_library(settings.PACKS).message_policy, actor(card), SystemClock().now()
    with transaction.atomic(durable=True), within_wall(VIEWER):
        known = [
            outreach.take_receipt(by=by, at=at, key=t.key, told=t.state, policy=policy, note=t.note)
            is not None
            for t in told
        ]
    taken = [{"key": t.key, "known": ours} for t, ours in zip(told, known, strict=True)]
    return reply({"receipts": taken})


@endpoint("GET", "HEAD")
def health(request: HttpRequest) -> HttpResponse:
    """Ready or not, for everybody; which part is not ready, for a token that may watch."""
    checks = {"database": _database_answers(), "packs": _packs_are_there()}
    told: dict[str, object] = {"ready": all(checks.values())}
    if "Authorization" in request.headers:
        admitted(request, Purpose.WATCH)
        told["checks"] = checks
    if told["ready"]:
        return reply(told)
    return reply(told, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@endpoint("GET", "HEAD")
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of all this."""
    del request
    return reply(document())


@endpoint()
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Every other address below."""
    del request
    raise ProblemError("not-found", _("地址见 /api/v1/openapi.json"))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM signals_inboxentry LIMIT 1")
    except DatabaseError:
        return False
    return True


def _packs_are_there() -> bool:
    try:
        return bool(current_pack(settings.PACKS / "general").contracts.kinds)
    except (PackError, OSError):
        return False
