"""Typed readers of environment variables; NAME_FILE names a file that holds the value."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env_text(name: str, default: str) -> str:
    """The variable, else the content of the file that NAME_FILE names, else the default."""
    file_name = os.environ.get(f"{name}_FILE")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool) -> bool:
    """1/true/yes/on, in any case."""
    value = env_text(name, "1" if default else "0")
    return value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str) -> list[str]:
    """Comma-separated, blanks dropped."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_number(name: str, default: int, *, most: int) -> int:
    """A whole number from 0 to `most`."""
    value = env_text(name, str(default)).strip()
    if not (value.isascii() and value.isdigit() and int(value) <= most):
        raise ImproperlyConfigured(f"{name}: 请写 0 至 {most} 的整数，收到的是 {value!r}")
    return int(value)


def demo_clock(told: str, *, demo: bool) -> datetime | None:
    """The instant at which the demo's pages stand; outside the demo there is no such thing."""
    if not told:
        return None
    if not demo:
        raise ImproperlyConfigured("ZHUNSHENG_DEMO_CLOCK: 只在演示（ZHUNSHENG_DEMO=1）中可用")
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ImproperlyConfigured("ZHUNSHENG_DEMO_CLOCK: 请写明时区，如 2026-06-30T18:00:00+08:00")
    return at
