"""strace around a child: what it asked of the system, and one request answered with a fault."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.trust.children import Child

CLASSES = "%file,%desc,%network"
ATTACH_SECONDS_MAX = 10.0


@dataclass(frozen=True)
class Call:
    """The n-th system call of a name, with what strace says of it."""

    name: str
    number: int
    words: str


def calls_in(log: Path) -> list[Call]:
    """The calls of a trace in order; what a kill left unfinished counts too."""
    seen: Counter[str] = Counter()
    calls = []
    for line in log.read_text(errors="replace").splitlines():
        found = re.match(r"(?:\d+ +)?([a-z]\w+)\(", line)
        if found:
            seen[found.group(1)] += 1
            calls.append(Call(found.group(1), seen[found.group(1)], line))
    return calls


@contextmanager
def traced(strace: str, child: Child, log: Path, *options: str) -> Iterator[None]:
    """Attach to a child that waits for SIGUSR1, let it begin, and wait for strace to end with it."""
    assert child.hear() == "ready"
    command = [strace, "-qq", "-o", str(log), "-p", str(child.pid), "-e", f"trace={CLASSES}", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        _wait_until_traced(child.pid)
        child.signal(signal.SIGUSR1)
        yield
        tracer.wait(ATTACH_SECONDS_MAX)


def _wait_until_traced(pid: int) -> None:
    """Both attached and stopped once: from then on every call is seen."""
    status = Path(f"/proc/{pid}/status")
    until = time.monotonic() + ATTACH_SECONDS_MAX
    while "TracerPid:\t0" in status.read_text():
        if time.monotonic() > until:
            raise TimeoutError("strace does not attach")
        time.sleep(0.001)
    time.sleep(0.003)
