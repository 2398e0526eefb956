"""Pages asked of the real WSGI application, one after the other, as two people: a head who sees the whole
bureau, and an officer of one station. Imported only by the child that `pages` starts.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import numpy as np
from django.db import connection
from django.utils.http import urlencode

from benchmarks.crowd import key_of, phone_of, station_of
from zhunsheng.config.wsgi import application
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import SystemClock
from zhunsheng.demo.city import FIRST, SECOND, TRADES
from zhunsheng.foundation.accounts.models import Account, Grant, LoginSession
from zhunsheng.foundation.accounts.secrets import fingerprint
from zhunsheng.foundation.accounts.tenancy import within_wall
from zhunsheng.judging.triggers.models import Touch
from zhunsheng.portals.officer.door import COOKIE

WARM_UP = 5
WHO = {"whole bureau": "9801-02", "one station": "9801-11"}
STATION = 120  # every so manieth business lies in the station of WHO's officer
Address = Callable[[int], str]


def sit_down(person: str) -> str:
    """A session as if that person had just signed in; the token."""
    token, now = secrets.token_urlsafe(32), SystemClock().now()
    with within_wall(Viewer.bureau("bench")):
        LoginSession.objects.create(
            account=Account.objects.get(person__key=person),
            token_hash=fingerprint(token, "session"),
            stage="SIGNED_IN",
            grant=Grant.objects.get(person__key=person),
            source="127.0.0.1",
            started_at=now,
            seen_at=now + timedelta(minutes=1),
        )
    return token


def _kept_waiting_ms() -> float:
    """How long this process, and the database's on its behalf, stood ready and had no CPU, in all so far."""
    known = [Path("/proc/self/schedstat")]
    if connection.vendor == "postgresql" and connection.connection is not None:
        known.append(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat"))
    return sum(int(path.read_text().split()[1]) for path in known if path.exists()) / 1e6


def get(token: str, address: str) -> tuple[float, str]:
    """(milliseconds, page) of one request, less what it waited for a CPU that others had; anything but 200 is
    an error of the measurement."""
    told: list[str] = []
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
    environ |= {"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": f"{COOKIE}={token}"}
    environ["wsgi.input"] = io.BytesIO()
    setup_testing_defaults(environ)

    def begin(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
        told.append(status)
        return io.BytesIO().write

    stolen, started = _kept_waiting_ms(), time.perf_counter()
    response = application(environ, begin)
    body = b"".join(response)
    response.close()
    spent = (time.perf_counter() - started) * 1e3 - (_kept_waiting_ms() - stolen)
    if not told[0].startswith("200"):
        raise RuntimeError(f"{address}: {told[0]}")
    return spent, body.decode()


def pages(token: str, subjects: int, *, station: bool, busiest: str) -> dict[str, Address]:
    """What is asked, by name; the number of the request varies it."""
    chance = np.random.default_rng(5)
    there = subjects // STATION
    drawn = chance.integers(0, there if station else subjects, 10_000) * (STATION if station else 1)

    def number(n: int) -> int:
        return int(drawn[n % len(drawn)])

    def name(n: int) -> str:
        return FIRST[n % 16] + SECOND[n // 16 % 16] + FIRST[n * 7 % 16] + SECOND[n * 3 % 16]

    def ask(path: str, **told: str) -> str:
        return f"{path}?{urlencode(told)}"

    deep = follow(token, "/subjects/?sort=young", 10)
    with within_wall(Viewer.bureau("bench")):
        known = Touch.objects.filter(subject__in=[key_of(number(n)) for n in range(2_000)])
        touches = list(known.values_list("id", flat=True))
    trade = [t.industry for t in TRADES]
    return {
        "list: subjects": lambda n: ask("/subjects/", sort=("code", "recorded", "young")[n % 3]),
        "list: subjects, further on": lambda n: deep[n % len(deep)],
        "list: touches": lambda n: ask("/touches/", sort=("newest", "oldest", "due")[n % 3]),
        "list: tasks": lambda n: ask("/tasks/", sort=("", "newest")[n % 2]),
        "list: messages": lambda n: "/messages/",
        "filter: subjects by state and trade": lambda n: ask(
            "/subjects/", state=("DORMANT", "CANCELLED")[n % 2], industry=trade[n % len(trade)]
        ),
        "filter: subjects, nothing fits": lambda n: ask(
            "/subjects/", state="REVOKED", kind="COOPERATIVE", sort=("code", "recorded", "young")[n % 3]
        ),
        "filter: subjects by station, division": lambda n: ask(
            "/subjects/", station=station_of(number(n)), division=key_of(number(n))[2:8]
        ),
        "filter: subjects by station": lambda n: ask(
            "/subjects/", station=station_of(number(n)), sort="young"
        ),
        "filter: subjects by officer": lambda n: ask("/subjects/", officer="MINE"),
        "filter: subjects by word, trade": lambda n: ask(
            "/subjects/", q=name(n)[:2], industry=trade[n % len(trade)]
        ),
        "filter: touches by item, colour": lambda n: ask(
            "/touches/", item=f"T{n % 26 + 1:02d}", colour=("YELLOW", "RED")[n % 2]
        ),
        "filter: touches by station, state": lambda n: ask(
            "/touches/", station=station_of(number(n)), state="OBSERVING"
        ),
        "filter: touches by days": lambda n: ask("/touches/", begun_from="2025-03-01", begun_to="2025-03-02"),
        "filter: tasks by station": lambda n: ask("/tasks/", station=station_of(number(n)), state="OPEN"),
        "filter: messages failed": lambda n: ask("/messages/", state="FAILED"),
        "search: full name": lambda n: ask("/search/", q=name(n)),
        "search: part of a name": lambda n: ask("/search/", q=name(n)[:2]),
        "search: a word that many bear": lambda n: ask("/search/", q=TRADES[n % len(TRADES)].suffix),
        "search: initials": lambda n: ask("/search/", q=("ytyc", "xpqp", "xcd", "ssd", "ghzy")[n % 5]),
        "search: part of a code": lambda n: ask("/search/", q=key_of(number(n))[:15]),
        "search: telephone": lambda n: ask("/search/", q=phone_of(number(n))),
        "search: nothing found": lambda n: ask("/search/", q=("查无此店", "qqqqqq", "91999999")[n % 3]),
        "subject page": lambda n: f"/subjects/{key_of(number(n))}/",
        "subject page, the busiest": lambda n: f"/subjects/{busiest}/",
        "touch page": lambda n: f"/touches/{touches[n % len(touches)]}/",
        "workbench": lambda n: ask("/work/", heap=("todo", "soon", "overdue")[n % 3]),
        "overview of a head": lambda n: "/",
    }


def follow(token: str, address: str, steps: int) -> list[str]:
    """The addresses of the pages that follow one."""
    told = []
    for _ in range(steps):
        _spent, page = get(token, address)
        found = re.findall(r'rel="next" href="\?([^"]+)"', page)
        if not found:
            break
        address = f"{address.partition('?')[0]}?{found[0].replace('&amp;', '&')}"
        told.append(address)
    return told or [address]


def measure(token: str, asked: Address, count: int) -> dict[str, float]:
    """Median, p99 and maximum of so many requests, in ms, after a few that are not counted."""
    for n in range(WARM_UP):
        get(token, asked(10_000 + n))
    spent = [get(token, asked(n))[0] for n in range(count)]
    return {"p50": float(np.median(spent)), "p99": float(np.percentile(spent, 99)), "max": max(spent)}


def main(arguments: Sequence[str]) -> None:
    """Print the figures as JSON. Arguments: businesses, requests a page, the busiest business."""
    subjects, count, busiest = int(arguments[0]), int(arguments[1]), arguments[2]
    told: dict[str, dict[str, dict[str, float]]] = {}
    for who, person in WHO.items():
        token, station = sit_down(person), who == "one station"
        near = key_of(0) if station else busiest
        for name, asked in pages(token, subjects, station=station, busiest=near).items():
            told.setdefault(name, {})[who] = measure(token, asked, count)
            print(who, name, told[name][who], file=sys.stderr, flush=True)
    print(json.dumps(told))
