"""Replays for programs: the same questions, runs and reports as on the page, one token's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from zhunsheng.api import bodies
from zhunsheng.api.description import document
from zhunsheng.api.door import VIEWER, actor, admitted, endpoint
from zhunsheng.api.problems import Fault, ProblemError, reply
from zhunsheng.api.reading import known_parameters
from zhunsheng.core.clock import SHANGHAI, SystemClock
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.reporting.profiles import Selection
from zhunsheng.engine.packfiles import read_text
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.foundation.tokens.queries import TokenCard
from zhunsheng.judging.lab import queries
from zhunsheng.judging.lab.lifecycle import LabStepError
from zhunsheng.judging.lab.queries import RunCard
from zhunsheng.workflows.asking import Question, ask
from zhunsheng.workflows.sweeping import Sweep

NUMBER = re.compile(r"[1-9][0-9]{0,17}\Z")


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    told = document()["components"]["schemas"]["ReplayQuestion"]
    return Draft202012Validator(told)


@endpoint("GET", "HEAD", "POST")
def replays(request: HttpRequest) -> HttpResponse:
    """Start one, or the token's own, newest first."""
    card = admitted(request, Purpose.REPLAY_RULES)
    known_parameters(request)
    if request.method == "POST":
        return _start(request, card)
    with within_wall(VIEWER):
        told = [_told(one) for one in queries.runs(viewer=VIEWER, owner=actor(card).key)]
    return reply({"items": told})


def _start(request: HttpRequest, card: TokenCard) -> HttpResponse:
    bodies.content_type(request, bodies.PLAIN)
    told = bodies.parse(bodies.read_bytes(request))
    faults = [
        Fault("".join(f"/{step}" for step in error.absolute_path), error.message[:200])
        for error in _validator().iter_errors(told)
    ]
    if faults:
        raise ProblemError("bad-question", _("写法见 /api/v1/openapi.json"), faults)
    at = SystemClock().now()
    try:
        with transaction.atomic(durable=True), within_wall(VIEWER):
            number = ask(actor(card), at, VIEWER, None, _question(told, at))
            made = queries.run(viewer=VIEWER, run_id=number)
    except (PackError, LabStepError, ValueError, OverflowError) as error:
        raise ProblemError("bad-question", str(error)) from error
    assert made is not None
    return reply(_told(made), status=202)


def _question(told: Mapping[str, Any], at: datetime) -> Question:
    line = told.get("line")
    return Question(
        (_instant(told["from"]), _instant(told["to"])),
        _instant(told["known_at"]) if "known_at" in told else at,
        told.get("base", ""),
        [named for file in told.get("files", ()) for named in read_text(file["name"], file["yaml"])],
        Sweep(line["point"], line["place"], tuple(sorted(set(line["values"])))) if line else None,
        told.get("against", ""),
        Selection(**{name: tuple(codes) for name, codes in told.get("chosen", {}).items()}),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(SHANGHAI)


@endpoint("GET", "HEAD")
def replay(request: HttpRequest, number: str) -> HttpResponse:
    """How far one is."""
    return reply(_told(_own(request, number)))


@endpoint("GET", "HEAD")
def report(request: HttpRequest, number: str) -> HttpResponse:
    """The report of one that is done, byte for byte."""
    card = _own(request, number)
    with within_wall(VIEWER):
        text = queries.report_text(viewer=VIEWER, run_id=card.id)
    if not text:
        raise ProblemError("not-found", _("还没有报告"))
    return HttpResponse(text, content_type="application/json", headers={"Cache-Control": "no-store"})


def _own(request: HttpRequest, number: str) -> RunCard:
    card = admitted(request, Purpose.REPLAY_RULES)
    known_parameters(request)
    found = None
    if NUMBER.match(number):
        with within_wall(VIEWER):
            found = queries.run(viewer=VIEWER, run_id=int(number), owner=actor(card).key)
    if found is None:
        raise ProblemError("not-found", _("没有这次重放，或者不是本令牌的"))
    return found


def _told(card: RunCard) -> dict[str, object]:
    return {
        "number": card.id,
        "kind": card.kind.value,
        "state": card.state.value,
        "percent": card.percent,
        **{name: card.asked[name] for name in ("from", "to", "known_at")},
        "versions": [{"version": version, "hash": its} for version, its in card.versions],
        "asked_at": card.asked_at.astimezone(SHANGHAI).isoformat(),
        "reason": card.reason,
        "report_sha256": card.content_hash or None,
    }
